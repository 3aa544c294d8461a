from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from mfa_harness import suite
from mfa_harness.events import CheckFinished, Exchange, Expected, Failure, StepRecord
from mfa_harness.feature_files import suite_dir
from mfa_harness.reports import cucumber
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

Message = dict[str, Any]

# Where a member names another message, or a node of the syntax tree, by its id.
REFERENCES: Final = {
    "astNodeId": "node",
    "astNodeIds": "node",
    "pickleId": "pickle",
    "pickleStepId": "pickle step",
    "stepDefinitionIds": "step definition",
    "testCaseId": "test case",
    "testCaseStartedId": "attempt",
    "testRunStartedId": "run",
    "testStepId": "test step",
}
STEPS = (
    StepRecord("Given", "a user", "passed"),
    StepRecord("When", "she tries", "failed"),
    StepRecord("Then", "she is refused", "skipped"),
)


def messages(events: list[Event]) -> list[Message]:
    """The messages of a run, each seen to be what the schema and its prose ask for."""
    found = [json.loads(line) for line in cucumber.render(events).splitlines()]
    assert_valid(found)
    return found


def assert_valid(found: list[Message]) -> None:
    assert all(len(envelope) == 1 for envelope in found)
    declared = Counter(identifier for envelope in found for _, identifier in ids(envelope))
    assert [identifier for identifier, count in declared.items() if count > 1] == []
    known: set[tuple[str, str]] = set()
    for envelope in found:
        known.update(ids(envelope))
        assert set(references(envelope)) <= known, envelope  # and never to what comes later
    kinds = [next(iter(envelope)) for envelope in found]
    assert (kinds[0], kinds[-1]) == ("meta", "testRunFinished")
    times = [each["timestamp"] for envelope in found for each in envelope.values() if "timestamp" in each]
    assert times == sorted(times, key=lambda time: (time["seconds"], time["nanos"]))
    assert times[0] == {"seconds": 0, "nanos": 0}


def ids(envelope: Message) -> Iterator[tuple[str, str]]:
    """The ids that an envelope declares, each with the kind of thing that has it."""
    ((kind, message),) = envelope.items()
    match kind:
        case "gherkinDocument":
            yield from (("node", identifier) for identifier in nodes(message))
        case "pickle":
            yield "pickle", message["id"]
            yield from (("pickle step", step["id"]) for step in message["steps"])
        case "testCase":
            yield "test case", message["id"]
            yield from (("test step", step["id"]) for step in message["testSteps"])
        case "stepDefinition" | "testCaseStarted" | "testRunStarted":
            names = {
                "stepDefinition": "step definition",
                "testCaseStarted": "attempt",
                "testRunStarted": "run",
            }
            yield names[kind], message["id"]


