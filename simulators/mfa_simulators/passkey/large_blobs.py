"""What relying parties store on an authenticator: one store, whichever face wrote it.

A credential's `blob` is the truth. Through CTAP it is seen as the large-blob array (CTAP 2.2 section 6.10.3): entries
that the client encrypts, each with the key of its credential, and that the authenticator keeps without reading them.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa_simulators.passkey import cbor

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.vault import HeldCredential, Vault

CAPACITY: Final = 4096
"""Bytes that the array may have, its hash among them."""
HASH_SIZE: Final = 16
_CIPHERTEXT, _NONCE, _SIZE = 1, 2, 3
_NONCE_SIZE: Final = 12
_RAW_DEFLATE: Final = -zlib.MAX_WBITS


def key_of(held: HeldCredential) -> bytes:
    """What a client encrypts the credential's blob with (largeBlobKey): 32 bytes."""
    return hmac.digest(held.key.pkcs8(), b"largeBlobKey", "sha256")


def array(vault: Vault) -> bytes:
    """The large-blob array and its hash, in step with what the credentials hold.

    Entries that belong to no credential stay: clients tidy up, authenticators do not.
    """
    kept: list[Cbor] = []
    there: set[bytes] = set()
    entries = _entries(vault.blob_array)
    for entry in entries:
        owner, blob = _opened(vault, entry)
        if owner is None:
            kept.append(entry)
        elif owner.blob == blob and owner.id not in there:
            kept.append(entry)
            there.add(owner.id)
    new = [
        _sealed(key_of(held), held.blob)
        for held in vault.credentials.values()
        if held.blob is not None and held.id not in there
    ]
    if new or len(kept) < len(entries) or not vault.blob_array:
        content = cbor.encode([*kept, *new])
        vault.blob_array = content + hashlib.sha256(content).digest()[:HASH_SIZE]
    return vault.blob_array


def replace(vault: Vault, whole: bytes) -> None:
    """A client wrote the array anew: credentials hold what it says of them."""
    vault.blob_array = whole
    for held in vault.credentials.values():
        held.blob = None
    for entry in _entries(whole):
        owner, blob = _opened(vault, entry)
        if owner is not None and owner.blob is None:
            owner.blob = blob


def store(vault: Vault, held: HeldCredential, blob: bytes) -> bool:
    """Stores a credential's blob; False if there is no room, and then the old one stays."""
    held.blob, before = blob, held.blob
    if len(array(vault)) <= CAPACITY:
        return True
    held.blob = before
    array(vault)
    return False


def _entries(whole: bytes) -> list[Any]:
    """The entries of an array; none of bytes that are no array."""
    if not whole:
        return []
    from fido2 import cbor as reader  # noqa: PLC0415 - who never plugs it in need not load it

    try:
        entries: Any = reader.decode(whole[:-HASH_SIZE])
    except Exception:  # noqa: BLE001 - the decoder raises whatever it stumbles over
        return []
    return entries if isinstance(entries, list) else []


def _opened(vault: Vault, entry: Any) -> tuple[HeldCredential | None, bytes]:
    """Whose entry it is, and what it says."""
    for held in vault.credentials.values():
        if held.blobs:
            try:
                return held, _unsealed(key_of(held), entry)
            except (InvalidTag, KeyError, TypeError, ValueError, OverflowError, struct.error, zlib.error):
                continue
    return None, b""


def _sealed(key: bytes, blob: bytes) -> dict[int | str, Cbor]:
    """An entry, as a client would make it, but that its nonce follows from what it says."""
    deflate = zlib.compressobj(wbits=_RAW_DEFLATE)
    nonce = hmac.digest(key, b"nonce " + blob, "sha256")[:_NONCE_SIZE]
    compressed = deflate.compress(blob) + deflate.flush()
    return {
        _CIPHERTEXT: AESGCM(key).encrypt(nonce, compressed, _bound_to(len(blob))),
        _NONCE: nonce,
        _SIZE: len(blob),
    }


def _unsealed(key: bytes, entry: Any) -> bytes:
    size = entry[_SIZE]
    compressed = AESGCM(key).decrypt(entry[_NONCE], entry[_CIPHERTEXT], _bound_to(size))
    blob = zlib.decompressobj(wbits=_RAW_DEFLATE).decompress(compressed, size + 1)
    if len(blob) != size:
        raise ValueError("the entry has another size than it says")
    return blob


def _bound_to(size: int) -> bytes:
    return b"blob" + struct.pack("<Q", size)
