"""Attestation: the formats of WebAuthn L3 section 8, and whether their makers are trusted (7.1 steps 21 to 24)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn.attestation_formats.subject import Attested, refused
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.steps import ATTESTATION_FORMAT, ATTESTATION_TRUST

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.subject import Subject
    from mfa_simulators.webauthn.policy import Policy

# Loaded when first met: who asks for no attestation pays for no X.509.
_MODULES: Final = {
    "packed": "packed",
    "fido-u2f": "fido_u2f",
    "tpm": "tpm",
    "android-key": "android_key",
    "apple": "apple",
}
FORMATS: Final = ("none", *_MODULES, "compound")
_FEWEST: Final = 2


def check_attestation(format_: str, statement: Any, *, subject: Subject, policy: Policy) -> str:
    """Verifies an attestation statement (7.1 steps 21 to 24) and returns its type.

    Args:
        format_: the statement's format.
        statement: attStmt.
        subject: the registration that it attests.
        policy: says which types are trusted enough, and by which roots.

    Returns:
        `none`, `self`, `basic`, `attca`, `anonca`, or `compound` for several.

    Raises:
        VerificationError: the format is unknown, the statement is wrong, or its type or its maker is not
            trusted.
    """
    attested = _verify(format_, statement, subject)
    for type_ in attested.types:
        if type_ not in policy.attestation_types:
            raise VerificationError(
                ATTESTATION_TRUST,
                f"attestation of type {type_!r} is not trusted here; "
                f"trusted: {sorted(policy.attestation_types)}",
            )
    if policy.trust_anchors is not None:
        _check_paths(attested, policy)
    return attested.types[0] if format_ != "compound" else "compound"


def _verify(format_: str, statement: Any, subject: Subject) -> Attested:
    """7.1 steps 21 and 22."""
    if format_ == "none":
        if statement != {}:
            raise refused("format 'none' has an empty statement, and here is one with members")
        return Attested(("none",))
    if format_ == "compound":
        return _verify_compound(statement, subject)
    name = _MODULES.get(format_)
    if name is None:
        raise VerificationError(
            ATTESTATION_FORMAT, f"expected one of the formats {', '.join(FORMATS)}; found {format_!r}"
        )
    module = import_module(f"mfa_simulators.webauthn.attestation_formats.{name}")
    try:
        attested: Attested = module.verify(statement, subject)
    except VerificationError:
        raise
    except Exception as error:  # hostile certificates make parsers raise whatever they like
        raise refused(f"the statement cannot be read ({type(error).__name__}: {error})") from error
    return attested


def _verify_compound(statement: Any, subject: Subject) -> Attested:
    """Section 8.9: two statements or more, all of them sound."""
    if not isinstance(statement, list) or len(statement) < _FEWEST:
        raise refused("a compound statement is an array of two statements or more")
    types: tuple[str, ...] = ()
    paths: tuple[Any, ...] = ()
    for member in statement:
        if not isinstance(member, dict) or member.keys() != {"fmt", "attStmt"}:
            raise refused("a member of a compound statement has 'fmt' and 'attStmt'")
        if not isinstance(member["fmt"], str) or member["fmt"] == "compound":
            raise refused("a member of a compound statement is of a format that is not compound")
        attested = _verify(member["fmt"], member["attStmt"], subject)
        types += attested.types
        paths += attested.paths
    return Attested(types, paths)


def _check_paths(attested: Attested, policy: Policy) -> None:
    """7.1 steps 23 and 24: every path leads to a root that is trusted."""
    from mfa_simulators.webauthn.attestation_formats.certificates import check_path  # noqa: PLC0415

    assert policy.trust_anchors is not None
    assert policy.clock is not None
    for path in attested.paths:
        try:
            check_path(path, policy.trust_anchors, policy.clock.now())
        except VerificationError:
            raise
        except Exception as error:  # as above: an algorithm that nobody knows, a date that is none
            raise VerificationError(
                ATTESTATION_TRUST, f"a certificate of the path cannot be read: {error}"
            ) from error
