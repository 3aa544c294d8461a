"""The one exception that a refused response raises."""

from __future__ import annotations


class VerificationError(Exception):
    """A registration or authentication response that a relying party must refuse.

    Attributes:
        step: the step of WebAuthn Level 3 that failed, such as `7.1 step 9` or `7.2 step 21`.
        message: what was expected, and what was found.
    """

    def __init__(self, step: str, message: str) -> None:
        super().__init__(step, message)
        self.step = step
        self.message = message

    def __str__(self) -> str:
        return f"WebAuthn L3 {self.step}: {self.message}"
