"""The suite as data: every scenario and outline row of the feature files, as a check with an id.

A check's id is the scenario's first tag, which is a requirement's id and one word (`totp.one-device.second-refused`);
an outline row adds its `case` column in brackets. A user's own scenario needs no tag: its id is then made of the
file's name and the scenario's. What Gherkin and pytest-bdd let pass in silence is refused here (`FeatureError`),
each finding with its file and line.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from mfa_harness import requirements
from mfa_harness.feature_files import FeatureError, feature_files, shown, suite_dir, text_of
from mfa_harness.usage import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_STEP_LIKE = re.compile(r"^\s*(?:Given|When|Then|\*)\s")  # And and But begin sentences in prose as well
_DOTTED = re.compile(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+$")
_BLANK = re.compile(r"<([^<>]+)>")


BACKEND = "backend"
"""The tag of features that test an app's backend: only `check --backend` runs them, and it runs no others."""


class Step(msgspec.Struct, frozen=True):
    """A line of a scenario: keyword as written, kind (given, when, then), sentence with the row's values filled in.

    `attached` says what hangs below it ("a table", "a text"), which no sentence of ours reads; "" for nothing.
    """

    keyword: str
    kind: str
    text: str
    line: int
    attached: str = ""


class Check(msgspec.Struct, frozen=True):
    """A scenario, or one row of an outline. `requirement` is None for a user's own scenario without a known tag."""

    id: str
    title: str
    feature: str
    path: Path
    line: int
    requirement: str | None
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    scenario: str
    """The scenario's name as written, before a row's values are filled in."""
    row: tuple[str, ...] = ()

    @property
    def for_backend(self) -> bool:
        """Whether this check is about an app's backend (`check --backend`), and not about an MFA server."""
        return BACKEND in self.tags

    @property
    def locks_out(self) -> bool:
        """Whether this check locks an account for a while (DESIGN rule 11)."""
        return "locks-out" in self.tags


def checks(extra: Iterable[Path] = (), *, backend: bool | None = False) -> list[Check]:
    """Every check of the suite and of the folders or files in `extra`, in the order they run.

    A file that is reached in several ways is read once.

    Args:
        extra: folders or files of a user's own.
        backend: the checks of an app's backend (True), those of an MFA server (False), or both (None).

    Raises:
        FeatureError: a file cannot be parsed or holds something that would silently not be tested.
    """
    found: list[Check] = []
    findings: list[str] = []
    roots = (suite_dir(), *(root.resolve() for root in extra))
    paths = (path.resolve() for root in roots for path in feature_files(root))
    for path in dict.fromkeys(paths):
        try:
            found.extend(read(path))
        except FeatureError as error:
            findings.extend(error.findings)
    findings.extend(_doubles(found))
    if findings:
        raise FeatureError(findings)
    return [check for check in found if backend is None or check.for_backend is backend]


@cache
def read(path: Path) -> tuple[Check, ...]:
    """The checks of one feature file, by its whole path; read once, as pytest-bdd does.

    Raises:
        FeatureError: as `checks`.
    """
    name = shown(path)
    text = text_of(path)
    try:
        document = Parser().parse(text)
    except CompositeParserException as error:
        raise FeatureError(_unparsed(name, each) for each in error.errors) from error
    except ParserException as error:
        raise FeatureError([_unparsed(name, error)]) from error
    feature = document.get("feature")
    if feature is None:
        raise FeatureError([f"{name}: holds no Feature"])
    reader = _Reader(path, name, text, ours=path.is_relative_to(suite_dir()))
    found = tuple(reader.feature(feature))
    reader.findings.extend(_doubles(found))
    if not found and not reader.findings:
        reader.findings.append(f"{name}: holds no scenario")
    if not reader.findings:
        pickles = len(Compiler().compile({**document, "uri": name}))
        if pickles != len(found):
            reader.findings.append(
                f"{name}: {len(found)} checks were read, but Gherkin makes {pickles} of it"
            )
    if reader.findings:
        raise FeatureError(reader.findings)
    return found


