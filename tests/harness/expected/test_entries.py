"""What may stand in a list of expected failures, and what is said of what may not."""

from __future__ import annotations

import textwrap
from datetime import date

import pytest

from mfa_harness.expected.entries import Entry, ListError, parse

WHOLE = """
# Ours

[[expected]]
check = "totp.one-device.second-refused"
reason = "MFA-123: we allow two phones"
until = 2027-01-31

[[expected]]   # a row
check = 'totp.drift-bounded.refused[2 ago]'
reason = '''
[[expected]]
is what a line may look like'''
"""


def findings(text: str, *, filled: bool = True) -> list[str]:
    with pytest.raises(ListError) as caught:
        parse(textwrap.dedent(text).lstrip("\n"), file="known.toml", filled=filled)
    return list(caught.value.findings)


def test_entries_are_read_with_their_lines() -> None:
    assert parse(WHOLE, file="known.toml") == [
        Entry(
            "totp.one-device.second-refused",
            "MFA-123: we allow two phones",
            date(2027, 1, 31),
            first=4,
            last=7,
            reason_line=6,
        ),
        Entry(
            "totp.drift-bounded.refused[2 ago]",
            "[[expected]] is what a line may look like",
            None,
            first=9,
            last=13,
            reason_line=11,
        ),
    ]


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n"])
def test_a_list_may_be_empty(text: str) -> None:
    assert parse(text, file="known.toml") == []


def test_lines_are_counted_as_editors_count_them() -> None:
    crlf = WHOLE.replace("\n", "\r\n").replace("two phones", "two\u2028phones")
    assert [entry.first for entry in parse(crlf, file="known.toml")] == [4, 9]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('[[expected]]\ncheck = "a"\nreason = "b"\nuntill = 1', "4: unknown key 'untill'; did you mean until?"),
        ('[[expected]]\ncheck = "a"\nxyz = 1\nreason = "b"', "3: unknown key 'xyz'; an entry knows check, "),
        ('\n[[expected]]\ncheck = "a"', '1: an entry needs a reason: write reason = "...", why it may fail for now'),
        ('[[expected]]\nreason = "b"', '1: an entry needs a check: write check = "...", the id of a check'),
        ('[[expected]]\ncheck = "a"\nreason = " "', "3: reason is empty; write why it may fail for now"),
        ('[[expected]]\ncheck = ["a"]\nreason = "b"', "2: check must be text in quotes, the id of a check"),
        (
            '[[expected]]\nreason = "b"\nuntil = "2027-01-31"\ncheck = "a"',
            "3: until must be a date without quotes, like 2027-01-31",
        ),
        (
            '[[expected]]\ncheck = "a"\nreason = "b"\nuntil = 2027-01-31T00:00:00Z',
            "4: until must be a date without quotes, like 2027-01-31",
        ),
        (
            '[[expected]]\ncheck = "a"\nreason = "b"\n\n[[expected]]\ncheck = "a"\nreason = "b"',
            "6: a is listed on line 1 already; keep one of the two",
        ),
        ('[[expectd]]\ncheck = "a"', "1: 'expectd' is not known here; the file holds [[expected]] tables only"),
        ('[expected]\ncheck = "a"', "1: write each entry as a table of its own that begins with [[expected]]"),
        (
            'expected = [{check = "a", reason = "b"}]',
            "1: write each entry as a table of its own that begins with [[expected]]",
        ),
        ("[[expected]]\ncheck = a", "2: not TOML: invalid value"),
        ('[[expected]]\ncheck = "a', "2: not TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, finding: str) -> None:
    (found,) = findings(text)
    assert found.startswith(f"known.toml:{finding}")


def test_every_mistake_is_named_at_once() -> None:
    assert len(findings('[[expected]]\nchek = "a"\n\n[[expected]]\ncheck = "b"\nreason = 7')) == 4


@pytest.mark.parametrize("reason", ["TODO: say why", "todo", "TODO: say why (soon)"])
def test_a_reason_that_a_person_has_still_to_write_is_refused(reason: str) -> None:
    text = f'[[expected]]\ncheck = "a.b"\nreason = "{reason}"\n'
    assert findings(text) == [f"known.toml:3: nobody has said yet why a.b may fail: replace {reason!r}"]
    assert parse(text, file="known.toml", filled=False)[0].reason == reason
