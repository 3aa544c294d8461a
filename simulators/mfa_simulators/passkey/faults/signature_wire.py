"""Changes to a signature on the wire: broken, or written in another way."""

from __future__ import annotations

from typing import Final

from mfa_simulators.passkey import der
from mfa_simulators.passkey.faults.changes import change_signature
from mfa_simulators.passkey.faults.fault import ACCEPT, Json, wire
from mfa_simulators.passkey.faults.signature import SIGNED

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_SIZE: Final = 32
_LONGEST: Final = 72  # of an ES256 signature


@wire("signature-flipped", "One bit of the signature is changed.", create=22, get=21, when=SIGNED)
def _signature_flipped(response: Json) -> None:
    change_signature(response, lambda signed: signed[:-1] + bytes((signed[-1] ^ 1,)))


@wire("signature-empty", "The signature is empty.", create=22, get=21, when=SIGNED)
def _signature_empty(response: Json) -> None:
    change_signature(response, lambda _: b"")


@wire("signature-zero", "The signature is all zeros.", create=22, get=21, when=SIGNED)
def _signature_zero(response: Json) -> None:
    change_signature(response, lambda signed: bytes(len(signed)))


@wire("signature-truncated", "The signature lacks its last byte.", create=22, get=21, when=SIGNED)
def _signature_truncated(response: Json) -> None:
    change_signature(response, lambda signed: signed[:-1])


@wire(
    "signature-null",
    "Both numbers of the signature are zero, which some verifiers take for anybody's.",
    create=22,
    get=21,
    when=SIGNED,
)
def _signature_null(response: Json) -> None:
    change_signature(response, lambda _: der.sequence(der.integer(0), der.integer(0)))


@wire(
    "signature-raw",
    "The signature is its two numbers side by side (IEEE P1363), not DER.",
    create=22,
    get=21,
    when=SIGNED,
)
def _signature_raw(response: Json) -> None:
    change_signature(
        response, lambda signed: b"".join(number.to_bytes(_P256_SIZE, "big") for number in _numbers(signed))
    )


@wire("signature-trailing", "A byte follows the signature.", create=22, get=21, when=SIGNED)
def _signature_trailing(response: Json) -> None:
    change_signature(response, lambda signed: signed + b"\x00")


@wire(
    "signature-long-form",
    "The signature's length is written in two bytes where one would do: BER, not DER.",
    create=22,
    get=21,
    when=SIGNED,
)
def _signature_long_form(response: Json) -> None:
    def longer(signed: bytes) -> bytes:
        _numbers(signed)
        return signed[:1] + b"\x81" + signed[1:]

    change_signature(response, longer)


@wire(
    "signature-high-s",
    "The signature's second number is the higher of the two that are as good.",
    create=ACCEPT,
    get=ACCEPT,
    when=SIGNED,
)
def _signature_high_s(response: Json) -> None:
    def higher(signed: bytes) -> bytes:
        first, second = _numbers(signed)
        return der.sequence(der.integer(first), der.integer(max(second, _P256_ORDER - second)))

    change_signature(response, higher)


def _numbers(signed: bytes) -> tuple[int, int]:
    """Both numbers of an ES256 signature."""
    if signed[:1] != b"\x30" or len(signed) > _LONGEST:
        raise ValueError("this fault needs an ES256 signature")
    size = signed[3]
    return (
        int.from_bytes(signed[4 : 4 + size], "big"),
        int.from_bytes(signed[6 + size :], "big"),
    )
