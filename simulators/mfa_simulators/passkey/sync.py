"""One key on many devices: passkeys that a provider keeps in step."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.passkey.virtual_passkey import VirtualPasskey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey.ctap import CtapAuthenticator
    from mfa_simulators.passkey.vault import HeldCredential

_BACKED_UP: Final = "BS"


class SyncGroup:
    """The devices of one person at one passkey provider.

    A credential made on one device appears on the others `lag` seconds later; until then it is eligible for
    backup and not backed up (BE set, BS clear), afterwards it is (BS set), on the device that made it too.
    Each device keeps its own counter. A credential that is deleted on one device goes from the others after the
    same time.

    Args:
        clock: by which the lag is counted.
        seed: a number or text to derive everything from; None for real randomness.
        lag: seconds until the others know.
        settings: members of `passkey.Settings` that all devices have; each may differ in some.

    Raises:
        ValueError: a lag below zero, or devices that cannot be backed up.
    """

    def __init__(
        self,
        *,
        clock: Clock = SYSTEM_CLOCK,
        seed: int | str | None = None,
        lag: float = 0,
        **settings: Any,
    ) -> None:
        if lag < 0:
            raise ValueError(f"expected a lag of zero or more seconds, found {lag}")
        if settings.get("backup_eligible", True) is False:
            raise ValueError("a passkey that is synced is eligible for backup: leave backup_eligible out")
        self.lag = lag
        self._clock = clock
        self._seed = seed
        self._settings = settings
        self._devices: dict[str, SyncedPasskey] = {}
        self._known: dict[bytes, tuple[float, HeldCredential]] = {}  # since when, and the credential
        self._gone: dict[bytes, float] = {}

    def device(self, name: str, **settings: Any) -> SyncedPasskey:
        """Another device of hers, which gets what is there already.

        Args:
            name: such as `phone`; one of each name.
            settings: in which it differs from the group's.

        Raises:
            ValueError: there is one of that name.
        """
        if name in self._devices:
            raise ValueError(f"this group has a device called {name!r} already")
        seed = None if self._seed is None else f"{self._seed}/{name}"
        made = SyncedPasskey(clock=self._clock, seed=seed, **(self._settings | settings))
        made.join(self, name)
        self._devices[name] = made
        self.pull(made)
        return made

    @property
    def devices(self) -> Mapping[str, SyncedPasskey]:
        """The devices that are in step, by name."""
        return dict(self._devices)

    def sync(self) -> None:
        """Everything reaches every device now, whatever the lag."""
        now = self._clock.now()
        self._known = {key: (min(since, now - self.lag), held) for key, (since, held) in self._known.items()}
        self._gone = {key: min(since, now - self.lag) for key, since in self._gone.items()}
        for device in self._devices.values():
            self.pull(device)

    def revoke(self, name: str) -> SyncedPasskey:
        """Takes a device out: it loses every credential now, and gets none any more.

        Raises:
            ValueError: there is no such device.
        """
        device = self._devices.pop(name, None)
        if device is None:
            raise ValueError(f"this group has no device {name!r}; it has {sorted(self._devices)}")
        device.leave()
        return device

    def delete(self, credential_id: bytes) -> None:
        """The person deletes a credential at her provider: it goes from every device after the lag."""
        self._gone[credential_id] = self._clock.now()

    def push(self, held: HeldCredential) -> None:
        """A device made a credential."""
        held.flags[_BACKED_UP] = False
        self._known[held.id] = (self._clock.now(), held)

    def pull(self, device: SyncedPasskey) -> None:
        """What has had the time to, reaches a device."""
        now = self._clock.now()
        vault = device.held
        for identifier, since in self._gone.items():
            if now >= since + self.lag:
                vault.pop(identifier, None)
        for identifier, (since, original) in self._known.items():
            if now < since + self.lag:
                continue
            if identifier not in vault and identifier not in self._gone:
                vault[identifier] = replace(original, counter=0, flags=dict(original.flags))
            if identifier in vault:
                vault[identifier].flags.pop(_BACKED_UP, None)  # from now on as the device's setting says


class SyncedPasskey(VirtualPasskey):
    """A device of a `SyncGroup`; made by `SyncGroup.device()`."""

    _group: SyncGroup | None = None
    name = ""

    def join(self, group: SyncGroup, name: str) -> None:
        """Belongs to a group from now on."""
        self._group, self.name = group, name

    def leave(self) -> None:
        """Belongs to none, and forgets what it held."""
        self._group = None
        self.held.clear()

    @property
    def held(self) -> dict[bytes, HeldCredential]:
        """What is on this device now, by id."""
        return self._core.vault.credentials

    @property
    def credentials(self) -> tuple[HeldCredential, ...]:
        """What it holds, oldest first, with what has reached it by now."""
        self._pull()
        return super().credentials

    @contextmanager
    def in_step(self, *, makes: bool = False) -> Iterator[None]:
        """What reached this device counts from the beginning; what is made or deleted meanwhile reaches the others.

        Args:
            makes: whether a credential may be made, which is not backed up until the others have it.
        """
        self._pull()
        before, group, settings = set(self.held), self._group, self._core.settings
        if makes and group is not None and group.lag > 0:
            self._core.settings = replace(settings, backup_state=False)
        try:
            yield
        finally:
            self._core.settings = settings
            if group is not None:
                for identifier in set(self.held) - before:
                    group.push(self.held[identifier])
                for identifier in before - set(self.held):
                    group.delete(identifier)

    def create(self, options: dict[str, Any], **page: Any) -> dict[str, Any]:
        """As `VirtualPasskey.create`; the credential is not backed up until the others have it."""
        with self.in_step(makes=True):
            return super().create(options, **page)

    def ctap(self, *, pin: str | None = None) -> CtapAuthenticator:
        """As `VirtualPasskey.ctap`; what is made and deleted by cable reaches the other devices too."""
        from mfa_simulators.passkey.ctap.synced import SyncedCtapAuthenticator  # noqa: PLC0415 - loads fido2

        return SyncedCtapAuthenticator(self._core, self, pin=pin)

    def get(self, options: dict[str, Any], **page: Any) -> dict[str, Any]:
        """As `VirtualPasskey.get`, with what has reached this device by now."""
        self._pull()
        return super().get(options, **page)

    def remove(self, credential_id: bytes) -> None:
        """Deletes a credential here, and after the lag everywhere.

        Raises:
            KeyError: it holds no such credential.
        """
        with self.in_step():
            super().remove(credential_id)

    def _pull(self) -> None:
        if self._group is not None:
            self._group.pull(self)
