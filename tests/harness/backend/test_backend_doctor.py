"""`doctor --backend`: whether a backend trusts our issuer, and what has to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.backend.conftest import python_backend
from tests.harness.backend.test_backend_run import answering, everybody

from mfa_harness import cli
from mfa_harness.commands import serve
from mfa_harness.targets.backend.doctor import examine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from tests.harness.backend.conftest import Issuing

    from mfa_harness.targets.findings import Diagnosis
    from mfa_simulators.server import Environment


def examined(
    url: str, issuing: Issuing, environment: Environment, folder: Path, request: str = "GET /me"
) -> Diagnosis:
    file = folder / "mine.toml"
    file.write_text(f'[[environments]]\nid = "{environment.id}"\n')
    return examine(url, (request,), spec=issuing.server.url, file=file, checks=40)


def found(diagnosis: Diagnosis) -> dict[str, tuple[str, str]]:
    return {each.topic: (each.state, f"{each.text} {each.mend}") for each in diagnosis.findings}


def test_a_backend_that_trusts_the_issuer_is_well(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    with python_backend(environment) as url:
        diagnosis = examined(f"{url}/right", issuing, environment, tmp_path)
    assert diagnosis.is_well
    assert list(found(diagnosis)) == ["issuer", "reach", "trust"]
    assert (diagnosis.runnable, sum(diagnosis.kept_out.values())) == (39, 1)


def test_one_that_has_not_read_the_keys_is_told_their_address(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    with python_backend(issuing.environment()) as url:
        state, text = found(examined(f"{url}/right", issuing, environment, tmp_path))["trust"]
    assert state == "ill"
    assert "it has not read our keys" in text
    assert environment.keys_url in text


def test_one_that_has_read_them_is_told_issuer_and_audience(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    with python_backend(environment) as url:
        environment.update(origins=["https://app.example.org"])
        state, text = found(examined(f"{url}/right", issuing, environment, tmp_path))["trust"]
    assert state == "ill"
    assert "it has read our keys" in text
    assert environment.issuer in text
    assert "https://app.example.org" in text


def test_one_that_says_why_it_refuses_is_quoted(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    environment.operations.tools.keys_read = 1
    with answering(everybody(401, '{"detail": "Audience doesn\'t match"}')) as url:
        state, text = found(examined(url, issuing, environment, tmp_path))["trust"]
    assert state == "ill"
    assert 'and says \'{"detail": "Audience doesn\\\'t match"}\'' in text


def test_an_answer_that_may_be_a_refusal_is_minded_and_trust_is_looked_at_all_the_same(
    issuing: Issuing, tmp_path: Path
) -> None:
    with answering(lambda shown: (200, "") if shown else (418, "no teapot")) as url:
        told = found(examined(url, issuing, issuing.environment(), tmp_path))
    assert told["reach"][0] == "mind"
    assert "418 'no teapot'" in told["reach"][1]
    assert told["trust"][0] == "well"


def test_a_missing_header_refused_as_invalid_is_a_refusal(issuing: Issuing, tmp_path: Path) -> None:
    with answering(lambda shown: (200, "") if shown else (422, "Field required")) as url:
        diagnosis = examined(url, issuing, issuing.environment(), tmp_path)
    assert diagnosis.is_well
    assert found(diagnosis)["reach"][1].startswith("GET /me without a token is refused: 422")


def test_a_request_that_needs_no_session_is_told(issuing: Issuing, tmp_path: Path) -> None:
    with answering(everybody(200)) as url:
        state, text = found(examined(url, issuing, issuing.environment(), tmp_path))["reach"]
    assert (state, "needs a full session" in text) == ("ill", True)


def test_a_wrong_path_is_told(issuing: Issuing, tmp_path: Path) -> None:
    environment = issuing.environment()
    with python_backend(environment) as url:
        diagnosis = examined(f"{url}/right", issuing, environment, tmp_path, "GET /mee")
    state, text = found(diagnosis)["reach"]
    assert state == "ill"
    assert "404" in text
    assert "mend the path" in text
    assert "trust" not in found(diagnosis)


def test_the_command_prints_it(issuing: Issuing, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = issuing.environment()
    file = tmp_path / "mine.toml"
    file.write_text(f'[[environments]]\nid = "{environment.id}"\n[backend]\nrequests = ["GET /me"]\n')
    with python_backend(environment) as url:
        words = ["doctor", issuing.server.url, "--backend", f"{url}/right", "--profile", str(file)]
        assert cli.main(words) == 0
    out = capsys.readouterr().out
    assert "a full session is let in: GET /me: 200" in out
    assert "Well: a run makes sense." in out


def test_a_request_without_a_backend_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--request", "GET /me"]) == 2
    assert "Add --backend URL" in capsys.readouterr().err


def test_serve_tells_what_a_backend_has_to_know(issuing: Issuing) -> None:
    environment = issuing.environment()
    told = "\n".join(serve._invitation(issuing.server.url, [environment], control=True))
    for each in (environment.keys_url, environment.issuer, f"audience {environment.origin}"):
        assert each in told
    assert f"mfa-harness check {issuing.server.url} --backend" in told
