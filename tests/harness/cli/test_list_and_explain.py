from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import facts
from mfa_harness.commands.catalogue import Catalogue

if TYPE_CHECKING:
    from tests.harness.cli.conftest import Command

SHAPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "requirements": {
        "id": str,
        "level": str,
        "text": str,
        "why": str,
        "sources": list,
        "state": str,
        "excluded": str,
        "checks": list,
    },
    "scenarios": {
        "id": str,
        "title": str,
        "feature": str,
        "line": int,
        "requirement": str,
        "tags": list,
        "run": str,
        "steps": list,
    },
    "steps": {"kind": str, "pattern": str, "example": str, "examples": list, "values": dict, "doc": str},
    "faults": {
        "id": str,
        "slug": str,
        "sentence": str,
        "requirement": str,
        "sources": list,
        "caught_by": list,
    },
    "unbound": {"id": str, "title": str, "why": str},
    "capabilities": {"name": str, "sentence": str, "assumed": bool},
    "facts": {"id": str, "text": str, "where": list, "requirements": list},
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.mark.parametrize("topic", SHAPES)
def test_a_list_as_json_has_the_shape_that_scripts_rely_on(command: Command, topic: str) -> None:
    ended = command("list", topic, "--json")
    listed: list[dict[str, Any]] = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert listed
    for each in listed:
        assert list(each) == list(SHAPES[topic])
        assert all(isinstance(each[name], kind) for name, kind in SHAPES[topic].items()), each


@pytest.mark.parametrize("topic", [topic for topic in SHAPES if topic != "steps"])
def test_a_list_for_people_has_a_line_for_everything(command: Command, topic: str) -> None:
    lines = command("list", topic).out.splitlines()
    assert len(lines) == len(json.loads(command("list", topic, "--json").out))


def test_every_sentence_is_listed_with_an_example_and_what_may_stand_in_it(command: Command) -> None:
    listed = command("list", "steps").out
    for each in json.loads(command("list", "steps", "--json").out):
        examples = "".join(f"       e.g. {line}\n" for line in each["examples"])
        assert f"{each['kind']:<5}  {each['pattern']}\n{examples}" in listed
        if examples.count("\n") == 1:
            for blank, words in each["values"].items():
                assert f"       {{{blank}}}: {' | '.join(words)}\n" in listed


def test_every_line_that_is_listed_as_an_example_is_that_sentence(catalogue: Catalogue) -> None:
    for each in catalogue.sentences:
        lines = catalogue.lines_of(each)
        assert lines
        for line in lines:
            keyword, _, text = line.partition(" ")
            assert keyword in {"Given", "When", "Then", "And"}
            assert each.regex.fullmatch(text), line
            assert "..." not in text


def test_a_sentence_that_is_all_blanks_is_listed_phrase_by_phrase(catalogue: Catalogue) -> None:
    (acts,) = (each for each in catalogue.sentences if each.pattern == "{who} {act}")
    assert len(catalogue.lines_of(acts)) == len(acts.values["act"])
    assert "When she goes back to her other session" in catalogue.lines_of(acts)


def test_scenarios_say_of_whom_they_are_asked_and_how_to_run_them(command: Command) -> None:
    ended = command("list", "scenarios")
    assert "backend.*  asked of an app's backend: add --backend URL" in ended.err
    assert "client.*   asked of a client SDK" in ended.err
    by_id = {each["id"]: each["run"] for each in json.loads(command("list", "scenarios", "--json").out)}
    assert by_id["backend.no-token.refused[none]"] == (
        "mfa-harness check --backend URL --request 'GET /me' --only 'backend.no-token.refused[none]'"
    )
    assert by_id["totp.one-device.second-refused"] == (
        "mfa-harness check --only totp.one-device.second-refused"
    )


def test_a_requirement_is_listed_with_whether_anything_checks_it(command: Command) -> None:
    listed = command("list", "requirements").out.splitlines()
    states = {each["id"]: each["state"] for each in json.loads(command("list", "requirements", "--json").out)}
    assert set(states.values()) <= {"tested", "untested", "excluded"}
    for line in listed:
        level, state, name = re.split(r"\s{2,}", line)[:3]
        assert level in {"MUST", "SHOULD", "MAY"}
        assert state in {"untested", "excluded"} or state.endswith(("check", "checks"))
        assert (states[name] == "tested") == state.endswith(("check", "checks"))


def test_without_a_topic_everything_is_counted(command: Command) -> None:
    counts = json.loads(command("list", "--json").out)
    assert list(counts) == list(SHAPES)
    for topic, count in counts.items():
        assert f"{count:>4}  mfa-harness list {topic} " in command("list").out


def test_an_unknown_topic_names_the_nearest(command: Command) -> None:
    ended = command("list", "scenaros")
    assert ended.code == 2
    assert ended.err == (
        "mfa-harness: there is no topic called 'scenaros'\n"
        "             Did you mean scenarios? "
        "Known: requirements, scenarios, steps, faults, unbound, capabilities, facts.\n"
    )


