"""Attestation statements: formats `none` and `packed` with self attestation (WebAuthn L3 section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.steps import ATTESTATION_FORMAT, ATTESTATION_STATEMENT, ATTESTATION_TRUST

if TYPE_CHECKING:
    from mfa_simulators.webauthn.keys import PublicKey
    from mfa_simulators.webauthn.policy import Policy


def check_attestation(
    format_: str, statement: dict[Any, Any], *, signed: bytes, key: PublicKey, policy: Policy
) -> str:
    """Verifies an attestation statement (7.1 steps 21 to 24) and returns its type: `none` or `self`.

    Args:
        format_: the statement's format.
        statement: attStmt.
        signed: authenticator data followed by the SHA-256 of the client data.
        key: the credential's public key, which self attestation signs with.
        policy: says which types are trusted enough.

    Raises:
        VerificationError: the format is unknown, the statement is wrong, or its type is not trusted.
    """
    match format_:
        case "none":
            _check_none(statement)
            type_ = "none"
        case "packed":
            _check_packed_self(statement, signed, key)
            type_ = "self"
        case _:
            raise VerificationError(
                ATTESTATION_FORMAT, f"expected the format 'none' or 'packed', found {format_!r}"
            )
    if type_ not in policy.attestation_types:
        raise VerificationError(
            ATTESTATION_TRUST,
            f"attestation of type {type_!r} is not trusted here; trusted: {sorted(policy.attestation_types)}",
        )
    return type_


def _check_none(statement: dict[Any, Any]) -> None:
    """Section 8.7: an empty map."""
    if statement:
        raise VerificationError(
            ATTESTATION_STATEMENT,
            f"format 'none' has an empty statement, found members {sorted(map(str, statement))}",
        )


def _check_packed_self(statement: dict[Any, Any], signed: bytes, key: PublicKey) -> None:
    """Section 8.2, without x5c: `alg` is the credential key's, `sig` is its signature."""
    if "x5c" in statement:
        raise VerificationError(
            ATTESTATION_STATEMENT,
            "format 'packed' with certificates (x5c) is not supported, only self attestation",
        )
    if statement.keys() != {"alg", "sig"}:
        raise VerificationError(
            ATTESTATION_STATEMENT,
            f"a packed statement has the members 'alg' and 'sig', found {sorted(map(str, statement))}",
        )
    if statement["alg"] != key.algorithm or isinstance(statement["alg"], bool):
        raise VerificationError(
            ATTESTATION_STATEMENT,
            f"expected the credential key's algorithm {key.algorithm}, found {statement['alg']!r}",
        )
    signature = statement["sig"]
    if not isinstance(signature, bytes) or not key.verifies(signature, signed):
        raise VerificationError(
            ATTESTATION_STATEMENT,
            "the attestation signature is not the credential key's over this registration",
        )
