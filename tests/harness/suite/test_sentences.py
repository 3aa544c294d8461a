"""A step that is misspelt, ambiguous or in the wrong place is refused before anything runs."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from mfa_harness import suite
from mfa_harness.collection import refuse_unknown_sentences
from mfa_harness.feature_files import FeatureError
from mfa_harness.steps import sentence as sentences
from mfa_harness.steps.apps import CODES
from mfa_harness.steps.sentence import Lexicon, compile_sentence
from mfa_harness.verdicts import ScenarioError

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Run, Write


def finding(write: Write, *steps: str) -> str:
    body = "".join(f"    {step}\n" for step in steps)
    path = write(f"Feature: Mine\n  Scenario: One\n{body}    Then she succeeds\n")
    with pytest.raises(FeatureError) as caught:
        refuse_unknown_sentences(suite.read(path))
    (found,) = caught.value.findings
    return found.removeprefix(f"{path.as_posix()}:")


@pytest.mark.parametrize(
    ("step", "nearest"),
    [
        ("When she enters the curent code", "When she enters the current code"),
        ("When she sings out", "When she signs out"),
        ("Given a user that has enrolled a passkey", "Given a user who has enrolled a passkey"),
        (
            "Given a user who enrolled an authenticator app",
            "Given a user who has enrolled an authenticator app",
        ),
        ("When she tries to delete her app", "When she tries to delete her account"),
        ("When 31 secs pass", "When 31 seconds pass"),
        ("When she uses a recovery code twice", "When she uses a recovery code"),
        ("And she refreshs her session", "When she refreshes her session"),
    ],
)
def test_a_misspelt_step_is_refused_with_the_nearest_sentence(write: Write, step: str, nearest: str) -> None:
    text = step.partition(" ")[2]
    assert finding(write, step) == f'3: no step is called "{text}". The nearest: {nearest}'


def test_every_misspelt_step_of_a_run_is_told_at_once_and_nothing_runs(run: Run) -> None:
    with pytest.raises(FeatureError) as caught:
        run("""\
        Scenario: One
          Given a new usr
          When she signs upp
          Then she is fully signed in
        """)
    assert [re.sub(r"^.*:(\d+): (.*?) The.*", r"\1 \2", each) for each in caught.value.findings] == [
        '3 no step is called "a new usr".',
        '4 no step is called "she signs upp".',
    ]


def test_an_outline_tells_a_misspelt_step_once(write: Write) -> None:
    path = write("""\
        Feature: Mine
          Scenario Outline: One
            Given a new user
            When she sings up
            Then <n> passkeys are listed

            Examples:
              | n |
              | 1 |
              | 2 |
        """)
    with pytest.raises(FeatureError) as caught:
        refuse_unknown_sentences(suite.read(path))
    assert len(caught.value.findings) == 1


def test_a_value_of_an_outline_that_fits_no_sentence_is_refused(write: Write) -> None:
    path = write("""\
        Feature: Mine
          Scenario Outline: One
            Given a user who has enrolled <method>
            Then her verified methods are <method>

            Examples:
              | method     |
              | a password |
        """)
    with pytest.raises(FeatureError, match='no step is called "a user who has enrolled a password"'):
        refuse_unknown_sentences(suite.read(path))


def test_a_step_that_can_be_read_in_two_ways_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(sentences.matching("a new user"))
    twin = dataclasses.replace(one, pattern="a new {kind}")
    monkeypatch.setattr(sentences, "_CATALOGUE", [*sentences._CATALOGUE, twin])
    assert finding(write, "Given a new user") == (
        '3: "a new user" can be read in two ways: {which} new user / a new {kind}'
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            ["When she is fully signed in"],
            '3: "she is fully signed in" judges; it belongs after Then, not after When',
        ),
        (
            ["Given a new user", "And she is refused"],
            '4: "she is refused" judges; it belongs after Then, not after And',
        ),
        (
            ["Given a new user", "When a new user"],
            '4: "a new user" only sets the scene; it belongs after Given',
        ),
        (
            ["Given a new user", "Then she signs up"],
            '4: "she signs up" does something; it belongs after When',
        ),
    ],
)
def test_a_step_in_the_wrong_place_is_refused(write: Write, steps: list[str], expected: str) -> None:
    assert finding(write, *steps) == expected


@pytest.mark.parametrize(("below", "what"), [("| a | b |", "a table"), ('"""\n    x\n    """', "a text")])
def test_what_hangs_below_a_step_and_would_not_be_read_is_refused(
    write: Write, below: str, what: str
) -> None:
    found = finding(write, "Given a new user", below)
    assert found == f'3: {what} below "a new user" would not be read'


def test_an_action_may_stand_after_given_as_well(write: Write) -> None:
    path = write("""\
        Feature: Mine
          Scenario: One
            Given a new user
            And she signs up
            When she signs out
            Then she succeeds
        """)
    refuse_unknown_sentences(suite.read(path))


def test_sentences_of_the_suite_are_read_in_either_number_and_gender() -> None:
    for text in (
        "he enters 1 wrong code",
        "she enters 2 wrong codes",
        "1 passkey is listed",
        "2 passkeys are listed",
    ):
        assert len(list(sentences.matching(text))) == 1, text


@pytest.mark.parametrize(
    ("sentence", "fits", "does_not"),
    [
        ("she waits", ["she waits"], ["she waits "]),
        ("{who} waits[ again]", ["she waits", "the other user waits again"], ["it waits"]),
        ("{n} (second|minute)[s] pass[es]", ["1 second passes", "30 minutes pass"], ["a second passes"]),
        (
            'she says "{text}" (once)',
            ['she says "a.b" (once)', 'she says "" (once)'],
            ['she says "a"b" (once)'],
        ),
    ],
)
def test_a_sentence_reads_as_it_is_listed(sentence: str, fits: list[str], does_not: list[str]) -> None:
    regex = re.compile(compile_sentence(sentence, {}))
    assert all(regex.fullmatch(text) for text in fits)
    assert not any(regex.fullmatch(text) for text in does_not)


def test_a_list_of_phrases_calls_the_one_that_fits_with_its_blanks() -> None:
    amounts: Lexicon[str] = Lexicon("amount")
    amounts.phrase("none")(lambda unit: f"0 {unit}")
    amounts.phrase("{n} of them", "some {n}")(lambda unit, n: f"{n} {unit}")
    assert [amounts.resolve(text, "keys") for text in ("none", "2 of them", "some 3")] == [
        "0 keys",
        "2 keys",
        "3 keys",
    ]
    with pytest.raises(ScenarioError, match='"nun" is not a amount'):
        amounts.resolve("nun", "keys")


def test_a_phrase_that_is_not_known_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match='the nearest is "the current code"'):
        CODES.resolve("the currant code")


def test_a_sentence_that_makes_no_sense_where_it_stands_is_an_error_and_not_the_targets(run: Run) -> None:
    ran = run(
        textwrap.dedent("""\
        Scenario: One
          Given a user who has enrolled a passkey
          When she enters the current code
          Then she succeeds
        """)
    )
    assert (ran.one.verdict.value, ran.code) == ("error", 2)
    assert ran.one.reason.startswith("required a line that makes sense where it stands; got ")
    assert ran.one.reason.endswith("mine.feature:4: she has no authenticator app to read a code from")
