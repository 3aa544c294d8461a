"""What a client call raises: one class, and a few subclasses that say more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

ErrorKind = Literal[
    "invalid_code",
    "rate_limited",
    "device_limit",
    "unauthorized",
    "not_supported",
    "network",
    "other",
]

MFA_TOKEN_REQUIRED: Final = "mfa_token_required"  # noqa: S105 -- the name of an error
NOT_SIGNED_IN: Final = "not_signed_in"
NO_PASSKEY: Final = "no_passkey_credentials_found"
PASSKEY_UNAVAILABLE: Final = "passkey_unavailable"
MALFORMED_ANSWER: Final = "malformed_answer"


class ClientError(Exception):
    """A call that did not succeed; the only exception that a client raises for it.

    The driver protocol judges `kind` and `status` alone: the rest is for people and for reports.

    Args:
        kind: what went wrong, in the seven words of the driver protocol.
        message: for a person; from the server where the server spoke.
        status: the HTTP status; None when no answer came, or none was asked for.
        code: the server's `code`, or ours for an error that never left the client.
        payload: the server's `payload`, when it sent one.
        retry_after: seconds to wait, of a refusal for too many attempts that says so.
        aside: the call itself did not fail; a driver knows otherwise that what was asked for did not happen.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        status: int | None = None,
        code: str | None = None,
        payload: Mapping[str, Any] | None = None,
        *,
        retry_after: float | None = None,
        aside: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.message = message
        self.status = status
        self.code = code
        self.payload = payload
        self.retry_after = retry_after
        self.aside = aside

    def __str__(self) -> str:
        facts = " ".join(str(fact) for fact in (self.status, self.code) if fact is not None)
        return f"{self.message} ({facts})" if facts else self.message

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}({self.kind!r}, {self.message!r}, status={self.status}, code={self.code!r})"


class MalformedAnswerError(ClientError):
    """The server answered, and the answer is not what the wire asks for (kind `other`).

    Args:
        endpoint: method and path, "POST users/mfa/auth/totp".
        field: where, as a path from the root ("user.id"); "body" for the whole.
        expected: what the wire has there.
        found: what was there.
        status: the HTTP status of the answer.
        advice: the likely cause, when one is known.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        field: str,
        expected: str,
        found: str,
        status: int | None,
        advice: str = "",
    ) -> None:
        message = f"{endpoint} answered with a malformed {field}: expected {expected}, found {found}"
        super().__init__("other", f"{message}. {advice}" if advice else message, status, MALFORMED_ANSWER)
        self.endpoint = endpoint
        self.field = field
        self.expected = expected
        self.found = found


class NetworkError(ClientError):
    """No whole answer came: refused, timed out, cut off, TLS (kind `network`).

    Args:
        endpoint: method and path of the call.
        url: what was tried.
        fault: what happened, in the words of the layer that saw it.
        cause: the likely cause and what to do about it.
    """

    def __init__(self, endpoint: str, *, url: str, fault: str, cause: str) -> None:
        super().__init__("network", f"{endpoint} got no answer from {url}: {fault}. {cause}")
        self.endpoint = endpoint
        self.url = url
        self.fault = fault
        self.cause = cause


def not_signed_in(what: str) -> ClientError:
    """The local error of a question that only a signed-in client can answer (D-21)."""
    return ClientError("other", f"{what} needs a signed-in user, and nobody is signed in", code=NOT_SIGNED_IN)


def mfa_token_required(what: str = "") -> ClientError:
    """The local error of needing an MFA token and holding none (D-77, D-87)."""
    needs = f"{what} needs an MFA token" if what else "An MFA token was asked for"
    return ClientError(
        "other",
        f"{needs}, and the client holds none: authenticate with create_mfa_token first",
        code=MFA_TOKEN_REQUIRED,
    )
