"""`check --backend`: what runs, what is told, and what is done with answers that are neither yes nor no."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.harness.backend.conftest import CHECKS, carry_out, opened, profile_of, python_backend

from mfa_harness import check_run, suite
from mfa_harness.events import CheckFinished, RunStarted
from mfa_harness.feature_files import suite_dir
from mfa_harness.options import CheckOptions
from mfa_harness.reports.layout import explained
from mfa_harness.requirements import load
from mfa_harness.targets.backend.asked import Asked
from mfa_harness.targets.backend.declared import Backend
from mfa_harness.targets.backend.issuer import ENVIRONMENT
from mfa_harness.targets.backend.target import BackendTarget
from mfa_harness.targets.profile import NamedEnvironment, Profile
from mfa_harness.targets.target import TargetError
from mfa_harness.usage import UsageError
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.harness.backend.conftest import Issuing

    from mfa_harness.events import Event

Answer = tuple[int, str]
FULL = "backend.full-session.let-in"
EMPTY = "backend.scope-needed.refused[empty]"
LONG = "backend.no-token.refused[100 KB]"


class Told:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        pass

    @property
    def checks(self) -> dict[str, CheckFinished]:
        return {event.id: event for event in self.events if isinstance(event, CheckFinished)}


@contextmanager
def answering(answer: Callable[[str], Answer | None]) -> Iterator[str]:
    """A backend that answers as a function of the token says; None hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.headers.get("authorization") or self.headers.get("cookie") or ""
            found = answer(shown)
            if found is None:
                self.close_connection = True
                return
            body = found[1].encode()
            self.send_response(found[0])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def everybody(status: int, text: str = "") -> Callable[[str], Answer]:
    return lambda _shown: (status, text)


@pytest.fixture
def profile(issuing: Issuing) -> Profile:
    environment = issuing.environment()
    environment.operations.tools.keys_read = 1  # nobody waits for these backends to read the keys
    return profile_of(environment)


def declared(profile: Profile, **words: Any) -> Profile:
    return msgspec.structs.replace(profile, backend=msgspec.structs.replace(profile.backend, **words))


def judged(check: str, url: str, issuing: Issuing, profile: Profile) -> CheckFinished:
    with opened(url, issuing, profile) as target:
        return carry_out(CHECKS[check], target)


# -- what runs ---------------------------------------------------------------------------------------------------------


def test_without_backend_no_check_of_a_backend_runs_and_with_it_no_other() -> None:
    ordinary, backend = (
        {check.id for check in suite.checks()},
        {check.id for check in suite.checks(backend=True)},
    )
    assert all(id_.startswith("backend.") for id_ in backend)
    assert not any(id_.startswith("backend.") for id_ in ordinary)
    assert {check.id for check in suite.checks(backend=None)} == ordinary | backend


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (CheckOptions(only=("backend.mfa-owed",)), "Add --backend URL"),
        (CheckOptions(only=("totp.one-device",), backend="http://localhost:1"), "Leave --backend out"),
    ],
)
def test_a_check_of_the_other_side_is_not_looked_for_in_vain(options: CheckOptions, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_run.run_check(options, [])


def test_a_run_tells_what_an_attacker_gains_and_how_to_run_it_again(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    file = tmp_path / "mine.toml"
    file.write_text(f'[[environments]]\nid = "{environment.id}"\n')
    told = Told()
    with python_backend(environment) as url:
        code = check_run.run_check(
            CheckOptions(
                target=issuing.server.url,
                backend=f"{url}/scope-unchecked",
                requests=("GET /me",),
                profile=file,
                only=("backend.mfa-owed", "backend.full-session"),
            ),
            [told],
        )
    assert code == 1
    started = told.events[0]
    assert isinstance(started, RunStarted)
    assert started.label.startswith(f"the backend at {url}/scope-unchecked (GET /me)")
    assert [event.verdict.value for event in told.checks.values()] == ["pass", "fail", "fail"]
    failed = told.checks["backend.mfa-owed.refused[alone]"]
    text = "\n".join(explained(failed, 400))
    assert "GET /me: 200 (let in)" in text
    assert f"what an attacker gains: {load()['backend.mfa-owed'].why}" in text
    assert "control passed: a full session was let in by the same request" in text
    assert failed.again == (
        f"mfa-harness check {issuing.server.url} --backend {url}/scope-unchecked --request 'GET /me' "
        f"--profile {file} --only 'backend.mfa-owed.refused[alone]'"
    )


def test_tokens_are_masked_in_what_is_kept(issuing: Issuing, profile: Profile) -> None:
    with answering(everybody(200)) as url:
        failed = judged(EMPTY, url, issuing, profile)
    sent = [exchange.headers["authorization"] for exchange in failed.exchanges]
    assert sent == ["Bearer <token 1>", "Bearer <token 2>"]


def test_scenarios_about_an_mfa_server_are_not_applicable(
    issuing: Issuing, profile: Profile, tmp_path: Path
) -> None:
    feature = tmp_path / "mine.feature"
    feature.write_text(
        "@backend\nFeature: Mine\n  Scenario: One\n    Given a new user\n    When she signs up\n"
        "    Then she is fully signed in\n"
    )
    (check,) = suite.read(feature)
    assert check.for_backend
    with answering(everybody(200)) as url, opened(url, issuing, profile) as target:
        event = carry_out(check, target)
    assert (event.verdict, "only a backend is tested" in event.reason) == (Verdict.NOT_APPLICABLE, True)


# -- how answers are read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 204])
def test_who_is_let_in_is_told_by_the_status(issuing: Issuing, profile: Profile, status: int) -> None:
    with answering(everybody(status)) as url:
        assert judged(FULL, url, issuing, profile).verdict is Verdict.PASS


def full_only(refusal: Answer) -> Callable[[str], Answer]:
    """Lets full sessions in, whatever else is wrong with their tokens."""
    return lambda shown: (200, "welcome") if '"scope":"user:basic"' in payload(shown) else refusal


def payload(shown: str) -> str:
    part = ([*shown.split("."), "", ""])[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({}, (401, "")),
        ({}, (403, "")),
        ({"refused_statuses": (302,)}, (302, "")),
        ({"refused_text": "UNAUTHENTICATED"}, (200, '{"errors": ["UNAUTHENTICATED"]}')),
    ],
)
def test_a_refusal_is_told_by_status_or_text(
    issuing: Issuing, profile: Profile, words: dict[str, Any], refusal: Answer
) -> None:
    with answering(full_only(refusal)) as url:
        event = judged(EMPTY, url, issuing, declared(profile, **words))
    assert event.verdict is Verdict.PASS, event.reason


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        ({}, (500, "boom"), "GET /me: 500 'boom' (neither let in nor refused)"),
        ({}, (302, ""), "GET /me: 302 (neither let in nor refused)"),
        ({"let_in_text": "welcome"}, (200, "log in"), "GET /me: 200 'log in' (neither let in nor refused)"),
    ],
)
def test_what_is_neither_fails_and_says_what_to_declare(
    issuing: Issuing, profile: Profile, words: dict[str, Any], answer: Answer, told: str
) -> None:
    with answering(full_only(answer)) as url:
        event = judged(EMPTY, url, issuing, declared(profile, **words))
    assert event.verdict is Verdict.FAIL
    assert event.failure
    assert event.failure.got == told
    assert "[backend] refused_statuses or refused_text" in event.failure.details


