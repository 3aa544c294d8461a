"""The suite as data: every scenario and outline row of the feature files, as a check with an id.

A check's id is the scenario's first tag, which is a requirement's id and one word (`totp.one-device.second-refused`);
an outline row adds its `case` column in brackets. A user's own scenario needs no tag: its id is then made of the
file's name and the scenario's. What Gherkin and pytest-bdd let pass in silence is refused here (`FeatureError`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from mfa_harness import requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STEP_LIKE = re.compile(r"^\s*(?:Given|When|Then|And|But|\*)\s")
_DOTTED = re.compile(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+$")


class FeatureError(Exception):
    """A feature file holds something that would not be tested as its author thinks. One line a finding."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(self.findings))


class Step(msgspec.Struct, frozen=True):
    """A line of a scenario: keyword as written, kind (given, when, then), sentence with the row's values filled in."""

    keyword: str
    kind: str
    text: str
    line: int


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
    def locks_out(self) -> bool:
        """Whether this check locks an account for a while (DESIGN rule 11)."""
        return "locks-out" in self.tags


def suite_dir() -> Path:
    """Where our own feature files are: inside an installed package, else beside `harness/` in a checkout."""
    packaged = Path(__file__).parent / "features"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "features"


def feature_files(where: Path) -> list[Path]:
    """The .feature files at or below a path, sorted."""
    if where.is_file():
        return [where]
    return sorted(where.rglob("*.feature"))


def checks(extra: Iterable[Path] = ()) -> list[Check]:
    """Every check of the suite and of the folders or files in `extra`, in the order they run.

    Raises:
        FeatureError: a file cannot be parsed or holds something that would silently not be tested.
    """
    found: list[Check] = []
    findings: list[str] = []
    for root in (suite_dir(), *extra):
        for path in feature_files(root):
            try:
                found.extend(read(path))
            except FeatureError as error:
                findings.extend(error.findings)
    findings.extend(_doubles(found))
    if findings:
        raise FeatureError(findings)
    return found


@cache
def read(path: Path) -> tuple[Check, ...]:
    """The checks of one feature file.

    Raises:
        FeatureError: as `checks`.
    """
    shown = _shown(path)
    try:
        document = Parser().parse(path.read_text(encoding="utf-8"))
    except CompositeParserException as error:
        raise FeatureError(f"{shown}: {each}" for each in error.errors) from error
    except UnicodeDecodeError as error:
        raise FeatureError([f"{shown}: not UTF-8 text ({error.reason} at byte {error.start})"]) from error
    feature = document.get("feature")
    if feature is None:
        raise FeatureError([f"{shown}: holds no Feature"])
    reader = _Reader(path, shown, ours=path.is_relative_to(suite_dir()))
    found = tuple(reader.feature(feature))
    if not reader.findings:
        pickles = len(Compiler().compile({**document, "uri": shown}))
        if pickles != len(found):
            reader.findings.append(
                f"{shown}: {len(found)} checks were read, but Gherkin makes {pickles} of it"
            )
    if reader.findings:
        raise FeatureError(reader.findings)
    return found


def _shown(path: Path) -> str:
    """The path as reports print it: from the suite's parent, else from the current folder, else whole."""
    for base in (suite_dir().parent, Path.cwd()):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.as_posix()


def _doubles(found: Iterable[Check]) -> Iterator[str]:
    seen: dict[str, Check] = {}
    for check in found:
        first = seen.setdefault(check.id, check)
        if first is not check:
            yield (
                f"{check.feature}:{check.line}: the check id {check.id} is taken by {first.feature}:{first.line}; "
                "give one of them another first tag"
            )


class _Reader:
    """Walks one parsed feature; collects checks and what must be refused."""

    def __init__(self, path: Path, shown: str, *, ours: bool) -> None:
        self.path = path
        self.shown = shown
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
        base_id, requirement = self._identity(own, name, line)
        common = {
            "feature": self.shown,
            "path": self.path,
            "requirement": requirement,
            "tags": (*own, *(tag for tag in tags if tag not in own)),
            "scenario": name,
        }
        if "Outline" not in scenario["keyword"] and not scenario["examples"]:
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
        rows = 0
        for examples in scenario["examples"]:
            self._no_description(examples, "Examples")
            if examples["tags"]:
                self._refuse(
                    examples["location"]["line"], "tags on Examples are not applied; tag the scenario"
                )
            header = [cell["value"] for cell in examples.get("tableHeader", {}).get("cells", ())]
            if rows == 0 and header and self.ours and "case" not in header:
                self._refuse(line, "an outline of the suite names its rows in a column `case`")
            for row in examples.get("tableBody", ()):
                rows += 1
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
        if not rows:
            self._refuse(line, "an outline without Examples runs nothing")

    def _identity(self, tags: tuple[str, ...], name: str, line: int) -> tuple[str, str | None]:
        known = requirements.load()
        first = tags[0] if tags else ""
        requirement = requirements.of_check(first, known)
        if requirement is not None and first != requirement.id:
            return first, requirement.id
        if self.ours or (requirement is None and _DOTTED.match(first)):
            self._refuse(
                line, f'the first tag of "{name}" must be a requirement\'s id and one word; found "{first}"'
            )
        return f"{_slug(self.path.stem)}.{_slug(name)}", requirement.id if requirement else None

    def _steps_in_description(self, parent: Mapping[str, Any]) -> None:
        for offset, text in enumerate((parent.get("description") or "").splitlines(), start=1):
            if _STEP_LIKE.match(text):
                line = parent["location"]["line"] + offset
                self._refuse(line, f'"{text.strip()}" stands outside a scenario and would not run')

    def _no_description(self, node: Mapping[str, Any], what: str) -> None:
        text = (node.get("description") or "").strip()
        if text:
            first = text.splitlines()[0]
            self._refuse(
                node["location"]["line"] + 1,
                f'"{first}" in {what} is not a step (a misspelt Given, When or Then?) and would be passed over',
            )

    def _refuse(self, line: int, finding: str) -> None:
        self.findings.append(f"{self.shown}:{line}: {finding}")


def _tags(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(tag["name"].removeprefix("@") for tag in node["tags"])


def _steps(steps: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> Iterator[Step]:
    kinds = {"Context": "given", "Action": "when", "Outcome": "then"}
    kind = "given"
    for step in steps:
        kind = kinds.get(step["keywordType"], kind)
        yield Step(step["keyword"].strip(), kind, _fill(step["text"], values), step["location"]["line"])


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
