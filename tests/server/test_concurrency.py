"""Over sockets, in parallel: what is good once is good once, in memory and in a file."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

THREADS = 32


@pytest.fixture(scope="module", params=["memory", "file"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path | None = tmp_path_factory.mktemp("database") / "mfa.db" if request.param == "file" else None
    limits = httpx.Limits(max_connections=THREADS)
    with ReferenceServer(database=path) as server, httpx.Client(limits=limits, timeout=30) as client:
        yield server, client


@pytest.fixture
def crowd(served: Any, make_on: Callable[..., Any]) -> Any:
    """Somebody enrolled, where many attempts are allowed, and the way to ask in parallel."""
    server, client = served
    clock = VirtualClock("2026-01-01T00:00:07Z")
    environment = server.environment(
        clock=clock, session_based=True, attempts=1000, actions=["wallet.waas.sign"]
    )
    return make_on(environment, client, clock).enrolled()


def at_once(calls: Sequence[Callable[[], httpx.Response]]) -> Counter[int]:
    gate = Barrier(len(calls))

    def one(call: Callable[[], httpx.Response]) -> int:
        gate.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as threads:
        return Counter(threads.map(one, calls))


def test_one_recovery_code_passes_once(crowd: Any) -> None:
    code = crowd.codes()[0]
    sessions = [crowd.again() for _ in range(THREADS)]
    body = {"code": code}
    statuses = at_once(
        [partial(session.call, "POST", "/users/mfa/auth/recovery", body) for session in sessions]
    )
    assert statuses == {200: 1, 422: THREADS - 1}
    assert len(crowd.codes()) == 9


def test_one_code_of_the_app_passes_once(crowd: Any) -> None:
    body = {"code": crowd.fresh_code()}
    sessions = [crowd.again() for _ in range(THREADS)]
    statuses = at_once([partial(session.call, "POST", "/users/mfa/auth/totp", body) for session in sessions])
    assert statuses == {200: 1, 422: THREADS - 1}


def test_one_mfa_token_passes_once(crowd: Any) -> None:
    token = crowd.mfa_token()
    call = partial(crowd.call, "POST", "/wallets/actions/sign", x_mfa_auth_token=token)
    assert at_once([call] * THREADS) == {200: 1, 403: THREADS - 1}


def test_one_elevated_token_passes_once(crowd: Any) -> None:
    token = crowd.elevated("wallet:sign")
    call = partial(crowd.call, "POST", "/wallets/actions/sign", x_dyn_elevated_access_token=token)
    assert at_once([call] * THREADS) == {200: 1, 403: THREADS - 1}


def test_one_assertion_passes_once(crowd: Any) -> None:
    crowd.new_passkey()
    options = crowd.call("GET", "/users/passkeys/authenticate").json()
    body = crowd.key.get(options, origin="http://localhost:3000")
    call = partial(crowd.call, "POST", "/users/mfa/auth/passkey", body)
    assert at_once([call] * THREADS) == {200: 1, 422: THREADS - 1}


def test_one_code_by_email_signs_in_once(crowd: Any) -> None:
    sent = crowd.site.call("POST", "/emailVerifications/create", {"email": "new@example.org"}).json()
    code = crowd.site.environment.mailbox("new@example.org")[-1].code
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
    call = partial(crowd.site.call, "POST", "/emailVerifications/signin", body)
    assert at_once([call] * THREADS) == {200: 1, 422: THREADS - 1}


def test_one_new_user_from_many_sign_ins(crowd: Any) -> None:
    def body() -> dict[str, Any]:
        return {"jwt": crowd.site.environment.external_jwt(sub="crowd")}

    bodies = [body() for _ in range(8)]
    ids: set[str] = set()

    def sign_in(sent: dict[str, Any]) -> httpx.Response:
        answer: httpx.Response = crowd.site.call("POST", "/externalAuth/signin", sent)
        ids.add(answer.json()["user"]["id"])
        return answer

    assert at_once([partial(sign_in, each) for each in bodies]) == {200: 8}
    assert len(ids) == 1


def test_one_device_is_verified_of_a_crowd(crowd: Any) -> None:
    person = crowd.site.sign_in("crowd@example.org")
    code = person.register().code()
    call = partial(person.call, "POST", "/users/mfa/auth/totp", {"code": code})
    statuses = at_once([call] * 8)
    assert statuses[200] == 1
    assert sum(device["verified"] for device in person.devices()) == 1


def test_passkeys_registered_at_once_keep_to_their_limit(crowd: Any) -> None:
    person = crowd.site.sign_in("collector@example.org")
    crowd.site.environment.update(passkeys_per_user=3, session_based=False)
    bodies = []
    for number in range(12):
        options = person.call("GET", "/users/passkeys/register").json()
        person.key = VirtualPasskey(clock=crowd.site.clock, seed=f"collector {number}")
        bodies.append(person.attest(options))
    statuses = at_once([partial(person.call, "POST", "/users/passkeys/register", body) for body in bodies])
    assert statuses[200] == 3
    assert person.call("GET", "/users/passkeys").json()["count"] == 3


def test_of_two_gated_sessions_one_binds_the_first_method(served: Any, make_on: Callable[..., Any]) -> None:
    server, client = served
    clock = VirtualClock("2026-01-01T00:00:07Z")
    environment = server.environment(clock=clock, session_based=True, require_at_onboarding=True)
    site = make_on(environment, client, clock)
    for number in range(12):
        first, second = (site.sign_in(f"twice{number}@example.org") for _ in range(2))
        assert first.gated
        assert second.gated
        code = first.register().code()
        body = second.attest(second.call("GET", "/users/passkeys/register").json())
        statuses = at_once(
            [
                partial(first.call, "POST", "/users/mfa/auth/totp", {"code": code}),
                partial(second.call, "POST", "/users/passkeys/register", body),
            ]
        )
        assert statuses[200] == 1, statuses


def test_parallel_guesses_do_not_get_past_the_limit(crowd: Any) -> None:
    crowd.site.environment.update(attempts=10)
    call = partial(crowd.call, "POST", "/users/mfa/auth/totp", {"code": "000000"})
    assert at_once([call] * THREADS) == {422: 10, 429: THREADS - 10}


def test_the_fault_of_the_limit_lets_parallel_guesses_past_it(
    served: Any, make_on: Callable[..., Any]
) -> None:
    server, client = served
    clock = VirtualClock("2026-01-01T00:00:07Z")
    environment = server.environment(clock=clock, attempts=3, faults=["limit-race"])
    person = make_on(environment, client, clock).enrolled()
    call = partial(person.call, "POST", "/users/mfa/auth/totp", {"code": "000000"})
    assert at_once([call] * 8) == {422: 8}


@pytest.mark.parametrize(
    ("fault", "spend"),
    [
        ("recovery-code-race", "recovery"),
        ("code-race", "totp"),
        ("mfa-token-race", "token"),
        ("elevated-token-race", "elevated"),
    ],
)
def test_a_race_fault_lets_every_parallel_request_pass(
    served: Any, make_on: Callable[..., Any], fault: str, spend: str
) -> None:
    server, client = served
    clock = VirtualClock("2026-01-01T00:00:07Z")
    environment = server.environment(
        clock=clock, session_based=True, actions=["wallet.waas.sign"], faults=[fault]
    )
    person = make_on(environment, client, clock).enrolled()
    if spend == "token":
        token = person.mfa_token()
        calls = [partial(person.call, "POST", "/wallets/actions/sign", x_mfa_auth_token=token)] * 8
    elif spend == "elevated":
        token = person.elevated("wallet:sign")
        calls = [partial(person.call, "POST", "/wallets/actions/sign", x_dyn_elevated_access_token=token)] * 8
    else:
        body = {"code": person.codes()[0] if spend == "recovery" else person.fresh_code()}
        sessions = [person.again() for _ in range(8)]
        calls = [partial(each.call, "POST", f"/users/mfa/auth/{spend}", body) for each in sessions]
    assert at_once(calls) == {200: 8}
    assert calls[0]().status_code in (403, 422)


def test_the_server_answers_by_both_names_of_loopback(served: Any) -> None:
    server, client = served
    environment = server.environment()
    for url in (server.url, server.url.replace("localhost", "127.0.0.1")):
        assert client.get(f"{url}/api/v0/sdk/{environment.id}/settings").status_code == 200
    assert environment.base_url == f"{server.url}/api/v0"
