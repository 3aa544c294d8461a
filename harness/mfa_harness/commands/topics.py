"""What `list` lists: for each topic its rows for people and its objects for scripts, one function each."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.commands.catalogue import Catalogue
    from mfa_harness.requirements import Requirement
    from mfa_harness.suite import Check

Rows = list[tuple[str, ...]]
Objects = list[dict[str, Any]]


class Topic(NamedTuple):
    """One thing that can be listed: what it is, rows of cells for people, objects for JSON.

    `footnotes` are what a person has to know besides; they are no part of the list.
    """

    what: str
    rows: Callable[[Catalogue], Rows]
    objects: Callable[[Catalogue], Objects]
    footnotes: tuple[str, ...] = ()


_HOW_TO_RUN: Final = (
    "Run any by `mfa-harness check --only`, by id, requirement, tag or glob:",
    "  backend.*  asked of an app's backend: add --backend URL --request 'GET /me'",
    "  client.*   asked of a client SDK: add --client COMMAND, or it is our own",
    "  all else   asked of an MFA server: TARGET",
)


_WHAT_UNBOUND_IS: Final = (
    "Checks that no fault of ours is bound to; all others are in `mfa-harness self-test`.",
    "Those of backends are held by faulty backends, in three languages, instead.",
)
_NOT_SAID: Final = "nobody has said why"


def run_it(checks: Sequence[Check], only: str) -> str:
    """The command that runs these checks, which are asked of one sort of target."""
    backend = " --backend URL --request 'GET /me'" if any(check.for_backend for check in checks) else ""
    return f"mfa-harness check{backend} --only {only}"


def _requirement_rows(catalogue: Catalogue) -> Rows:
    return [
        (each.level, _state(catalogue, each), each.id, each.text) for each in catalogue.requirements.values()
    ]


def _state(catalogue: Catalogue, requirement: Requirement) -> str:
    """Whether anything checks a requirement: how many checks, or why none does."""
    checks = len(catalogue.checks_of(requirement.id))
    if checks:
        return "1 check" if checks == 1 else f"{checks} checks"
    return "excluded" if requirement.excluded else "untested"


def _requirements(catalogue: Catalogue) -> Objects:
    return [
        {
            "id": each.id,
            "level": each.level,
            "text": each.text,
            "why": each.why,
            "sources": each.sources,
            "state": "tested" if catalogue.checks_of(each.id) else _state(catalogue, each),
            "excluded": each.excluded,
            "checks": [check.id for check in catalogue.checks_of(each.id)],
        }
        for each in catalogue.requirements.values()
    ]


def _scenario_rows(catalogue: Catalogue) -> Rows:
    return [(each.id, each.title) for each in catalogue.checks]


def _scenarios(catalogue: Catalogue) -> Objects:
    return [
        {
            "id": each.id,
            "title": each.title,
            "feature": each.feature,
            "line": each.line,
            "requirement": each.requirement,
            "tags": each.tags,
            "run": run_it([each], quote(each.id)),
            "steps": [f"{step.keyword} {step.text}" for step in each.steps],
        }
        for each in catalogue.checks
    ]


def _step_rows(catalogue: Catalogue) -> Rows:
    rows: Rows = []
    for each in catalogue.sentences:
        rows.append((each.kind, each.pattern))
        rows.extend(("", f"e.g. {line}") for line in catalogue.lines_of(each))
        if not each.is_all_blanks:
            rows.extend(("", f"{{{blank}}}: {' | '.join(words)}") for blank, words in each.values.items())
        rows.append(("", ""))
    return rows


def _steps(catalogue: Catalogue) -> Objects:
    return [
        {
            "kind": each.kind,
            "pattern": each.pattern,
            "example": each.example,
            "examples": catalogue.lines_of(each),
            "values": dict(each.values),
            "doc": each.doc,
        }
        for each in catalogue.sentences
    ]


def _fault_rows(catalogue: Catalogue) -> Rows:
    return [(each.id, each.slug, each.sentence) for each in catalogue.faults.values()]


def _faults(catalogue: Catalogue) -> Objects:
    return [
        {
            "id": each.id,
            "slug": each.slug,
            "sentence": each.sentence,
            "requirement": each.requirement,
            "sources": each.sources,
            "caught_by": [check.id for check in catalogue.checks_that_catch(each.slug)],
        }
        for each in catalogue.faults.values()
    ]


def _unbound_rows(catalogue: Catalogue) -> Rows:
    return [(check.id, catalogue.unbound[check.id] or _NOT_SAID) for check in _unbound_checks(catalogue)]


def _unbound_checks(catalogue: Catalogue) -> list[Check]:
    return [check for check in catalogue.checks if check.id in catalogue.unbound]


def _unbound(catalogue: Catalogue) -> Objects:
    return [
        {"id": check.id, "title": check.title, "why": catalogue.unbound[check.id]}
        for check in _unbound_checks(catalogue)
    ]


def _capability_rows(catalogue: Catalogue) -> Rows:
    return [(each.name, each.sentence) for each in catalogue.capabilities.values()]


def _capabilities(catalogue: Catalogue) -> Objects:
    return [
        {"name": each.name, "sentence": each.sentence, "assumed": each.assumed}
        for each in catalogue.capabilities.values()
    ]


def _fact_rows(catalogue: Catalogue) -> Rows:
    return [(each.id, each.text) for each in catalogue.facts.values()]


def _facts(catalogue: Catalogue) -> Objects:
    return [
        {
            "id": each.id,
            "text": each.text,
            "where": each.where,
            "requirements": [found.id for found in catalogue.requirements_resting_on(each.id)],
        }
        for each in catalogue.facts.values()
    ]


TOPICS: Final[Mapping[str, Topic]] = {
    "requirements": Topic("what must hold, each with its source", _requirement_rows, _requirements),
    "scenarios": Topic("the checks that `check` runs", _scenario_rows, _scenarios, _HOW_TO_RUN),
    "steps": Topic("the sentences that scenarios are made of", _step_rows, _steps),
    "faults": Topic("what our own servers and clients can get wrong", _fault_rows, _faults),
    "unbound": Topic("scenarios that no such fault fails", _unbound_rows, _unbound, _WHAT_UNBOUND_IS),
    "capabilities": Topic("what a profile says of a target", _capability_rows, _capabilities),
    "facts": Topic("what the vendor documents, which requirements rest on", _fact_rows, _facts),
}
