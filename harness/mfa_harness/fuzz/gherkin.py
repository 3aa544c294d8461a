"""A finding as a scenario of the suite: drop it into features/, or run it with `check --features`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness import requirements
from mfa_harness.fuzz.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.fuzz.findings import Finding


def scenario(finding: Finding) -> str:
    """The scenario, in a feature of its own. Where the suite has no Then for it, it says so in a comment."""
    known = requirements.load().get(finding.requirement)
    lines = [
        "Feature: Found by fuzzing",
        "",
        *(f"  # {line}" for line in _about(finding, known.text if known else "")),
        f"  @{finding.id}{' @locks-out' if _locks_out(finding) else ''}",
        f"  Scenario: {_title(finding)}",
        *(f"    {line}" for line in _steps(finding)),
        "",
    ]
    return "\n".join(lines)


def _about(finding: Finding, text: str) -> Iterator[str]:
    yield f"{finding.requirement}: {text}"
    yield f"required  {finding.required}"
    yield f"got       {finding.got} ({finding.target}, {finding.again} of {finding.of})"


def _title(finding: Finding) -> str:
    """What is done last, in words; a scenario's name is unique by the finding's."""
    last = finding.story.acts[-1].text if finding.story.acts else "nothing is done"
    return f"{last[:1].upper()}{last[1:]} ({finding.id.rpartition('-')[2]})"


def _locks_out(finding: Finding) -> bool:
    return any(RULES[act.rule].locks_out for act in finding.story.acts if act.rule in RULES)


def _steps(finding: Finding) -> Iterator[str]:
    keyword = "Given"
    for given in finding.story.opening.givens:
        yield f"{keyword} {given}"
        keyword = "And"
    keyword = "When"
    last = len(finding.story.acts) - 1
    for number, (act, refused) in enumerate(zip(finding.story.acts, finding.refused, strict=True)):
        if act.looks:
            if number < last:
                yield f"Then {act.text}"
                keyword = "When"
            continue
        yield f"{keyword} {act.text}"
        keyword = "And"
        # A refusal on the way has to be told as one: the suite takes every other action to be let through.
        if refused and number < last and not act.text.startswith("an "):
            locked = RULES[act.rule].locks_out
            yield f"Then {act.who} is {'locked out' if locked else 'refused'}"
            keyword = "When"
    yield (
        f"Then {finding.then}"
        if finding.then
        else "# The suite has no sentence for this: see the replay file."
    )
