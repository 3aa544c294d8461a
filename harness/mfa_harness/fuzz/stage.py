"""The stage: acts in the suite's own sentences, carried out at a target by the suite's own steps.

The steps and their people are those that a scenario uses; only what a scenario adds to an action, controls and
witnesses, is left out. So what was found here is told in the same sentences, and does the same there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mfa_harness import steps
from mfa_harness.fuzz.silence import Dead, Unreachable, is_silence
from mfa_harness.fuzz.words import NEW, SHE, Act, Answer, Sent, Sight
from mfa_harness.scenario.outcome import TOO_MANY, Outcome, is_refusal
from mfa_harness.scenario.world import World
from mfa_harness.steps.sentence import matching
from mfa_harness.suite import Check, Step
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.values import StepUp, TotpRegistration

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.words import Opening
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.run import Run
    from mfa_simulators.totp import TotpAuthenticator

_CHECK: Final = Check(
    id="fuzz",
    title="fuzz",
    feature="fuzz",
    path=Path("fuzz"),
    line=0,
    requirement=None,
    tags=("locks-out",),
    # What a Given prepares depends on whether its scenario speaks of recovery codes. Here everything may follow.
    steps=(Step("Then", "then", "recovery acknowledge", 0),),
    scenario="fuzz",
)
_TOKENS: Final = (b'"jwt"', b'"minifiedJwt"', b'"mfaToken"', b'"elevatedAccessToken"')
_GIVES_A_CODE: Final = ("enters ", "confirms app", "completes MFA again")  # names of rules begin so
_USES_A_CODE: Final = tuple(f"uses {which}recovery code" for which in ("", "odd ", "old ", "same "))
_SHOWS_CODES: Final = ("reads codes", "tries to read codes", "regenerates codes")
_LONG_AGO: Final = 20  # time steps: the sentence says so
_TOO_LATE: Final = "nothing was asked of the server"


@cache
def _step(text: str) -> tuple[Callable[..., Any], dict[str, str | None]]:
    """The step definition of a sentence, and what stands in its blanks."""
    steps.modules()
    for sentence in matching(text):
        match = sentence.regex.fullmatch(text)
        if match is not None:
            return sentence.function, match.groupdict()
    raise ScenarioError(f'no step is called "{text}"')


class Stage(World):
    """One environment of the target, its people, and what is done there.

    Args:
        run: the run, with its target.
        opening: settings and people.
        settings: of the environment besides, which no sentence tells of (how tokens are signed).
    """

    def __init__(self, run: Run, opening: Opening, **settings: Any) -> None:
        super().__init__(run, _CHECK)
        self.opening = opening
        self.apps: dict[str, TotpAuthenticator] = {}
        self._secret_again = False
        self.wrongly = True
        self.wishes.update(settings)
        for text in opening.givens:
            self._say(text)

    def raise_curtain(self) -> None:
        """Make the environment and its people.

        Raises:
            Blocked: the target cannot do what the opening takes.
        """
        assert self.environment is not None
        for role, actor in self.people.items():
            has = self.opening.she if role == SHE else self.opening.other
            if actor.person.app is not None and has != NEW:
                self.apps[actor.app_id] = actor.person.app

    # -- what a scenario would add -------------------------------------------------------------------------------

    @property
    def refusal_follows(self) -> bool:
        """Codes of neighbouring steps are given whatever is to become of them."""
        return self.wrongly

    def attempt(
        self,
        actor: Actor,
        what: str,
        do: Callable[[Actor], Any],
        *,
        honest: Callable[[Actor], Any] | None = None,  # noqa: ARG002
        proved: str = "",  # noqa: ARG002
        count_codes: bool = False,  # noqa: ARG002
    ) -> Outcome:
        """Do it, and keep what came of it."""
        return self.keep(self._perform(Outcome(actor, what), do))

    # -- acting --------------------------------------------------------------------------------------------------

    def perform(self, act: Act) -> tuple[Sent, Answer]:
        """Carry an act out.

        Raises:
            Dead: no answer came.
            Unreachable: the profile does not have what it needs.
        """
        if act.looks:
            return self._look_closely(act)
        before = len(self.outcomes)
        sent_before = self._requests
        self.tally = None
        broke: str | None = None
        error: ClientError | None = None
        try:
            self._try(act.text)
        except Breach as breach:  # the step itself has seen it: a wrong code was accepted
            broke = breach.got
        except Blocked as blocked:
            raise Dead(blocked.found, act, silent=is_silence(blocked)) from blocked
        except ClientError as refused:  # on the way to the act: getting what she was to show
            error = refused
        except ScenarioError as impossible:
            raise Unreachable(str(impossible)) from impossible
        outcome = self.outcomes[-1] if len(self.outcomes) > before else None
        actor = self.people[act.who]
        self._note_app(act, actor, outcome)
        sent = self._sent(act, actor)
        return sent, self._answer(act, actor, outcome, error=error, broke=broke, sent_before=sent_before)

    def _look_closely(self, act: Act) -> tuple[Sent, Answer]:
        """Hold what is to be seen against a Then of the suite."""
        breach: tuple[str, str] | None = None
        try:
            self._say(act.text)
        except Breach as found:
            breach = found.required, found.got
        except (NotApplicable, ScenarioError, ClientError):
            pass  # nothing is to be seen
        except Blocked as blocked:
            raise Dead(blocked.found, act, silent=is_silence(blocked)) from blocked
        return self.sent_for(act), Answer(accepted=None, told=breach[1] if breach else "", breach=breach)

    def _note_app(self, act: Act, actor: Actor, outcome: Outcome | None) -> None:
        """Remember which device an authenticator app stands for."""
        self._secret_again = False
        if outcome is None or outcome.error is not None or actor.person.app is None:
            return
        if isinstance(outcome.value, TotpRegistration) and act.rule.startswith("starts app"):
            self._secret_again = outcome.value.secret in {app.secret for app in self.apps.values()}
            self.apps[outcome.value.id] = actor.person.app
        elif act.rule == "steps up and enrols":
            self.apps[actor.app_id] = actor.person.app

    def _try(self, text: str) -> None:
        self.wrongly = True
        try:
            self._say(text)
        except NotApplicable as reason:
            self.wrongly = False
            try:
                self._say(text)
            except NotApplicable:
                raise Unreachable(str(reason)) from reason

    def _say(self, text: str) -> None:
        function, blanks = _step(text)
        function(world=self, **blanks)

    @property
    def _requests(self) -> int:
        transcript = getattr(self.environment, "transcript", None)
        return len(transcript.raw) if transcript is not None else 0

    # -- what was sent -------------------------------------------------------------------------------------------

    def facts(self) -> Sent:
        """What the model is told when the story begins."""
        return self._sent(None, self.people[SHE])

    def sent_for(self, act: Act) -> Sent:
        """What the model is told about an act that nothing has come back of."""
        return self._sent(act, self.people[act.who])

    def _sent(self, act: Act | None, actor: Actor) -> Sent:
        now = self.environment.clock.now()
        code: Any = None
        steps_of: dict[str, int] = {}
        period = 30
        if act is not None and act.rule.startswith(_GIVES_A_CODE):
            code = actor.last_code
            for device, app in self.apps.items():
                period = app.period
                step = step_of(app.code_of, code, int(now // app.period), self.profile.tolerances.drift_steps)
                if step is not None:
                    steps_of[device] = step
        elif act is not None and act.rule in _USES_A_CODE:
            code = actor.last_recovery_code
        last = {}
        for device, app in self.apps.items():
            for each in self.people.values():
                latest = each.person.ledger.last(app.secret)
                if latest is not None:
                    last[device] = latest
        return Sent(
            now=now,
            code=code,
            steps=steps_of,
            step_now=int(now // period),
            last_steps=last,
            next_codes={
                role: each.person.sheet.unused[0]
                for role, each in self.people.items()
                if each.person.sheet.unused
            },
            old_sheet={role: bool(each.old_codes) for role, each in self.people.items()},
            phones={
                role: device
                for role, each in self.people.items()
                for device, app in self.apps.items()
                if app is each.person.app
            },
            keys={role: len(each.person.passkeys) for role, each in self.people.items()},
            sheets={role: each.person.sheet.codes for role, each in self.people.items()},
        )

    # -- what came back ------------------------------------------------------------------------------------------

    def _answer(
        self,
        act: Act,
        actor: Actor,
        outcome: Outcome | None,
        *,
        error: ClientError | None,
        broke: str | None,
        sent_before: int,
    ) -> Answer:
        if self.tally is not None:
            broken = [each.error for each in self.tally.outcomes if each.error and not is_refusal(each.error)]
            return Answer(
                accepted=None,
                told=f"{self.tally.accepted} of {len(self.tally.outcomes)} accepted",
                status=next((each.status for each in broken), None),
                passed=self.tally.accepted,
                tried=len(self.tally.outcomes),
                stopped=sum(
                    each.error is not None and each.error.status == TOO_MANY for each in self.tally.outcomes
                ),
            )
        if broke is not None:
            return Answer(accepted=True, told=broke)
        error = error or (outcome.error if outcome is not None else None)
        if error is not None:
            return Answer(
                accepted=False,
                told=outcome.found if outcome is not None and outcome.error is not None else str(error),
                status=error.status,
                kind=error.kind,
                retry_after=error.retry_after,
                tokens_in_refusal=self._tokens(sent_before),
                sight=self._look(act, actor),
            )
        value = outcome.value if outcome is not None else None
        return Answer(
            accepted=True if outcome is not None else None,
            told="accepted" if outcome is not None else _TOO_LATE,
            mfa_token=bool(getattr(value, "mfa_token", None)),
            elevated=bool(getattr(value, "elevated_access_token", None)),
            device=value.id if isinstance(value, TotpRegistration) else "",
            codes=value if isinstance(value, tuple) and act.rule in _SHOWS_CODES else None,
            secret_again=self._secret_again,
            listed=tuple(device.verified for device in value or ()) if act.rule == "lists devices" else None,
            expires_at=actor.sessions[-1].state.expires_at if actor.sessions else None,
            step_up=value.is_required if isinstance(value, StepUp) else None,
            credentials=len(value.credentials) if isinstance(value, StepUp) else None,
            sight=self._look(act, actor),
        )

    def _tokens(self, sent_before: int) -> tuple[str, ...]:
        """Tokens in the answers that refused."""
        transcript = getattr(self.environment, "transcript", None)
        if transcript is None:
            return ()
        refusals = [each.answer for each in transcript.raw[sent_before:] if (each.status or 0) >= 400]  # noqa: PLR2004
        return tuple(
            name.decode().strip('"') for name in _TOKENS if any(name in answer for answer in refusals)
        )

    def _look(self, act: Act, actor: Actor) -> Sight | None:
        return None if act.rule.startswith("races") else self.look(actor)

    def look(self, actor: Actor) -> Sight | None:
        """The account as the browser in front of her shows it; None where it shows nothing."""
        client = actor.sessions[-1] if actor.sessions else None
        if client is None or not client.state.signed_in:
            return None
        try:
            methods = client.get_mfa_methods(verified_only=False)
            user = client.refresh_user()
        except ClientError:
            return None
        apps = [device for device in methods.devices if device.type == "totp"]
        return Sight(
            verified=sum(device.verified for device in apps),
            unverified=sum(not device.verified for device in apps),
            passkeys=len(methods.passkeys),
            has_method=methods.user_has_verified_mfa_methods,
            scopes=frozenset(user.scopes),
            acknowledgement=user.mfa_backup_code_acknowledgement,
        )


def step_of(code_of: Callable[[int], str], code: object, now: int, drift: int) -> int | None:
    """The time step at which an app shows a code: the nearest, for two steps may happen to show the same.

    Args:
        code_of: the code of a step.
        code: as it was given.
        now: the time step of now.
        drift: how many steps either side are accepted; one more is looked at, and the one of long ago.
    """
    near = sorted(range(now - drift - 1, now + drift + 2), key=lambda step: abs(step - now))
    return next((step for step in (*near, now - _LONG_AGO) if code_of(step) == code), None)


def why_not(run: Run, opening: Opening) -> str:
    """Why the target cannot be brought to an opening; "" if it can."""
    try:
        wishes = Stage(run, opening).wishes
        return run.target.would_refuse(wishes, locks_out=_CHECK.locks_out)
    except NotApplicable as reason:
        return str(reason)
