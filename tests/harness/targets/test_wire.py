"""Every request of the harness is paced, recorded and masked; a 429 is waited out; silence ends the run."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from mfa_harness.events import Exchange
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.curl import curl
from mfa_harness.targets.masking import Masker
from mfa_harness.targets.transcript import Transcript
from mfa_harness.targets.wire import RecordingTransport
from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "http://localhost:8123/api/v0"
ENVIRONMENT = "11111111-2222-4333-8444-555555555555"
DEVICE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


class Wire:
    """A client over a recording transport, with the answers that a test gives."""

    def __init__(
        self,
        answer: Callable[[httpx.Request], httpx.Response],
        *,
        rate: float | None = None,
        waits_out_limits: bool = False,
    ) -> None:
        self.slept: list[float] = []
        self.notes: list[str] = []
        self.contact = Contact(
            rate=rate, note=self.notes.append, sleep=self.slept.append, monotonic=lambda: sum(self.slept)
        )
        self.transcript = Transcript(BASE, ENVIRONMENT)
        self.http = httpx.Client(
            transport=RecordingTransport(
                httpx.MockTransport(answer), self.transcript, self.contact, waits_out_limits=waits_out_limits
            )
        )

    def send(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"{BASE}/sdk/{ENVIRONMENT}/{path}", json=json, headers=named)


def ok(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={})


def test_an_exchange_shows_the_path_below_the_environment_and_no_secret() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        user = {"id": DEVICE, "email": "ada@example.org", "scope": "user:basic"}
        return httpx.Response(
            200,
            json={
                "minifiedJwt": JWT,
                "jwt": JWT,
                "user": user,
                "expiresAt": 1767225607,
                "mfaToken": "mt-12345678",
            },
            headers={
                "cache-control": "no-store",
                "date": "Thu, 01 Jan 2026 00:00:00 GMT",
                "retry-after": "7",
            },
        )

    wire = Wire(answer)
    wire.send("POST", "users/mfa/auth/totp", {"code": "755224", "id": DEVICE}, authorization=f"Bearer {JWT}")
    (exchange,) = wire.transcript.exchanges
    assert exchange == Exchange(
        method="POST",
        path="/users/mfa/auth/totp",
        status=200,
        request={"code": "<code 1>", "id": "<id 1>"},
        response={
            "minifiedJwt": "<token 1>",
            "jwt": "<token 1>",
            "user": {"id": "<id 1>", "email": "ada@example.org", "scope": "user:basic"},
            "expiresAt": "<time>",
            "mfaToken": "<mfa-token 1>",
        },
        headers={"authorization": "Bearer <token 1>", "cache-control": "no-store", "retry-after": "7"},
    )


def test_another_environments_id_is_masked_in_the_path() -> None:
    wire = Wire(ok)
    wire.http.get(f"{BASE}/sdk/{DEVICE}/users?count=5")
    assert wire.transcript.exchanges[0].path == "/sdk/<id 1>/users?count=5"


def test_the_order_of_exchanges_is_that_of_the_requests_however_often_they_are_read() -> None:
    wire = Wire(ok)
    wire.send("GET", "users")
    first = wire.transcript.exchanges
    wire.send("GET", "users/mfa")
    assert [exchange.path for exchange in wire.transcript.exchanges] == ["/users", "/users/mfa"]
    assert wire.transcript.exchanges[:1] == first


def test_a_race_is_told_in_counts() -> None:
    seen: list[int] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        seen.append(1)
        return httpx.Response(200 if len(seen) == 1 else 422, json={"minifiedJwt": JWT})

    wire = Wire(answer)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: wire.send("POST", "users/mfa/auth/totp", {"code": "755224"}), range(8)))
    wire.send("GET", "users")
    race, after = wire.transcript.exchanges
    assert race.note == "8 at once: 1 x 200, 7 x 422"
    assert race.status is None
    assert race.response is None
    assert race.request == {"code": "<code 1>"}
    assert after.path == "/users"


def test_a_request_without_an_answer_is_recorded_with_the_reason() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    wire = Wire(answer)
    with pytest.raises(httpx.ReadTimeout):
        wire.send("GET", "users")
    (exchange,) = wire.transcript.exchanges
    assert exchange.status is None
    assert exchange.note == "no answer: ReadTimeout: too slow"


def test_after_three_requests_without_an_answer_nothing_more_is_sent() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadTimeout("too slow", request=request)

    wire = Wire(answer)
    for _ in range(3):
        with pytest.raises(httpx.ReadTimeout):
            wire.send("GET", "users")
    with pytest.raises(Blocked, match="stopped answering: 3 times in a row"):
        wire.send("GET", "users")
    assert len(sent) == 3
    assert len(wire.notes) == 1


def test_an_answer_between_makes_the_count_of_silence_start_again() -> None:
    answers = iter([None, None, 200, None, None, 500])

    def answer(request: httpx.Request) -> httpx.Response:
        status = next(answers)
        if status is None:
            raise httpx.ReadTimeout("too slow", request=request)
        return httpx.Response(status)

    wire = Wire(answer)
    for _ in range(2):
        for _ in range(2):
            with pytest.raises(httpx.ReadTimeout):
                wire.send("GET", "users")
        wire.send("GET", "users")


def test_requests_keep_the_pace() -> None:
    wire = Wire(ok, rate=4)
    for _ in range(5):
        wire.send("GET", "users")
    assert wire.slept == [0.25] * 4


def limited(*answers: int | str) -> Callable[[httpx.Request], httpx.Response]:
    """Answers one after another: a status, or the Retry-After of a 429."""
    left = iter(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        what = next(left)
        if isinstance(what, int):
            return httpx.Response(what)
        headers = {"retry-after": what, "date": "Thu, 01 Jan 2026 00:00:00 GMT"} if what else {}
        return httpx.Response(429, headers=headers)

    return answer


def test_a_429_is_waited_out_by_retry_after_and_is_no_verdict() -> None:
    wire = Wire(limited("7", "Thu, 01 Jan 2026 00:00:09 GMT", "", 200), waits_out_limits=True)
    assert wire.send("GET", "users").status_code == 200
    assert wire.slept == [7, 9, 10]
    assert wire.notes[0] == "waiting 7 s because the target asks for it (429, GET users)"
    assert [exchange.status for exchange in wire.transcript.exchanges] == [429, 429, 429, 200]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Thu, 01 Jan 2026 00:00:09 -0000", 9),
        ("Thu, 01 Jan 2026 00:00:09", 9),
        ("Thu, 99999999999999999999 Jan 2026 00:00:00 GMT", 10),
        ("soon", 10),
        ("-5", 10),
    ],
)
def test_a_retry_after_that_is_oddly_written_is_read_or_taken_for_none(said: str, seconds: int) -> None:
    wire = Wire(limited(said, 200), waits_out_limits=True)
    assert wire.send("GET", "users").status_code == 200
    assert wire.slept == [seconds]


def test_a_429_stands_where_limits_are_what_is_tested() -> None:
    wire = Wire(limited("7"))
    assert wire.send("GET", "users").status_code == 429
    assert not wire.slept


def test_a_limit_that_never_ends_blocks() -> None:
    with pytest.raises(Blocked, match="4 x 429 in a row; lower `rate` in the profile"):
        Wire(limited("1", "1", "1", "1"), waits_out_limits=True).send("GET", "users")
    with pytest.raises(Blocked, match="for 3600 s"):
        Wire(limited("3600"), waits_out_limits=True).send("GET", "users")


def test_a_code_is_not_sent_again_when_it_would_be_too_old() -> None:
    wire = Wire(limited("60", 200), waits_out_limits=True)
    with pytest.raises(Blocked, match="longer than a code lives"):
        wire.send("POST", "users/mfa/auth/totp", {"code": "755224"})


class TestMasking:
    def test_codes_that_are_not_six_digits_show_their_shape(self) -> None:
        masker = Masker()
        shown = [
            masker.json({"code": code})["code"]
            for code in ("755224", "75522", "\uff17" * 6, 755224, None, ["755224"])
        ]
        assert shown == [
            "<code 1>",
            "<code 2, 5 characters>",
            "<code 3, 6 characters, not ASCII>",
            755224,
            None,
            ["<code 1>"],
        ]

    def test_the_same_value_has_the_same_word_wherever_it_stands(self) -> None:
        masker = Masker()
        assert masker.json({"recoveryCodes": ["ABCDEFGHIJ"]}) == {"recoveryCodes": ["<recovery-code 1>"]}
        assert masker.json({"code": "ABCDEFGHIJ"}) == {"code": "<recovery-code 1>"}
        assert masker.json({"error": "code ABCDEFGHIJ is used"}) == {
            "error": "code <recovery-code 1> is used"
        }

    def test_secrets_in_uris_are_masked_and_the_rest_of_the_uri_is_kept(self) -> None:
        uri = "otpauth://totp/Ours:ada%40example.org?secret=GEZDGNBVGY3TQOJQ&issuer=Ours&digits=6"
        shown = Masker().json({"secret": "GEZDGNBVGY3TQOJQ", "uri": uri})
        assert shown["uri"] == "otpauth://totp/Ours:ada%40example.org?secret=<secret 1>&issuer=Ours&digits=6"

    def test_what_the_browser_said_is_readable(self) -> None:
        client_data = (
            "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vZXZpbC50ZXN0In0"
        )
        shown = Masker().json({"response": {"clientDataJSON": client_data, "signature": "MEUCIQ"}})[
            "response"
        ]
        assert shown["clientDataJSON"] == {
            "type": "webauthn.get",
            "challenge": "<challenge 1>",
            "origin": "https://evil.test",
        }
        assert shown["signature"] == "<signature 1>"
        assert Masker().json({"clientDataJSON": "no base64!"}) == {"clientDataJSON": "<client-data 1>"}

    def test_only_the_targets_own_port_is_masked(self) -> None:
        masker = Masker(BASE)
        assert masker.text("http://localhost:8123/x from http://localhost:4317") == (
            "http://localhost:<port>/x from http://localhost:4317"
        )

    def test_cookies_keep_their_attributes(self) -> None:
        said = "DYNAMIC_JWT_TOKEN=opaque-value; Path=/; HttpOnly; Expires=Thu, 01 Jan 2026 02:00:00 GMT"
        assert Masker().header("set-cookie", said) == (
            "DYNAMIC_JWT_TOKEN=<token 1>; Path=/; HttpOnly; Expires=<time>"
        )
        assert Masker().header("cookie", "a=opaque-1; b=opaque-2") == "a=<token 1>; b=<token 2>"

    def test_values_of_the_profile_are_shown_nowhere(self) -> None:
        masker = Masker(secrets=["s3cret"])
        assert masker.json({"error": "key s3cret is unknown"}) == {
            "error": "key <from the profile> is unknown"
        }

    def test_times_are_masked(self) -> None:
        value = {"createdAt": "2026-01-01T00:00:00.000Z", "exp": 1767225607, "count": 3}
        assert Masker().json(value) == {"createdAt": "<time>", "exp": "<time>", "count": 3}

    def test_an_empty_token_stays_visible(self) -> None:
        assert Masker().header("x-mfa-auth-token", "") == ""

    @pytest.mark.parametrize("depth", [10, 100, 5000])
    def test_deep_and_broken_bodies_are_shown_in_part(self, depth: int) -> None:
        wire = Wire(lambda _request: httpx.Response(400, content=b"[" * depth + b"]" * depth))
        wire.http.post(f"{BASE}/x", content=b'{"code":"\xff"}')
        (exchange,) = wire.transcript.exchanges
        assert msgspec.json.encode(exchange)
        assert exchange.request == '{"code":"\\xff"}'


class TestCurl:
    def test_it_runs_in_a_shell_with_its_variables_filled_in(self) -> None:
        exchange = Exchange(
            method="POST",
            path="/users/mfa/<id 2>",
            request={"code": "<code 1, 5 characters>", "name": "it's $HOME"},
            headers={"authorization": "Bearer <token 3>", "cache-control": "no-store"},
        )
        command = curl(exchange)
        assert command.startswith('curl -X POST "$BASE"/users/mfa/"$ID_2"')
        assert "no-store" not in command
        script = (
            f"curl() {{ printf '%s\\n' \"$@\"; }}; BASE=http://x ID_2=7 CODE_1=12345 TOKEN_3=t; {command}"
        )
        shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
        assert shown.splitlines() == [
            "-X",
            "POST",
            "http://x/users/mfa/7",
            "-H",
            "authorization: Bearer t",
            "-H",
            "content-type: application/json",
            "--data-raw",
            '{"code":"12345","name":"it\'s $HOME"}',
        ]
