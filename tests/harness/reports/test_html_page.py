"""The HTML report in a real browser: what axe finds, and what its script does. Skipped where there is no Chromium."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
import pytest
from tests.browser import QUIET, chromium

from mfa_harness.events import CheckFinished, Exchange, Expected, Note, RunFinished, StaleEntry
from mfa_harness.reports.html import render
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.reports.conftest import MakeRun

    from mfa_harness.events import Event

AXE: Final = "axe-core@4.14.1"
WAIT: Final = "await new Promise((done) => setTimeout(done, 300));"
SHOWN: Final = """\
  ({status: document.getElementById("shown").textContent,
    rows: [...document.querySelectorAll("tr.check:not([hidden])")].filter((row) => row.checkVisibility()).length,
    groups: document.querySelectorAll(".matrix tbody:not([hidden])").length,
    findings: [...document.querySelectorAll("article")].filter((each) => each.checkVisibility()).length})
"""


class Ask(Protocol):
    def __call__(
        self, events: list[Event], script: str, *, width: int = 1200, theme: str = "", anchor: str = ""
    ) -> Any: ...


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Opens the page of a run in Chromium, runs a script in it and returns what that returns."""
    browser = chromium()

    def opened(
        events: list[Event], script: str, *, width: int = 1200, theme: str = "", anchor: str = ""
    ) -> Any:
        text = with_script(render(events).decode(), script)
        if theme:
            text = text.replace('<html lang="en">', f'<html lang="en" data-theme="{theme}">', 1)
        place = tmp_path / f"{width}{theme}"
        place.mkdir()
        (place / "page.html").write_text(text, "utf-8")
        arguments = [
            *(browser, *QUIET, f"--user-data-dir={place}/profile", f"--window-size={width},900"),
            *("--virtual-time-budget=60000", "--dump-dom", f"{(place / 'page.html').as_uri()}{anchor}"),
        ]
        ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
        answer = re.search(r'<pre id="answer">(.*?)</pre>', ended.stdout, re.DOTALL)
        assert answer, ended.stderr[-2000:]
        found = json.loads(html.unescape(answer[1]))
        assert "error" not in found, found
        return found["value"]

    return opened