def test_a_requirement_is_explained_with_its_sources_scenarios_and_faults(
    command: Command, catalogue: Catalogue
) -> None:
    requirement = catalogue.requirements["totp.one-device"]
    ended = command("explain", "totp.one-device")
    assert ended.code == 0
    assert ended.out.startswith(f"requirement  totp.one-device\nlevel        {requirement.level}\n")
    assert requirement.text in ended.out
    for source in requirement.sources:
        assert source in ended.out
    assert "totp.one-device.second-refused: A second authenticator app is refused" in ended.out
    for fault in catalogue.faults_of("totp.one-device"):
        assert f"{fault.slug}: {fault.sentence}" in ended.out
    assert ended.out.endswith("run it       mfa-harness check --only totp.one-device\n")


def test_a_check_is_explained_with_its_steps_and_the_requirement_it_stands_for(
    command: Command, catalogue: Catalogue
) -> None:
    check = next(each for each in catalogue.checks if each.id == "totp.one-device.second-refused")
    out = command("explain", "@totp.one-device.second-refused").out
    assert f"where        {check.feature}:{check.line}\n" in out
    assert catalogue.requirements["totp.one-device"].text in out
    for step in check.steps:
        assert f"{step.keyword} {step.text}\n" in out


def test_an_outline_is_explained_row_by_row(command: Command, catalogue: Catalogue) -> None:
    row = next(each for each in catalogue.checks if each.id.endswith("]"))
    outline = row.id.partition("[")[0]
    rows = [each.id for each in catalogue.checks if each.id.startswith(f"{outline}[")]
    out = command("explain", outline).out
    assert [line.split()[1] for line in out.splitlines() if line.startswith("check ")] == [
        each.split()[0] for each in rows
    ]
    assert f"--only '{row.id}'" in out


def test_a_fault_is_explained_by_its_slug_and_by_its_number(command: Command, catalogue: Catalogue) -> None:
    fault = next(fault for fault in catalogue.faults.values() if not fault.slug.startswith("client:"))
    out = command("explain", fault.slug).out
    assert out == command("explain", fault.id).out
    assert re.match(rf"fault +{fault.slug} \({fault.id}\)\n", out)
    assert fault.sentence in out
    assert f" mfa-harness check reference:{fault.slug}" in out
    assert f"mfa-harness serve --fault {fault.slug}\n" in out


def test_a_capability_is_explained(command: Command) -> None:
    out = command("explain", "passkeys").out
    assert out.startswith("capability  passkeys\n")
    assert "[capabilities]\n            passkeys = true\n" in out


@pytest.mark.parametrize(
    "sentence",
    [
        'Then she is refused with "401 Unauthorized"',
        'she is refused with "403 Forbidden"',
        '{who} is refused[ with "{reason}"]',
    ],
)
def test_a_step_is_explained_by_its_sentence(command: Command, sentence: str) -> None:
    out = command("explain", sentence).out
    assert out.startswith('step       {who} is refused[ with "{reason}"]\nkind       then\n')
    assert "{reason}   401 Unauthorized\n           403 Forbidden\n" in out
    assert re.search(r"\nscenarios  \S+: .*\n(           \S+: .*\n){4}           and \d+ more\n", out)


def test_a_sentence_may_be_typed_without_quotes(command: Command) -> None:
    assert command("explain", "she", "is", "refused").out.startswith("step  ")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("totp.one-devise", "Did you mean totp.one-device? `mfa-harness list` names them all."),
        ("@passkey", "Did you mean passkeys? `mfa-harness list` names them all."),
        ("totp.one", "Did you mean totp.one-device?"),
        ("she is refusd", "The nearest: Then she is "),
        ("the moon is full", "`mfa-harness list steps` has every sentence."),
        ("captcha", "             `mfa-harness list` names them all."),
    ],
)
def test_an_unknown_name_names_the_nearest(command: Command, name: str, told: str) -> None:
    ended = command("explain", name)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert len(ended.err.splitlines()) == 2


def test_everything_that_has_a_name_can_be_explained(command: Command, catalogue: Catalogue) -> None:
    sample = [*list(catalogue.names())[::7], *(each.example for each in catalogue.sentences[::5])]
    for name in sample:
        assert command("explain", name).code == 0, name


def test_a_source_is_told_in_words_with_where_it_is_written_and_who_asks_for_it(command: Command) -> None:
    out = command("explain", "d-39").out
    assert out.startswith("source    D-39\ntext      Each code is single-use; a used one is refused.\n")
    assert "where     https://" in out
    assert "asked by  recovery.single-use: " in out


def test_sources_of_requirements_and_faults_are_told_in_words_beside_them(command: Command) -> None:
    told = "D-39: Each code is single-use; a used one is refused."
    assert told in command("explain", "recovery.single-use").out
    assert told in command("explain", "recovery-code-reusable").out


def test_every_source_of_the_vendors_that_is_cited_can_be_explained(catalogue: Catalogue) -> None:
    named = [*(each.sources for each in catalogue.requirements.values())]
    named += [each.sources for each in catalogue.faults.values()]
    said = [each.sentence for each in catalogue.capabilities.values()]
    cited = set(facts.cited(source for sources in (*named, said) for source in sources))
    assert cited
    assert cited <= set(catalogue.facts)


def test_what_is_said_to_catch_a_fault_is_what_has_caught_it(catalogue: Catalogue) -> None:
    page = Path(__file__).parents[3] / "docs" / "kill-matrix.md"
    rows = re.findall(r"^\| \S+ `([^`]+)` \|.*\| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 100
    for slug, caught_by in rows:
        told = [check.id for check in catalogue.checks_that_catch(slug)]
        assert sorted(told) == sorted(re.findall(r"`([^`]+)`", caught_by)), slug