def nodes(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "id" in tree:
            yield tree["id"]
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for each in tree:
            yield from nodes(each)


def references(tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name in REFERENCES:
                for identifier in value if isinstance(value, list) else [value]:
                    yield REFERENCES[name], identifier
            else:
                yield from references(value)
    elif isinstance(tree, list):
        for each in tree:
            yield from references(each)


def of_kind(found: list[Message], kind: str) -> list[Any]:
    return [envelope[kind] for envelope in found if kind in envelope]


def statuses(found: list[Message]) -> list[str]:
    return [each["testStepResult"]["status"] for each in of_kind(found, "testStepFinished")]


def our_check(**fields: Any) -> CheckFinished:
    """A check of our suite as a run tells it, every step of it passed."""
    check = next(each for each in suite.checks() if each.row)
    steps = tuple(StepRecord(step.keyword, step.text, "passed") for step in check.steps)
    told: dict[str, Any] = {
        "verdict": Verdict.PASS,
        "requirement": check.requirement,
        "level": "MUST",
        **fields,
    }
    return CheckFinished(
        id=check.id, title=check.title, feature=check.feature, line=check.line, steps=steps, **told
    )


def test_a_failing_run_reads_as_it_always_did(failing: list[Event], golden: Path) -> None:
    assert cucumber.render(failing).decode() == (golden / "failing.messages.ndjson").read_text("utf-8")
    messages(failing)


def test_the_messages_are_of_the_published_schema(failing: list[Event], make_run: MakeRun) -> None:
    published = pytest.importorskip("cucumber_messages", reason="cucumber-messages is not installed")
    schema = pytest.importorskip("cucumber_messages.json_converter")
    for events in (failing, make_run(our_check())):
        for envelope in messages(events):
            schema.JsonDataclassConverter(module_scope=published).from_dict(envelope, published.Envelope)


def test_a_feature_that_is_installed_is_the_source(make_run: MakeRun) -> None:
    check = our_check()
    found = messages(make_run(check))
    (source,) = of_kind(found, "source")
    assert source["data"] == (suite_dir().parent / check.feature).read_text("utf-8")
    (pickle,) = of_kind(found, "pickle")
    assert (pickle["name"], pickle["location"]["line"]) == (check.title, check.line)
    assert set(statuses(found)) == {"PASSED"}


@pytest.mark.parametrize(
    "changed",
    [{"title": "Something else"}, {"line": 100_000}, {"steps": STEPS}, {"feature": "features/no.feature"}],
)
def test_a_feature_that_says_something_else_by_now_is_rebuilt_from_the_events(
    make_run: MakeRun, changed: dict[str, Any]
) -> None:
    check = our_check()
    other = CheckFinished(**{**{name: getattr(check, name) for name in check.__struct_fields__}, **changed})
    found = messages(make_run(other))
    (source,) = of_kind(found, "source")
    assert source["data"].startswith("# Rebuilt from the run's events")
    (pickle,) = of_kind(found, "pickle")
    assert pickle["name"] == other.title
    assert [step["text"] for step in pickle["steps"]] == [step.text for step in other.steps]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.BLOCKED, Verdict.ERROR])
def test_what_condemns_a_run_failed_at_its_step(
    make_check: MakeCheck, make_run: MakeRun, verdict: Verdict
) -> None:
    found = messages(
        make_run(make_check(verdict, steps=STEPS, failure=Failure("401", "200", source="RFC 1")))
    )
    assert statuses(found) == ["PASSED", "FAILED", "SKIPPED"]
    result = of_kind(found, "testStepFinished")[1]["testStepResult"]
    assert result["exception"] == {"type": verdict.value, "message": "required 401 (RFC 1); got 200"}
    (end,) = of_kind(found, "testRunFinished")
    assert end["success"] is False


def test_what_is_not_applicable_is_skipped_with_its_reason(make_check: MakeCheck, make_run: MakeRun) -> None:
    found = messages(make_run(make_check(Verdict.NOT_APPLICABLE, steps=STEPS, reason="no passkeys")))
    assert statuses(found) == ["PASSED", "SKIPPED", "SKIPPED"]
    assert of_kind(found, "testStepFinished")[1]["testStepResult"]["message"] == "no passkeys"
    assert of_kind(found, "attachment") == []
    assert of_kind(found, "testRunFinished")[0]["success"] is True


def test_a_warning_passes_and_is_attached(make_check: MakeCheck, make_run: MakeRun) -> None:
    check = make_check(Verdict.WARN, steps=STEPS[:2], failure=Failure("no-store", "nothing"))
    found = messages(make_run(check))
    assert statuses(found) == ["PASSED", "PASSED"]
    (attached,) = of_kind(found, "attachment")
    assert "WARN" in attached["body"]
    assert "no-store" in attached["body"]


def test_a_step_that_was_not_carried_out_never_passed(make_check: MakeCheck, make_run: MakeRun) -> None:
    found = messages(make_run(make_check(Verdict.WARN, steps=STEPS, failure=Failure("a", "b"))))
    assert statuses(found) == ["PASSED", "PASSED", "SKIPPED"]


