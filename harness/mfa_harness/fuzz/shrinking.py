"""Shrinking: the shortest story that still breaks the same requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.fuzz.telling import Told, tell
from mfa_harness.fuzz.words import APP, BOTH, NEW, NOTHING, PASSKEY, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.fuzz.words import Opening
    from mfa_harness.scenario.run import Run

_MOST_TRIES: Final = 400
_MOST_DEATHS: Final = 40  # each costs a start of the target, and a time-out before it where it hangs
_PLAIN: Final[dict[str, Any]] = {
    "session_based": False,
    "onboarding": False,
    "enforced": False,
    "action": "",
    "off": "",
    "shown_once": False,
    "passkeys_at_most": 0,
    "exact_codes": False,
    "update": False,
}
"""What an opening need not say."""


def shrink(run: Run, told: Told, **settings: Any) -> Told:
    """Leave out what is not needed: acts by halves, quarters and so on, then parts of the opening, over and over.

    Returns:
        The shortest telling found that breaks the same requirement; the one given where nothing can go.
    """
    best = told
    tries = 0
    most = _MOST_DEATHS if told.deviation is not None and told.deviation.fatal else _MOST_TRIES
    changed = True
    while changed and tries < most:
        changed = False
        for candidate in _shorter(best.story):
            tries += 1
            again = _same(run, candidate, best, settings)
            if again is not None:
                best, changed = again, True
                break
            if tries >= most:
                break
    return best


def _same(run: Run, story: Story, wanted: Told, settings: dict[str, Any]) -> Told | None:
    """The telling of a story, where it breaks what is wanted and is simpler than before."""
    sought = wanted.deviation.requirement if wanted.deviation is not None else ""
    again = tell(run, story, wanted=sought, **settings)
    if again.deviation is None or wanted.deviation is None:
        return None
    same = again.deviation.requirement == wanted.deviation.requirement
    # What the suite can say in a Then is kept sayable.
    sayable = bool(again.deviation.then) or not wanted.deviation.then
    return again if same and sayable and _weight(again) < _weight(wanted) else None


def _weight(told: Told) -> tuple[int, int, int]:
    return len(told.acts), len(told.opening.givens), len(" ".join(told.opening.givens))


def _shorter(story: Story) -> Iterator[Story]:
    acts = story.acts
    size = len(acts) // 2
    while size:
        for start in range(0, len(acts), size):
            yield Story(story.opening, acts[:start] + acts[start + size :])
        size //= 2
    for opening in _simpler(story.opening):
        yield Story(opening, acts)


def _simpler(opening: Opening) -> Iterator[Opening]:
    replace = msgspec.structs.replace
    if opening.other is not None:
        yield replace(opening, other=None)
    for said, unsaid in _PLAIN.items():
        if getattr(opening, said) != unsaid:
            yield replace(opening, **{said: unsaid})
    if opening.she == BOTH:
        yield replace(opening, she=APP)
        yield replace(opening, she=PASSKEY)
    if opening.she in (APP, PASSKEY):
        yield replace(opening, she=NOTHING)
    if opening.she in (NEW, NOTHING):  # what she does to get there may be said in one Given
        for has in (APP, PASSKEY):
            yield replace(opening, she=has, enforced=False)
    if opening.other == BOTH:
        yield replace(opening, other=APP)
        yield replace(opening, other=PASSKEY)
