"""How a ceremony fails before there is anything to send to the server."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "declined",
    "timed-out",
    "not-verified",
    "cannot-verify",
    "cannot-store",
    "full",
    "excluded",
    "no-algorithm",
    "no-credential",
]


class WebAuthnError(Exception):
    """What the browser's `navigator.credentials` call rejects with.

    Attributes:
        name: the DOMException's name: `NotAllowedError`, `InvalidStateError`, `SecurityError`,
            `NotSupportedError`, `EncodingError`; or `TypeError`, which is no DOMException, for options
            that lack a member.
        message: why, for people. A real browser says less, for privacy.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class RefusedError(Exception):
    """The authenticator refuses. Each face says it in its own words: DOMException or CTAP status.

    Attributes:
        reason: which of the refusals of WebAuthn L3 sections 6.3.2 and 6.3.3 it is.
        message: why, for people.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message