def test_an_expected_failure_fails_nothing(make_check: MakeCheck, make_run: MakeRun) -> None:
    check = make_check(
        Verdict.FAIL, steps=STEPS, failure=Failure("401", "200"), expected=Expected("known", "2027-01-31")
    )
    found = messages(make_run(check, exit_code=0))
    assert statuses(found) == ["PASSED", "SKIPPED", "SKIPPED"]
    message = of_kind(found, "testStepFinished")[1]["testStepResult"]["message"]
    assert message.startswith("failed as expected: known (until 2027-01-31)\n")
    assert of_kind(found, "testRunFinished")[0]["success"] is True


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_check_of_which_no_step_is_told_has_its_verdict_all_the_same(
    make_check: MakeCheck, make_run: MakeRun, verdict: Verdict
) -> None:
    status = {Verdict.PASS: "PASSED", Verdict.WARN: "PASSED", Verdict.NOT_APPLICABLE: "SKIPPED"}.get(
        verdict, "FAILED"
    )
    assert statuses(messages(make_run(make_check(verdict)))) == [status]


def test_an_error_before_the_first_step_is_at_the_first_step(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    steps = tuple(StepRecord(step.keyword, step.text, "skipped") for step in STEPS)
    assert statuses(messages(make_run(make_check(Verdict.ERROR, steps=steps)))) == [
        "FAILED",
        "SKIPPED",
        "SKIPPED",
    ]


def test_durations_are_the_runs_and_stand_where_a_check_ended(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    checks = [
        make_check(Verdict.FAIL, steps=STEPS, seconds=1.25),
        make_check(id="a.b.c", line=50, seconds=0.5),
    ]
    found = messages(make_run(*checks, seconds=2.0))
    durations = [each["testStepResult"]["duration"] for each in of_kind(found, "testStepFinished")]
    assert durations == [
        {"seconds": 0, "nanos": 0},
        {"seconds": 1, "nanos": 250_000_000},
        {"seconds": 0, "nanos": 0},
        {"seconds": 0, "nanos": 500_000_000},
    ]
    assert of_kind(found, "testRunFinished")[0]["timestamp"] == {"seconds": 2, "nanos": 0}


def test_the_wire_is_attached_where_it_failed(make_check: MakeCheck, make_run: MakeRun) -> None:
    exchange = Exchange("GET", "/users", 200, response={"id": "<id 1>"})
    found = messages(make_run(make_check(Verdict.FAIL, steps=STEPS, exchanges=(exchange,))))
    attached = {each["fileName"]: each for each in of_kind(found, "attachment")}
    assert attached["wire.txt"]["body"] == '> GET /users\n< 200\n<   {"id":"<id 1>"}'
    failed = of_kind(found, "testStepFinished")[1]
    assert failed["testStepResult"]["status"] == "FAILED"
    assert attached["wire.txt"]["testStepId"] == failed["testStepId"]


def test_a_run_that_was_cut_short_is_no_success(make_check: MakeCheck, make_run: MakeRun) -> None:
    whole = make_run(make_check(), planned=9, interrupted=True)
    for events in (whole, whole[:-1], whole[1:-1]):
        (end,) = of_kind(messages(events), "testRunFinished")
        assert end["success"] is False
        assert end["message"].startswith("INTERRUPTED after 1 of ")


def test_a_run_of_nothing_is_still_a_run(make_run: MakeRun) -> None:
    kinds = [next(iter(envelope)) for envelope in messages(make_run())]
    assert kinds == ["meta", "stepDefinition", "testRunStarted", "testRunFinished"]


def test_whatever_a_scenario_is_called_it_is_gherkin(make_check: MakeCheck, make_run: MakeRun) -> None:
    nasty = [
        "",
        "\n",
        "Scenario: x\n  Given y",
        "@tag #no",
        '"""',
        "| a |",
        "\x00\x1b\ud800",
        "Feature:",
        "<a>",
    ]
    checks = [
        make_check(
            id=text,
            title=text,
            feature=feature,
            steps=(StepRecord(text, text, "passed"), *STEPS[:1]),
            line=line,
        )
        for feature in ("features/a.feature", "Ordner/ä #1.feature", "\x00", "")
        for line, text in enumerate(nasty)
    ]
    found = messages(make_run(*checks))
    assert len(of_kind(found, "testCase")) == len(checks)
    assert {len(pickle["steps"]) for pickle in of_kind(found, "pickle")} == {2}
