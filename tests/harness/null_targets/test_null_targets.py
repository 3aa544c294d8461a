"""Targets that are no MFA server at all must pass no requirement: a scenario that passes on one checks nothing.

They answer the public settings, without which a run does not even begin; everything else is nothing, or nonsense.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from mfa_harness import check_run
from mfa_harness.events import CheckFinished, Event
from mfa_harness.options import CheckOptions
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import UrlTarget
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVIRONMENT: Final = "11111111-2222-4333-8444-555555555555"
URL: Final = "http://localhost:9/api/v0"
SETTINGS: Final = {
    "chains": [],
    "kyc": [],
    "sdk": {},
    "security": {
        "mfa": {
            "enabled": False,
            "required": False,
            "enrollment": "none",
            "availableMethods": ["totp", "passkey"],
            "methods": [{"type": "totp", "enabled": True}, {"type": "passkey", "enabled": True}],
            "actions": [],
        }
    },
}
ANSWERED: Final = {"settings.public"}
"""What the settings alone say."""

PROFILE: Final = f"""
url = "{URL}"
timeout = 0.2
[sign_in]
email = "qa+{{unique}}@example.org"
code = "123456"
[allow]
locks_out = true
[[environments]]
id = "{ENVIRONMENT}"
[[environments]]
id = "21111111-2222-4333-8444-555555555555"
settings = {{ session_based = true }}
[[environments]]
id = "31111111-2222-4333-8444-555555555555"
settings = {{ require_at_onboarding = true }}
[[environments]]
id = "41111111-2222-4333-8444-555555555555"
settings = {{ require_at_onboarding = true, session_based = true }}
[[environments]]
id = "51111111-2222-4333-8444-555555555555"
settings = {{ actions = ["wallet.waas.export"] }}
"""

USER: Final = {
    "id": "0b0e7d3e-7a51-4c1c-8f5e-6a7a3c1a9f10",
    "projectEnvironmentId": ENVIRONMENT,
    "verifiedCredentials": [],
    "scope": "user:basic",
}
CANNED: Final[dict[str, Any]] = {
    "user": USER,
    **USER,
    "expiresAt": 4102444800,
    "minifiedJwt": "e30.e30.e30",
    "jwt": "e30.e30.e30",
    "mfaToken": "token",
    "verificationUUID": "0b0e7d3e-7a51-4c1c-8f5e-6a7a3c1a9f11",
    "email": "ada@example.org",
    "nonces": ["a", "b", "c", "d", "e"],
    "count": 0,
    "devices": [],
    "passkeys": [],
    "userHasVerifiedMfaMethods": False,
    "type": "totp",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/ACME:ada@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=ACME",
    "recoveryCodes": [f"ABCDEFGH{number:02}" for number in range(10)],
    "isRequired": False,
    "credentials": [],
    "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
    "rpId": "localhost",
    "allowCredentials": [],
    "keys": [],
}


def _hangs(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


NULL_TARGETS: Final[dict[str, Callable[[httpx.Request], httpx.Response]]] = {
    "200 and an empty object": lambda _: httpx.Response(200, json={}),
    "401": lambda _: httpx.Response(401, json={"error": "no"}),
    "403": lambda _: httpx.Response(403, json={"error": "no", "code": "mfa_invalid_code"}),
    "422 invalid code": lambda _: httpx.Response(422, json={"error": "no", "code": "mfa_invalid_code"}),
    "500": lambda _: httpx.Response(500, text="oops"),
    "plausible canned JSON": lambda _: httpx.Response(200, json=CANNED),
    "garbage": lambda _: httpx.Response(200, content=b"\x00\xff garbage"),
    "its own request": lambda request: httpx.Response(200, content=request.content),
    "never": _hangs,
}


class _Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        pass


def _with_settings(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/settings"):
            return httpx.Response(200, json=SETTINGS)
        if "/control/" in request.url.path:
            return httpx.Response(404, json={"error": "not found"})
        return answer(request)

    return httpx.MockTransport(handle)


@pytest.mark.parametrize("name", NULL_TARGETS)
def test_a_target_that_is_no_server_passes_no_requirement(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "null.toml"
    file.write_text(PROFILE)

    def open_target(*_args: Any, note: Callable[[str], None], **_options: Any) -> UrlTarget:
        transport = _with_settings(NULL_TARGETS[name])
        return UrlTarget(URL, profile=Profile.load(file), seed="0", transport=transport, note=note)

    monkeypatch.setattr(check_run, "open_target", open_target)
    listener = _Listener()

    check_run.run_check(CheckOptions(target=URL, profile=file), [listener])

    checks = [event for event in listener.events if isinstance(event, CheckFinished)]
    passed = [
        check.id for check in checks if check.verdict is Verdict.PASS and check.requirement not in ANSWERED
    ]
    broken = [f"{check.id}: {check.reason}" for check in checks if check.verdict is Verdict.ERROR]
    assert passed == []
    assert broken == []
    assert any(check.verdict is Verdict.BLOCKED for check in checks)


@pytest.mark.parametrize("name", NULL_TARGETS)
def test_without_settings_a_run_does_not_begin(name: str, tmp_path: Path) -> None:
    file = tmp_path / "null.toml"
    file.write_text(PROFILE)
    transport = httpx.MockTransport(NULL_TARGETS[name])
    target = UrlTarget(
        URL, profile=Profile.load(file), seed="0", transport=transport, note=lambda _text: None
    )

    with pytest.raises(TargetError):
        target.open()
