"""The store of an environment, in SQL: each public method one transaction that a fault can replace."""

from __future__ import annotations

from mfa_simulators.server.store.accounts import AccountStore
from mfa_simulators.server.store.database import Database
from mfa_simulators.server.store.devices import DeviceStore
from mfa_simulators.server.store.passkeys import PasskeyStore
from mfa_simulators.server.store.proofs import ProofStore
from mfa_simulators.server.store.recovery import RecoveryStore

__all__ = ["Database", "Store"]


class Store(AccountStore, DeviceStore, RecoveryStore, PasskeyStore, ProofStore):
    """All that an environment keeps."""
