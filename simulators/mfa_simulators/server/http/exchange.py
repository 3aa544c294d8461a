"""One request on its way through: what was read of it, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from mfa_simulators.server.rules.refusal import bad_request

if TYPE_CHECKING:
    from mfa_simulators.server.environment import Environment
    from mfa_simulators.server.operations import Call, Operations

SCOPE_KEY = "mfa.exchange"


class Exchange(msgspec.Struct):
    """A request, read by the gateway."""

    environment: Environment
    call: Call
    body: bytes
    query: bytes

    @property
    def operations(self) -> Operations:
        """What the environment does."""
        return self.environment.operations

    def query_value(self, name: str) -> str | None:
        """A parameter of the query, the last one if there are several."""
        return query_value(self.query, name)

    def query_number(self, name: str, default: int) -> int:
        """A whole number of the query.

        Raises:
            Refusal: 400, it is none.
        """
        text = self.query_value(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
            raise bad_request(f"{name}: expected a whole number")
        return int(text)


def query_value(query: bytes, name: str) -> str | None:
    """A parameter of a query string, the last one if there are several."""
    if not query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")
    return dict(pairs).get(name)
