"""A check's id, title, line, requirement and tags; and a user's own scenario that has no tag at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness import suite

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Write

    from mfa_harness.suite import Check

OUTLINE = """\
@nightly
Feature: Mine

  @smoke @totp.one-device.theirs
  Scenario Outline: Signing in with <way>, <n> times
    Given a user who has enrolled <method>
    When she signs in again with <way>
    Then she is fully signed in

    Examples: of mail
      | case | way            | method    | n |
      | mail | an e-mail code | a passkey | 1 |

    Examples: of keys, in another order
      | n | case | method    | way         |
      | 2 | key  | a passkey | her passkey |
"""


@pytest.fixture
def outline(write: Write) -> tuple[Check, ...]:
    return suite.read(write(OUTLINE))


def test_the_rows_of_an_outline_are_checks_named_by_their_case(outline: tuple[Check, ...]) -> None:
    assert [check.id for check in outline] == ["totp.one-device.theirs[mail]", "totp.one-device.theirs[key]"]


def test_a_row_has_its_own_title_and_line(outline: tuple[Check, ...]) -> None:
    assert [(check.title, check.line) for check in outline] == [
        ("Signing in with an e-mail code, 1 times", 12),
        ("Signing in with her passkey, 2 times", 16),
    ]


def test_a_rows_steps_are_filled_in(outline: tuple[Check, ...]) -> None:
    assert [(step.kind, step.keyword, step.text) for step in outline[1].steps] == [
        ("given", "Given", "a user who has enrolled a passkey"),
        ("when", "When", "she signs in again with her passkey"),
        ("then", "Then", "she is fully signed in"),
    ]


def test_a_check_has_the_tags_of_its_scenario_and_of_its_feature(outline: tuple[Check, ...]) -> None:
    assert outline[0].tags == ("smoke", "totp.one-device.theirs", "nightly")
    assert outline[0].requirement == "totp.one-device"


def test_a_value_that_looks_like_another_blank_is_left_as_it_is(write: Write) -> None:
    (check,) = suite.read(
        write("""\
        Feature: Mine
          Scenario Outline: <a> and <b>
            When she enters the code "<a>"
            Then she is refused

            Examples:
              | a   | b |
              | <b> | x |
        """)
    )
    assert check.title == "<b> and x"
    assert check.steps[0].text == 'she enters the code "<b>"'


def one(tags: str, name: str = "It's hers: 2 of them!", keyword: str = "Scenario", head: str = "") -> str:
    return f"""\
{head}
Feature: Mine
  {tags}
  {keyword}: {name}
    When she signs out
    Then she succeeds
"""


@pytest.mark.parametrize(
    ("text", "check_id", "requirement"),
    [
        (one(""), "mine.it-s-hers-2-of-them", None),
        (one("@smoke @v2"), "mine.it-s-hers-2-of-them", None),
        (one("", name="日本"), "mine.unnamed", None),
        (one("@totp.one-device.hers"), "totp.one-device.hers", "totp.one-device"),
        (one("@smoke @totp.one-device.hers"), "totp.one-device.hers", "totp.one-device"),
        (one("@totp.one-device"), "mine.it-s-hers-2-of-them", "totp.one-device"),
        (one("@smoke", head="@totp.one-device"), "mine.it-s-hers-2-of-them", "totp.one-device"),
        (one("@recovery.single-use.hers", head="@totp.one-device"), "recovery.single-use.hers", None),
    ],
)
def test_a_users_scenario_has_an_id_and_perhaps_a_requirement(
    write: Write, text: str, check_id: str, requirement: str | None
) -> None:
    (check,) = suite.read(write(text))
    assert check.id == check_id
    assert check.requirement == (requirement or ("recovery.single-use" if "recovery" in text else None))


def test_rows_without_a_case_are_named_by_their_cells(write: Write) -> None:
    checks = suite.read(
        write("""\
        Feature: Mine
          Scenario Outline: one
            Given a user who has enrolled <method>
            Then <n> passkeys are listed

            Examples:
              | method    | n |
              | a passkey | 1 |
              | [both]    | 2 |
        """)
    )
    assert [check.id for check in checks] == ["mine.one[a passkey 1]", "mine.one[[both] 2]"]


def test_a_background_and_a_rules_background_come_first(write: Write) -> None:
    (check,) = suite.read(
        write("""\
        Feature: Mine
          Background:
            Given session-based MFA is on

          Rule: Some
            Background:
              Given a new user

            Scenario: One
              And she has signed up
              Then she is fully signed in
        """)
    )
    assert [(step.kind, step.text) for step in check.steps] == [
        ("given", "session-based MFA is on"),
        ("given", "a new user"),
        ("given", "she has signed up"),
        ("then", "she is fully signed in"),
    ]


def test_a_scenario_that_locks_an_account_says_so_by_its_tag(write: Write) -> None:
    (check,) = suite.read(write(one("@locks-out")))
    assert check.locks_out
    assert not suite.read(write(one(""), "other.feature"))[0].locks_out
