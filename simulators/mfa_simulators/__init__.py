"""The simulated world of account MFA: clocks, authenticators, people, a reference server and its client.

Everything named here is loaded when it is first used (PEP 562): a test that wants a passkey or an
authenticator app pays for no web framework and no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mfa_simulators.client import MfaClient
    from mfa_simulators.clock import SystemClock, VirtualClock
    from mfa_simulators.passkey import SyncGroup, VirtualPasskey
    from mfa_simulators.person import Person
    from mfa_simulators.server import ReferenceServer
    from mfa_simulators.totp import TotpAuthenticator

_HOMES: Final = {
    "MfaClient": "mfa_simulators.client",
    "Person": "mfa_simulators.person",
    "ReferenceServer": "mfa_simulators.server",
    "SyncGroup": "mfa_simulators.passkey",
    "SystemClock": "mfa_simulators.clock",
    "TotpAuthenticator": "mfa_simulators.totp",
    "VirtualClock": "mfa_simulators.clock",
    "VirtualPasskey": "mfa_simulators.passkey",
}

__all__ = [
    "MfaClient",
    "Person",
    "ReferenceServer",
    "SyncGroup",
    "SystemClock",
    "TotpAuthenticator",
    "VirtualClock",
    "VirtualPasskey",
]


if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name: str) -> Any:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        globals()[name] = value  # the next look-up does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
