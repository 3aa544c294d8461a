"""What a faulty store or server remembers, apart from its tables; and lookups without the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mfa_simulators.server.store.base import here
from mfa_simulators.server.store.records import Device
from mfa_simulators.server.store.tables import DEVICES

if TYPE_CHECKING:
    from mfa_simulators.server.store import Store

_ALL_DEVICES = select(*(DEVICES.c[name] for name in Device.__struct_fields__)).where(here(DEVICES))


def notes(owner: object, name: str) -> dict[Any, Any]:
    """A dictionary of that name that lives as long as its owner."""
    found: dict[Any, Any] = owner.__dict__.setdefault(f"_notes_{name}", {})
    return found


def every_device(store: Store) -> list[Device]:
    """The devices of all users of the environment."""
    with store.database.read() as connection:
        rows = connection.execute(_ALL_DEVICES, {"env": store.environment_id}).all()
    return [Device(*row) for row in rows]
