"""What one relying party asks for, where WebAuthn Level 3 leaves it to the relying party."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

UserVerification = Literal["required", "preferred", "discouraged"]
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
        ValueError: trust anchors without a clock.
    """

    user_verification: UserVerification = "preferred"
    algorithms: tuple[int, ...] = (ES256,)
    allow_cross_origin: bool = False
    top_origins: Collection[str] = ()
    user_presence: bool = True
    backup_eligible: bool | None = None
    backup_state: bool | None = None
    attestation: Literal["verify", "ignore"] = "verify"
    attestation_types: Collection[str] = ("none", "self", "basic", "attca", "anonca")
    trust_anchors: Collection[bytes] | None = None
    clock: Clock | None = None
    counter: Literal["refuse", "flag", "ignore"] = "refuse"
    extensions: frozenset[str] | None = None
    canonical: bool = True

    def __post_init__(self) -> None:
        if self.trust_anchors is not None and self.clock is None:
            raise ValueError(
                "trust_anchors need a clock, as certificates expire: Policy(trust_anchors=..., clock=SystemClock())"
            )
