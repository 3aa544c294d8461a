"""The Gherkin behind a run's checks: source, syntax tree and pickles of each feature, with ids that match.

The events name a feature by file and line and repeat its sentences. Where the file is still here and says the same, it
is the source; where it is not (a run from another machine, or another version of the suite) a feature that says just
what the events say stands in its place, and says so in its first line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gherkin.ast_builder import AstBuilder
from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from mfa_harness.feature_files import suite_dir
from mfa_harness.reports.layout import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mfa_harness.events import CheckFinished

WHOLE: Final = "the check is carried out"
"""The one step of a check whose steps the events do not tell."""

_KEYWORDS: Final = frozenset({"Given", "When", "Then", "And", "But", "*"})
_REBUILT: Final = (
    "# Rebuilt from the run's events: the file that was run is not here, or says something else by now."
)


class Ids(IdGenerator):
    """Ids counted from 0. What was counted for nothing can be given back, by setting `count`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def get_next_id(self) -> str:
        """The next id."""
        self.count += 1
        return str(self.count - 1)


@dataclass(frozen=True)
class Document:
    """A feature as messages, and the pickle of each check in it, in the order of the checks."""

    source: Mapping[str, Any]
    tree: Mapping[str, Any]
    pickles: tuple[Mapping[str, Any], ...]


def document(feature: str, checks: Sequence[CheckFinished], ids: Ids) -> Document:
    """The Gherkin of these checks, all of one feature.

    Args:
        feature: the file as events name it.
        checks: in any order; none twice.
        ids: where the ids of nodes and pickles come from.
    """
    uri = printable(feature)
    begun = ids.count
    text = _installed(feature)
    found = _parsed(uri, text, ids) if text is not None else None
    pickles = _matched(found[1], checks) if found else None
    if text is None or found is None or pickles is None:
        ids.count = begun
        text = "\n".join([_REBUILT, *_rebuilt(uri, checks), ""])
        found = _parsed(uri, text, ids)
        if found is None or len(found[1]) != len(checks):
            raise RuntimeError(f"no Gherkin could be made of the checks of {feature}")
        pickles = found[1]
    source = {"uri": uri, "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}
    return Document(source, found[0], tuple(pickles))


def _installed(feature: str) -> str | None:
    """The text of a feature file of our suite, or of one below the current folder; None where it is not here."""
    path = Path(feature)
    if path.suffix != ".feature":
        return None
    for base in (suite_dir().parent, Path.cwd()):
        try:
            return (base / path).read_text(encoding="utf-8")
        except (OSError, ValueError):  # not there; not text; a name that no file can have
            continue
    return None


def _parsed(uri: str, text: str, ids: Ids) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """Syntax tree and pickles, or None where it is not Gherkin."""
    try:
        tree: dict[str, Any] = {**Parser(AstBuilder(ids)).parse(text), "uri": uri}
    except CompositeParserException:
        return None
    compiled: Any = Compiler(ids).compile(tree)  # type: ignore[arg-type]  # a TypedDict, seen from outside
    return tree, compiled


def _matched(
    pickles: Sequence[dict[str, Any]], checks: Sequence[CheckFinished]
) -> list[dict[str, Any]] | None:
    """The pickle of each check, by its line; None unless every one says what the events say."""
    by_line = {pickle["location"]["line"]: pickle for pickle in pickles}
    found = []
    for check in checks:
        pickle = by_line.pop(check.line, None)
        if pickle is None or pickle["name"] != check.title:
            return None
        if [step["text"] for step in pickle["steps"]] != [step.text for step in check.steps]:
            return None
        found.append(pickle)
    return found


def _rebuilt(uri: str, checks: Sequence[CheckFinished]) -> Iterator[str]:
    yield f"Feature: {_line(uri)}"
    for check in checks:
        yield ""
        tag = check.id.partition("[")[0]
        if tag and tag == printable(tag) and not set(tag) & set("@#") and len(tag.split()) == 1:
            yield f"  @{tag}"
        yield f"  Scenario: {_line(check.title)}"
        for step in check.steps:
            yield f"    {step.keyword if step.keyword in _KEYWORDS else '*'} {_line(step.text) or '(nothing)'}"
        if not check.steps:
            yield f"    * {WHOLE}"


def _line(text: str) -> str:
    return " ".join(printable(text).split())
