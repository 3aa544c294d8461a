"""The catalogue of requirements: complete, sourced, and found from a check's id."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from mfa_harness import requirements
from mfa_harness.requirements import CatalogueError, Requirement

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")
SOURCE = re.compile(
    r"Dynamic docs, .+ \(.*D-\d\d.*\)|Dynamic SDK, @dynamic-labs.+ \(.*D-\d\d.*\)"
    r"|RFC \d{4}, .+|NIST SP 800-63B-4, \d.*|WebAuthn Level 3, (7\.[12] steps? \d.*|\d+(\.\d+)+)"
    r"|OWASP ASVS 5\.0, \d+\.\d+\.\d+.*|OWASP WSTG, WSTG-\w+-\d\d|CWE-\d+"
    r"|Google Authenticator wiki, Key Uri Format",
)

# What the vendor documents as binding for servers and clients, by the numbers of our reading of it.
DOCUMENTED = {
    *range(1, 9),
    *range(13, 21),
    *(22, 23),
    *range(25, 34),
    *range(35, 43),
    *(44, 46, 48),
    *range(51, 58),
    *(59, 60),
    *range(62, 68),
    *(69, 70),
    *range(72, 88),
    *range(89, 93),
}

# What the vendor says nothing about: only a standard may be held against a server there.
UNDOCUMENTED = (
    "totp.code-once",
    "totp.drift-bounded",
    "totp.secret-strength",
    "totp.matches-uri",
    "recovery.regenerate-needs-step-up",
    "recovery.gone-with-last-method",
    "passkey.user-verified",
    "passkey.counter",
    "limits.per-account",
    "limits.ends",
)

ENTRY = """
[[requirement]]
id = "totp.one-device"
level = "MUST"
text = "One device."
why = "Because."
sources = ["RFC 6238, 5.2"]
"""


def a_requirement(name: str) -> Requirement:
    return Requirement(id=name, level="MUST", text="It holds.", why="Because.", sources=("CWE-1",))


def test_every_id_is_a_topic_and_a_name() -> None:
    assert [name for name in requirements.load() if not SLUG.fullmatch(name)] == []


def test_topics_are_not_scattered() -> None:
    topics = [name.partition(".")[0] for name in requirements.load()]
    blocks = [topic for place, topic in enumerate(topics) if place == 0 or topics[place - 1] != topic]
    assert len(blocks) == len(set(blocks))


@pytest.mark.parametrize("requirement", requirements.load().values(), ids=lambda requirement: requirement.id)
def test_a_requirement_says_what_why_and_where(requirement: Requirement) -> None:
    assert requirement.text.endswith(".")
    assert requirement.text.count(". ") == 0, "the text is one sentence"
    assert requirement.why.endswith(".")
    assert [source for source in requirement.sources if not SOURCE.fullmatch(source)] == []
    assert len(set(requirement.sources)) == len(requirement.sources)


def test_everything_the_vendor_documents_as_binding_has_a_home() -> None:
    cited = {
        int(number)
        for requirement in requirements.load().values()
        for source in requirement.sources
        for number in re.findall(r"D-(\d\d)", source)
    }
    assert cited >= DOCUMENTED


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_where_the_vendor_is_silent_only_standards_are_cited(name: str) -> None:
    assert [source for source in requirements.load()[name].sources if source.startswith("Dynamic")] == []


def test_a_weakness_class_alone_makes_nothing_binding_but_what_no_standard_spells_out() -> None:
    binding = [r for r in requirements.load().values() if r.level == "MUST"]
    only_cwe = {r.id for r in binding if all(source.startswith("CWE-") for source in r.sources)}
    assert only_cwe == {"totp.no-backdoor"}


def test_every_caller_gets_a_catalogue_of_its_own() -> None:
    requirements.load().clear()
    assert requirements.load()


def test_the_order_of_the_file_is_kept() -> None:
    text = "".join(ENTRY.replace("one-device", name) for name in ("zulu", "alpha", "mike"))
    assert list(requirements.parse(text)) == ["totp.zulu", "totp.alpha", "totp.mike"]


def test_an_exclusion_carries_its_reason() -> None:
    parsed = requirements.parse(ENTRY + 'excluded = "no wire shows it"\n')
    assert parsed["totp.one-device"].excluded == "no wire shows it"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[[requirement", "not TOML", id="not-toml"),
        pytest.param("", "found nothing", id="empty"),
        pytest.param("requirement = []", "found requirement", id="no-requirements"),
        pytest.param("[requirement]\nid = 1", "found requirement", id="one-table"),
        pytest.param("title = 'x'\n" + ENTRY, "nothing beside them, found title", id="something-beside"),
        pytest.param(ENTRY + ENTRY, "requirement 2: 'totp.one-device' names an earlier one", id="twice"),
        pytest.param(ENTRY.replace("one-device", "One"), "at `$.id`", id="capital"),
        pytest.param(ENTRY.replace("totp.one-device", "totp"), "at `$.id`", id="no-name"),
        pytest.param(ENTRY.replace("one-device", "one--device"), "at `$.id`", id="two-dashes"),
        pytest.param(ENTRY.replace('device"', 'device\\n"'), "at `$.id`", id="line-end"),
        pytest.param(
            ENTRY.replace("MUST", "SHALL"), "(totp.one-device): Invalid enum value 'SHALL'", id="level"
        ),
        pytest.param(ENTRY.replace("Because.", "  "), "at `$.why`", id="empty-why"),
        pytest.param(ENTRY.replace("One device.", ""), "at `$.text`", id="empty-text"),
        pytest.param(ENTRY.replace('"RFC 6238, 5.2"', ""), "at `$.sources`", id="no-source"),
        pytest.param(ENTRY.replace("RFC 6238, 5.2", ""), "at `$.sources[0]`", id="empty-source"),
        pytest.param(ENTRY.replace("why =", "reason ="), "`reason`", id="unknown-member"),
        pytest.param(ENTRY.replace('why = "Because."', ""), "`why`", id="missing-member"),
    ],
)
def test_a_malformed_catalogue_is_refused_with_the_place(text: str, told: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(told)) as refused:
        requirements.parse(text, name="mine.toml")
    assert str(refused.value).startswith("mine.toml")


WORDS = st.from_regex(r"[a-c]{1,2}(-[a-c])?", fullmatch=True)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(".".join)


@given(
    check=NAMES,
    known=st.sets(NAMES, max_size=8),
    case=st.sampled_from(["", "[plain]", "[with.dots-and [more]]"]),
)
def test_a_check_stands_for_the_longest_known_id_that_it_begins_with_at_a_dot(
    check: str,
    known: set[str],
    case: str,
) -> None:
    found = requirements.of_check(check + case, {name: a_requirement(name) for name in known})
    fitting = [name for name in known if f"{check}.".startswith(f"{name}.")]
    assert (found.id if found else None) == max(fitting, key=len, default=None)


@given(name=st.sampled_from(sorted(requirements.load())), word=WORDS)
def test_every_requirement_is_found_from_its_checks(name: str, word: str) -> None:
    known = requirements.load()
    assert requirements.of_check(f"{name}.{word}", known) is known[name]


@pytest.mark.parametrize(
    "check", ["", "[case]", ".", "totp", "totp.one-devices", "totp.one", "TOTP.one-device"]
)
def test_what_merely_looks_like_a_requirement_stands_for_none(check: str) -> None:
    assert requirements.of_check(check, requirements.parse(ENTRY)) is None