def with_script(text: str, script: str) -> str:
    """The page with one script more, which its content security policy lets in, and which writes an answer."""
    script = f"""
(async () => {{
  const answer = document.createElement("pre");
  answer.id = "answer";
  try {{
    answer.textContent = JSON.stringify({{value: await (async () => {{ {script} }})() }});
  }} catch (error) {{
    answer.textContent = JSON.stringify({{error: String(error)}});
  }}
  document.body.replaceChildren(answer);
}})();
"""
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = text.replace("script-src ", f"script-src &#39;sha256-{allowed}&#39; ", 1)
    return text.replace("</body>", f"<script>{script}</script></body>", 1)


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, an independent judge of accessibility."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here, which brings axe-core: apt-get install npm")
    place = tmp_path_factory.mktemp("axe")
    arguments = [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", "--ignore-scripts", AXE]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    if ended.returncode:
        pytest.skip(f"npm cannot install {AXE}: {ended.stderr.strip()[-300:]}")
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def eventful(failing: list[Event]) -> list[Event]:
    """A run of 7 checks in which everything occurs that a page can tell of."""
    events: list[Event] = []
    exchange = Exchange("POST", "/mfa", 422, request={"code": "<code 1>"}, response={"text": "long " * 300})
    for event in failing:
        if isinstance(event, CheckFinished) and event.verdict is Verdict.FAIL:
            events.append(msgspec.structs.replace(event, exchanges=(*event.exchanges, exchange)))
        elif isinstance(event, CheckFinished) and event.verdict is Verdict.BLOCKED:
            events.append(
                msgspec.structs.replace(event, expected=Expected("known", "2027-01-31", "known.toml:1"))
            )
        elif isinstance(event, RunFinished):
            stale = (StaleEntry("a.b.c", "known.toml:5", "passes now", "delete the entry"),)
            events.append(msgspec.structs.replace(event, stale=stale))
        else:
            events.append(event)
    return [*events[:-1], Note("waiting 3 s"), events[-1]]


def test_axe_finds_nothing_wrong(ask: Ask, axe: str, eventful: list[Event], make_run: MakeRun) -> None:
    script = f"""{axe};
      for (const folded of document.querySelectorAll("details")) folded.open = true;
      for (const part of document.querySelectorAll("article")) part.style.contentVisibility = "visible";
      const found = await axe.run(document, {{resultTypes: ["violations", "incomplete"]}});
      const told = (each) => each.nodes.map((node) => `${{each.id}}: ${{node.html}} ${{node.failureSummary}}`);
      return [found.passes.length > 20, [...found.violations, ...found.incomplete].flatMap(told)];"""
    with ThreadPoolExecutor() as pool:
        pages = [
            pool.submit(ask, eventful, script, theme="light"),
            pool.submit(ask, eventful, script, theme="dark", width=500),
            pool.submit(ask, make_run(), script),
        ]
        assert [each.result() for each in pages] == [[True, []]] * 3


def test_what_is_shown_can_be_chosen_by_text_verdict_and_feature(ask: Ask, eventful: list[Event]) -> None:
    script = f"""
      const set = async (id, value) => {{
        const control = document.getElementById(id);
        control.value = value;
        control.dispatchEvent(new Event("input", {{bubbles: true}}));
        {WAIT}
        return {SHOWN};
      }};
      const tick = async (value) => {{
        document.querySelector(`input[value="${{value}}"]`).click();
        {WAIT}
        return {SHOWN};
      }};
      const answers = {{before: {SHOWN}}};
      answers.words = await set("search", "  SECOND   devices ");
      answers.wire = await set("search", "<code 1>");
      answers.nothing = await set("search", "no such words");
      await set("search", "");
      answers.feature = await set("feature", "features/tokens.feature");
      await set("feature", "");
      answers.unticked = await tick("fail");
      document.querySelector("button[type=reset]").click();
      {WAIT}
      answers.after = {SHOWN};
      return answers;"""
    answers = ask(eventful, script)
    everything = {"status": "All 7 checks are shown.", "rows": 7, "groups": 7, "findings": 3}
    assert answers == {
        "before": everything,
        "words": {"status": "1 of 7 checks are shown.", "rows": 1, "groups": 1, "findings": 1},
        "wire": {"status": "1 of 7 checks are shown.", "rows": 1, "groups": 1, "findings": 1},
        "nothing": {"status": "0 of 7 checks are shown.", "rows": 0, "groups": 0, "findings": 0},
        "feature": {"status": "2 of 7 checks are shown.", "rows": 2, "groups": 2, "findings": 1},
        "unticked": {"status": "6 of 7 checks are shown.", "rows": 6, "groups": 6, "findings": 2},
        "after": everything,
    }


def test_the_buttons_and_links_do_what_they_say(ask: Ask, eventful: list[Event]) -> None:
    script = f"""
      const theme = document.getElementById("theme");
      const paper = () => getComputedStyle(document.body).backgroundColor;
      const light = [theme.hidden, theme.textContent, paper()];
      theme.click();
      const dark = [theme.textContent, paper()];
      const copy = document.querySelector("button.copy");
      const offered = !copy.hidden;
      copy.click();
      {WAIT}
      const copied = document.getElementById("shown").textContent;
      const folded = document.querySelector("#expected article").checkVisibility();
      location.hash = document.querySelector("#expected article").id;
      {WAIT}
      const revealed = document.querySelector("#expected article").checkVisibility();
      return {{light, dark, offered, copied, folded, revealed}};"""
    answers = ask(eventful, script)
    assert answers["light"] == [False, "Dark", "rgb(253, 252, 249)"]
    assert answers["dark"] == ["Light", "rgb(21, 23, 26)"]
    assert answers["offered"]
    assert re.fullmatch(
        r"(Copied|Selected): mfa-harness check .* --only token.claims.complete", answers["copied"]
    )
    assert (answers["folded"], answers["revealed"]) == (False, True)
