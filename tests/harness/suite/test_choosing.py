"""`--only` and `--skip`: what they take, and what they say to a word that names nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness import check_run, suite
from mfa_harness.options import CheckOptions
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Run

CHECKS = suite.checks()
FORGED = [check.id for check in CHECKS if check.id.startswith("token.signature.forged[")]


def chosen(*words: str, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> list[str]:
    """The ids that would run, without running them."""
    only = (*words, *only)
    return [check.id for check in check_run._chosen(CHECKS, CheckOptions(only=only, skip=skip))]


def of(requirement: str) -> list[str]:
    return [check.id for check in CHECKS if check.requirement == requirement]


def test_without_either_everything_runs_in_the_order_of_the_suite() -> None:
    assert chosen() == [check.id for check in CHECKS]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("totp.one-device", of("totp.one-device")),
        ("totp.one-device.second-refused", ["totp.one-device.second-refused"]),
        ("token.signature.forged", FORGED),
        ("token.signature.forged[alg none]", ["token.signature.forged[alg none]"]),
        ("gate.every-sign-in.ways[e-mail]", ["gate.every-sign-in.ways[e-mail]"]),
        ("token.signature.forged[*]", FORGED),
        ("token.signature.forged[alg*", ["token.signature.forged[alg none]"]),
        ("locks-out", [check.id for check in CHECKS if check.locks_out]),
        ("@locks-out", [check.id for check in CHECKS if check.locks_out]),
        ("@totp.one-device.second-refused", ["totp.one-device.second-refused"]),
        ("totp", [check.id for check in CHECKS if check.id.startswith("totp.")]),
        ("*.second-refused", ["totp.one-device.second-refused"]),
        ("passkey.c?allenge", of("passkey.challenge")),
    ],
)
def test_a_word_is_a_requirement_a_check_a_row_a_tag_or_a_glob(word: str, expected: list[str]) -> None:
    assert expected
    assert chosen(word) == expected
    assert chosen(skip=(word,)) == [check.id for check in CHECKS if check.id not in expected]


def test_words_add_up_and_skip_wins() -> None:
    assert chosen("totp.one-device", "token.signature") == [
        *(check.id for check in CHECKS if check.requirement in {"totp.one-device", "token.signature"})
    ]
    rest = chosen("token.signature", skip=("token.signature.forged", "*.elevated*"))
    assert rest == ["token.signature.published-key"]


def test_a_word_of_one_requirement_does_not_take_another_that_begins_alike() -> None:
    assert of("passkey.challenge-once")
    assert set(chosen("passkey.challenge")).isdisjoint(of("passkey.challenge-once"))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("totp.one-devise", "totp.one-device"),
        ("@locks-ou", "locks-out"),
        ("token.signature.forged[alg noen]", "token.signature.forged[alg none]"),
        ("recovery.single-use.used", "recovery.single-use.used-code"),
    ],
)
@pytest.mark.parametrize("option", ["only", "skip"])
def test_a_word_that_names_nothing_is_refused_with_the_nearest(word: str, meant: str, option: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(**{option: (word,)})
    assert caught.value.found == f"there is no requirement, check or tag called {word.removeprefix('@')!r}"
    assert caught.value.mend.startswith(f"Did you mean {meant}? ")


def test_a_requirement_that_no_check_stands_for_is_told_so() -> None:
    with pytest.raises(UsageError, match=r"no check stands for limits\.by-address: the two pages"):
        chosen("limits.by-address")
    with pytest.raises(UsageError, match=r"no check stands for passkey\.last-credential-kept: every user"):
        chosen("passkey.last-credential-kept")


def test_nothing_left_is_refused() -> None:
    with pytest.raises(UsageError, match="together leave nothing to run"):
        chosen("totp.one-device", skip=("totp",))


def test_what_was_chosen_is_what_runs_and_nothing_else(run: Run) -> None:
    ran = run(only=("token.signature",), skip=("*[user]", "*published-key", "*.elevated*"))
    assert ran.ids == [check_id for check_id in FORGED if not check_id.endswith("[user]")]
    assert set(ran.verdicts.values()) == {"pass"}


def test_a_users_scenarios_can_be_chosen_by_their_ids_and_tags(run: Run) -> None:
    scenario = """\
    @smoke
    Scenario: One
      Given a new user
      When she signs up
      Then she is fully signed in

    Scenario: Two
      Given a new user
      When she signs up
      Then she is fully signed in
    """
    assert run(scenario, only=("mine.two",)).ids == ["mine.two"]
    assert run(scenario, only=("@smoke",)).ids == ["mine.one"]
    assert run(scenario, only=("mine.*",)).ids == ["mine.one", "mine.two"]
