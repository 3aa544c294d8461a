"""Reading the body of a request: the one place where bytes become values."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from mfa_simulators.server.rules.refusal import bad_request


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def read_body(raw: bytes, kind: Any, *, optional: bool) -> Any:
    """The body as a value of a kind; None for an empty one where that is allowed.

    Raises:
        Refusal: 400, not JSON, not UTF-8, nested too deep, or of another shape.
    """
    if not raw:
        if optional:
            return None
        raise bad_request("expected a JSON body, found none")
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise bad_request("the body is not JSON") from None
