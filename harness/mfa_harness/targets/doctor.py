"""Doctor: is the plumbing right, what can run, what not and why, and how long it will take.

It asks before a run what would otherwise fail a hundred scenarios with one cause. It makes one user, and
deletes her.
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import jwt
import msgspec

from mfa_harness.targets.findings import Diagnosis, Finding, Rehearsal, State
from mfa_harness.targets.init_profile import environment_settings, toml
from mfa_harness.targets.matching import find_environment, understood
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import clock_skew
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.target import Environment, Target
    from mfa_simulators.client.wire import Answer

_TASTES: Final = 3
_SKEW_THAT_HURTS: Final = 15.0  # seconds: half a time step
_SKEW_WORTH_SAYING: Final = 3.0
_TOLD_BY_SETTINGS: Final = (
    "totp",
    "passkeys",
    "email_mfa",
    "enrollment",
    "session_based",
    "actions",
    "min_api_version",
    "cookie_mode",
)

__all__ = ["Diagnosis", "Finding", "Rehearsal", "examine"]


def examine(
    spec: str | None,
    profile_path: Path | None = None,
    *,
    rehearse: Callable[[Target], Rehearsal] = lambda _: Rehearsal(),
    seed: str = "0",
) -> Diagnosis:
    """Look at a target without judging it.

    Args:
        spec: TARGET; None as in `open_target`.
        profile_path: the profile's file.
        rehearse: finds out what a run would come to; called when all is well with the target.
        seed: of the run.
    """
    notes: list[str] = []
    try:
        target = open_target(spec, profile_path, seed, note=notes.append)
    except TargetError as error:
        return Diagnosis(spec or "", "", (_ill("words", error),))
    try:
        target.open()
    except TargetError as error:
        return Diagnosis(target.name, target.label, (_ill("reach", error),))
    try:
        return _examined(target, rehearse)
    finally:
        target.close()


def _ill(topic: str, error: TargetError) -> Finding:
    return Finding(topic, "ill", f"{error.tried}: {error.found}", error.mend)


def _examined(target: Target, rehearse: Callable[[Target], Rehearsal]) -> Diagnosis:
    visit = _Visit(target)
    visit.look()
    lacking = _lacking(target.profile)
    if any(finding.state == "ill" for finding in visit.findings):
        return Diagnosis(target.name, target.label, tuple(visit.findings), lacking=lacking)
    rehearsed = rehearse(target)
    visit.say_what_is_used(rehearsed)
    return Diagnosis(
        target.name,
        target.label,
        tuple(visit.findings),
        runnable=rehearsed.runnable,
        kept_out=rehearsed.kept_out,
        seconds=visit.estimate(rehearsed),
        lacking=lacking,
    )


def _lacking(profile: Profile) -> dict[str, str]:
    from mfa_harness.targets.capabilities import CAPABILITIES  # noqa: PLC0415

    return {name: reason for name in CAPABILITIES if (reason := profile.why_not(name))}


class _Visit:
    """One examination of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.findings: list[Finding] = []
        self._latency: float | None = None
        self._real_time = not target.profile.has("clock")

    def look(self) -> None:
        """Everything, in an order in which each thing rests on those before."""
        named = self.target.profile.environments if self._real_time else ()
        asked: Mapping[str, Any] = named[0].settings if named else {}
        try:
            environment = self.target.arrange(asked, scenario="doctor", locks_out=False)
        except (Blocked, NotApplicable) as error:
            self._find("environment", "ill", str(error), "Mend the profile's [[environments]] or [arrange]")
            return
        try:
            answer = self._settings(environment)
            if answer is None:
                return
            self._clock(answer)
            keys = self._keys(environment)
            self._sign_in(environment, keys)
        finally:
            left = environment.close()
        for user in left:
            self._find("clean-up", "mind", f"left behind: {user}", "Delete her by hand")
        for other in named[1:]:
            self._other_environment(other.settings)

    def _find(self, topic: str, state: State, text: str, mend: str = "") -> None:
        self.findings.append(Finding(topic, state, text, mend))

    def _settings(self, environment: Environment) -> Answer | None:
        """Reach and latency, and whether the settings are those that the profile names."""
        took = []
        try:
            for _ in range(_TASTES):
                began = perf_counter()
                answer = environment.request("GET", "settings")
                took.append(perf_counter() - began)
        except Blocked as error:
            self._find("reach", "ill", str(error), "Is the server stable?")
            return None
        self._latency = median(took)
        self._find("reach", "well", f"answers in {self._latency * 1000:.0f} ms")
        self._compare(environment, answer)
        return answer

    def _compare(self, environment: Environment, answer: Answer) -> None:
        where = f"environment {environment.id}"
        try:
            public = environment_settings(msgspec.json.decode(answer.body))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._find("settings", "ill", f"{where}: GET settings tells no security.mfa", "Is the id right?")
            return
        told = understood({name: value for name, value in public.items() if name in _TOLD_BY_SETTINGS})
        named = understood(environment.settings)
        differing = [
            name
            for name in _TOLD_BY_SETTINGS
            if name in public and not _alike(getattr(told, name), getattr(named, name))
        ]
        if not differing:
            self._find("settings", "well", f"{where} is set as the profile says")
        for name in differing:
            self._find(
                "settings",
                "ill",
                f"{where} tells {name} = {toml(public[name])}, and the profile another",
                "Change one of the two: scenarios would be judged by the wrong rules",
            )

    def _other_environment(self, settings: Mapping[str, Any]) -> None:
        try:
            environment = self.target.arrange(settings, scenario="doctor", locks_out=False)
            self._compare(environment, environment.request("GET", "settings"))
        except (Blocked, NotApplicable) as error:
            self._find("environment", "ill", str(error), "Mend the profile's [[environments]]")

    def _clock(self, answer: Answer) -> None:
        if not self._real_time:
            self._find("clock", "well", "time is ours: the server's clock is moved by the harness")
            return
        skew = clock_skew(answer.headers)
        if skew is None:
            self._find(
                "clock",
                "mind",
                "no Date header tells the server's time",
                "Codes depend on it: see that it is right",
            )
            return
        text = (
            f"the server's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
        )
        if abs(skew) >= _SKEW_THAT_HURTS:
            self._find("clock", "ill", text, "Set the clock that is wrong: codes are refused for it")
        elif abs(skew) >= _SKEW_WORTH_SAYING:
            self._find("clock", "mind", text, "Codes near the end of their step may be refused")
        else:
            self._find("clock", "well", "the server's clock agrees with this machine's")

    def _keys(self, environment: Environment) -> list[dict[str, Any]]:
        if not self.target.profile.has("jwks"):
            return []
        try:
            answer = environment.request("GET", ".well-known/jwks")
            keys = answer.json().get("keys", []) if answer.succeeded else []
        except (Blocked, ClientError, AttributeError) as error:
            keys = []
            self._find(
                "keys", "ill", f"GET .well-known/jwks: {error}", "Or say jwks = false in [capabilities]"
            )
        else:
            if keys:
                self._find(
                    "keys", "well", f"{len(keys)} public key{'s' * (len(keys) > 1)} at .well-known/jwks"
                )
            else:
                text = f".well-known/jwks holds no keys ({answer.status})"
                self._find("keys", "ill", text, "Or say jwks = false in [capabilities]")
        return [key for key in keys if isinstance(key, dict)]

    def _sign_in(self, environment: Environment, keys: list[dict[str, Any]]) -> None:
        """Whether a fresh user really gets in."""
        how = self.target.profile.sign_in.how
        email = environment.new_email("doctor")
        client = environment.connect()
        try:
            if how == "external-jwt":
                session = client.sign_in_with_external_jwt(environment.external_jwt(email))
            else:
                verification = client.send_email_otp(email)
                session = client.verify_otp(verification, environment.inbox(email)())
        except (Blocked, NotApplicable, ClientError) as error:
            self._find("sign-in", "ill", f"{email} cannot sign in: {error}", "See [sign_in] in the profile")
            return
        scope = session.user.scope or ""
        self._find(
            "sign-in", "well", f'{email} signed in by {how.replace("unsaid", "email")}, scope "{scope}"'
        )
        if session.token is None:
            return
        if keys:
            self._signature(session.token, keys)

    def _signature(self, token: str, keys: list[dict[str, Any]]) -> None:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = next((key for key in keys if key.get("kid") == kid), None)
            if key is None:
                mend = "Backends cannot check such tokens; is .well-known/jwks that of another environment?"
                self._find("token", "ill", "the session token names a key that is not published", mend)
                return
            jwt.decode(
                token,
                jwt.PyJWK(key),
                algorithms=["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"],
                # Whose times and whose audience is for the scenarios to judge.
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError) as error:
            self._find("token", "ill", f"the session token's signature: {error}", "Tokens cannot be judged")
        else:
            self._find("token", "well", "the session token's signature is by a published key")

    def say_what_is_used(self, rehearsed: Rehearsal) -> None:
        """Which of the profile's environments a run would use, and how often."""
        named = self.target.profile.environments if self._real_time else ()
        found = [find_environment(named, settings) for settings in rehearsed.settings]
        uses = Counter(each.id for each in found if each is not None)
        for each in named if found else ():
            if uses[each.id]:
                self._find("use", "well", f"environment {each.id}: {_counted(uses[each.id])} its settings")
            else:
                text = f"environment {each.id}: no check asks for just its settings, so that it is of no use"
                self._find("use", "mind", text, "Settings that checks ask for are named below, by how many")

    def estimate(self, rehearsed: Rehearsal) -> float | None:
        """Seconds that a run will take."""
        if self._latency is None:
            return None
        rate = self.target.profile.rate
        a_request = max(self._latency, 1 / rate if rate else 0.0)
        waits = rehearsed.waits_seconds if self._real_time else 0.0
        return rehearsed.own_seconds + rehearsed.requests * a_request + waits


def _counted(checks: int) -> str:
    return "1 check asks for" if checks == 1 else f"{checks} checks ask for"


def _alike(told: Any, named: Any) -> bool:
    """Actions are compared by name: public settings do not tell every detail."""
    if isinstance(told, tuple) and isinstance(named, tuple):
        return {each.action for each in told} == {each.action for each in named}
    return bool(told == named)
