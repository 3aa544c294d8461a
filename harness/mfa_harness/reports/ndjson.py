"""The run itself, one event a line: what `report` makes every other report from, and what scripts read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.events import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_harness.events import Event


def render(events: Sequence[Event]) -> bytes:
    """The events as NDJSON, which `mfa_harness.events.read` reads back."""
    return b"".join(encode(event) for event in events)
