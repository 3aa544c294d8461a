"""What kind of authenticator it is, and how its user behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from mfa_simulators.passkey.keys import ALGORITHMS, ES256, PS256, RS256

Counter = Literal["zero", "per-credential", "global"]
Discoverable = Literal["always", "when-asked", "never"]
User = Literal["consents", "declines", "fails-verification", "times-out"]
Attachment = Literal["platform", "cross-platform"]
Attestation = Literal["none", "packed", "packed-x5c", "fido-u2f", "tpm", "android-key", "apple", "compound"]

# Names no real model, so that nobody takes the simulator for one: "mfa-harness-key" and a version.
AAGUID: Final = b"mfa-harness-key\x01"
_AAGUID_SIZE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A passkey's character. The defaults are a synced platform passkey, the most common kind today.

    Attributes:
        user_verification: whether it can verify its user (biometrics, PIN).
        backup_eligible: whether credentials made from now on may be synced (the BE flag).
        backup_state: whether they are synced now (the BS flag of those that may).
        counter: `zero` as synced passkeys report it, `per-credential`, or `global` over all credentials.
            The counting ones report 1 at registration and one more with each assertion.
        discoverable: `always` makes every credential discoverable, as platforms do; `when-asked` only
            where residentKey says so; `never` refuses where it is required.
        algorithms: COSE numbers of the keys it can make.
        attestation: the best format it can give, shown only to who asks; `packed` is self attestation,
            `packed-x5c` has certificates.
        aaguid: 16 bytes that name its model.
        attachment: `platform` for one built in, `cross-platform` for one that is plugged in or held near.
        transports: how it is reached.
        user: `consents`; `declines` every prompt; `fails-verification`, present but not recognised; or
            `times-out`, does not react.
        counter_step: by how much a counter grows.
        prf: whether it derives secrets (extension prf, hmac-secret).
        cred_protect: whether it protects credentials (extension credProtect).
        large_blob: whether it stores blobs (extension largeBlob), with discoverable credentials only.
        capacity: how many discoverable credentials it has room for; None for as many as come.
        min_pin_length: the shortest PIN that it takes, told to who asks; None tells nobody.
    """

    user_verification: bool = True
    backup_eligible: bool = True
    backup_state: bool = True
    counter: Counter = "zero"
    discoverable: Discoverable = "always"
    algorithms: tuple[int, ...] = (ES256,)
    attestation: Attestation = "packed"
    aaguid: bytes = AAGUID
    attachment: Attachment = "platform"
    transports: tuple[str, ...] = ("hybrid", "internal")
    user: User = "consents"
    counter_step: int = 1
    prf: bool = True
    cred_protect: bool = True
    large_blob: bool = True
    capacity: int | None = None
    min_pin_length: int | None = None

    def __post_init__(self) -> None:
        if self.backup_state and not self.backup_eligible:
            raise ValueError(
                "backup_state=True needs backup_eligible=True; to send that contradiction to a server, "
                'use fault="backup-state-without-eligible"'
            )
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"expected {name} to be one of {choices}, found {getattr(self, name)!r}")
        if self.counter_step < 1:
            raise ValueError(f"expected a counter_step of one or more, found {self.counter_step}")
        if len(self.aaguid) != _AAGUID_SIZE:
            raise ValueError(f"expected an aaguid of {_AAGUID_SIZE} bytes, found {len(self.aaguid)}")
        unknown = [number for number in self.algorithms if number not in ALGORITHMS]
        if unknown or not self.algorithms:
            raise ValueError(f"expected algorithms out of {tuple(ALGORITHMS)}, found {self.algorithms}")
        attests = _ATTESTS.get(self.attestation)
        if attests is not None and not attests.issuperset(self.algorithms):
            raise ValueError(
                f"attestation {self.attestation!r} attests keys of the algorithms {sorted(attests)} only, "
                f"found {self.algorithms}"
            )


# What a U2F key and a TPM can make, and so attest.
_ATTESTS: Final = {"fido-u2f": frozenset({ES256}), "tpm": frozenset({ES256, RS256, PS256})}
_CHOICES: Final = {
    "counter": get_args(Counter),
    "discoverable": get_args(Discoverable),
    "attestation": get_args(Attestation),
    "attachment": get_args(Attachment),
    "user": get_args(User),
}

# A security key: one device, plugged in, that counts, and stores a credential only if it must.
SECURITY_KEY: Final = {
    "backup_eligible": False,
    "backup_state": False,
    "counter": "per-credential",
    "discoverable": "when-asked",
    "attachment": "cross-platform",
    "transports": ("nfc", "usb"),
    "min_pin_length": 4,
}
