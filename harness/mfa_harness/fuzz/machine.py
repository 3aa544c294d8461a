"""The Hypothesis state machine: every rule of ours, when the model says that it makes sense.

Hypothesis draws which kinds of act a story is made of; where a kind makes no sense now, another is taken. Where a
story begins, and which act of a kind it is, comes from the explorer's own chance, by the run's seed: with draws for
these, most stories would be among the simplest or copies of each other. So the draws do not say the whole story, and
stories are shrunk and confirmed as stories (`shrinking`, `findings`), which is quicker besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from mfa_harness.fuzz.words import (
    APP,
    BOTH,
    NEW,
    NOTHING,
    PASSKEY,
    PASSKEYS,
    SHE,
    TOTP,
    Act,
    Opening,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.exploring import Explorer
    from mfa_harness.fuzz.telling import Teller
    from mfa_harness.targets.profile import Profile

_MOST_SIGN_INS = 2
_ENFORCED_SHARE = 6  # of how many stories one is under the API version that enforces step-up
_RARE_SHARE = 4  # of how many stories one is under settings that most environments leave alone
ANYTHING = 30  # how many times likelier than one kind of act it is to choose among all
_IDENTIFIER = str.maketrans(" -", "__", "'")
STEPS_A_STORY = 24
_STEPS_AN_EXAMPLE = 5 * STEPS_A_STORY  # a story that an example cuts short has not told all it could
EXAMPLES_A_ROUND = 25


def openings(profile: Profile) -> list[Opening]:
    """Where stories may begin, as far as the profile goes; what is likelier is there more than once."""
    totp, passkeys = profile.has("totp"), profile.has("passkeys")
    enrolled = [
        *([APP] if totp else []),
        *([PASSKEY] if passkeys else []),
        *([BOTH] if totp and passkeys else []),
    ]
    session_based = [True, True, False] if profile.has("session-based") else [False]
    onboarding = [True, False] if profile.has("onboarding") else [False]
    actions = ["", *["single-use", "time-bound"] * 2] if profile.has("actions") else [""]
    found = [
        Opening(session_based=on, onboarding=required, action=action, she=she, other=other)
        for on in session_based
        for required in onboarding
        for action in actions
        for she in [*enrolled, *enrolled, NOTHING, NOTHING, NEW]
        for other in [None, *enrolled]
    ]
    if profile.has("step-up-enforced"):
        enforced = [
            Opening(enforced=True, session_based=on, she=she)
            for on in session_based
            for she in (NOTHING, NEW)
        ]
        found += enforced * (len(found) // (_ENFORCED_SHARE * len(enforced)))
    return found + _rarely_set(profile) * (len(found) // (_RARE_SHARE * len(_rarely_set(profile)) or 1))


def _rarely_set(profile: Profile) -> list[Opening]:
    """Openings under settings that most environments leave alone."""
    totp, passkeys = profile.has("totp"), profile.has("passkeys")
    found = []
    if totp and passkeys:
        found += [Opening(off=TOTP, she=she) for she in (NOTHING, PASSKEY, NEW)]
        found += [Opening(off=PASSKEYS, she=she) for she in (NOTHING, APP, NEW)]
    if passkeys:
        found += [Opening(passkeys_at_most=1, she=she) for she in (PASSKEY, PASSKEY, PASSKEY, NOTHING)]
    if totp and profile.has("acknowledgement"):
        found += [Opening(shown_once=True, she=she) for she in (APP, APP, NOTHING)]
    if totp and profile.has("recovery-codes"):
        found += [Opening(exact_codes=True, she=APP)] * 4
    if totp and profile.has("actions"):
        found += [Opening(action="single-use", update=True, she=APP)] * 4
    return found


def quick_settings(examples: int = EXAMPLES_A_ROUND) -> settings:
    """Generation alone: we shrink stories ourselves, which is quicker than shrinking draws."""
    return settings(
        max_examples=examples,
        stateful_step_count=_STEPS_AN_EXAMPLE,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
    )


class StoryMachine(RuleBasedStateMachine):
    """One story after another, told at the explorer's target. Subclasses of one explorer have its rules."""

    explorer: Explorer

    def __init__(self) -> None:
        super().__init__()
        self.teller: Teller | None = None
        self._offered: dict[str, list[Act]] | None = None

    @property
    def offered(self) -> dict[str, list[Act]]:
        """What each rule offers now."""
        if self._offered is None:
            idle = self.teller is None or self.teller.over or len(self.teller.told.acts) >= STEPS_A_STORY
            self._offered = {} if idle else self.explorer.offers(self.teller)
        return self._offered

    def begin(self) -> None:
        """Another story, in an environment of its own, with more sessions to begin with."""
        self.close()
        chance = self.explorer.chance
        self.teller = self.explorer.begin(chance.choice(self.explorer.openings))
        again = Act("signs in", SHE, "she signs in again")
        most = _MOST_SIGN_INS if self.teller.model.session_based else 1
        for _ in range(chance.randrange(most + 1)):
            if self.teller.offers(again):
                self.explorer.act(self.teller, again)
        self.explorer.chooser.begin(self.offered)

    def go_on(self, wanted: str = "") -> None:
        """One more act, of the kind that is wanted where it makes sense."""
        if not self.offered:
            self.begin()
        if not self.offered:
            return
        assert self.teller is not None
        model, chooser = self.teller.model, self.explorer.chooser
        left = STEPS_A_STORY - len(self.teller.told.acts)
        act = chooser.choose(model, self.offered, wanted, left=left)
        before = chooser.place(model, model.accounts[act.who])
        self._offered = None
        self.explorer.act(self.teller, act)
        chooser.learn(model, act, before)

    def close(self) -> None:
        """Let go of the story."""
        self._offered = None
        if self.teller is not None:
            self.explorer.end(self.teller)
            self.teller = None

    def teardown(self) -> None:
        """Hypothesis is through with this machine."""
        self.close()


def machine_of(explorer: Explorer) -> type[StoryMachine]:
    """The state machine of one exploration: a rule for each of ours that its profile can reach."""
    members: dict[str, Any] = {"explorer": explorer}
    # Hypothesis leaves out some rules in each example, at times nearly all; few stories go far like that.
    for copy in range(ANYTHING):
        members[f"a_anything_{copy}"] = _rule("")
    for name in explorer.reachable:
        members[name.translate(_IDENTIFIER)] = _rule(name)
    return type("Story", (StoryMachine,), members)


def _rule(name: str) -> Callable[..., None]:
    def goes_on(self: StoryMachine) -> None:
        self.go_on(name)

    made: Callable[..., None] = rule()(goes_on)
    return made
