"""Changes on the wire: made after signing, or to what no signature covers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import base64url, cbor
from mfa_simulators.passkey.core import BACKED_UP, USER_VERIFIED
from mfa_simulators.passkey.faults.fault import ACCEPT, POLICY, nothing_signed, wire
from mfa_simulators.passkey.faults.signature import SIGNED

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_simulators.passkey.faults.fault import Json

_FLAGS: Final = 32  # offsets in the authenticator data
_COUNTER: Final = 36


@wire("signature-flipped", "One bit of the signature is changed.", create=22, get=21, when=SIGNED)
def _signature_flipped(response: Json) -> None:
    _change_signature(response, lambda signed: signed[:-1] + bytes((signed[-1] ^ 1,)))


@wire("signature-empty", "The signature is empty.", create=22, get=21, when=SIGNED)
def _signature_empty(response: Json) -> None:
    _change_signature(response, lambda _: b"")


@wire(
    "client-data-changed",
    "White space is added to the client data: the same JSON, another hash.",
    create=22,
    get=21,
    when=SIGNED,
)
def _client_data_changed(response: Json) -> None:
    _signature_covers(response)
    _change(response, "clientDataJSON", lambda data: data + b" ")


@wire("counter-forged", "The counter is changed after signing.", create=22, get=21, when=SIGNED)
def _counter_forged(response: Json) -> None:
    _change_data(response, _COUNTER, lambda byte: byte ^ 0x40)


@wire(
    "backup-state-forged",
    "BS is changed after signing.",
    create=22,
    get=21,
    when="the passkey is backup eligible; " + SIGNED,
)
def _backup_state_forged(response: Json) -> None:
    _change_data(response, _FLAGS, lambda flags: flags ^ BACKED_UP)


@wire(
    "user-verified-forged",
    "UV is set after signing.",
    create=22,
    get=21,
    when="the user was not verified; " + SIGNED,
)
def _user_verified_forged(response: Json) -> None:
    _change_data(response, _FLAGS, lambda flags: flags | USER_VERIFIED)


@wire("user-handle-other", "The user handle is another account's.", get=6)
def _user_handle_other(response: Json) -> None:
    inner = response["response"]
    inner["userHandle"] = _other(inner.get("userHandle", response["id"]))


@wire(
    "user-handle-missing",
    "There is no user handle.",
    get=6,
    when="the user was not identified beforehand",
)
def _user_handle_missing(response: Json) -> None:
    response["response"].pop("userHandle", None)


@wire(
    "credential-id-unknown",
    "The credential's id is one that nobody registered.",
    get=6,
    when="caught by step 5 already, if the server holds it against its allow list",
)
def _credential_id_unknown(response: Json) -> None:
    response["id"] = response["rawId"] = _other(response["rawId"])


@wire("credential-id-not-attested", "The credential's id is not the one that is attested.", create=27)
def _credential_id_not_attested(response: Json) -> None:
    response["id"] = response["rawId"] = _other(response["rawId"])


@wire("id-not-raw-id", "`id` is not the text of `rawId`.", create=3, get=3)
def _id_not_raw_id(response: Json) -> None:
    response["id"] = _other(response["rawId"])


@wire("credential-type-other", "The credential's type is 'password'.", create=3, get=3)
def _credential_type_other(response: Json) -> None:
    response["type"] = "password"


@wire("wrong-base64", "The client data is in plain base64 with padding.", create=3, get=3)
def _wrong_base64(response: Json) -> None:
    text: str = response["response"]["clientDataJSON"]
    plain = text.replace("-", "+").replace("_", "/")
    response["response"]["clientDataJSON"] = plain + "=" * (-len(text) % 4 or 4)


@wire("response-of-other-ceremony", "The inner response is the other ceremony's.", create=3, get=3)
def _response_of_other_ceremony(response: Json) -> None:
    inner = response["response"]
    if "signature" in inner:
        del inner["signature"], inner["authenticatorData"]
        inner["attestationObject"] = base64url.encode(
            cbor.encode({"fmt": "none", "attStmt": {}, "authData": b""})
        )
    else:
        del inner["attestationObject"]
        inner["signature"] = base64url.encode(bytes(70))


@wire("response-member-missing", "The signature or the attestation object is missing.", create=3, get=3)
def _response_member_missing(response: Json) -> None:
    inner = response["response"]
    del inner["signature" if "signature" in inner else "attestationObject"]


@wire("truncated-attestation", "The attestation object is cut in half.", create=13)
def _truncated_attestation(response: Json) -> None:
    _change(response, "attestationObject", lambda whole: whole[: len(whole) // 2])


@wire("attestation-trailing-bytes", "A byte follows the attestation object.", create=13)
def _attestation_trailing_bytes(response: Json) -> None:
    _change(response, "attestationObject", lambda whole: whole + b"\x00")


@wire("attestation-nested", "The attestation object is an array ten thousand levels deep.", create=13)
def _attestation_nested(response: Json) -> None:
    _change(response, "attestationObject", lambda _: b"\x81" * 10_000)


@wire("attestation-endless", "The attestation object claims an array of 2^64 - 1 items.", create=13)
def _attestation_endless(response: Json) -> None:
    _change(response, "attestationObject", lambda _: cbor.head(cbor.ARRAY, 2**64 - 1))


@wire(
    "attachment-unknown",
    "The authenticator attachment is a word that Level 3 does not know.",
    create=ACCEPT,
    get=ACCEPT,
)
def _attachment_unknown(response: Json) -> None:
    response["authenticatorAttachment"] = "implanted"


@wire(
    "result-unasked",
    "The client gives an extension output that nobody asked for.",
    create=POLICY,
    get=POLICY,
)
def _result_unasked(response: Json) -> None:
    response["clientExtensionResults"]["appid"] = True


def _other(text: str) -> str:
    """Another base64url text, which follows from this one."""
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def _change(response: Json, member: str, change: Callable[[bytes], bytes]) -> None:
    inner = response["response"]
    inner[member] = base64url.encode(change(base64url.decode(inner[member])))


def _change_signature(response: Json, change: Callable[[bytes], bytes]) -> None:
    """Changes an assertion's signature, or that in an attestation statement."""
    if "signature" in response["response"]:
        _change(response, "signature", change)
        return
    _signature_covers(response)
    _change(
        response,
        "attestationObject",
        lambda whole: _change_byte_string(whole, b"\x63sig", change),
    )


def _change_data(response: Json, offset: int, change: Callable[[int], int]) -> None:
    """Changes one byte of the authenticator data, wherever it is."""

    def changed(data: bytes) -> bytes:
        return data[:offset] + bytes((change(data[offset]),)) + data[offset + 1 :]

    _signature_covers(response)
    _change(response, "authenticatorData", changed)
    if "attestationObject" in response["response"]:
        _change(
            response,
            "attestationObject",
            lambda whole: _change_byte_string(whole, b"\x68authData", changed),
        )


def _change_byte_string(whole: bytes, key: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes the CBOR byte string that follows a map key. It is 24 to 65535 bytes long."""
    before, _, after = whole.partition(key)
    start = {0x58: 2, 0x59: 3}[after[0]]
    end = start + int.from_bytes(after[1:start], "big")
    return before + key + cbor.encode(change(after[start:end])) + after[end:]


def _signature_covers(response: Json) -> None:
    attested = base64url.decode(response["response"].get("attestationObject", ""))
    if b"\x63fmt\x64none" in attested:
        raise nothing_signed()
