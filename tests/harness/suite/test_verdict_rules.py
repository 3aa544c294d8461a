"""What a check ends in: fail, warn, n/a, blocked, error; and what is never taken for a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.harness.suite.conftest import answer, is_call, misbehaving

from mfa_harness.scenario.world import World
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.reference import ReferenceEnvironment, ReferenceTarget
from mfa_harness.targets.tolerances import Tolerances

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Run

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECOND_APP = """\
{tags}
Scenario: second
  Given a user who has enrolled an authenticator app
  When she tries to add a second authenticator app
  Then she is refused{how}
"""
WRONG_CODE = """\
{tags}
Scenario: wrong
  Given a user who has enrolled an authenticator app
  When she enters a wrong code
  Then she is refused with "invalid code"
"""
NOT_ACKNOWLEDGED = """\
{tags}
Scenario: not cached
  Given a user who has enrolled no MFA method
  Then the answer with the secret may not be cached
"""


def cacheable(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    response.headers.pop("cache-control", None)
    return response


def test_a_breach_of_a_should_is_a_warning_and_does_not_fail_the_run(run: Run) -> None:
    ran = run(
        NOT_ACKNOWLEDGED.format(tags="@totp.not-cacheable.mine"),
        target=misbehaving(cacheable),
        only=("totp.not-cacheable.mine",),
    )
    assert (ran.one.level, ran.one.verdict.value, ran.code) == ("SHOULD", "warn", 0)
    assert ran.one.failure is not None
    assert ran.one.failure.required == "Cache-Control: no-store"
    assert ran.one.failure.source
    assert ran.finished.counts == {"warn": 1}


def test_the_same_breach_without_a_requirement_is_a_failure(run: Run) -> None:
    ran = run(NOT_ACKNOWLEDGED.format(tags=""), target=misbehaving(cacheable))
    assert (ran.one.level, ran.one.verdict.value, ran.code) == ("MUST", "fail", 1)


def test_the_shipped_scenario_of_a_should_only_warns_too(run: Run) -> None:
    ran = run(target=misbehaving(cacheable), only=("totp.not-cacheable.registration",))
    assert (ran.one.verdict.value, ran.code) == ("warn", 0)


@pytest.mark.parametrize(
    ("given", "capabilities", "reason"),
    [
        ("TOTP is on", {"totp": False}, "the profile says totp = false"),
        ("TOTP is on", {"totp": "planned for spring"}, "planned for spring"),
        ("a user who has enrolled a passkey", {"passkeys": False}, "the profile says passkeys = false"),
        (
            'the profile says that "drift_steps" is 2',
            {},
            "the profile does not declare drift_steps = 2 (it says 1)",
        ),
    ],
)
def test_what_the_profile_lacks_makes_a_check_not_applicable_with_the_reason(
    run: Run, given: str, capabilities: dict[str, Any], reason: str
) -> None:
    default = Profile.default()
    profile = Profile(capabilities={**default.capabilities, **capabilities}, tolerances=default.tolerances)
    ran = run(
        f"""\
        Scenario: lacking
          Given {given}
          And another user who has enrolled no MFA method
          When the other user signs out
          Then the other user succeeds
        """,
        target=ReferenceTarget(profile=profile),
    )
    assert (ran.one.verdict.value, ran.one.reason, ran.code) == ("n/a", reason, 2)  # nothing was tested
    assert ran.one.failure is None
    assert ran.finished.not_tested == {reason: 1}


def test_what_the_target_claims_and_cannot_do_is_blocked_and_fails_the_run(run: Run) -> None:
    def no_registration(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(501) if is_call(request, "GET", "users/mfa/register/totp") else response

    ran = run(WRONG_CODE.format(tags=""), target=misbehaving(no_registration))
    assert (ran.one.verdict.value, ran.code) == ("blocked", 1)
    assert "make a user with an authenticator app" in ran.one.reason
    assert "501" in ran.one.reason


def test_an_action_that_others_build_on_is_blocked_where_it_fails(run: Run) -> None:
    def no_refresh(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(403) if is_call(request, "POST", "refresh") else response

    scenario = """\
    Scenario: refresh
      Given a user who has enrolled no MFA method
      When she refreshes her session
      And she signs out
      Then she succeeds
    """
    ran = run(scenario, target=misbehaving(no_refresh))
    assert (ran.one.verdict.value, ran.code) == ("blocked", 1)
    ran = run(scenario.replace("      And she signs out\n", ""), target=misbehaving(no_refresh))
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "refreshing the session" in ran.one.reason


def test_an_answer_that_a_then_needs_and_does_not_get_is_blocked_and_not_our_bug(run: Run) -> None:
    def no_list(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(500) if is_call(request, "GET", "users/mfa") else response

    scenario = """\
    Scenario: listed
      Given a user who has enrolled an authenticator app
      Then 1 verified authenticator app is listed
    """
    ran = run(scenario, target=misbehaving(no_list))
    assert (ran.one.verdict.value, ran.code) == ("blocked", 1)
    assert "500" in ran.one.reason


def test_an_exception_that_nobody_expected_is_an_error_of_ours(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(World, "attempt", broken)
    ran = run(WRONG_CODE.format(tags=""))
    assert (ran.one.verdict.value, ran.code) == ("error", 3)
    failure = ran.one.failure
    assert failure is not None
    assert (failure.required, failure.got) == ("no error of the harness itself", "ZeroDivisionError: oops")
    assert re.search(r"^steps/apps\.py:\d+ in enters$", failure.details, re.MULTILINE)


def test_a_control_that_fails_is_blocked_and_the_refusal_is_not_believed(run: Run) -> None:
    enrolling: set[str] = set()

    def refuses_every_challenge(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        session = request.headers.get("authorization", "")
        if is_call(request, "GET", "users/mfa/register/totp"):
            enrolling.add(session)
        if not is_call(request, "POST", "users/mfa/auth/totp"):
            return response
        if session in enrolling:
            enrolling.discard(session)
            return response
        return answer(422, {"error": "Invalid code", "code": "mfa_invalid_code"})

    scenario = """\
    Scenario: wrong
      Given a user who has enrolled an authenticator app
      And she has signed in again
      When she enters a wrong code
      Then she is refused with "invalid code"
    """
    ran = run(scenario, target=misbehaving(refuses_every_challenge))
    assert (ran.one.verdict.value, ran.code) == ("blocked", 1)
    assert "control" in ran.one.reason
    assert run(scenario).one.verdict.value == "pass"


def test_a_refusal_is_reported_with_the_control_that_passed(run: Run) -> None:
    passing = run(WRONG_CODE.format(tags=""))
    assert passing.one.verdict.value == "pass"
    assert len(passing.one.controls) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_never_a_refusal(run: Run, status: int) -> None:
    def breaks(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(status) if response.status_code in {401, 422} else response

    for how in ("", ' with "401 Unauthorized"'):
        ran = run(SECOND_APP.format(tags="", how=how), target=misbehaving(breaks))
        assert (ran.one.verdict.value, ran.code) == ("fail", 1)
        assert str(status) in ran.one.reason


def test_a_success_is_never_a_refusal(run: Run) -> None:
    def welcomes(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        device = {
            "id": "x",
            "type": "totp",
            "secret": SECRET,
            "uri": f"otpauth://totp/a:b?secret={SECRET}&issuer=a",
        }
        return answer(200, device) if response.status_code == 401 else response

    ran = run(SECOND_APP.format(tags="", how=' with "401 Unauthorized"'), target=misbehaving(welcomes))
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "accepted" in ran.one.reason


def test_a_refusal_of_another_status_is_a_failure(run: Run) -> None:
    def other(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(409) if response.status_code == 401 else response

    assert run(SECOND_APP.format(tags="", how=""), target=misbehaving(other)).code == 0
    ran = run(SECOND_APP.format(tags="", how=' with "401 Unauthorized"'), target=misbehaving(other))
    assert (ran.one.verdict.value, ran.code) == ("fail", 1)
    assert "409" in ran.one.reason


def test_the_status_of_a_second_device_is_what_the_profile_declares(run: Run) -> None:
    default = Profile.default()
    tolerant = Profile(
        capabilities=default.capabilities, tolerances=type(default.tolerances)(second_device_statuses=(409,))
    )
    ran = run(only=("totp.one-device.second-refused",), target=ReferenceTarget(profile=tolerant))
    assert ran.one.verdict.value == "pass"


def limited(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """A limit strikes wherever something would have been refused for its own reason."""
    stop = answer(429, {"error": "Too many requests"}, **{"retry-after": "5"})
    return stop if response.status_code >= 400 else response


def test_a_limit_in_the_way_is_no_verdict(run: Run) -> None:
    for scenario in (SECOND_APP.format(tags="", how=""), WRONG_CODE.format(tags="")):
        ran = run(scenario, target=misbehaving(limited))
        assert (ran.one.verdict.value, ran.code) == ("blocked", 1)
        assert "429" in ran.one.reason
        assert "an attempt limit was in the way" in ran.one.reason


def test_a_limit_in_the_way_of_what_should_succeed_is_no_verdict_either(run: Run) -> None:
    def no_refresh(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(429) if is_call(request, "POST", "refresh") else response

    scenario = """\
    {tags}
    Scenario: refresh
      Given a user who has enrolled no MFA method
      When she refreshes her session
      Then she succeeds
    """
    assert run(scenario.format(tags=""), target=misbehaving(no_refresh)).one.verdict.value == "blocked"
    about_limits = run(scenario.format(tags="@locks-out"), target=misbehaving(no_refresh))
    assert about_limits.one.verdict.value == "fail"


def test_a_limit_that_is_what_the_scenario_is_about_is_a_verdict(run: Run) -> None:
    ran = run(only=("limits.attempts.totp", "limits.retry-after.header"))
    assert ran.verdicts == {"limits.attempts.totp": "pass", "limits.retry-after.header": "pass"}


def test_no_answer_at_all_is_blocked(run: Run) -> None:
    def hangs_up(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if response.status_code == 401:
            raise httpx.ReadError("connection reset")
        return response

    ran = run(SECOND_APP.format(tags="", how=""), target=misbehaving(hangs_up))
    assert (ran.one.verdict.value, ran.code) == ("blocked", 1)


def test_nobody_waits_for_what_cannot_be_tested_after_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(ReferenceEnvironment, "wait", lambda _self, seconds: waited.append(seconds))
    profile = Profile(capabilities={"clock": "its time is real"}, tolerances=Tolerances.reference())
    ran = run(only=("totp.step-boundary",), target=ReferenceTarget(profile=profile))
    assert {check.reason for check in ran.checks} == {"its time is real"}
    assert not waited
