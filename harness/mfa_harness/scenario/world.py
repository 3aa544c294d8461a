"""The world of one scenario: what its Given steps wish for, its people, and what came of each action.

Given steps only collect wishes. The first action makes the environment, with everybody in it; from then on
`attempt` is the one place where something is done to the target.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.actor import APP, PASSKEY, Actor
from mfa_harness.scenario.outcome import TOO_MANY, Outcome, Tally, describe
from mfa_harness.scenario.witness import look
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.wire import Answer, read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.events import Exchange
    from mfa_harness.scenario.run import Run
    from mfa_harness.suite import Check, Step
    from mfa_harness.targets.target import Environment

_METHOD_CAPABILITIES = {APP: "totp", PASSKEY: "passkeys"}


class World:
    """Everything one scenario knows. The step definitions hold no state of their own."""

    def __init__(self, run: Run, check: Check) -> None:
        self.run = run
        self.check = check
        self.profile = run.target.profile
        self.wishes: dict[str, Any] = {}
        self.people: dict[str, Actor] = {}
        self.environment_made: Environment | None = None
        self.outcomes: list[Outcome] = []
        self.tally: Tally | None = None
        self.controls: list[str] = []
        self.position = -1
        self.noted: dict[str, Any] = {}
        self.changed = False  # the environment is not any more as the Given steps wished
        self._others: list[Environment] = []
        self._twins = 0

    # -- wishes ------------------------------------------------------------------------------------------------

    def wish(self, **settings: Any) -> None:
        """Ask for a setting of the environment, in the dashboard's words."""
        self._only_before_the_first_action("a setting")
        self.wishes.update(settings)

    def expect(self, actor: Actor) -> Actor:
        """Ask for a person."""
        self._only_before_the_first_action("a person")
        if (self.check.requirement or "").startswith("client."):
            self.need("client-sdk")
        for method in actor.methods:
            self.need(_METHOD_CAPABILITIES[method])
        actor.keeps_codes = any("recovery" in step.text for step in self.check.steps)
        if self.profile.tolerances.recovery_codes_after_acknowledgement != "shown":
            # Codes may be hidden once acknowledged: who is to read or count them has not done that yet.
            actor.acknowledges = any("acknowledge" in step.text for step in self.check.steps)
        self.people[actor.role] = actor
        return actor

    def need(self, capability: str) -> None:
        """Make the check n/a where the target's profile lacks a capability."""
        if not self.profile.has(capability):
            raise NotApplicable(self.profile.why_not(capability))

    def _only_before_the_first_action(self, what: str) -> None:
        if self.environment_made is not None:
            raise ScenarioError(f"{what} was asked for after the first action: move that Given up")

    # -- the environment and its people ------------------------------------------------------------------------

    @property
    def environment(self) -> Environment:
        """The scenario's own environment, made when first asked for."""
        if self.environment_made is None:
            self.environment_made = self.run.target.arrange(
                self.wishes, scenario=self.check.id, locks_out=self.check.locks_out
            )
            self.run.try_the_door(self.environment_made)
            for actor in self.people.values():
                actor.enter(self.environment_made, self.profile, seed=self.check.id)
        return self.environment_made

    def actor(self, role: str) -> Actor:
        """The person a sentence speaks of, arranged.

        Raises:
            ScenarioError: no Given step asked for her.
        """
        role = "she" if role in ("she", "he", "her", "his", "they", "their") else role
        actor = self.expected(role)
        environment = self.environment
        assert environment is not None
        return actor

    def expected(self, role: str) -> Actor:
        """The person a Given asked for, arranged or not.

        Raises:
            ScenarioError: no Given step asked for her.
        """
        if role not in self.people:
            raise ScenarioError(f'nobody is "{role}" here: begin with a Given such as "Given a new user"')
        return self.people[role]

    def twin(self, actor: Actor, environment: Environment | None = None) -> Actor:
        """Somebody in the same position as this person, on whom a control can be run without touching hers."""
        self._twins += 1
        twin = Actor(
            f"{actor.role}'s twin {self._twins}",
            methods=actor.methods,
            signed_up=actor.signed_up,
            keeps_codes=actor.keeps_codes,
            acknowledges=actor.acknowledges,
        )
        twin.enter(environment or self.environment, self.profile, seed=self.check.id)
        try:
            if actor.sign_ins and not twin.sign_ins:
                twin.sign_in()
            if actor.has_app and not twin.has_app:
                twin.enrol_app()
            while twin.sign_ins < min(actor.sign_ins, 2):
                twin.sign_in()
        except ClientError as error:
            raise Blocked("make a second account for the control", describe(error)) from error
        return twin

    # -- reading the script ------------------------------------------------------------------------------------

    @property
    def _rest(self) -> Sequence[Step]:
        return self.check.steps[self.position + 1 :]

    def follows(self, words: str) -> bool:
        """Whether a later line of the scenario holds these words."""
        return any(words in step.text for step in self._rest)

    def _verdicts_that_follow(self) -> list[str]:
        """The Then sentences that belong to the action at hand: those before the next action."""
        found: list[str] = []
        for step in self._rest:
            if step.kind == "when" and found:
                break
            if step.kind == "then":
                found.append(step.text)
        return found if self._is_last_action_before_a_verdict() else []

    def _is_last_action_before_a_verdict(self) -> bool:
        return bool(self._rest) and self._rest[0].kind == "then"

    @property
    def refusal_follows(self) -> bool:
        """Whether the scenario says next that this action is refused."""
        return any("refused" in text for text in self._verdicts_that_follow())

    @property
    def either_may_follow(self) -> bool:
        """Whether the scenario only says what must not come of this action, accepted or not."""
        return any("is given no elevated token" in text for text in self._verdicts_that_follow())

    @property
    def _answer_is_read(self) -> bool:
        """Whether the scenario goes on to look at the answer itself, which takes masking it."""
        return any("brings no token" in text for text in self._verdicts_that_follow())

    # -- acting ------------------------------------------------------------------------------------------------

    def attempt(
        self,
        actor: Actor,
        what: str,
        do: Callable[[Actor], Any],
        *,
        honest: Callable[[Actor], Any] | None = None,
        proved: str = "",
        count_codes: bool = False,
    ) -> Outcome:
        """Do something to the target and keep what came of it.

        Where a refusal follows, the control runs first (`honest`, on a twin: the same request without the defect
        must succeed), and what is visible of the account is witnessed before and after.

        Args:
            actor: who does it.
            what: what it is, as a noun phrase for reports ("the same code again").
            do: does it.
            honest: the same without the defect, for the control.
            proved: why no twin is needed: what the scenario has shown already.
            count_codes: recovery codes are at stake, so the witness counts them.
        """
        if self.either_may_follow:
            return self.try_out(actor, what, do)
        if not self.refusal_follows:
            return self._positive(actor, what, do)
        if honest is not None:
            self._control(actor, what, honest)
        elif proved:
            self.controls.append(proved)
        outcome = Outcome(actor, what)
        outcome.before = look(actor, count_codes=count_codes)
        self._perform(outcome, do)
        outcome.after = look(actor, count_codes=count_codes)
        return self.keep(outcome)

    def _positive(self, actor: Actor, what: str, do: Callable[[Actor], Any]) -> Outcome:
        outcome = self.keep(self._perform(Outcome(actor, what), do))
        if outcome.error is None:
            return outcome
        if outcome.error.status == TOO_MANY and not self.check.locks_out:
            raise Blocked(f"have {what} accepted", f"{outcome.found}: an attempt limit was in the way")
        if self._is_last_action_before_a_verdict():
            raise Breach(f"{what} is accepted", outcome.found)
        raise Blocked(f"go on after {what}", outcome.found)

    def _perform(self, outcome: Outcome, do: Callable[[Actor], Any]) -> Outcome:
        begun = len(self.environment.exchanges) if self._answer_is_read else 0
        try:
            outcome.value = do(outcome.actor)
        except ClientError as error:
            if self._answer_is_read:
                outcome.exchanges = tuple(self.environment.exchanges[begun:])
            if error.kind == "network":
                raise Blocked(f"get an answer to {outcome.what}", str(error)) from error
            if error.kind == "not_supported" and error.status is None:
                raise NotApplicable(str(error)) from error
            outcome.error = error
        return outcome

    def keep(self, outcome: Outcome) -> Outcome:
        """Take an outcome down as the last one."""
        self.outcomes.append(outcome)
        self.tally = None
        return outcome

    def _control(self, actor: Actor, what: str, honest: Callable[[Actor], Any]) -> None:
        twin = self.twin(actor, self.another_environment() if self.changed else None)
        try:
            honest(twin)
        except ClientError as error:
            raise Blocked(
                f"have it accepted when done right ({what}: the control)", describe(error)
            ) from error
        self.controls.append("done right on another account, it was accepted")

    def try_out(self, actor: Actor, what: str, do: Callable[[Actor], Any]) -> Outcome:
        """Do something that may be accepted or refused, both being right; what follows from it is for the Then."""
        return self.keep(self._perform(Outcome(actor, what), do))

    def another_environment(self, **changed: Any) -> Environment:
        """A second tenant, with the same settings but for some."""
        settings = {**self.wishes, **changed}
        other = self.run.target.arrange(settings, scenario=f"{self.check.id}/other", locks_out=False)
        self._others.append(other)
        return other

    def at_once(self, actor: Actor, what: str, calls: Sequence[Callable[[], Any]]) -> Tally:
        """Make several requests at the same time and count what came of them."""
        if not calls:
            raise ScenarioError(f"{what}: at least one is needed")
        tally = Tally(what)

        def one(call: Callable[[], Any]) -> Outcome:
            return self._perform(Outcome(actor, what), lambda _: call())

        with ThreadPoolExecutor(len(calls)) as pool:
            tally.outcomes.extend(pool.map(one, calls))
        self.tally = tally
        return tally

    def send(
        self,
        method: str,
        path: str,
        actor: Actor | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request made by hand, with the session token of somebody's current session.

        Raises:
            ClientError: the answer is no 2xx.
            Blocked: a token was to be shown, and the target had given none.
        """
        answer = self.environment.request(
            method,
            path,
            token=actor.client.state.token if actor else None,
            body=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        for name, text in (headers or {}).items():
            if not text:  # whatever was answered, it says nothing of the token
                raise Blocked(f"show a token as {name}", "the target gave none when it was asked for one")
        if not answer.succeeded:
            raise read_refusal(answer, self.environment.clock)
        return answer

    @property
    def outcome(self) -> Outcome:
        """What came of the last action.

        Raises:
            ScenarioError: nothing was done yet.
        """
        if not self.outcomes:
            raise ScenarioError("nothing was done yet: a Then needs a When before it")
        return self.outcomes[-1]

    @property
    def exchanges(self) -> list[Exchange]:
        """What went over the wire, in every environment of the scenario."""
        return [exchange for environment in self._made for exchange in environment.exchanges]

    @property
    def heard(self) -> str:
        """What a client's driver said on the side while the scenario ran: for a report, never judged."""
        return "\n".join(said for made in self._made if (said := getattr(made, "said_aside", "")))

    @property
    def _made(self) -> list[Environment]:
        return [*([self.environment_made] if self.environment_made is not None else []), *self._others]

    def close(self) -> list[str]:
        """Delete what the scenario made; returns what could not be deleted."""
        return [leftover for environment in self._made for leftover in environment.close()]
