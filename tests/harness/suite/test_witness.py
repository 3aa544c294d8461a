"""A server that says no and does it all the same: what is visible of the account is compared."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.harness.suite.conftest import answer, is_call, misbehaving

from mfa_harness.scenario.witness import UNREADABLE, Sight

if TYPE_CHECKING:
    import httpx
    from tests.harness.suite.conftest import Run, Tamper


def says_no(method: str, path: str, status: int, code: str = "no") -> Tamper:
    """Does what is asked, and answers that it did not."""

    def tamper(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_call(request, method, path) and response.is_success:
            return answer(status, {"error": "no", "code": code})
        return response

    return tamper


def test_an_app_that_is_refused_and_added_all_the_same_is_a_failure(run: Run) -> None:
    ran = run(
        """\
        Scenario: liar
          Given a user who has enrolled a passkey
          When she tries to add a second authenticator app
          Then she is refused with "401 Unauthorized"
        """,
        target=misbehaving(says_no("GET", "users/mfa/register/totp", 401)),
    )
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "401, and nothing changed" in ran.one.reason
    assert "devices 0 -> 1" in ran.one.reason


def test_a_recovery_code_that_is_refused_and_used_up_is_a_failure(run: Run) -> None:
    refused: list[bool] = []

    def burns(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_call(request, "POST", "users/mfa/auth/recovery") and response.status_code == 422:
            refused.append(True)
        if refused and is_call(request, "GET", "users/mfa/recovery") and response.is_success:
            return answer(200, {"recoveryCodes": response.json()["recoveryCodes"][1:]})
        return response

    ran = run(only=("recovery.separate-from-totp.code-as-recovery-code",), target=misbehaving(burns))
    assert ran.one.verdict.value == "pass"  # one session: nobody can count without changing anything
    refused.clear()
    ran = run(
        """\
        Scenario: burnt
          Given a user who has enrolled an authenticator app
          And she reads her recovery codes
          And she has signed in again
          When she uses a made-up recovery code
          Then she is refused with "invalid code"
        """,
        target=misbehaving(burns),
    )
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "recovery codes left 10 -> 9" in ran.one.reason


def test_a_session_that_a_refusal_lifts_is_a_failure(run: Run) -> None:
    """A wrong code is refused, and the next look at the user finds the gate gone."""
    refused: list[bool] = []

    def lifts(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if is_call(request, "POST", "users/mfa/auth/totp") and response.status_code == 422:
            refused.append(True)
        if refused and is_call(request, "GET", "users") and response.is_success:
            return answer(200, {**response.json(), "scope": "user:basic"})
        return response

    ran = run(
        """\
        Scenario: liar
          Given session-based MFA is on
          And a user who has enrolled an authenticator app
          And she has signed in again
          When she enters a wrong code
          Then she is refused with "invalid code"
        """,
        target=misbehaving(lifts),
    )
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "scope requiresAdditionalAuth -> user:basic" in ran.one.reason


SEEN = Sight(("totp verified default",), 1, "user:basic", "complete", 10)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"devices": ()}, r"devices 1 -> 0"),
        ({"devices": ("totp",)}, r"devices .*totp verified default -> totp"),
        ({"passkeys": 2}, r"passkeys 1 -> 2"),
        ({"passkeys": 0}, r"passkeys 1 -> (0|none)"),
        ({"scope": ""}, r"scope user:basic -> none"),
        ({"acknowledgement": "pending"}, r"acknowledgement.* complete -> pending"),
        ({"recovery_codes": 9}, r"recovery codes left 10 -> 9"),
        ({"devices": UNREADABLE}, "her account could be read before, and cannot be read any more"),
        ({"passkeys": 2, "recovery_codes": 9}, r"passkeys 1 -> 2; recovery codes left 10 -> 9"),
    ],
)
def test_a_difference_is_told_in_words(changed: dict[str, Any], told: str) -> None:
    assert re.fullmatch(told, SEEN.difference(replace(SEEN, **changed)))


def test_no_difference_is_told_by_silence() -> None:
    assert SEEN.difference(replace(SEEN)) == ""
