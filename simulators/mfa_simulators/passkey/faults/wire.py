"""Changes on the wire: made after signing, or to what no signature covers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import base64url, cbor
from mfa_simulators.passkey.draft import BACKED_UP, USER_VERIFIED
from mfa_simulators.passkey.faults.changes import (
    change,
    change_all_data,
    change_data,
    other,
    signature_covers,
)
from mfa_simulators.passkey.faults.fault import ACCEPT, POLICY, wire
from mfa_simulators.passkey.faults.signature import SIGNED

if TYPE_CHECKING:
    from mfa_simulators.passkey.faults.fault import Json

_FLAGS: Final = 32  # offsets in the authenticator data
_COUNTER: Final = 36
_AAGUID: Final = 37
_ID_LENGTH: Final = 53
_ES256_HEAD: Final = bytes.fromhex("a5010203262001215820")  # an ES256 key up to x
# The generator of P-256: as good a key as any, and everybody knows its private part, which is one.
_OTHER_POINT: Final = (
    bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
    bytes.fromhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
)
_OTHER_KEY: Final = _ES256_HEAD + _OTHER_POINT[0] + bytes.fromhex("225820") + _OTHER_POINT[1]
_OTHER_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") + b"".join(
    _OTHER_POINT
)


@wire(
    "client-data-changed",
    "White space is added to the client data: the same JSON, another hash.",
    create=22,
    get=21,
    when=SIGNED,
)
def _client_data_changed(response: Json) -> None:
    signature_covers(response)
    change(response, "clientDataJSON", lambda data: data + b" ")


@wire("counter-forged", "The counter is changed after signing.", create=22, get=21, when=SIGNED)
def _counter_forged(response: Json) -> None:
    change_data(response, _COUNTER, lambda byte: byte ^ 0x40)


@wire(
    "backup-state-forged",
    "BS is changed after signing.",
    create=22,
    get=21,
    when="the passkey is backup eligible; " + SIGNED,
)
def _backup_state_forged(response: Json) -> None:
    change_data(response, _FLAGS, lambda flags: flags ^ BACKED_UP)


@wire(
    "user-verified-forged",
    "UV is set after signing.",
    create=22,
    get=21,
    when="the user was not verified; " + SIGNED,
)
def _user_verified_forged(response: Json) -> None:
    change_data(response, _FLAGS, lambda flags: flags | USER_VERIFIED)


@wire("user-handle-other", "The user handle is another account's.", get=6)
def _user_handle_other(response: Json) -> None:
    inner = response["response"]
    inner["userHandle"] = other(inner.get("userHandle", response["id"]))


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
    response["id"] = response["rawId"] = other(response["rawId"])


@wire("credential-id-not-attested", "The credential's id is not the one that is attested.", create=27)
def _credential_id_not_attested(response: Json) -> None:
    response["id"] = response["rawId"] = other(response["rawId"])


@wire("id-not-raw-id", "`id` is not the text of `rawId`.", create=3, get=3)
def _id_not_raw_id(response: Json) -> None:
    response["id"] = other(response["rawId"])


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
    change(response, "attestationObject", lambda whole: whole[: len(whole) // 2])


@wire("attestation-trailing-bytes", "A byte follows the attestation object.", create=13)
def _attestation_trailing_bytes(response: Json) -> None:
    change(response, "attestationObject", lambda whole: whole + b"\x00")


@wire("attestation-nested", "The attestation object is an array ten thousand levels deep.", create=13)
def _attestation_nested(response: Json) -> None:
    change(response, "attestationObject", lambda _: b"\x81" * 10_000)


@wire("attestation-endless", "The attestation object claims an array of 2^64 - 1 items.", create=13)
def _attestation_endless(response: Json) -> None:
    change(response, "attestationObject", lambda _: cbor.head(cbor.ARRAY, 2**64 - 1))


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


@wire(
    "attested-key-forged",
    "Another public key stands in the place of the attested one.",
    create=22,
    when=SIGNED,
)
def _attested_key_forged(response: Json) -> None:
    def swapped(data: bytes) -> bytes:
        size = int.from_bytes(data[_ID_LENGTH : _ID_LENGTH + 2], "big")
        key = data[_ID_LENGTH + 2 + size :]
        if not key.startswith(_ES256_HEAD) or len(key) != len(_OTHER_KEY):
            raise ValueError("this fault needs an ES256 key and no extensions")
        return data[: _ID_LENGTH + 2 + size] + _OTHER_KEY

    change_all_data(response, swapped)


@wire(
    "attested-id-forged",
    "Another credential id stands in the place of the attested one.",
    create=22,
    when=SIGNED,
)
def _attested_id_forged(response: Json) -> None:
    forged = hashlib.sha256(response["rawId"].encode()).digest()

    def swapped(data: bytes) -> bytes:
        size = int.from_bytes(data[_ID_LENGTH : _ID_LENGTH + 2], "big")
        return data[:_ID_LENGTH] + b"\x00\x20" + forged + data[_ID_LENGTH + 2 + size :]

    change_all_data(response, swapped)
    response["id"] = response["rawId"] = base64url.encode(forged)


@wire("aaguid-forged", "The model is changed after signing.", create=22, when=SIGNED)
def _aaguid_forged(response: Json) -> None:
    change_data(response, _AAGUID, lambda byte: byte ^ 0xFF)


@wire(
    "attestation-stripped",
    "The attestation is taken away: what is left says that none was given.",
    create=POLICY,
)
def _attestation_stripped(response: Json) -> None:
    data = base64url.decode(response["response"]["authenticatorData"])
    stripped = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    response["response"]["attestationObject"] = base64url.encode(stripped)


@wire(
    "easy-key-other",
    "`publicKey`, which is there for convenience only, is another key: nobody may rely on it.",
    create=POLICY,
)
def _easy_key_other(response: Json) -> None:
    inner = response["response"]
    inner["publicKey"] = base64url.encode(_OTHER_SPKI)
    inner["publicKeyAlgorithm"] = -7


@wire(
    "easy-data-other",
    "`authenticatorData`, which is there for convenience only, has another counter.",
    create=POLICY,
)
def _easy_data_other(response: Json) -> None:
    change(response, "authenticatorData", lambda data: data[:_COUNTER] + b"\x55" + data[_COUNTER + 1 :])


@wire("credential-id-padded", "`id` and `rawId` have base64 padding.", create=3, get=3)
def _credential_id_padded(response: Json) -> None:
    text = response["rawId"]
    response["id"] = response["rawId"] = text + "=" * (-len(text) % 4 or 4)


@wire("credential-type-missing", "The credential has no type.", create=3, get=3)
def _credential_type_missing(response: Json) -> None:
    del response["type"]


@wire("client-data-missing", "The client data is missing.", create=3, get=3)
def _client_data_missing(response: Json) -> None:
    del response["response"]["clientDataJSON"]


@wire("response-empty", "The inner response is null.", create=3, get=3)
def _response_empty(response: Json) -> None:
    response["response"] = None


@wire("extension-results-missing", "The extension results are missing.", create=POLICY, get=POLICY)
def _extension_results_missing(response: Json) -> None:
    del response["clientExtensionResults"]


@wire("user-handle-long", "The user handle has 65 bytes, one too many.", get=6)
def _user_handle_long(response: Json) -> None:
    handle = base64url.decode(response["response"].get("userHandle", ""))
    response["response"]["userHandle"] = base64url.encode(handle + bytes(65 - len(handle)))


@wire("user-handle-empty", "The user handle is empty.", get=6)
def _user_handle_empty(response: Json) -> None:
    response["response"]["userHandle"] = ""


@wire("transports-malformed", "The transports are text.", create=POLICY)
def _transports_malformed(response: Json) -> None:
    response["response"]["transports"] = "internal"


@wire("transports-unknown", "A transport is a word that Level 3 does not know.", create=ACCEPT)
def _transports_unknown(response: Json) -> None:
    response["response"]["transports"] = ["telepathy"]


@wire("response-extra-member", "The response has a member of a future version.", create=ACCEPT, get=ACCEPT)
def _response_extra_member(response: Json) -> None:
    response["futureMember"] = response["response"]["futureMember"] = "ignored"
