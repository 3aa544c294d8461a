"""Reading what came back: an answer into a value, a refusal into the error that it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from mfa_simulators.client.errors import ClientError, ErrorKind, MalformedAnswerError
from mfa_simulators.http_date import http_date

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from mfa_simulators.clock import Clock

T = TypeVar("T")

_KIND_OF_CODE: Final[Mapping[str, ErrorKind]] = {
    "mfa_invalid_code": "invalid_code",
    "wrong_email_verification_token": "invalid_code",
    "wrong_sms_verification_token": "invalid_code",
    "invalid_email_verification": "invalid_code",
    "invalid_verification": "invalid_code",
    "mfa_rate_limited": "rate_limited",
    "too_many_email_verification_attempts": "rate_limited",
    "too_many_verification_attempts": "rate_limited",
    "too_many_requests": "rate_limited",
    "mfa_device_limit": "device_limit",
    "max_passkeys_per_user": "device_limit",
    "unauthorized": "unauthorized",
}
# 403 too: both say "you may not". "not_supported" stays for words that a client does not speak.
_KIND_OF_STATUS: Final[Mapping[int, ErrorKind]] = {
    401: "unauthorized",
    403: "unauthorized",
    429: "rate_limited",
}
_EXPECTED = re.compile(r"Expected `(?P<expected>.+?)`(?:, got `(?P<found>.+?)`)?(?: - at `\$\.?(?P<at>.+)`)?")
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`(?: - at `\$\.?(?P<at>.+)`)?")
_QUOTED: Final = 60  # characters of a foreign answer that an error repeats


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole, and the call that it belongs to."""

    endpoint: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MalformedAnswerError: it is none.
        """
        return read(self, Any)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def read(answer: Answer, kind: type[T]) -> T:
    """The body of an answer as a value of a kind.

    Raises:
        MalformedAnswerError: naming the endpoint, the field, what was expected and what was found.
    """
    if kind is NoneType:
        return cast("T", None)  # calls that answer nothing: whatever body there is stays unread
    try:
        value: T = _decoder(cast("Hashable", kind)).decode(answer.body)
    except msgspec.ValidationError as error:
        raise _misshapen(answer, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(answer, error) from None
    return value


def read_refusal(answer: Answer, clock: Clock) -> ClientError:
    """What an answer outside 2xx means: by its `code` whatever the status, else by the status (D-89, D-90).

    Args:
        answer: the refusal.
        clock: by which a Retry-After that names a date is turned into seconds.
    """
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    told = body if isinstance(body, dict) else {}
    message, code, payload = told.get("error"), told.get("code"), told.get("payload")
    if not isinstance(code, str):
        code = None
    kind = _KIND_OF_CODE.get(code or "") or _KIND_OF_STATUS.get(answer.status, "other")
    if not isinstance(message, str):
        message = f"{answer.endpoint} was refused without a message: {_look_of(answer)}"
        if location := answer.headers.get("location"):
            message += f", sent on to {location} (is the base URL right?)"
    return ClientError(
        kind,
        message,
        answer.status,
        code,
        payload if isinstance(payload, dict) else None,
        retry_after=_seconds_to_wait(answer.headers.get("retry-after"), clock),
    )


def _seconds_to_wait(header: str | None, clock: Clock) -> float | None:
    """Retry-After (RFC 9110 10.2.3): seconds, or a date; None when absent or unreadable."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        return max(0.0, http_date(header) - clock.now())
    except ValueError:
        return None


def _misshapen(answer: Answer, complaint: str) -> MalformedAnswerError:
    if missing := _MISSING.search(complaint):
        field = ".".join(part for part in (missing["at"], missing["name"]) if part)
        expected, found = "it present", "nothing"
    elif wrong := _EXPECTED.search(complaint):
        field = wrong["at"] or "body"
        expected, found = wrong["expected"], wrong["found"] or "something else"
    else:
        field, expected, found = "body", "the documented shape", complaint
    return MalformedAnswerError(
        answer.endpoint, field=field, expected=expected, found=found, status=answer.status
    )


def _not_json(answer: Answer, error: Exception) -> MalformedAnswerError:
    start = answer.body.lstrip()[:1]
    if not answer.body:
        advice = "The server ended its answer before it began: see its log"
    elif start == b"<":
        advice = "A web page: a proxy, a login wall or a wrong base URL answered in the API's place"
    elif "truncated" in str(error):
        advice = "Half an answer: the server or a proxy broke off"
    elif isinstance(error, RecursionError):
        advice = "It is nested too deep to be read"
    else:
        advice = "Is this the API, and not something in front of it?"
    return MalformedAnswerError(
        answer.endpoint,
        field="body",
        expected="JSON",
        found=_look_of(answer),
        status=answer.status,
        advice=advice,
    )


def _look_of(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "no content type")
    text = " ".join(answer.body[: 4 * _QUOTED].decode("utf-8", "replace").split())[:_QUOTED]
    return f"status {answer.status}, {kind}, " + (f"beginning {text!r}" if text else "an empty body")
