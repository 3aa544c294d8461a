"""What Gherkin and pytest-bdd pass in silence is refused, with the line where it stands."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING

import pytest

from mfa_harness import suite
from mfa_harness.feature_files import FeatureError, feature_files, suite_dir

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.suite.conftest import Write

GOOD = """\
Feature: Mine

  Scenario: One
    Given a new user
    When she signs up
    Then she is fully signed in
"""


def findings(path: Path) -> list[str]:
    """What is found wrong, without the folder that the file is in."""
    with pytest.raises(FeatureError) as caught:
        suite.read(path)
    return [finding.replace(f"{path.parent.as_posix()}/", "") for finding in caught.value.findings]


def test_a_good_file_is_read_without_a_finding(write: Write) -> None:
    assert [check.title for check in suite.read(write(GOOD))] == ["One"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            """\
            Feature: Mine

              Scenario: One
                When she signs up
                Then she is fully signed in

              Scenario: One
                When she signs out
                Then she succeeds
            """,
            'mine.feature:7: the name "One" is taken by line 3; one of the two would not run',
            id="two scenarios with one name, of which pytest-bdd runs one",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario: One
                Given a new user
                When she signs up
            """,
            'mine.feature:3: the scenario "One" has no Then: it would check nothing',
            id="no Then",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario: One
                Given a new user
                And she has signed up
            """,
            'mine.feature:3: the scenario "One" has no Then: it would check nothing',
            id="an And after Given is no Then",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario: One

                # the keyword below is misspelt

                Gven a new user
                When she signs up
                Then she is fully signed in
            """,
            'mine.feature:7: "Gven a new user" in the scenario "One" is not a step '
            "(a misspelt Given, When or Then?) and would be passed over",
            id="a misspelt keyword, which Gherkin takes for a description",
        ),
        pytest.param(
            """\
            Feature: Mine

              Background:
                gven a new user

              Scenario: One
                When she signs up
                Then she is fully signed in
            """,
            'mine.feature:4: "gven a new user" in a Background is not a step '
            "(a misspelt Given, When or Then?) and would be passed over",
            id="a misspelt keyword in a Background",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled <method>
                Then her verified methods are <method>

                Examples: of methods

                  two of three
                  | method    |
                  | a passkey |
            """,
            'mine.feature:9: "two of three" in Examples is not a step '
            "(a misspelt Given, When or Then?) and would be passed over",
            id="text within Examples",
        ),
        pytest.param(
            """\
            Feature: Mine
              What this is about.

              Given a new user
              When she signs up

              Scenario: One
                When she signs up
                Then she is fully signed in
            """,
            'mine.feature:4: "Given a new user" stands outside a scenario and would not run',
            id="steps whose Scenario line is missing",
        ),
        pytest.param(
            """\
            Feature: Mine

              Rule: Theirs

                When she signs up

                Scenario: One
                  When she signs up
                  Then she is fully signed in
            """,
            'mine.feature:5: "When she signs up" stands outside a scenario and would not run',
            id="steps in the description of a Rule",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled a passkey
                Then her verified methods are a passkey
            """,
            "mine.feature:3: an outline without Examples runs nothing",
            id="an outline without Examples",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled <method>
                Then her verified methods are <method>

                Examples:
                  | method    |
                  | a passkey |

                Examples: of those to come
                  | method |
            """,
            "mine.feature:11: Examples without a row run nothing",
            id="Examples without a row",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled <method>
                Then her verified methods are <methods>

                Examples:
                  | method    |
                  | a passkey |
            """,
            'mine.feature:7: no column fills <methods> in "her verified methods are <methods>"',
            id="a blank that no column fills",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled <method>
                Then her verified methods are <method>

                @slow
                Examples:
                  | method    |
                  | a passkey |
            """,
            "mine.feature:8: tags on Examples are not applied; tag the scenario",
            id="tags on Examples",
        ),
        pytest.param(
            """\
            Feature: Mine

              @totp.one-devise.mine
              Scenario: One
                When she signs up
                Then she is fully signed in
            """,
            "mine.feature:4: @totp.one-devise.mine begins with no requirement's id; "
            "the nearest is @totp.one-device",
            id="a tag that is almost a requirement's",
        ),
        pytest.param(
            """\
            Feature: Mine

              @smoke @recovery.singleuse.mine
              Scenario: One
                When she signs up
                Then she is fully signed in
            """,
            "mine.feature:4: @recovery.singleuse.mine begins with no requirement's id; "
            "the nearest is @recovery.single-use",
            id="such a tag in the second place",
        ),
        pytest.param(
            """\
            Feature: Mine

              @devices.listed.mine
              Scenario: One
                When she signs up
                Then she is fully signed in

              @devices.listed.mine
              Scenario: Two
                When she signs up
                Then she is fully signed in
            """,
            "mine.feature:9: the check id devices.listed.mine is taken by mine.feature:4; "
            "give one of them another first tag",
            id="two scenarios with one check id",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a user who has enrolled <method>
                Then her verified methods are <method>

                Examples:
                  | case | method               |
                  | same | a passkey            |
                  | same | an authenticator app |
            """,
            "mine.feature:10: the check id mine.one[same] is taken by mine.feature:9; "
            "give one of the rows another case",
            id="two rows with one case",
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario: One
                Whenever she signs up
                Then she is fully signed in
                Oops
            """,
            "mine.feature:6: expected: #EOF, #TableRow, #DocStringSeparator, #StepLine, #TagLine, "
            "#ExamplesLine, #ScenarioLine, #RuleLine, #Comment, #Empty, got 'Oops'",
            id="text that Gherkin cannot read",
        ),
        pytest.param("", "mine.feature: holds no Feature", id="an empty file"),
        pytest.param("Feature: Mine\n", "mine.feature: holds no scenario", id="a feature without a scenario"),
        pytest.param(
            "# language: zz\nFeature: Mine\n", "mine.feature:1: Language not supported: zz", id="a language"
        ),
        pytest.param(
            "Feature: Mine\n# " + "x" * 2**22, "mine.feature: larger than 4 MiB", id="a very large file"
        ),
        pytest.param(
            """\
            Feature: Mine

              Scenario Outline: One
                Given a new user
                Then she is <how>
                Examples:
                  | how             | how |
                  | fully signed in | x   |
            """,
            "mine.feature:6: two columns have one name; one of them would not be read",
            id="two columns with one name",
        ),
        pytest.param("# to be written\n", "mine.feature: holds no Feature", id="nothing but a comment"),
        pytest.param(
            b"Feature: Mine\n\n  Scenario: \xe9t\xe9\n",
            "mine.feature: not UTF-8 text (invalid continuation byte at byte 27)",
            id="another encoding",
        ),
    ],
)
def test_it_is_refused_where_it_stands(write: Write, text: str | bytes, expected: str) -> None:
    assert expected in findings(write(text))


def test_every_finding_of_a_file_is_told_at_once(write: Write) -> None:
    found = findings(
        write("""\
        Feature: Mine
          Scenario: One
            Gven a new user
            When she signs up

          Scenario: One
            When she signs out
        """)
    )
    assert [finding.partition(": ")[0] for finding in found] == [
        "mine.feature:3",
        "mine.feature:2",
        "mine.feature:6",
        "mine.feature:6",
    ]


def test_findings_of_every_file_are_told_at_once(write: Write, tmp_path: Path) -> None:
    write("Feature: A\n  Scenario: x\n    When she signs out\n", "a.feature")
    write("nothing", "b.feature")
    with pytest.raises(FeatureError) as caught:
        suite.checks([tmp_path])
    assert len(caught.value.findings) == 2
    assert "a.feature:2" in str(caught.value)
    assert "b.feature:1" in str(caught.value)


def test_two_files_may_not_share_a_check_id(write: Write, tmp_path: Path) -> None:
    write(GOOD, "a/mine.feature")
    write(GOOD, "b/mine.feature")
    with pytest.raises(FeatureError, match=r"b/mine\.feature:3: the check id mine\.one is taken by .*a/mine"):
        suite.checks([tmp_path])


def test_a_check_of_a_users_may_not_take_the_id_of_one_of_ours(write: Write, tmp_path: Path) -> None:
    write(GOOD.replace("  Scenario", "  @totp.one-device.second-refused\n  Scenario"))
    with pytest.raises(FeatureError, match=r"is taken by features/one_device\.feature:\d+"):
        suite.checks([tmp_path])


def test_a_file_reached_in_two_ways_is_read_once(write: Write, tmp_path: Path) -> None:
    path = write(GOOD)
    found = suite.checks([tmp_path, path, suite_dir()])
    assert len(found) == len(suite.checks()) + 1


def test_folders_are_walked_whatever_is_in_them(write: Write, tmp_path: Path) -> None:
    write(GOOD, "mine/one.feature")
    write(GOOD, "elsewhere/other.feature")
    write("no Gherkin", "mine/a.feature/notes.txt")
    (tmp_path / "mine" / "round").symlink_to(tmp_path / "mine", target_is_directory=True)
    (tmp_path / "mine" / "shared").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(tmp_path / "mine" / "pipe.feature")
    found = feature_files(tmp_path / "mine")
    assert [path.name for path in found] == ["one.feature", "other.feature"]


def test_a_link_that_leads_nowhere_or_to_itself_is_told(write: Write, tmp_path: Path) -> None:
    write(GOOD, "mine/one.feature")
    (tmp_path / "mine" / "gone.feature").symlink_to("nowhere")
    (tmp_path / "mine" / "self.feature").symlink_to("self.feature")
    with pytest.raises(FeatureError) as caught:
        feature_files(tmp_path / "mine")
    assert [finding.partition("mine/")[2] for finding in caught.value.findings] == [
        "gone.feature: a link that leads nowhere",
        "self.feature: a link that leads nowhere",
    ]


def test_a_byte_order_mark_and_any_line_ends_are_no_mistake(write: Write) -> None:
    text = textwrap.dedent(GOOD)
    for odd in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        (check,) = suite.read(write(odd.encode(), f"{len(odd)}/mine.feature"))
        assert check.line == 3


def test_the_name_of_a_file_is_shown_from_where_the_user_stands(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(GOOD.replace("Then", "And"), "scenarios/mine.feature")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FeatureError, match=r"^scenarios/mine\.feature:3: "):
        suite.read(path)


def test_descriptions_of_files_and_rules_are_welcome(write: Write) -> None:
    path = write("""\
        Feature: Mine
          What this is about, given some patience;
          then there is more.

          Rule: Theirs
            And why.

            Background:
              Given a new user

            Scenario: One
              When she signs up
              Then she is fully signed in
        """)
    (check,) = suite.read(path)
    assert check.steps[0].text == "a new user"
