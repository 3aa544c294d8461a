"""The Hypothesis state machine: every rule of ours, when the model says that it makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, Verbosity, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from mfa_harness.fuzz.words import APP, BOTH, NEW, NOTHING, PASSKEY, SHE, Act, Opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.exploring import Explorer
    from mfa_harness.fuzz.telling import Teller
    from mfa_harness.targets.profile import Profile

_MOST_CHOICES = 2**20 - 1
_ANYTHING = 40  # how many times likelier than one kind of act it is to choose among all
_OTHERS_SHARE = 4  # how seldom it may be the other user who acts
_IDENTIFIER = str.maketrans(" -", "__", "'")
STEPS_A_STORY = 24
_STEPS_AN_EXAMPLE = 30
STORIES_A_ROUND = 400


def openings(profile: Profile) -> st.SearchStrategy[Opening]:
    """Where stories may begin, as far as the profile goes."""
    totp, passkeys = profile.has("totp"), profile.has("passkeys")
    enrolled = [
        *([APP] if totp else []),
        *([PASSKEY] if passkeys else []),
        *([BOTH] if totp and passkeys else []),
    ]
    switch = st.booleans()
    usual = st.builds(
        Opening,
        session_based=st.sampled_from([True, True, False])
        if profile.has("session-based")
        else st.just(value=False),
        onboarding=switch if profile.has("onboarding") else st.just(value=False),
        action=st.sampled_from(["", "single-use", "time-bound"]) if profile.has("actions") else st.just(""),
        she=st.sampled_from([*enrolled, *enrolled, NOTHING, NOTHING, NEW]),
        other=st.sampled_from([None, *enrolled]),
    )
    if not profile.has("step-up-enforced"):
        return usual
    enforced = st.builds(
        Opening,
        enforced=st.just(value=True),
        session_based=switch if profile.has("session-based") else st.just(value=False),
        she=st.sampled_from([NOTHING, NEW]),
    )
    return st.one_of(usual, usual, usual, usual, enforced)


def quick_settings(stories: int = STORIES_A_ROUND) -> settings:
    """Generation alone: we shrink stories ourselves, which is quicker than shrinking draws."""
    return settings(
        max_examples=stories,
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

    def begin(self, opening: Opening, sign_ins: int) -> None:
        """Another story, in an environment of its own, with more sessions to begin with."""
        self.close()
        self.teller = self.explorer.begin(opening)
        again = Act("signs in", SHE, "she signs in again")
        for _ in range(sign_ins):
            if self.teller.offers(again):
                self.explorer.act(self.teller, again)

    def go_on(self, name: str, choice: int) -> None:
        """One more act."""
        acts = self.offered[name]
        self._offered = None
        assert self.teller is not None
        hers = [act for act in acts if act.who == SHE]
        pool = hers if hers and choice % _OTHERS_SHARE else acts
        self.explorer.act(self.teller, pool[choice // _OTHERS_SHARE % len(pool)])

    def do_anything(self, choice: int) -> None:
        """One more act, of any kind, the rarer kinds likelier."""
        kinds = [name for name in self.offered for _ in range(self.explorer.reachable[name].weight)]
        self.go_on(kinds[choice % len(kinds)], choice // len(kinds))

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

    def begins(self: StoryMachine, opening: Opening, sign_ins: int) -> None:
        self.begin(opening, sign_ins)

    idle = precondition(lambda self: not self.offered)
    members["begins"] = rule(opening=openings(explorer.profile), sign_ins=st.integers(0, 2))(idle(begins))
    for name in explorer.reachable:
        members[name.translate(_IDENTIFIER)] = _rule(name)
    # Hypothesis leaves out some rules in each example, at times nearly all; few stories go far like that.
    for number in range(_ANYTHING):
        members[f"anything_{number}"] = _anything()
    return type("Story", (StoryMachine,), members)


def _rule(name: str) -> Callable[..., None]:
    def goes_on(self: StoryMachine, choice: int) -> None:
        self.go_on(name, choice)

    guarded = precondition(lambda self: bool(self.offered.get(name)))(goes_on)
    made: Callable[..., None] = rule(choice=st.integers(0, _MOST_CHOICES))(guarded)
    return made


def _anything() -> Callable[..., None]:
    def goes_on(self: StoryMachine, choice: int) -> None:
        self.do_anything(choice)

    guarded = precondition(lambda self: bool(self.offered))(goes_on)
    made: Callable[..., None] = rule(choice=st.integers(0, _MOST_CHOICES))(guarded)
    return made
