"""The suite that ships, whole: ids, requirements, sentences."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import requirements, steps, suite
from mfa_harness.feature_files import feature_files, suite_dir
from mfa_harness.steps.apps import CODES
from mfa_harness.steps.lexicons import ACTS, ENDINGS, FACTS, WAYS
from mfa_harness.steps.operations import OPERATIONS
from mfa_harness.steps.proofs import PERMITS
from mfa_harness.steps.recovery import RECOVERY_CODES
from mfa_harness.steps.sentence import compile_sentence, matching
from mfa_harness.steps.step_up import WISHES
from mfa_harness.steps.tokens import FORGERIES

if TYPE_CHECKING:
    from mfa_harness.steps.sentence import Lexicon, Sentence

CHECKS = suite.checks()
SENTENCES = steps.catalogue()
LEXICONS: list[Lexicon[Any]] = [
    *(ACTS, ENDINGS, FACTS, CODES, RECOVERY_CODES, OPERATIONS, PERMITS, WAYS, WISHES, FORGERIES)
]
COMMON = {"who", "n", "on", "text", "value", "m", "n2"}  # blanks of numbers, switches and free text


def test_there_are_many_checks_and_each_has_an_id_of_its_own() -> None:
    assert len(CHECKS) >= 120
    assert [check_id for check_id, count in Counter(check.id for check in CHECKS).items() if count > 1] == []


def test_every_check_stands_for_a_requirement_that_the_catalogue_has() -> None:
    known = requirements.load()
    assert [check.id for check in CHECKS if check.requirement not in known] == []
    assert [check.id for check in CHECKS if known[check.requirement or ""].excluded] == []


def test_an_id_is_the_requirement_and_one_word() -> None:
    odd = [
        check.id
        for check in CHECKS
        if not re.fullmatch(re.escape(check.requirement or "") + r"\.[a-z0-9-]+(\[[^\[\]]+\])?", check.id)
    ]
    assert odd == []


def test_every_check_may_be_named_on_a_command_line_of_any_shell() -> None:
    assert [check.id for check in CHECKS if re.search(r"[^\w.,\[\] /:@-]", check.id)] == []


def test_titles_are_sentences_that_differ() -> None:
    titles = Counter(check.title for check in CHECKS)
    assert [title for title, count in titles.items() if count > 1] == []
    assert [title for title in titles if title.endswith(".") or "<" in title] == []


def test_no_two_checks_do_the_very_same_thing() -> None:
    by_steps: dict[tuple[str, ...], list[str]] = {}
    for check in CHECKS:
        by_steps.setdefault(tuple(f"{step.kind} {step.text}" for step in check.steps), []).append(check.id)
    assert [ids for ids in by_steps.values() if len(ids) > 1] == []


def test_every_file_says_what_it_is_about() -> None:
    for path in feature_files(suite_dir()):
        lines = path.read_text(encoding="utf-8").removeprefix("@backend\n").splitlines()
        assert lines[0].startswith("Feature: ")
        assert lines[1].startswith("  "), f"{path.name} has no description"
        assert re.match(r"\s+[^@\s]", lines[1])


def test_every_scenario_that_guesses_until_it_is_locked_out_is_tagged() -> None:
    guessing = {check.id for check in CHECKS if any("until she is locked out" in s.text for s in check.steps)}
    assert guessing
    assert guessing <= {check.id for check in CHECKS if check.locks_out}


def test_every_step_of_the_suite_is_one_sentence_in_its_place() -> None:
    for check in CHECKS:
        for step in check.steps:
            (sentence,) = matching(step.text)
            allowed = {"given": {"given", "when"}, "when": {"when"}, "then": {"then"}}[step.kind]
            assert sentence.kind in allowed, f"{check.id}: {step.keyword} {step.text}"


def test_there_are_fewer_than_sixty_sentences() -> None:
    assert len(SENTENCES) < 60


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.pattern)
def test_a_sentence_has_a_keyword_an_example_of_its_own_and_a_docstring(sentence: Sentence) -> None:
    keyword, _, text = sentence.example.partition(" ")
    assert keyword in {"Given", "When", "Then", "And"}
    assert list(matching(text)) == [sentence]
    assert sentence.doc
    assert sentence.doc[0].isupper() or sentence.doc[0] in "'\""


def used() -> list[str]:
    return [step.text for check in CHECKS for step in check.steps]


@pytest.mark.parametrize("lexicon", LEXICONS, ids=lambda lexicon: lexicon.name)
def test_every_phrase_is_used_or_documented(lexicon: Lexicon[Any]) -> None:
    idle = [
        phrase
        for phrase, function in lexicon.phrases.items()
        if not function.__doc__
        and not any(re.search(compile_sentence(phrase, {}, named=False), text) for text in used())
    ]
    assert idle == []


@pytest.mark.parametrize("lexicon", [ACTS, ENDINGS, FACTS], ids=lambda lexicon: lexicon.name)
def test_a_phrase_that_is_a_step_has_a_docstring(lexicon: Lexicon[Any]) -> None:
    assert [phrase for phrase, function in lexicon.phrases.items() if not function.__doc__] == []


def test_every_blank_with_a_list_of_words_is_listed_with_them() -> None:
    for sentence in SENTENCES:
        blanks = set(re.findall(r"\{(\w+)\}", sentence.pattern)) - COMMON
        assert blanks <= set(sentence.values), sentence.pattern


def test_no_phrase_of_a_list_hides_another() -> None:
    for lexicon in LEXICONS:
        for phrase, function in lexicon.phrases.items():
            plain = re.sub(r"\{n\}", "2", re.sub(r"\{text\}", "x", re.sub(r"\[[^\]]*\]", "", phrase)))
            first = next(
                other for other in lexicon.phrases if re.fullmatch(compile_sentence(other, {}), plain)
            )
            assert lexicon.phrases[first] is function, f"{lexicon.name}: {phrase} is read as {first}"
