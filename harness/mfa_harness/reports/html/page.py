"""From a run's events to the page: what the template is given, and how it is kept from being anything but text."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import structs

from mfa_harness import __version__, requirements
from mfa_harness.reports.html.findings import anchors, findings
from mfa_harness.reports.html.standing import (
    ORDER,
    WORDS,
    Standing,
    counted,
    ending,
    sentence,
    standings,
)
from mfa_harness.reports.layout import demand, expectation, location, mark, printable
from mfa_harness.reports.run import Run
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_harness.events import CheckFinished, Event
    from mfa_harness.requirements import Requirement

_STEERING: Final = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_STAMP: Final = re.compile(r"([A-Z]+(?: [A-Z]+)*)(:?)(?= )")


def render(events: Sequence[Event], *, now: datetime | None = None) -> bytes:
    """The run as one HTML page, UTF-8.

    Args:
        events: whole or cut short.
        now: the date to put on it; by default the current one, or SOURCE_DATE_EPOCH's where that is set.
    """
    page = _Page(Run.of(events), requirements.load())
    style, script = _asset("page.css"), _asset("page.js")
    text = (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            run=page.run,
            now=(now or _now()).astimezone(UTC),
            version=__version__,
            style=Markup(style),  # noqa: S704 - ours, and no part of the run
            script=Markup(script),  # noqa: S704
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
            "base-uri 'none'; form-action 'none'",
        )
    )
    return text.encode()


def _now() -> datetime:
    """The date of rendering: the events of a run have none."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """How a content security policy names an inline style or script that it lets in."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mfa_harness.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["kind"] = _kind
    environment.globals.update(
        WORDS=WORDS, demand=demand, ending=ending, expectation=expectation, location=location, mark=mark
    )
    return environment


def _plain(value: Any) -> Any:
    """What a template puts out of a value: text that shows all that is in it, in the order in which it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(value))


def _kind(ended: str) -> str:
    """The class that colours what ended so."""
    return f"is-{ended.replace('/', '')}"


@dataclass(frozen=True)
class _Segment:
    """A part of the bar: checks that ended alike, in thousandths of all."""

    ended: str
    start: float
    width: float


class _Page:
    """What the template asks for, beyond the run itself."""

    def __init__(self, run: Run, known: dict[str, Requirement]) -> None:
        # Copies, so that each check has a place of its own on the page even where one event comes twice.
        run = replace(run, checks=tuple(structs.replace(check) for check in run.checks))
        self.run = run
        self.standings = standings(run.checks, known)
        troubled = run.to_explain()
        told = findings([*troubled, *(check for each in run.excused.values() for check in each)])
        self.findings, self.excused = told[: len(troubled)], told[len(troubled) :]
        self.unexamined = [known[name] for name in known if name not in {each.id for each in self.standings}]
        self._number = {id(check): number for number, check in enumerate(run.checks)}
        self._anchors = anchors(run.checks)

    @property
    def title(self) -> str:
        return (self.run.started.title if self.run.started else "") or "MFA check"

    @property
    def stamp(self) -> tuple[str, str]:
        """The headline, its verdict in capitals apart from the sentence that follows."""
        headline = self.run.headline[1]
        found = _STAMP.match(headline)
        return (found[0], headline[found.end() :].strip()) if found else ("", headline)

    @property
    def ended(self) -> str:
        return self.run.headline[0].value

    @property
    def sentence(self) -> str:
        return sentence([each for each in self.standings if each.id])

    @cached_property
    def counts(self) -> dict[str, int]:
        return dict(counted(self.run.checks))

    def standing(self, ended: str) -> list[Standing]:
        """The requirements that stand so."""
        return [each for each in self.standings if each.ended == ended]

    @property
    def bar(self) -> list[_Segment]:
        """The checks by how they ended, good ones first; those that were never reached are not tested either."""
        counts = {word: self.counts.get(word, 0) for word in reversed(ORDER)}
        counts[Verdict.NOT_APPLICABLE] = self.run.untested
        order = [
            Verdict.PASS.value,
            *(word for word in ORDER if word not in _EDGES),
            Verdict.NOT_APPLICABLE.value,
        ]
        whole = sum(counts.values()) or 1
        segments, start = [], 0.0
        for word in order:
            width = 1000 * counts[word] / whole
            if width:
                segments.append(_Segment(word, round(start, 2), round(width, 2)))
            start += width
        return segments

    @property
    def features(self) -> list[str]:
        return list(self.run.by_feature())

    def number(self, check: CheckFinished) -> int:
        """The place of a check in the run, by which row and finding belong together."""
        return self._number[id(check)]

    def anchor(self, check: CheckFinished) -> str:
        return self._anchors[self.number(check)]

    def is_explained(self, check: CheckFinished) -> bool:
        return ending(check) not in _EDGES

    @property
    def other_version(self) -> str:
        """The version that made the run, where the texts of requirements are another's."""
        made_by = self.run.started.harness if self.run.started else ""
        return made_by if made_by != __version__ else ""


_EDGES: Final = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value)
