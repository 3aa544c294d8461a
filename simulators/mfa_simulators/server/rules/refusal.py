"""A refusal: the one way in which rules and operations say no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not an error of ours)
    """An answer that refuses, as the wire writes it: `{"error": message, "code": code}`.

    Args:
        status: HTTP status.
        code: the vendor's error code, or ours where it has none.
        message: for people.
        retry_after: whole seconds until trying again makes sense; None leaves the header out.
        extra: more members of the body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.extra = extra


def unauthorized() -> Refusal:
    """No session token, or one that is expired, forged, revoked or of another environment."""
    return Refusal(401, "unauthorized", "Sign in: this session token is not valid here")


def needs_full_session() -> Refusal:
    """A gated token where a full one is needed."""
    return Refusal(403, "requires_additional_auth", "Complete multi-factor authentication first")


def bad_request(message: str) -> Refusal:
    """A body or parameter of the wrong form."""
    return Refusal(400, "bad_request", message)
