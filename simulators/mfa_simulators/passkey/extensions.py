"""Extensions: what an authenticator and its browser make of credProps, prf, credProtect, largeBlob, minPinLength.

An extension has two halves: what the client answers to the page, and what the authenticator signs. Here the
client's inputs are turned into the authenticator's, and both halves' outputs are made (WebAuthn L3 section 10,
CTAP 2.2 section 12).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mfa_simulators.passkey import base64url
from mfa_simulators.passkey.errors import RefusedError, WebAuthnError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.settings import Settings
    from mfa_simulators.passkey.vault import HeldCredential, Vault

PROTECTION: Final = {
    "userVerificationOptional": 1,
    "userVerificationOptionalWithCredentialIDList": 2,
    "userVerificationRequired": 3,
}
UNLISTED_NEEDS_VERIFICATION: Final = 2
NEEDS_VERIFICATION: Final = 3
_PRF: Final = b"WebAuthn PRF\x00"
_SALT_SIZE: Final = 32
_CLIENT_ONLY: Final = frozenset({"credProps"})


class Wanted(NamedTuple):
    """What the authenticator is asked for when it makes a credential; the names are CTAP's.

    Attributes:
        cred_protect: level of protection, 1 to 3, or None.
        hmac_secret: whether secrets are to be derived later (what prf builds on).
        large_blob_key: whether a blob is to be stored later.
        min_pin_length: whether the shortest PIN's length is asked for.
    """

    cred_protect: int | None = None
    hmac_secret: bool = False
    large_blob_key: bool = False
    min_pin_length: bool = False


NOTHING: Final = Wanted()


def wanted(extensions: Mapping[str, Any], settings: Settings) -> Wanted:
    """What a page's inputs mean for the authenticator.

    Raises:
        WebAuthnError: an input that cannot be read, or one that must be met and cannot.
    """
    if not extensions or extensions.keys() == _CLIENT_ONLY:
        return NOTHING
    level = None
    policy = extensions.get("credentialProtectionPolicy")
    if policy is not None:
        level = PROTECTION.get(policy)
        if level is None:
            raise WebAuthnError(
                "TypeError",
                f"expected credentialProtectionPolicy as one of {list(PROTECTION)}, found {policy!r}",
            )
        if not settings.cred_protect:
            if extensions.get("enforceCredentialProtectionPolicy") and level > 1:
                raise WebAuthnError(
                    "NotAllowedError", "this passkey cannot protect its credentials as enforced"
                )
            level = None
    blob = (extensions.get("largeBlob") or {}).get("support")
    if blob == "required" and not settings.large_blob:
        raise WebAuthnError("NotAllowedError", "largeBlob is required, and this passkey stores no blobs")
    return Wanted(
        level,
        "prf" in extensions and settings.prf,
        blob in ("required", "preferred") and settings.large_blob,
        extensions.get("minPinLength") is True and settings.min_pin_length is not None,
    )


def signed_outputs(wants: Wanted, held: HeldCredential, settings: Settings) -> dict[int | str, Cbor]:
    """What the authenticator signs at registration; it also settles what the credential can do."""
    outputs: dict[int | str, Cbor] = {}
    if wants.cred_protect is not None:
        held.protection = wants.cred_protect
        outputs["credProtect"] = wants.cred_protect
    if wants.hmac_secret:
        held.secret = True
        outputs["hmac-secret"] = True
    if wants.min_pin_length and settings.min_pin_length is not None:
        outputs["minPinLength"] = settings.min_pin_length
    held.blobs = wants.large_blob_key and held.discoverable
    return outputs


def check_protection(held: HeldCredential, *, listed: bool, verified: bool) -> None:
    """Holds back a credential that credProtect protects (CTAP 2.2 section 12.1).

    Raises:
        RefusedError: as if there were none such.
    """
    if verified or held.protection < UNLISTED_NEEDS_VERIFICATION:
        return
    if held.protection >= NEEDS_VERIFICATION or not listed:
        raise RefusedError("no-credential", "the credential is protected, and the user was not verified")


def created(extensions: Mapping[str, Any], held: HeldCredential, *, verified: bool) -> dict[str, Any]:
    """What the page gets with a registration (clientExtensionResults)."""
    results: dict[str, Any] = {}
    if extensions.get("credProps") is True:
        results["credProps"] = {"rk": held.discoverable}
    if "prf" in extensions:
        results["prf"] = {"enabled": held.secret}
        salts = (extensions["prf"] or {}).get("eval")
        if held.secret and salts:
            results["prf"]["results"] = _evaluated(held, salts, verified=verified)
    if (extensions.get("largeBlob") or {}).get("support"):
        results["largeBlob"] = {"supported": held.blobs}
    return results


def asserted(
    extensions: Mapping[str, Any], held: HeldCredential, vault: Vault, *, verified: bool
) -> dict[str, Any]:
    """What the page gets with an assertion (clientExtensionResults)."""
    results: dict[str, Any] = {}
    if "prf" in extensions:
        asked = extensions["prf"] or {}
        salts = (asked.get("evalByCredential") or {}).get(base64url.encode(held.id), asked.get("eval"))
        results["prf"] = (
            {"results": _evaluated(held, salts, verified=verified)} if held.secret and salts else {}
        )
    blob = extensions.get("largeBlob")
    if blob:
        results["largeBlob"] = _blob(blob, held, vault)
    return results


def derive(held: HeldCredential, salts: bytes, *, verified: bool) -> bytes:
    """hmac-secret's output: one or two secrets for as many salts of 32 bytes (CTAP 2.2 section 12.7)."""
    which = b"verified" if verified else b"not verified"
    secret = hmac.digest(held.key.pkcs8(), b"CredRandom " + which, "sha256")
    return b"".join(
        hmac.digest(secret, salts[start : start + _SALT_SIZE], "sha256")
        for start in range(0, len(salts), _SALT_SIZE)
    )


def _evaluated(held: HeldCredential, salts: Mapping[str, str], *, verified: bool) -> dict[str, str]:
    try:
        inputs = {name: base64url.decode(salts[name]) for name in ("first", "second") if name in salts}
    except (ValueError, AttributeError, TypeError) as error:
        raise WebAuthnError("TypeError", "the inputs of prf are not base64url without padding") from error
    if "first" not in inputs:
        raise WebAuthnError("TypeError", "prf needs an input `first`")
    return {
        name: base64url.encode(derive(held, hashlib.sha256(_PRF + value).digest(), verified=verified))
        for name, value in inputs.items()
    }


def _blob(asked: Mapping[str, Any], held: HeldCredential, vault: Vault) -> dict[str, Any]:
    if asked.get("read") and "write" in asked:
        raise WebAuthnError("NotSupportedError", "largeBlob either reads or writes")
    if asked.get("read"):
        return {} if held.blob is None else {"blob": base64url.encode(held.blob)}
    if "write" in asked:
        from mfa_simulators.passkey import large_blobs  # noqa: PLC0415 - few ever write one

        return {"written": held.blobs and large_blobs.store(vault, held, base64url.decode(asked["write"]))}
    raise WebAuthnError("NotSupportedError", "`support` of largeBlob belongs to a registration")