def test_hanging_up_on_a_token_of_100_kb_is_a_refusal_and_on_a_short_one_is_not(
    issuing: Issuing, profile: Profile
) -> None:
    def answer(shown: str) -> Answer | None:
        return None if len(shown) > 50_000 or '"scope":""' in payload(shown) else (200, "")

    with answering(answer) as url:
        assert judged(LONG, url, issuing, profile).verdict is Verdict.PASS
        short = judged(EMPTY, url, issuing, profile)
    assert short.verdict is Verdict.FAIL
    assert "no answer" in short.reason


def test_where_a_full_session_is_refused_nothing_else_is_judged(issuing: Issuing, profile: Profile) -> None:
    with answering(everybody(401)) as url:
        control = judged(FULL, url, issuing, profile)
        refusal = judged(EMPTY, url, issuing, profile)
    assert (control.verdict, refusal.verdict) == (Verdict.FAIL, Verdict.BLOCKED)
    assert "mfa-harness doctor --backend" in (control.failure.details if control.failure else "")
    assert "mfa-harness doctor --backend" in refusal.reason


def test_the_token_goes_where_the_profile_says(issuing: Issuing) -> None:
    environment = issuing.environment()
    profile = profile_of(environment, send="cookie: session={token}", headers={"x-key": "k"})
    with python_backend(environment) as url:
        assert judged(FULL, f"{url}/right", issuing, profile).verdict is Verdict.PASS


def test_claims_and_audience_of_the_profile_are_in_every_token(issuing: Issuing, profile: Profile) -> None:
    seen: list[str] = []

    def answer(shown: str) -> Answer:
        seen.append(payload(shown))
        return 200, ""

    with answering(answer) as url:
        judged(
            FULL, url, issuing, declared(profile, audience="https://app.example.org", claims={"org": "o1"})
        )
    assert '"aud":"https://app.example.org"' in seen[-1]
    assert '"org":"o1"' in seen[-1]


# -- mistakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /me", Asked("GET", "/me")),
        ("get /me?x=1", Asked("GET", "/me?x=1")),
        ('POST /orders {"n": 1}', Asked("POST", "/orders", '{"n": 1}')),
        ("  DELETE  /a/b  ", Asked("DELETE", "/a/b")),
    ],
)
def test_a_request_is_method_path_and_perhaps_a_body(text: str, expected: Asked) -> None:
    assert Asked.parse(text) == expected


@pytest.mark.parametrize("text", ["", "/me", "GET", "GET me", "GET http://x/me"])
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(TargetError, match="Write method and path"):
        Asked.parse(text)


