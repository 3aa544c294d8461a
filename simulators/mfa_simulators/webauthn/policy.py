"""What one relying party asks for, where WebAuthn Level 3 leaves it to the relying party."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, get_args

if TYPE_CHECKING:
    from collections.abc import Collection

UserVerification = Literal["required", "preferred", "discouraged"]
Attesting = Literal["verify", "ignore"]
Counting = Literal["refuse", "flag", "ignore"]
ES256: Final = -7


class Clock(Protocol):
    """Tells the time; `mfa_simulators.SystemClock` and `VirtualClock` do."""

    def now(self) -> float:
        """Unix seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A relying party's choices; the defaults are the strict ones that refuse no honest passkey.

    Attributes:
        user_verification: `required` makes a response without the UV flag fail (7.1 step 16, 7.2 step 17).
        algorithms: COSE algorithm numbers offered at registration, best first (7.1 step 20).
        allow_cross_origin: ceremonies within an iframe of another site are expected (7.1 steps 10 and 11,
            7.2 steps 13 and 14).
        top_origins: pages that may frame us, when they may.
        user_presence: False for registrations asked with conditional mediation (7.1 step 15).
        backup_eligible: None takes both; True or False refuses the other kind (7.1 step 18).
        backup_state: None takes both; True or False refuses the other kind (7.1 step 19, 7.2 step 19).
        attestation: `ignore` reads no attestation statement, as a party that asked for `none` may;
            `verify` checks it (7.1 steps 21 to 24).
        attestation_types: which kinds are trusted enough (7.1 step 24): `none`; `self`; `basic` (packed with
            certificates, fido-u2f, android-key); `attca` (tpm); `anonca` (apple).
        trust_anchors: certificates in DER to which every attestation path must lead; None leaves that open.
        clock: by which their certificates are valid or not; trust anchors need one.
        counter: what a signature counter that did not grow means (7.2 step 22): `refuse` the response,
            `flag` it in the result, or `ignore` it.
        extensions: extension identifiers that were asked for; an output of any other is refused (7.1
            step 28, 7.2 step 23). None ignores what comes unasked.
        canonical: refuses CBOR maps that are not in canonical order, as section 2.4 says that a party should;
            False takes them from authenticators that know no better.

    Raises:
        ValueError: trust anchors without a clock, or a word that is none of the choices: the laxest would be taken
            for it.
        TypeError: one text in the place of a collection, whose letters would be taken for its members.
    """

    user_verification: UserVerification = "preferred"
    algorithms: tuple[int, ...] = (ES256,)
    allow_cross_origin: bool = False
    top_origins: Collection[str] = ()
    user_presence: bool = True
    backup_eligible: bool | None = None
    backup_state: bool | None = None
    attestation: Attesting = "verify"
    attestation_types: Collection[str] = ("none", "self", "basic", "attca", "anonca")
    trust_anchors: Collection[bytes] | None = None
    clock: Clock | None = None
    counter: Counting = "refuse"
    extensions: frozenset[str] | None = None
    canonical: bool = True

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"expected {name} to be one of {choices}, found {getattr(self, name)!r}")
        for name in ("top_origins", "attestation_types", "trust_anchors", "extensions"):
            check_collection(name, getattr(self, name))
        if self.trust_anchors is not None and self.clock is None:
            raise ValueError(
                "trust_anchors need a clock, as certificates expire: Policy(trust_anchors=..., clock=SystemClock())"
            )


def check_collection(name: str, given: Any) -> None:
    """Refuses one text or byte string where several are meant: `in` would find pieces of it.

    Raises:
        TypeError: it is one.
    """
    if isinstance(given, str | bytes | bytearray):
        raise TypeError(f"expected {name} as a collection, such as [...], found one {type(given).__name__}")


_CHOICES: Final = {
    "user_verification": get_args(UserVerification),
    "attestation": get_args(Attesting),
    "counter": get_args(Counting),
}
