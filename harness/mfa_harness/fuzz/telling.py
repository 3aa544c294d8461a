"""Telling a story: act by act at a target, the model beside it, until something deviates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mfa_harness.fuzz.judge import Deviation, expected, judge, judge_opening
from mfa_harness.fuzz.model import Model
from mfa_harness.fuzz.rules import RULES, as_known_today
from mfa_harness.fuzz.silence import NO_ANSWER, Dead, Unreachable, is_silence
from mfa_harness.fuzz.stage import Stage
from mfa_harness.fuzz.words import SHE, Act, Story
from mfa_harness.targets.target import Revivable
from mfa_harness.verdicts import Blocked, NotApplicable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.events import Exchange
    from mfa_harness.fuzz.model import Prediction
    from mfa_harness.fuzz.words import Answer, Opening, Sent
    from mfa_harness.scenario.run import Run


@dataclass
class Told:
    """What was done so far, and how it ended.

    Args:
        opening: of the story.
        acts: those that were carried out.
        refused: which of them were refused, as they should have been.
        deviation: the first that was seen; nothing is done after it.
        exchanges: what went over the wire, secrets masked; only where something deviated.
    """

    opening: Opening
    acts: list[Act] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    deviation: Deviation | None = None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def story(self) -> Story:
        """What it takes to do the same again."""
        return Story(self.opening, tuple(self.acts))


class Teller:
    """One story being told.

    Args:
        run: with the target.
        opening: how it begins.
        settings: of the environment besides.
    """

    def __init__(self, run: Run, opening: Opening, **settings: Any) -> None:
        self.told = Told(opening)
        self.stage = Stage(run, opening, **settings)
        self.model = Model(opening, self.stage.profile.tolerances)
        self.unreachable = ""
        self.asked = ""
        self._unlooked: list[str] = []
        try:
            self.stage.raise_curtain()
        except (Blocked, NotApplicable) as reason:
            self.unreachable = str(reason)
            self.model.over = True
            if is_silence(reason):
                self.told.deviation = Deviation(NO_ANSWER, "an answer", str(reason), "", fatal=True)
            return
        facts = self.stage.facts()
        self.model.hear(facts)
        for role, actor in self.stage.people.items():
            device = next((each for each, app in self.stage.apps.items() if app is actor.person.app), "")
            expires = actor.sessions[-1].state.expires_at if actor.sessions else None
            self.model.begin(role, device, actor.person.sheet.codes, expires)
        self._unlooked = list(self.stage.people)

    @property
    def over(self) -> bool:
        """Whether nothing more can be done."""
        return self.model.over or self.told.deviation is not None

    def offers(self, act: Act) -> bool:
        """Whether an act makes sense now."""
        rule = RULES.get(act.rule)
        return not self.over and rule is not None and rule.offers(self.model, act)

    def look_around(self, known: Callable[[str], bool]) -> None:
        """See that everybody is there as the opening says: what is amiss by then no act has done.

        Args:
            known: whose breach is passed over, where the story can go on.
        """
        while self._unlooked and not self.over:
            who = self._unlooked.pop(0)
            sight = self.stage.look(self.stage.people[who])
            if sight is not None:
                self.told.deviation = judge_opening(self.model, who, sight)
                self.pass_over(known)

    def act(self, act: Act) -> Answer | None:
        """Carry an act out and judge it. None where the profile does not have what it needs."""
        model = self.model
        self.told.acts.append(act)
        self.told.refused.append(False)
        try:
            sent, answer = self.stage.perform(act)
        except Unreachable:
            self.told.acts.pop()
            self.told.refused.pop()
            self.model.over = True  # the step may have begun: what is so now nobody knows
            return None
        except Dead as dead:
            sent = self.stage.sent_for(act)
            prediction = self._predict(act, sent)
            why = dead.requirement or prediction.requirement or NO_ANSWER
            then = expected(act, prediction)
            self.told.deviation = Deviation(why, "an answer that helps", str(dead), then, fatal=dead.silent)
            return None
        model.hear(sent)
        prediction = self._predict(act, sent)
        self.asked = prediction.requirement
        if not RULES[act.rule].locks_out:
            for account in model.accounts.values():
                account.locked = False
        self.told.refused[-1] = answer.accepted is False
        self.told.deviation = judge(model, act, sent, prediction, answer)
        model.last = act.text
        return answer

    def _predict(self, act: Act, sent: Sent) -> Prediction:
        rule = RULES[act.rule]
        self.model.over |= rule.ends
        return rule.predict(self.model, self.model.accounts[act.who], act, sent)

    def pass_over(self, known: Callable[[str], bool]) -> None:
        """Go on after a deviation that is known, where what it led to is to be seen."""
        deviation = self.told.deviation
        if deviation is not None and deviation.adopt is not None and known(deviation.requirement):
            deviation.adopt()
            self.told.deviation = None

    def close(self) -> list[str]:
        """Delete what was made. A target that no longer answers is started again, where that is ours to do.

        Raises:
            TargetError: it does not come up again.
        """
        if self.told.deviation is not None:
            self.told.exchanges = tuple(self.stage.exchanges)
        left = self.stage.close()
        target = self.stage.run.target
        if self.told.deviation is not None and self.told.deviation.fatal and isinstance(target, Revivable):
            target.revive()
        return left


def tell(run: Run, story: Story, *, wanted: str = "", **settings: Any) -> Told:
    """Tell a whole story; acts that make no sense where they stand are passed over.

    Args:
        run: with the target.
        story: to be told.
        wanted: the requirement whose breach is looked for: another is passed over where the story can go on.
        settings: of the environment besides.
    """
    teller = Teller(run, story.opening, **settings)

    def is_other(requirement: str) -> bool:
        return bool(wanted) and requirement != wanted

    try:
        teller.look_around(is_other)
        for act in map(as_known_today, story.acts):
            if teller.over:
                break
            if teller.offers(act):
                teller.act(act)
                teller.pass_over(is_other)
    finally:
        run.leftovers.extend(teller.close())
    return teller.told


__all__ = ["SHE", "Teller", "Told", "tell"]
