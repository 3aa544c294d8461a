from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import __version__, requirements
from mfa_harness.events import Exchange, Expected, Failure, Note, StaleEntry, StepRecord
from mfa_harness.reports.html import render
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

VOID = {"meta", "input", "link", "br", "rect"}
ASSETS = resources.files("mfa_harness.reports.html").joinpath("assets")
STYLE = ASSETS.joinpath("page.css").read_text("utf-8")
SCRIPT = ASSETS.joinpath("page.js").read_text("utf-8")
NASTY = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}\x00\x1b\u202e\u2066"
SPELT = (
    "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}"
    "\\x00\\x1b\\u202e\\u2066"
)


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """The elements below with this tag and attributes; a class is one of several."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (not tag or child.tag == tag) and all(
                    value in child.attributes.get(name, "").split()
                    if name == "class_" or name == "class"
                    else child.attributes.get(name.replace("_", "-")) == value
                    for name, value in attributes.items()
                ):
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found


class Page(HTMLParser):
    """The tree of a page; refuses what is not nested as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self.current is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), tag
        element = Element(tag, {name: value or "" for name, value in attrs}, self.current)
        self.current.children.append(element)
        if tag not in VOID:
            self.current = element

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert tag == self.current.tag
        assert self.current.parent is not None
        self.current = self.current.parent

    def handle_data(self, data: str) -> None:
        self.current.children.append(data)


def page(events: list[Event]) -> Element:
    """The page of a run, seen to be sound: nested, ids unique, links that lead somewhere, nothing loaded."""
    text = render(events, now=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).decode()
    assert text.startswith("<!doctype html>\n")
    root = Page(text).root
    everything = root.all()
    ids = [each.attributes["id"] for each in everything if "id" in each.attributes]
    assert len(set(ids)) == len(ids)
    for each in everything:
        assert not {name for name in each.attributes if name.startswith("on") or name in ("src", "style")}
        for name in ("href", "aria-labelledby"):
            if name in each.attributes:
                assert each.attributes[name].removeprefix("#") in ids, each.attributes[name]
        if "href" in each.attributes:
            assert each.attributes["href"].startswith("#")
    (script,), (style,) = root.all("script"), root.all("style")
    assert (script.text, style.text) == (SCRIPT, STYLE)
    levels = [int(each.tag[1]) for each in everything if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    return root


def figures(root: Element) -> list[tuple[str, ...]]:
    """The three large numbers, each with its words."""
    return [
        (each.one("b").text, *(" ".join(part.split()) for part in each.text.split("\n") if part.strip()))
        for each in root.one("ul", class_="figures").all("li")
    ]


@pytest.fixture(autouse=True)
def class_is_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """`class_` asks for a class, as `class` is a word of Python's."""
    plain = Element.all

    def with_class(self: Element, tag: str = "", **attributes: str) -> list[Element]:
        return plain(self, tag, **{"class" if name == "class_" else name: value for name, value in attributes.items()})

    monkeypatch.setattr(Element, "all", with_class)


def test_the_verdict_comes_first(failing: list[Event]) -> None:
    root = page(failing)
    assert root.one("h1").words == "FAIL: 2 of the 5 checks that were carried out; 1 warned; 2 were NOT TESTED"
