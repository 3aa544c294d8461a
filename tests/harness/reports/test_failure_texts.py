"""What a person reads who meets each of twenty faults, from the first line to the last.

The texts are made where the judging is done (steps, scenario), and only here are they read as a whole. Read a golden
file as a QA engineer would who has never seen this code. To renew them, and then to read the difference:

    MFA_RENEW_GOLDENS=1 pytest tests/harness/reports/test_failure_texts.py && git diff tests/harness/reports/golden
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mfa_harness.cli import main

GOLDENS = Path(__file__).parent / "golden" / "failures"
RENEWING = bool(os.environ.get("MFA_RENEW_GOLDENS"))

FAULTS = {
    # enrolment
    "second-device-accepted": "totp.one-device.second-refused",
    "wrong-code-enrols": "totp.wrong-code-refused.auth",
    "uri-malformed": "totp.provisioning-uri.qr-code[well-formed]",
    # codes
    "code-replay-in-session": "totp.code-once.same-session",
    "drift-too-wide": "totp.drift-bounded.refused[2 ago]",
    # recovery codes
    "recovery-code-reusable": "recovery.single-use.used-code",
    "recovery-code-race": "recovery.single-use.at-once",
    "recovery-codes-nine": "recovery.ten-codes.set",
    # the gate
    "gate-missing": "onboarding.gates-until-enrolled.new-user",
    "gate-not-enforced": "gate.protects-endpoints.operations[delete account]",
    # sessions
    "mfa-remembered-across-logins": "session.challenge-every-login.gate-table[on/on/app]",
    "token-algorithm-open": "token.signature.forged[alg none]",
    # MFA tokens
    "mfa-token-reusable": "mfa-token.single-use.second-call",
    "mfa-token-unasked": "mfa-token.on-request.kinds[code, none]",
    # step-up
    "step-up-check-says-no": "step-up.check.needed[app]",
    # devices
    "device-deleted-without-token": "devices.deletion-needs-token.no-token",
    "unverified-default": "devices.default.unverified",
    # passkeys
    "passkey-challenge-reusable": "passkey.challenge-once.replay",
    "passkey-malformed-500": "passkey.robust.registration[attestation]",
    # limits: a failure, and a warning that is none
    "totp-guessing-unlimited": "limits.attempts.totp",
    "no-retry-after": "limits.retry-after.header",
}


def told(fault: str, check: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The whole output, without what another run or another line in a feature would change."""
    assert main(["check", f"reference:{fault}", "--only", check]) in (0, 1)
    text = capsys.readouterr().out
    return re.sub(r" \(in [0-9.]+ s\)", "", re.sub(r"(\.feature):\d+", r"\1:LINE", text))


@pytest.mark.parametrize(("fault", "check"), FAULTS.items(), ids=FAULTS)
def test_who_meets_a_fault_reads_what_is_required_what_came_and_how_to_see_it_again(
    fault: str, check: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    text = told(fault, check, capsys)
    golden = GOLDENS / f"{fault}.txt"
    if RENEWING:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_fault() -> None:
    assert {path.stem for path in GOLDENS.iterdir()} == set(FAULTS)
