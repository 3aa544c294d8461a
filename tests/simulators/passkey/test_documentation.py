from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mfa_simulators.passkey import FAULTS
from mfa_simulators.webauthn import VerificationError

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

    recipe_for_a_server_of_ones_own(namespace)


def recipe_for_a_server_of_ones_own(namespace: dict[str, Any]) -> None:
    """Recipe 6 is a test itself: here it runs against our relying party, and against one that believes everything."""

    class Server:
        def __init__(self, *, believes: bool) -> None:
            self.believes = believes

        def options(self) -> Any:
            return namespace["options"]

        def accepts(self, response: Any) -> bool:
            if self.believes:
                return True
            try:
                namespace["signed_in"](response, namespace["credential"])
            except VerificationError:
                return False
            return True

    test: Any = namespace["test_sign_in"]
    for slug in ("origin-foreign", "challenge-other", "client-data-bom", "signature-high-s"):
        test(FAULTS[slug], Server(believes=False))
    with pytest.raises(AssertionError):
        test(FAULTS["origin-foreign"], Server(believes=True))


def test_the_pages_table_is_the_catalogue(tmp_path: Path) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    table, end, after = rest.partition(END)
    assert end, f"{PAGE.name} has lost its markers {BEGIN!r} and {END!r}"
    if table != fault_table():
        fresh = tmp_path / PAGE.name
        fresh.write_text(before + BEGIN + fault_table() + END + after)
        raise AssertionError(f"the table of {PAGE.name} is stale: replace the page by {fresh}")
