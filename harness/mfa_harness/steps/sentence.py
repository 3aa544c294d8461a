"""How a step definition is declared: a sentence with blanks, an example, and what may stand in the blanks.

A sentence reads as it is listed for people: `{code}` is a blank, `[ again]` may be left out, `(seconds|minutes)`
is a choice. What may stand in a blank is a list of words, or a `Lexicon`: sentences of its own that each make a value.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import pytest_bdd
from pytest_bdd import parsers

from mfa_harness.verdicts import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Kind = Literal["given", "when", "then"]
Function = TypeVar("Function", bound="Callable[..., Any]")
Value = TypeVar("Value")

_TOKEN = re.compile(r"\{(\w+)\}|\[([^\]]*)\]|\(([^()]*\|[^()]*)\)")
_SPELLINGS = 400  # of one sentence, when the nearest is looked for
_SAMPLES: dict[str, str] = {"who": "she", "on": "on", "n": "2"}
_ALIKE = 0.65  # of 1: what is less like a line than that is no help to who wrote it
_BLANKS: dict[str, str] = {
    "who": "she|he|the other user",
    "n": "[0-9]{1,6}",
    "on": "on|off",
    "text": '[^"]*',
}


def compile_sentence(sentence: str, blanks: Mapping[str, str], *, named: bool = True) -> str:
    """The regular expression of a sentence; `blanks` adds to and replaces the common ones."""
    out: list[str] = []
    at = 0
    for token in _TOKEN.finditer(sentence):
        out.append(re.escape(sentence[at : token.start()]))
        name, optional, choice = token.groups()
        if name:
            inside = blanks.get(name, _BLANKS.get(name, ".+"))
            out.append(f"(?P<{name}>{inside})" if named else f"(?:{inside})")
        elif optional is not None:
            out.append(f"(?:{compile_sentence(optional, blanks, named=named)})?")
        else:
            out.append(
                f"(?:{'|'.join(compile_sentence(each, blanks, named=named) for each in choice.split('|'))})"
            )
        at = token.end()
    out.append(re.escape(sentence[at:]))
    return "".join(out)


@dataclass
class Lexicon(Generic[Value]):
    """What may stand in one blank: phrases, each with the function that makes its value."""

    name: str
    phrases: dict[str, Callable[..., Value]] = field(default_factory=dict)

    def phrase(self, *sentences: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
        """Declare phrases; the function is called with the caller's arguments and the phrase's own blanks."""

        def declare(function: Callable[..., Value]) -> Callable[..., Value]:
            for sentence in sentences:
                self.phrases[sentence] = function
            return function

        return declare

    @property
    def pattern(self) -> str:
        """Matches any phrase."""
        return "|".join(compile_sentence(phrase, {}, named=False) for phrase in self.phrases)

    def resolve(self, text: str, *arguments: Any) -> Value:
        """The value of a phrase.

        Raises:
            ScenarioError: no phrase matches; names the nearest.
        """
        for phrase, function in self.phrases.items():
            match = re.fullmatch(compile_sentence(phrase, {}), text)
            if match:
                return function(*arguments, **match.groupdict())
        near = nearest(text, self.phrases)
        raise ScenarioError(f'"{text}" is not a {self.name} that is known; the nearest is "{near}"')


@dataclass(frozen=True)
class Sentence:
    """One step definition, for people: `mfa-harness list steps`."""

    kind: str
    pattern: str
    example: str
    doc: str
    values: Mapping[str, tuple[str, ...]]
    regex: re.Pattern[str]
    function: Callable[..., Any]

    @property
    def is_all_blanks(self) -> bool:
        """Whether its words are all in its blanks (`{who} {act}`), so that only its phrases say what it reads."""
        return not re.sub(r"\{\w+\}", "", self.pattern).strip()


_CATALOGUE: list[Sentence] = []


def sentence(
    text: str, *, example: str, kind: Kind | None = None, **blanks: Lexicon[Any] | Iterable[str] | str
) -> Callable[[Function], Function]:
    """Declare a step definition.

    Args:
        text: the sentence.
        example: a line that it matches, with its keyword.
        kind: given (a wish), then (a verdict), or None: an action, which may stand after any keyword.
        blanks: what may stand in a blank: a lexicon, a list of words, or a regular expression.
    """
    patterns: dict[str, str] = {}
    values: dict[str, tuple[str, ...]] = {}
    for name, blank in blanks.items():
        if isinstance(blank, Lexicon):
            patterns[name] = blank.pattern
            values[name] = tuple(blank.phrases)
        elif isinstance(blank, str):
            patterns[name] = blank
        else:
            words = tuple(blank)
            patterns[name] = "|".join(map(re.escape, words))
            values[name] = words
    regex = re.compile(compile_sentence(text, patterns))

    def declare(function: Function) -> Function:
        _CATALOGUE.append(
            Sentence(kind or "when", text, example, (function.__doc__ or "").strip(), values, regex, function)
        )
        decorate = pytest_bdd.step(parsers.re(regex.pattern), kind, stacklevel=2)
        decorate(function)
        return function

    return declare


def catalogue() -> list[Sentence]:
    """Every sentence declared so far, in order."""
    return list(_CATALOGUE)


def lines_of(sentence: Sentence, used: Iterable[str]) -> list[str]:
    """Lines to paste, keyword included: one for each phrase of a sentence that is all blanks, else its example.

    Args:
        sentence: one of the catalogue.
        used: lines that scenarios use, which fill a phrase's own blanks as one does in earnest.
    """
    if not sentence.is_all_blanks:
        return [sentence.example]
    keyword, _, example = sentence.example.partition(" ")
    (phrases,) = sentence.values.values()
    known = [example, *used]
    found: list[str] = []
    for phrase in phrases:
        whole = re.compile(f"(?:(?:{_BLANKS['who']}) )?{compile_sentence(phrase, {}, named=False)}")
        line = next((line for line in known if whole.fullmatch(line)), None)
        found.append(f"{keyword} {line or _filled(sentence, phrase)}")
    return found


def _filled(sentence: Sentence, phrase: str) -> str:
    """A phrase that no scenario uses, in its sentence, its blanks filled with anything that fits."""
    blank = next(iter(sentence.values))
    return next(_spellings(sentence.pattern, {blank: (phrase,)}, _SAMPLES))


def nearest(text: str, known: Iterable[str]) -> str:
    """The known phrase that is most like a text; "" when none is known."""
    best, likeness = "", -1.0
    matcher = difflib.SequenceMatcher(None, "", text)
    for each in known:
        matcher.set_seq1(each)
        if matcher.real_quick_ratio() > likeness and matcher.quick_ratio() > likeness:
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = each, ratio
    return best


def matching(text: str) -> Iterator[Sentence]:
    """The sentences that a line of a scenario matches."""
    return (each for each in _CATALOGUE if each.regex.fullmatch(text))


def unknown_sentence(text: str) -> str:
    """What to say of a line that no sentence matches."""
    near = suggestion(text)
    hint = f"The nearest: {near}" if near else "None is like it: `mfa-harness list steps` has them all"
    return f'no step is called "{text}". {hint}'


def suggestion(text: str) -> str:
    """For a line that no sentence matches: the nearest that one would, keyword included; "" when none is near."""
    known: dict[str, str] = {}
    number = re.search(r"\d+", text)
    samples = {**_SAMPLES, **({"n": number[0]} if number else {})}
    for each in _CATALOGUE:
        keyword, _, example = each.example.partition(" ")
        for line in (example, *islice(_spellings(each.pattern, each.values, samples), _SPELLINGS)):
            if each.regex.fullmatch(line):
                known.setdefault(line, f"{keyword} {line}")
    near = nearest(text, known)
    alike = difflib.SequenceMatcher(None, near, text).ratio() >= _ALIKE
    return known[near] if alike else ""


def _spellings(
    sentence: str, values: Mapping[str, Iterable[str]], samples: Mapping[str, str]
) -> Iterator[str]:
    """Lines that a sentence matches, by what may stand in its blanks, be left out, or be chosen."""
    token = _TOKEN.search(sentence)
    if token is None:
        yield sentence
        return
    name, optional, choice = token.groups()
    if name:
        inside: Iterable[str] = values.get(name, ()) or [samples.get(name, "...")]
    elif optional is not None:
        inside = (optional, "")
    else:
        inside = choice.split("|")
    head = sentence[: token.start()]
    for filled in inside:
        for tail in _spellings(filled + sentence[token.end() :], values, samples):
            yield head + tail
