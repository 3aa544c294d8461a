"""`mfa-harness explain`: all that is known about one name."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mfa_harness.commands.topics import run_it

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mfa_harness.commands.catalogue import Catalogue
    from mfa_harness.facts import Fact
    from mfa_harness.faults import Fault
    from mfa_harness.requirements import Requirement
    from mfa_harness.steps.sentence import Sentence
    from mfa_harness.suite import Check
    from mfa_harness.targets.capabilities import Capability

_Fields = list[tuple[str, "str | Sequence[str]"]]
_USES_SHOWN = 5
_KEYWORDS = ("given ", "when ", "then ", "and ", "but ", "* ")


def explain(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME",
            help="A requirement, check, fault, capability or source (D-39), or a step's sentence.",
        ),
    ],
) -> None:
    """Explain a requirement, check, fault, capability, source or step: text, sources, scenarios.

    \b
      mfa-harness explain totp.one-device
      mfa-harness explain R01
      mfa-harness explain D-39
      mfa-harness explain 'she is refused with "401 Unauthorized"'
    """  # noqa: D301 - click reads the \b
    from mfa_harness.commands import page  # noqa: PLC0415
    from mfa_harness.commands.catalogue import Catalogue  # noqa: PLC0415

    catalogue = Catalogue()
    wide = page.width()
    for number, found in enumerate(_explanations(catalogue, " ".join(name))):
        if number:
            page.write([""])
        page.write(page.fields(found, wide))


def _explanations(catalogue: Catalogue, name: str) -> Iterator[_Fields]:
    """What the name stands for; a step's sentence may be several.

    Raises:
        UsageError: nothing is called so; names the nearest.
    """
    bare = name.strip().removeprefix("@")
    found: Iterator[_Fields]
    if bare in catalogue.requirements:
        found = iter([_requirement(catalogue, catalogue.requirements[bare])])
    elif bare in catalogue.capabilities:
        found = iter([_capability(catalogue.capabilities[bare])])
    elif bare.upper() in catalogue.facts:
        found = iter([_fact(catalogue, catalogue.facts[bare.upper()])])
    elif checks := [each for each in catalogue.checks if bare in (each.id, each.id.partition("[")[0])]:
        found = (_check(catalogue, each) for each in checks)
    elif " " in bare:
        found = (_sentence(catalogue, each) for each in _sentences(catalogue, bare))
    else:
        found = (
            _fault(catalogue, each) for each in catalogue.faults.values() if bare in (each.slug, each.id)
        )
    first = next(found, None)
    if first is None:
        raise _unknown(catalogue, bare)
    yield first
    yield from found


def _unknown(catalogue: Catalogue, name: str) -> Exception:
    from mfa_harness.steps.sentence import suggestion  # noqa: PLC0415
    from mfa_harness.usage import UsageError, unknown  # noqa: PLC0415

    if " " in name:
        near = suggestion(_without_keyword(name))
        mend = f"The nearest: {near}" if near else "`mfa-harness list steps` has every sentence."
        return UsageError(f"no step reads {name!r}", mend)
    return unknown(
        "requirement, check, fault, capability or source", name, catalogue.names(), where="mfa-harness list"
    )


def _requirement(catalogue: Catalogue, requirement: Requirement) -> _Fields:
    return [
        ("requirement", requirement.id),
        ("level", requirement.level),
        ("text", requirement.text),
        ("why", requirement.why),
        ("sources", requirement.sources),
        ("in words", [_in_words(catalogue, fact) for fact in _cited(requirement.sources)]),
        ("not checked", requirement.excluded),
        ("scenarios", [_checked(check) for check in catalogue.checks_of(requirement.id)]),
        ("faults", [_faulty(fault) for fault in catalogue.faults_of(requirement.id)]),
        ("run it", run_it(catalogue.checks_of(requirement.id), requirement.id)),
    ]


def _check(catalogue: Catalogue, check: Check) -> _Fields:
    requirement = catalogue.requirements.get(check.requirement or "")
    return [
        ("check", check.id),
        ("title", check.title),
        ("where", f"{check.feature}:{check.line}"),
        ("requirement", f"{requirement.id} ({requirement.level}): {requirement.text}" if requirement else ""),
        ("sources", requirement.sources if requirement else ()),
        ("steps", [f"{step.keyword} {step.text}" for step in check.steps]),
        ("catches", [_faulty(fault) for fault in catalogue.faults_caught_by(check.id)]),
        ("run it", run_it([check], quote(check.id))),
    ]


def _fault(catalogue: Catalogue, fault: Fault) -> _Fields:
    requirement = catalogue.requirements.get(fault.requirement)
    only = f" --only {fault.requirement}" if fault.requirement else ""  # the control fault breaks none
    is_of_client = fault.slug.startswith("client:")
    return [
        ("fault", f"{fault.slug} ({fault.id})"),
        ("sentence", fault.sentence),
        ("breaks", f"{requirement.id}: {requirement.text}" if requirement else fault.requirement),
        ("sources", [_in_words(catalogue, source) for source in fault.sources]),
        ("caught by", [_checked(check) for check in catalogue.checks_that_catch(fault.slug)]),
        ("run it", f"mfa-harness check reference:{fault.slug}{only}"),
        ("serve it", "" if is_of_client else f"mfa-harness serve --fault {fault.slug}"),
    ]


def _fact(catalogue: Catalogue, fact: Fact) -> _Fields:
    return [
        ("source", fact.id),
        ("text", fact.text),
        ("where", fact.where),
        ("asked by", [f"{each.id}: {each.text}" for each in catalogue.requirements_resting_on(fact.id)]),
    ]


def _in_words(catalogue: Catalogue, source: str) -> str:
    """A source with what it says, where it is a fact of the vendor's; a standard's clause as it is."""
    return f"{source}: {catalogue.facts[source].text}" if source in catalogue.facts else source


def _cited(sources: Iterable[str]) -> Iterator[str]:
    from mfa_harness import facts  # noqa: PLC0415

    return facts.cited(sources)


def _capability(capability: Capability) -> _Fields:
    return [
        ("capability", capability.name),
        ("sentence", capability.sentence),
        (
            "assumed",
            "yes, where a profile says nothing about it"
            if capability.assumed
            else "no, a profile must claim it",
        ),
        ("profile", ("[capabilities]", f"{capability.name} = true")),
    ]


def _sentence(catalogue: Catalogue, sentence: Sentence) -> _Fields:
    uses = [
        check
        for check in catalogue.checks
        if any(sentence.regex.fullmatch(step.text) for step in check.steps)
    ]
    more = [f"and {len(uses) - _USES_SHOWN} more"] if len(uses) > _USES_SHOWN else []
    return [
        ("step", sentence.pattern),
        ("kind", sentence.kind),
        ("text", " ".join(sentence.doc.split())),
        ("example", catalogue.lines_of(sentence)),
        *(
            ()
            if sentence.is_all_blanks
            else ((f"{{{blank}}}", words) for blank, words in sentence.values.items())
        ),
        ("scenarios", [*(_checked(check) for check in uses[:_USES_SHOWN]), *more]),
    ]


def _sentences(catalogue: Catalogue, text: str) -> Iterator[Sentence]:
    bare = _without_keyword(text)
    for sentence in catalogue.sentences:
        if bare in (sentence.pattern, _without_keyword(sentence.example)) or sentence.regex.fullmatch(bare):
            yield sentence


def _without_keyword(text: str) -> str:
    lowered = text.lower()
    return next((text[len(keyword) :] for keyword in _KEYWORDS if lowered.startswith(keyword)), text)


def _checked(check: Check) -> str:
    return f"{check.id}: {check.title}"


def _faulty(fault: Fault) -> str:
    return f"{fault.slug}: {fault.sentence}"
