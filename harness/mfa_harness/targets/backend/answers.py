"""What a backend's answer says: let in, refused, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import httpx

    from mfa_harness.targets.backend.asked import Asked
    from mfa_harness.targets.backend.declared import Backend

Verdict = Literal["let in", "refused", "neither"]
_QUOTED = 80


@dataclass(frozen=True)
class Presented:
    """One request with one token, and what came of it."""

    request: Asked
    verdict: Verdict
    found: str

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
    quoted = " ".join(text.split())[:_QUOTED]
    return "neither", f"{found} {quoted!r}" if quoted else found
