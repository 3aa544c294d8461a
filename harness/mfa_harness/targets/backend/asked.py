"""A request of the user's, as she writes it: `GET /me`, or `POST /orders {"n": 1}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mfa_harness.targets.target import TargetError

_WRITTEN: Final = re.compile(r"\s*([A-Za-z]+)\s+(/\S*)(?:\s+(.*\S))?\s*", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """One request. `body` is sent as it is: as JSON where it begins like JSON, else as a form."""

    method: str
    path: str
    body: str = ""

    @classmethod
    def parse(cls, text: str) -> Asked:
        """Read one.

        Raises:
            TargetError: it is no method and path.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise TargetError(
                f"the request {text!r}",
                "not understood",
                "Write method and path, and a body if it needs one: 'GET /me', 'POST /orders {\"n\": 1}'",
            )
        return cls(match[1].upper(), match[2], match[3] or "")

    @property
    def content_type(self) -> str:
        """Of the body."""
        return "application/json" if self.body[:1] in "{[" else "application/x-www-form-urlencoded"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
