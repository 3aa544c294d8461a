from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mfa_simulators.passkey import ACCEPT, FAULTS, POLICY

PAGE = Path(__file__).parents[3] / "docs" / "passkey.md"
BEGIN, END = "<!-- faults: begin -->\n", "<!-- faults: end -->\n"


def fault_table() -> str:
    """The catalogue as the page shows it."""
    rows = [
        "| fault | stage | create | get | what the passkey does | due when |",
        "|---|---|---|---|---|---|",
    ]
    for fault in sorted(FAULTS.values(), key=lambda fault: (fault.stage, fault.slug)):
        steps = [(step or "").replace("7.1 ", "").replace("7.2 ", "") for step in (fault.create, fault.get)]
        rows.append(
            f"| `{fault.slug}` | {fault.stage} | {steps[0]} | {steps[1]} | {fault.sentence} | {fault.when} |"
        )
    return "\n".join(rows) + "\n"


def test_the_pages_examples_run() -> None:
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(examples) == 12
    namespace: dict[str, Any] = {}
    for example in examples:
        exec(example, namespace)  # the page is ours
    recipes = re.findall(r"^## ([0-9]+)\. ", PAGE.read_text(), re.MULTILINE)
    assert recipes == [str(number) for number in range(1, 11)]


def test_the_recipe_that_is_a_test_passes_for_every_fault_and_fails_a_server_that_believes(
    tmp_path: Path,
) -> None:
    """As a reader would run it: the page's examples in a file, in a folder of its own."""
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "test_mine.py").write_text("\n".join(examples))
    due = [fault for fault in FAULTS.values() if fault.get not in (None, POLICY)]
    assert outcome_of(tmp_path) == {"passed": len(due) - 3, "skipped": len(FAULTS) - len(due) + 3}
    believing = "\n".join(examples).replace("            return False\n", "            return True\n")
    (tmp_path / "test_mine.py").write_text(believing)
    must_be_refused = [fault for fault in due if fault.get != ACCEPT]
    assert outcome_of(tmp_path)["failed"] == len(must_be_refused) - 3


def outcome_of(folder: Path) -> dict[str, int]:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=no"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    last = ran.stdout.splitlines()[-1]
    return {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}


def test_the_pages_table_is_the_catalogue(tmp_path: Path) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    table, end, after = rest.partition(END)
    assert end, f"{PAGE.name} has lost its markers {BEGIN!r} and {END!r}"
    if table != fault_table():
        fresh = tmp_path / PAGE.name
        fresh.write_text(before + BEGIN + fault_table() + END + after)
        raise AssertionError(f"the table of {PAGE.name} is stale: replace the page by {fresh}")
