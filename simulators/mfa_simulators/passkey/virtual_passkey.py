"""The passkey as a page sees it: WebAuthn Level 3 JSON in, JSON out."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.passkey import base64url, browser, extensions
from mfa_simulators.passkey.client_data import rp_id_for
from mfa_simulators.passkey.core import Authenticator
from mfa_simulators.passkey.errors import RefusedError, WebAuthnError
from mfa_simulators.passkey.faults import find
from mfa_simulators.passkey.options import read_creation, read_request
from mfa_simulators.passkey.settings import SECURITY_KEY, Settings
from mfa_simulators.passkey.vault import HeldCredential, Vault, loaded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey.ctap import CtapAuthenticator

_EXPORT_VERSION: Final = 1


class VirtualPasskey:
    """One authenticator with its browser and its user, holding many credentials.

    Out of the box it is a synced platform passkey: it verifies its user, is backed up (BE and BS set),
    reports a counter of 0, and makes discoverable ES256 credentials. `VirtualPasskey.security_key()` is
    the other common kind. Under a seed every key, id and signature follows from the seed, so the same
    calls give the same bytes; such keys protect nothing. (ML-DSA alone signs at random even so: cryptography
    has no other variant of FIPS 204 to offer.)

    Not to be shared between threads; clone it instead.

    Args:
        clock: dates the credentials; the system's by default.
        seed: a number or text to derive everything from; None for real randomness.
        settings: members of `Settings`, by name: user_verification, backup_eligible, backup_state,
            counter, counter_step, discoverable, algorithms, attestation, aaguid, attachment, transports,
            user, prf, cred_protect, large_blob, min_pin_length.

    Raises:
        ValueError: settings that contradict each other.
    """

    def __init__(
        self, *, clock: Clock = SYSTEM_CLOCK, seed: int | str | None = None, **settings: Any
    ) -> None:
        self._core = Authenticator(Settings(**settings), clock, seed)
        self._last: dict[str, Any] | None = None

    @classmethod
    def security_key(
        cls, *, clock: Clock = SYSTEM_CLOCK, seed: int | str | None = None, **settings: Any
    ) -> VirtualPasskey:
        """A security key: one device, never backed up, with a signature counter per credential.

        Args:
            clock: dates the credentials; the system's by default.
            seed: a number or text to derive everything from; None for real randomness.
            settings: members of `Settings` that differ from a security key's.
        """
        return cls(clock=clock, seed=seed, **(SECURITY_KEY | settings))

    @property
    def settings(self) -> Settings:
        """Its kind, and its user's behaviour."""
        return self._core.settings

    @property
    def credentials(self) -> tuple[HeldCredential, ...]:
        """What it holds, oldest first."""
        return tuple(self._core.vault.credentials.values())

    @property
    def attestation_root(self) -> bytes:
        """The DER certificate that a relying party trusts this authenticator's maker by."""
        return self._core.authority.root

    def configure(self, **changes: Any) -> None:
        """Changes settings from now on: `configure(user="declines")`, `configure(backup_state=False)`.

        Credentials keep whether they are backup eligible, as that never changes in a credential's life.

        Raises:
            ValueError: settings that contradict each other.
        """
        self._core.settings = replace(self._core.settings, **changes)

    def create(
        self,
        options: dict[str, Any],
        *,
        origin: str,
        fault: str | None = None,
        top_origin: str | None = None,
        flags: Mapping[str, bool] | None = None,
    ) -> dict[str, Any]:
        """Registers: `navigator.credentials.create()` on a page (WebAuthn L3 section 5.1.3).

        Args:
            options: PublicKeyCredentialCreationOptionsJSON, what a server puts inside `publicKey`.
            origin: of the page, such as `https://app.example.org`.
            fault: one slug of the catalogue (`FAULTS`), to lie to the server with.
            top_origin: of the page around, if ours is framed by another site's.
            flags: flags to set or clear this once: `{"UV": False}`; of UP, UV, BE and BS.

        Returns:
            RegistrationResponseJSON.

        Raises:
            WebAuthnError: what the browser rejects with.
            ValueError: no such fault, or one that this ceremony cannot have.
        """
        asked = read_creation(options)
        flaw = None if fault is None else find(fault, "create")
        rp_id = rp_id_for(origin, asked.rp_id)
        client_data = browser.client_data("webauthn.create", asked.challenge, origin, top_origin, flaw)
        core = self._core
        attachment = core.settings.attachment
        if asked.attachment is not None and asked.attachment != attachment:
            raise WebAuthnError(
                "NotAllowedError",
                f"a {asked.attachment} authenticator is asked for, and this one is {attachment}",
            )
        try:
            made = core.make_credential(
                hashlib.sha256(client_data).digest(),
                rp_id,
                asked.user,
                algorithms=asked.algorithms,
                exclude=asked.exclude,
                resident_key=asked.resident_key,
                user_verification=asked.user_verification,
                formats=browser.formats(asked, core.settings.aaguid),
                wants=extensions.wanted(asked.extensions, core.settings),
                forced=flags,
                lie=None if flaw is None else flaw.authenticator,
            )
        except RefusedError as refusal:
            raise browser.rejection(refusal) from refusal
        held = made.held
        identifier = base64url.remembered(held.id)
        data, attestation_object = made.texts()
        verified = browser.verified(made.data)
        response = {
            "id": identifier,
            "rawId": identifier,
            "type": "public-key",
            "authenticatorAttachment": attachment,
            "clientExtensionResults": extensions.created(asked.extensions, held, verified=verified),
            "response": {
                "clientDataJSON": base64url.encode(client_data),
                "attestationObject": attestation_object,
                "authenticatorData": data,
                "transports": list(core.settings.transports),
                "publicKey": base64url.encode(held.key.spki()),
                "publicKeyAlgorithm": held.key.algorithm.number,
            },
        }
        if flaw is not None and flaw.wire is not None:
            flaw.wire(response)
        return response

    def get(
        self,
        options: dict[str, Any],
        *,
        origin: str,
        fault: str | None = None,
        top_origin: str | None = None,
        account: str | None = None,
        flags: Mapping[str, bool] | None = None,
    ) -> dict[str, Any]:
        """Authenticates: `navigator.credentials.get()` on a page (WebAuthn L3 section 5.1.4).

        Args:
            options: PublicKeyCredentialRequestOptionsJSON, what a server puts inside `publicKey`.
            origin: of the page, such as `https://app.example.org`.
            fault: one slug of the catalogue (`FAULTS`), to lie to the server with.
            top_origin: of the page around, if ours is framed by another site's.
            account: the user name to choose where several credentials would do; else the first that
                allowCredentials lists, or the newest.
            flags: flags to set or clear this once: `{"UV": False}`; of UP, UV, BE and BS.

        Returns:
            AuthenticationResponseJSON.

        Raises:
            WebAuthnError: what the browser rejects with.
            ValueError: no such fault, or one that this ceremony cannot have.
        """
        asked = read_request(options)
        flaw = None if fault is None else find(fault, "get")
        rp_id = rp_id_for(origin, asked.rp_id)
        client_data = browser.client_data("webauthn.get", asked.challenge, origin, top_origin, flaw)
        core = self._core
        try:
            asserted = core.get_assertion(
                hashlib.sha256(client_data).digest(),
                rp_id,
                allow=asked.allow,
                user_verification=asked.user_verification,
                account=account,
                forced=flags,
                lie=None if flaw is None else flaw.authenticator,
            )
        except RefusedError as refusal:
            raise browser.rejection(refusal) from refusal
        held = asserted.held
        identifier = base64url.remembered(held.id)
        inner = {
            "clientDataJSON": base64url.encode(client_data),
            "authenticatorData": base64url.encode(asserted.data),
            "signature": base64url.encode(asserted.signature),
        }
        if held.discoverable:
            inner["userHandle"] = base64url.remembered(held.user.handle)
        results = {}
        if asked.extensions:
            verified = browser.verified(asserted.data)
            results = extensions.asserted(asked.extensions, held, core.vault, verified=verified)
        response = {
            "id": identifier,
            "rawId": identifier,
            "type": "public-key",
            "authenticatorAttachment": core.settings.attachment,
            "clientExtensionResults": results,
            "response": inner,
        }
        if flaw is not None and flaw.wire is not None:
            flaw.wire(response)
        self._last = response
        return response

    def replay(self) -> dict[str, Any]:
        """The last response of get() once more, byte for byte, as somebody who recorded it would send it.

        Raises:
            ValueError: there was none.
        """
        if self._last is None:
            raise ValueError("this passkey gave no assertion yet, so there is none to replay")
        return deepcopy(self._last)

    def add(self, credential: Mapping[str, Any]) -> HeldCredential:
        """Imports a credential of the shape that export() and the Chrome DevTools Protocol have.

        Raises:
            ValueError: it is no such credential.
        """
        try:
            held = loaded(dict(credential))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no exported credential: {type(error).__name__} {error}") from error
        self._core.vault.credentials[held.id] = held
        return held

    def ctap(self, *, pin: str | None = None) -> CtapAuthenticator:
        """The same authenticator as bytes over a cable: a `fido2.ctap.CtapDevice` for the stock `Fido2Client`.

        Credentials, counters and the user are shared with this object.

        Args:
            pin: set on it from the beginning; empty for a device that takes a PIN and has none yet; None for
                one that takes none.
        """
        from mfa_simulators.passkey.ctap import CtapAuthenticator  # noqa: PLC0415 - loads fido2

        return CtapAuthenticator(self._core, pin=pin)

    def remove(self, credential_id: bytes) -> None:
        """Deletes a credential, as a user does in her device's settings.

        Raises:
            KeyError: it holds no such credential.
        """
        del self._core.vault.credentials[credential_id]

    def clone(self) -> VirtualPasskey:
        """A second device with the same keys and counters, as a thief makes; from now on each counts alone.

        What each makes later differs, under a seed too.
        """
        core = self._core
        twin = VirtualPasskey.__new__(VirtualPasskey)
        twin._last = self._last  # noqa: SLF001
        twin._core = Authenticator(  # noqa: SLF001
            core.settings, core.clock, core.seed, core.vault.clone(), core.authority
        )
        return twin

    def rollback(self, signatures: int = 1) -> None:
        """Sets the counters back by so many signatures, as restoring an old image of the device does.

        Keys and credentials stay. The next assertion then reports a counter that the server has seen.

        Raises:
            ValueError: the counter is fixed at zero, or the number is not positive.
        """
        if self.settings.counter == "zero":
            raise ValueError(
                "this passkey's counter is fixed at zero, so nothing can go back; make it with "
                'counter="per-credential", or use VirtualPasskey.security_key()'
            )
        if signatures < 1:
            raise ValueError(f"expected to go back by one signature or more, found {signatures}")
        self._core.vault.rollback(signatures)

    def export(self) -> dict[str, Any]:
        """All of it as JSON, private keys included; the seed and the clock are not."""
        settings = asdict(self.settings)
        settings["aaguid"] = base64url.encode(self.settings.aaguid)
        return {
            "version": _EXPORT_VERSION,
            "settings": {
                name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
            },
            **self._core.vault.export(),
        }

    @classmethod
    def load(
        cls, exported: dict[str, Any], *, clock: Clock = SYSTEM_CLOCK, seed: int | str | None = None
    ) -> VirtualPasskey:
        """The passkey that was exported. With the same seed it goes on as if it had never stopped.

        Raises:
            ValueError: this is no export, or one of another version.
        """
        if exported.get("version") != _EXPORT_VERSION:
            raise ValueError(f"expected what export() gave, version {_EXPORT_VERSION}")
        try:
            settings: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in exported["settings"].items()
            }
            settings["aaguid"] = base64url.decode(settings["aaguid"])
            passkey = cls(clock=clock, seed=seed, **settings)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no exported passkey: {type(error).__name__} {error}") from error
        passkey._core.vault = Vault.load(exported)
        return passkey

    def __repr__(self) -> str:
        return f"VirtualPasskey({len(self.credentials)} credentials, {self.settings.attachment})"
