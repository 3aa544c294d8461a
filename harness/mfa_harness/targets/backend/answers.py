"""What a backend's answer says: let in, refused, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import httpx

    from mfa_harness.targets.backend.asked import Asked
    from mfa_harness.targets.backend.declared import Backend

Verdict = Literal["let in", "refused", "neither"]
_QUOTED = 60


@dataclass(frozen=True)
class Presented:
    """One request with one token, and what came of it; `said` is the beginning of the answer's text."""

    request: Asked
    verdict: Verdict
    found: str
    said: str = ""

    def __str__(self) -> str:
        said = {"let in": "let in", "refused": "refused", "neither": "neither let in nor refused"}
        return f"{self.request}: {self.found} ({said[self.verdict]})"


def read(response: httpx.Response, declared: Backend) -> tuple[Verdict, str]:
    """What an answer says by what the profile declares, and how to quote it.

    A refusal by text goes before a status: some backends say 200 to everything.
    """
    text = response.text
    found = str(response.status_code)
    if declared.refused_text and declared.refused_text in text:
        return "refused", f"{found} with {declared.refused_text!r}"
    if response.status_code in declared.refused_statuses:
        return "refused", found
    if response.status_code in declared.let_in_statuses and declared.let_in_text in text:
        return "let in", found
    quoted = beginning(response)
    return "neither", f"{found} {quoted!r}" if quoted else found


def beginning(response: httpx.Response) -> str:
    """The beginning of an answer's text, on one line."""
    flat = " ".join(response.text.split())
    return flat if len(flat) <= _QUOTED else f"{flat[:_QUOTED]}..."
