"""Mail and SMS that an environment sent: what a person would find in the inbox."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from typing import Final

import msgspec

from mfa_simulators.server.rules.addresses import same_address

_KEPT: Final = 100  # for each address


class Mail(msgspec.Struct, frozen=True):
    """A message with a code; `sent_at` in unix seconds."""

    code: str
    sent_at: float


class Outbox:
    """Messages by address, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: defaultdict[str, deque[Mail]] = defaultdict(lambda: deque(maxlen=_KEPT))

    def send(self, address: str, code: str, now: float) -> None:
        """Delivers a code."""
        with self._lock:
            self._sent[same_address(address)].append(Mail(code, now))

    def mailbox(self, address: str) -> list[Mail]:
        """What was sent to an address."""
        with self._lock:
            return list(self._sent.get(same_address(address), ()))
