"""What an authenticator stores: pure data, no ceremonies."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_simulators.passkey.keys import from_pkcs8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_simulators.passkey.keys import KeyPair


class User(NamedTuple):
    """An account, as its relying party named it at registration.

    Attributes:
        handle: opaque bytes.
        name: tells accounts apart where the user chooses.
        display_name: likewise.
    """

    handle: bytes
    name: str
    display_name: str


@lru_cache(maxsize=1024)
def _hash(rp_id: str) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest()


@dataclass(slots=True)
class HeldCredential:
    """A credential as its authenticator holds it (public key credential source, WebAuthn L3 section 4).

    Attributes:
        id: the credential id.
        key: the key pair.
        rp_id: the relying party it is scoped to.
        user: the account.
        discoverable: found without its id being asked for.
        backup_eligible: the BE flag, fixed for its life.
        counter: the signature counter last reported.
        created_at: unix seconds.
        rp_id_hash: the SHA-256 of `rp_id`.
        flags: flags that it has whatever its authenticator has: `UP`, `UV`, `BE`, `BS`.
        protection: credProtect's level, 1 to 3.
        secret: whether prf (hmac-secret) derives secrets with it.
        blobs: whether a large blob may be stored with it.
        blob: the large blob.
    """

    id: bytes
    key: KeyPair
    rp_id: str
    user: User
    discoverable: bool
    backup_eligible: bool
    counter: int
    created_at: float
    rp_id_hash: bytes = b""
    flags: dict[str, bool] = field(default_factory=dict)
    protection: int = 1
    secret: bool = False
    blobs: bool = False
    blob: bytes | None = None

    def __post_init__(self) -> None:
        self.rp_id_hash = _hash(self.rp_id)


@dataclass(slots=True)
class Vault:
    """Everything that one authenticator remembers.

    Attributes:
        credentials: by id, oldest first.
        counter: the counter of an authenticator that has one for all credentials.
        made: how many credentials were ever made; seeded keys and ids follow from it.
        lineage: tells clones apart, so that what they make later differs though the seed is one.
        clones: how many clones were made of this one.
        blob_array: large blobs as CTAP's clients see them, once one has looked; see `large_blobs`.
    """

    credentials: dict[bytes, HeldCredential] = field(default_factory=dict)
    counter: int = 0
    made: int = 0
    lineage: str = "0"
    clones: int = 0
    blob_array: bytes = b""

    def discoverable(self, rp_id: str) -> Iterator[HeldCredential]:
        """The discoverable credentials of a relying party, newest first."""
        for held in reversed(self.credentials.values()):
            if held.discoverable and held.rp_id == rp_id:
                yield held

    def store(self, held: HeldCredential) -> None:
        """Adds a credential; a discoverable one replaces its account's older one (section 6.3.2)."""
        if held.discoverable:
            for older in self.credentials.values():
                if older.user.handle == held.user.handle and older.rp_id == held.rp_id and older.discoverable:
                    del self.credentials[older.id]
                    break
        self.credentials[held.id] = held

    def clear(self) -> None:
        """Forgets every credential and every blob; what is made later still differs from what was made before."""
        self.credentials.clear()
        self.blob_array = b""

    def rollback(self, signatures: int) -> None:
        """Sets every counter back by so many signatures, never below zero."""
        self.counter = max(0, self.counter - signatures)
        for held in self.credentials.values():
            held.counter = max(0, held.counter - signatures)

    def clone(self) -> Vault:
        """A copy with the same keys and counters, which from now on lives its own life."""
        self.clones += 1
        return Vault(
            credentials={
                held.id: replace(held, flags=dict(held.flags)) for held in self.credentials.values()
            },
            counter=self.counter,
            made=self.made,
            lineage=f"{self.lineage}.{self.clones}",
            blob_array=self.blob_array,
        )

    def export(self) -> dict[str, Any]:
        """The vault as JSON. Credentials have the shape of the Chrome DevTools Protocol's `Credential`."""
        return {
            "counter": self.counter,
            "made": self.made,
            "lineage": self.lineage,
            "clones": self.clones,
            "blobArray": b64encode(self.blob_array).decode(),
            "credentials": [_exported(held) for held in self.credentials.values()],
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Vault:
        """The vault of an export.

        Raises:
            ValueError: a member is missing or is not what export() writes.
        """
        try:
            credentials = [loaded(item) for item in data["credentials"]]
            return cls(
                credentials={held.id: held for held in credentials},
                counter=int(data["counter"]),
                made=int(data["made"]),
                lineage=str(data["lineage"]),
                clones=int(data["clones"]),
                blob_array=b64decode(data.get("blobArray", ""), validate=True),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no exported passkey: {type(error).__name__} {error}") from error


def _exported(held: HeldCredential) -> dict[str, Any]:
    exported = {
        "credentialId": b64encode(held.id).decode(),
        "isResidentCredential": held.discoverable,
        "rpId": held.rp_id,
        "privateKey": b64encode(held.key.pkcs8()).decode(),
        "algorithm": held.key.algorithm.number,
        "userHandle": b64encode(held.user.handle).decode(),
        "userName": held.user.name,
        "userDisplayName": held.user.display_name,
        "signCount": held.counter,
        "backupEligibility": held.backup_eligible,
        "createdAt": held.created_at,
        "flags": dict(held.flags),
        "credProtect": held.protection,
        "prf": held.secret,
        "largeBlobs": held.blobs,
    }
    if "BS" in held.flags:
        exported["backupState"] = held.flags["BS"]
    if held.blob is not None:
        exported["largeBlob"] = b64encode(held.blob).decode()
    return exported


def loaded(item: dict[str, Any]) -> HeldCredential:
    """The credential of an export, or of the Chrome DevTools Protocol.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    flags = dict(item.get("flags") or {})
    if "backupState" in item:
        flags["BS"] = bool(item["backupState"])
    blob = item.get("largeBlob")
    return HeldCredential(
        id=b64decode(item["credentialId"], validate=True),
        key=from_pkcs8(b64decode(item["privateKey"], validate=True), item.get("algorithm")),
        rp_id=item["rpId"],
        user=User(
            b64decode(item.get("userHandle") or "", validate=True),
            item.get("userName") or "",
            item.get("userDisplayName") or "",
        ),
        discoverable=bool(item["isResidentCredential"]),
        backup_eligible=bool(item.get("backupEligibility", False)),
        counter=int(item["signCount"]),
        created_at=float(item.get("createdAt", 0)),
        flags=flags,
        protection=int(item.get("credProtect", 1)),
        secret=bool(item.get("prf", False)),
        blobs=bool(item.get("largeBlobs", blob is not None)),
        blob=None if blob is None else b64decode(blob, validate=True),
    )