def _unparsed(shown: str, error: Exception) -> str:
    """What Gherkin could not read, with the line where every editor finds it."""
    line = (getattr(error, "location", None) or {}).get("line")
    said = re.sub(r"^\(\d+:\d+\): ", "", str(error))
    return f"{shown}:{line}: {said}" if line else f"{shown}: {said}"


def _doubles(found: Iterable[Check]) -> Iterator[str]:
    seen: dict[str, Check] = {}
    for check in found:
        first = seen.setdefault(check.id, check)
        siblings = (first.path, first.scenario) == (check.path, check.scenario)
        if first is check or (siblings and not check.row):  # a scenario's name is refused where it is read
            continue
        mend = "give one of the rows another case" if siblings else "give one of them another first tag"
        taken = f"the check id {check.id} is taken by {first.feature}:{first.line}"
        yield f"{check.feature}:{check.line}: {taken}; {mend}"


class _Reader:
    """Walks one parsed feature; collects checks and what must be refused."""

    def __init__(self, path: Path, shown: str, text: str, *, ours: bool) -> None:
        self.path = path
        self.shown = shown
        self.lines = text.splitlines()
        self.ours = ours
        self.findings: list[str] = []
        self.names: dict[str, int] = {}

    def feature(self, feature: Mapping[str, Any]) -> Iterator[Check]:
        yield from self._children(feature, background=(), tags=_tags(feature))

    def _children(
        self, parent: Mapping[str, Any], *, background: tuple[Mapping[str, Any], ...], tags: tuple[str, ...]
    ) -> Iterator[Check]:
        self._steps_in_description(parent)
        for child in parent["children"]:
            if "background" in child:
                self._no_description(child["background"], "a Background")
                background = (*background, *child["background"]["steps"])
            elif "rule" in child:
                rule = child["rule"]
                yield from self._children(rule, background=background, tags=(*tags, *_tags(rule)))
            else:
                yield from self._scenario(child["scenario"], background, tags)

    def _scenario(
        self, scenario: Mapping[str, Any], background: tuple[Mapping[str, Any], ...], tags: tuple[str, ...]
    ) -> Iterator[Check]:
        name, line = scenario["name"], scenario["location"]["line"]
        self._no_description(scenario, f'the scenario "{name}"')
        if name in self.names:
            self._refuse(
                line, f'the name "{name}" is taken by line {self.names[name]}; one of the two would not run'
            )
        self.names.setdefault(name, line)
        steps = (*background, *scenario["steps"])
        if not any(step.kind == "then" for step in _steps(steps, {})):
            self._refuse(line, f'the scenario "{name}" has no Then: it would check nothing')
        own = _tags(scenario)
        base_id, requirement = self._identity(own, tags, name, line)
        common = {
            "feature": self.shown,
            "path": self.path,
            "requirement": requirement,
            "tags": (*own, *(tag for tag in tags if tag not in own)),
            "scenario": name,
        }
        if not scenario["examples"] and not re.search("Outline|Template", scenario["keyword"]):
            yield Check(id=base_id, title=name, line=line, steps=tuple(_steps(steps, {})), **common)
            return
        yield from self._rows(scenario, base_id, steps, common)

    def _rows(
        self,
        scenario: Mapping[str, Any],
        base_id: str,
        steps: tuple[Mapping[str, Any], ...],
        common: dict[str, Any],
    ) -> Iterator[Check]:
        line = scenario["location"]["line"]
        if not scenario["examples"]:
            self._refuse(line, "an outline without Examples runs nothing")
        for examples in scenario["examples"]:
            self._no_description(examples, "Examples")
            place = examples["location"]["line"]
            if examples["tags"]:
                self._refuse(place, "tags on Examples are not applied; tag the scenario")
            header = [cell["value"] for cell in examples.get("tableHeader", {}).get("cells", ())]
            if len(set(header)) < len(header):
                self._refuse(place, "two columns have one name; one of them would not be read")
            if not examples.get("tableBody"):
                self._refuse(place, "Examples without a row run nothing")
            elif self.ours and "case" not in header:
                self._refuse(line, "an outline of the suite names its rows in a column `case`")
            else:
                self._no_blank_unfilled(steps, header, place)
            for row in examples.get("tableBody", ()):
                cells = tuple(cell["value"] for cell in row["cells"])
                values = dict(zip(header, cells, strict=True))
                case = values.get("case", " ".join(cells))
                yield Check(
                    id=f"{base_id}[{case}]",
                    title=_fill(scenario["name"], values),
                    line=row["location"]["line"],
                    steps=tuple(_steps(steps, values)),
                    row=cells,
                    **common,
                )

    def _no_blank_unfilled(self, steps: Iterable[Mapping[str, Any]], header: list[str], line: int) -> None:
        for step in steps:
            for blank in _BLANK.findall(step["text"]):
                if blank not in header:
                    self._refuse(line, f'no column fills <{blank}> in "{step["text"]}"')

    def _identity(
        self, own: tuple[str, ...], inherited: tuple[str, ...], name: str, line: int
    ) -> tuple[str, str | None]:
        """The check's id, a row's case apart, and its requirement.

        Our own scenarios are strict: their first tag says both. A user's may have the tag at any place, may give
        the requirement alone, for one scenario or for a whole file, or none at all.
        """
        known = requirements.load()
        slug = f"{_slug(self.path.stem)}.{_slug(name)}"
        stands_for: str | None = None
        for tag in own[:1] if self.ours else (*own, *inherited):
            requirement = requirements.of_check(tag, known)
            if requirement is None:
                self._no_mistaken_tag(tag, own, known, line)
            elif tag in own and tag != requirement.id:
                return tag, requirement.id
            else:
                stands_for = stands_for or requirement.id
        if self.ours:
            found = f"@{own[0]}" if own else "no tag"
            self._refuse(
                line, f'the first tag of "{name}" must be a requirement\'s id and one word; found {found}'
            )
        return slug, stands_for

    def _no_mistaken_tag(self, tag: str, own: tuple[str, ...], known: Iterable[str], line: int) -> None:
        """A dotted first tag, or one that begins as requirements do, was meant for one that does not exist."""
        families = {each.partition(".")[0] for each in known}
        if _DOTTED.match(tag) and (tag in own[:1] or tag.partition(".")[0] in families):
            near = nearest(".".join(tag.split(".")[:2]), known)
            hint = f"the nearest is @{near}" if near else "`mfa-harness list requirements` names them all"
            self._refuse(line, f"@{tag} begins with no requirement's id; {hint}")

    def _steps_in_description(self, parent: Mapping[str, Any]) -> None:
        for text in (parent.get("description") or "").splitlines():
            if _STEP_LIKE.match(text):
                self._refuse(
                    self._line_of(text, parent),
                    f'"{text.strip()}" stands outside a scenario and would not run',
                )

    def _no_description(self, node: Mapping[str, Any], what: str) -> None:
        text = (node.get("description") or "").strip()
        if text:
            first = text.splitlines()[0]
            self._refuse(
                self._line_of(first, node),
                f'"{first}" in {what} is not a step (a misspelt Given, When or Then?) and would be passed over',
            )

    def _line_of(self, text: str, node: Mapping[str, Any]) -> int:
        """Where a line of a node's description stands: Gherkin keeps its text, not its place."""
        start: int = node["location"]["line"]
        below = enumerate(self.lines[start:], start=start + 1)
        return next((line for line, other in below if other.strip() == text.strip()), start)

    def _refuse(self, line: int, finding: str) -> None:
        self.findings.append(f"{self.shown}:{line}: {finding}")


def _tags(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(tag["name"].removeprefix("@") for tag in node["tags"])


def _steps(steps: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> Iterator[Step]:
    kinds = {"Context": "given", "Action": "when", "Outcome": "then"}
    kind = "given"
    for step in steps:
        kind = kinds.get(step["keywordType"], kind)
        attached = "a table" if "dataTable" in step else "a text" if "docString" in step else ""
        yield Step(
            step["keyword"].strip(), kind, _fill(step["text"], values), step["location"]["line"], attached
        )


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: values.get(blank[1], blank[0]), text)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
