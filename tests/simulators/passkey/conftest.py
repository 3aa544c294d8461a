from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import creation_options, request_options

if TYPE_CHECKING:
    from mfa_simulators.webauthn import Credential

RP_ID = "example.org"


class Options(Protocol):
    """Options of a ceremony, with changes."""

    def __call__(self, **changes: Any) -> dict[str, Any]: ...


@pytest.fixture
def key() -> VirtualPasskey:
    return VirtualPasskey(clock=VirtualClock(), seed=7)


@pytest.fixture
def creation() -> Options:
    def build(**changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = {
            "challenge": bytes(range(32)),
            "rp_id": RP_ID,
            "rp_name": "Example",
            "user_id": b"user 1",
            "user_name": "alice",
        }
        return creation_options(**inputs | changes)

    return build


@pytest.fixture
def request_(creation: Options) -> Options:
    def build(*, listed: tuple[Credential, ...] = (), **changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = {
            "challenge": bytes(range(32, 64)),
            "rp_id": RP_ID,
            "allow_credentials": listed,
        }
        return request_options(**inputs | changes)

    return build
