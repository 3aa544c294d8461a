"""The reference server in process and through its control plane: one scenario, the same evidence."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import pytest

from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import NamedEnvironment, Profile, SignIn
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked, ScenarioError
from mfa_simulators import Person, ReferenceServer, VirtualClock
from mfa_simulators.client import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.targets.target import Environment, Target
    from mfa_simulators.client import Client


@pytest.fixture(scope="module")
def served() -> Iterator[ReferenceServer]:
    with ReferenceServer(control=True) as server:
        yield server


@pytest.fixture(params=["in process", "control plane"])
def target(request: pytest.FixtureRequest, served: ReferenceServer) -> Iterator[Target]:
    made = open_target("reference" if request.param == "in process" else served.url, seed="7")
    made.open()
    yield made
    assert made.close() == []


def arrange(target: Target, **settings: object) -> Environment:
    return target.arrange(settings, scenario="totp.test.case", locks_out=False)


def person(environment: Environment, name: str = "Ada") -> Person:
    email = environment.new_email(name)
    return Person(
        email, clock=environment.clock, inbox=environment.inbox(email), wait=environment.wait, seed=1
    )


def enrolled(environment: Environment, name: str = "Ada") -> tuple[Person, Client]:
    someone, client = person(environment, name), environment.connect()
    someone.sign_up(client)
    someone.enrol_app(client)
    return someone, client


def story(target: Target) -> bytes:
    """A scenario with a bit of everything, and what its evidence is."""
    environment = arrange(target, session_based=True)
    ada, _ = enrolled(environment)
    client = environment.connect()
    ada.sign_in(client)
    with contextlib.suppress(ClientError):
        client.authenticate_totp_mfa_device("000000")
    environment.advance(60)
    ada.pass_mfa(client, create_mfa_token=True)
    client.register_passkey(passkey=ada.new_key())
    gated = [environment.connect() for _ in range(4)]
    for each in gated:
        ada.sign_in(each)
    code = ada.fresh_code()

    def guess(each: Client) -> bool:
        with contextlib.suppress(ClientError):
            each.authenticate_totp_mfa_device(code)
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(guess, gated)) == 1
    environment.request("GET", "users", token="forged\u00e9")
    return msgspec.json.encode(environment.exchanges, order="sorted")


def test_the_same_seed_gives_the_same_evidence_in_process_and_served(served: ReferenceServer) -> None:
    told = []
    for spec in ("reference", served.url, "reference"):
        target = open_target(spec, seed="7")
        target.open()
        told.append(story(target))
        target.close()
    assert told[0] == told[2]
    assert told[0] == told[1]
    assert b"at once: 1 x 200, 3 x 422" in told[0]


def test_evidence_holds_no_secret_port_or_time(target: Target) -> None:
    told = story(target).decode()
    for secret in (
        "eyJ",
        "2026-",
        "17672",
        "otpauth://totp/mfa-harness:ada@example.org?secret=<secret 1>" * 2,
    ):
        assert secret not in told
    assert "secret=<secret 1>" in told


def test_time_moves_for_server_and_people_together(target: Target) -> None:
    environment = arrange(target)
    assert isinstance(environment.clock, VirtualClock)
    ada, client = enrolled(environment)
    before = environment.clock.now()
    for _ in range(4):
        ada.pass_mfa(client)  # more codes than one minute has: `wait` lets time pass
    assert environment.clock.now() > before


def test_each_arrangement_is_an_environment_of_its_own(target: Target) -> None:
    first, second = arrange(target), arrange(target)
    assert first.id != second.id
    ada, client = enrolled(first)
    with pytest.raises(Blocked, match="the server sent none"):
        second.inbox(ada.email)()
    token = client.state.token
    assert second.request("GET", "users", token=token).status == 401


def test_settings_can_be_changed_under_peoples_feet(target: Target) -> None:
    environment = arrange(target)
    ada, _ = enrolled(environment)
    environment.change(session_based=True)
    client = environment.connect()
    assert "requiresAdditionalAuth" in (ada.sign_in(client).user.scope or "")
    assert environment.settings["session_based"] is True


def test_an_administrator_can_reset_mfa(target: Target) -> None:
    environment = arrange(target)
    _, client = enrolled(environment)
    assert client.state.user is not None
    environment.reset_mfa(client.state.user.id)
    assert client.get_mfa_devices() == ()


def test_what_users_are_told_of_their_factors_can_be_read(target: Target) -> None:
    environment = arrange(target)
    _, client = enrolled(environment)
    assert client.state.user is not None
    assert environment.notices(client.state.user.id)


def test_a_token_of_another_issuer_signs_in(target: Target) -> None:
    environment = arrange(target)
    client = environment.connect()
    client.sign_in_with_external_jwt(environment.external_jwt("eve@example.org"))
    assert client.state.user is not None


def test_addresses_are_fresh_and_may_be_hostile(target: Target) -> None:
    environment = arrange(target)
    assert environment.new_email("Ada") == "ada@example.org"
    assert environment.new_email("Ada") == "ada-2@example.org"
    assert environment.new_email("her twin") == "her-twin@example.org"
    assert environment.new_email("a&secret=AAAA") == "a&secret=AAAA@example.org"


def test_a_setting_that_does_not_exist_is_the_scenarios_mistake(target: Target) -> None:
    with pytest.raises(ScenarioError, match="session_based"):
        arrange(target, sesion_based=True)


def test_a_raw_request_is_sent_as_it_is(target: Target) -> None:
    environment = arrange(target)
    answer = environment.request("POST", "emailVerifications/create", body=b'{"email":"\xff"}')
    assert answer.status == 400
    assert environment.exchanges[-1].request == '{"email":"\\xff"}'
    wrong_type = environment.request("POST", "emailVerifications/create", body=b"x", headers={"X-Time": "1"})
    assert wrong_type.status == 400
    assert environment.exchanges[-1].headers["x-time"] == "1"


def test_the_people_live_where_the_profile_says(served: ReferenceServer) -> None:
    profile = Profile(origin="https://app.example.org", rp_id="example.org")
    for spec in ("reference", served.url):
        target = open_target(spec, profile)
        target.open()
        environment = arrange(target)
        assert (environment.origin, environment.rp_id) == ("https://app.example.org", "example.org")
        ada, client = person(environment), environment.connect()
        ada.sign_up(client)
        client.register_passkey(passkey=ada.key)
        target.close()


def test_in_process_everything_is_in_reach_whatever_the_profile_leaves_unsaid() -> None:
    target = open_target("reference", Profile(capabilities={"admin-reset": "not today"}))
    assert target.profile.has("clock")
    assert target.profile.why_not("admin-reset") == "not today"


def test_an_unknown_fault_is_refused_with_the_nearest() -> None:
    from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415

    known = next(iter(FAULTS))
    with pytest.raises(TargetError, match=f"did you mean '{known}'"):
        open_target(f"reference:{known}x").open()


def test_a_server_without_control_plane_does_not_seem_to_have_one() -> None:
    with ReferenceServer() as server, pytest.raises(TargetError, match="it has no control plane"):
        open_target(server.url).open()


def test_an_environment_that_the_server_does_not_know() -> None:
    with ReferenceServer() as server:
        profile = Profile(
            environments=(NamedEnvironment(id="11111111-2222-4333-8444-555555555555"),),
            sign_in=SignIn(code="1"),
        )
        with pytest.raises(TargetError, match="does not know this environment"):
            open_target(server.url, profile).open()