@pytest.mark.parametrize(
    ("url", "requests", "words", "told"),
    [
        ("localhost:3000", ("GET /me",), {}, "no http"),
        ("http://u:p@localhost", ("GET /me",), {}, "more than an address"),
        ("http://localhost:3000", (), {}, "--request 'GET /me'"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(
    url: str, requests: tuple[str, ...], words: dict[str, Any], told: str
) -> None:
    with pytest.raises(TargetError) as caught:
        BackendTarget(url, requests, profile=declared(Profile(), **words))
    assert told in str(caught.value)


def test_an_issuer_without_a_control_plane_is_told(profile: Profile) -> None:
    with answering(everybody(404)) as url:
        target = BackendTarget(url, ("GET /me",), spec=url, profile=profile)
        with pytest.raises(TargetError, match="serve --control"):
            target.open()


def test_an_issuer_without_the_environment_of_the_profile_is_told(issuing: Issuing) -> None:
    missing = Profile(environments=(NamedEnvironment(id="00000000-0000-4000-8000-000000000000"),))
    target = BackendTarget("http://localhost:1", ("GET /me",), spec=issuing.server.url, profile=missing)
    with pytest.raises(TargetError, match="--environments"):
        target.open()


def test_other_targets_issue_no_tokens(profile: Profile) -> None:
    with pytest.raises(TargetError, match="tokens of our reference server"):
        BackendTarget("http://localhost:1", ("GET /me",), spec="exec:x", profile=profile).open()


def test_a_backend_that_never_answers_is_told(issuing: Issuing) -> None:
    profile = msgspec.structs.replace(profile_of(issuing.environment()), timeout=0.05)
    with answering(slowly) as url:
        target = BackendTarget(url, ("GET /me",), spec=issuing.server.url, profile=profile)
        with pytest.raises(TargetError, match="did not answer in time"):
            target.open()


def slowly(_shown: str) -> Answer | None:
    time.sleep(0.3)
    return None


def test_a_backend_that_is_not_there_is_told(issuing: Issuing, profile: Profile) -> None:
    with answering(everybody(200)) as url:
        pass
    with pytest.raises(TargetError, match="nothing listens there"):
        BackendTarget(url, ("GET /me",), spec=issuing.server.url, profile=profile).open()


# -- the issuer --------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_where_nobody_issues_tokens_we_do_for_as_long_as_the_run_takes() -> None:
    profile = Profile(backend=Backend(port=free_port()))
    keys_url = f"http://localhost:{profile.backend.port}/api/v0/sdk/{ENVIRONMENT}/.well-known/jwks"
    for _ in range(2):  # the port is free again, and the address of the keys the same
        with answering(full_only((401, ""))) as url:
            target = BackendTarget(url, ("GET /me",), profile=profile)
            target.open()
            try:
                assert carry_out(CHECKS[FULL], target).verdict is Verdict.PASS
                assert target.issuer.known.jwks == keys_url
                assert target.issuer.published_keys()
            finally:
                target.close()


def test_we_issue_for_the_environment_of_the_profile() -> None:
    wanted = "3f0c52d4-8a51-4a6e-9a3f-0d6c1c0e7a11"
    profile = Profile(
        url="https://mfa.example.org/api/v0",
        environments=(NamedEnvironment(id=wanted),),
        backend=Backend(port=free_port()),
    )
    with answering(full_only((401, ""))) as url:
        target = BackendTarget(url, ("GET /me",), profile=profile)
        target.open()
        try:
            assert target.issuer.known.issuer == f"http://localhost/{wanted}"
        finally:
            target.close()


def test_an_issuer_that_is_there_already_is_used(issuing: Issuing) -> None:
    port = int(issuing.server.url.rpartition(":")[2])
    environment = issuing.environment()
    profile = declared(profile_of(environment), port=port)
    with python_backend(environment) as url:
        target = BackendTarget(f"{url}/right", ("GET /me",), profile=profile)
        target.open()
        try:
            assert carry_out(CHECKS[FULL], target).verdict is Verdict.PASS
        finally:
            target.close()


def test_plain_pytest_leaves_the_backend_feature_alone() -> None:
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider", str(suite_dir())],
        cwd=suite_dir().parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "notices.feature::notices." in collected.stdout
    assert "backend_tokens" not in collected.stdout


def test_a_crash_that_drops_the_connection_is_not_blamed_on_the_next_request(
    issuing: Issuing, profile: Profile
) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept, unless they are dropped

        def do_GET(self) -> None:
            self.send_response(200 if self.headers.get("authorization") else 500)
            self.send_header("content-length", "0")
            self.end_headers()
            self.close_connection = not self.headers.get("authorization")  # and does not say so

        def log_message(self, *_arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        with opened(url, issuing, profile) as target:
            environment = target.arrange({}, scenario="a.b.c", locks_out=False)
            for _ in range(5):
                assert [each.found for each in environment.present(None)] == ["500"]
                assert [each.verdict for each in environment.present("token")] == ["let in"]
        server.shutdown()
        thread.join()
