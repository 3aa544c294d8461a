"""The maker of the authenticator: its root, its intermediate, and the keys that attest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.attestation import certificates as x509
from mfa_simulators.passkey.attestation.paper import VALID
from mfa_simulators.passkey.keys import ALGORITHMS, ES256, RS256

if TYPE_CHECKING:
    from mfa_simulators.passkey.keys import KeyPair

_SECRET_SIZE: Final = 32


class Authority:
    """A chain of two authorities, and the attestation keys below them; all follow from one secret.

    Args:
        secret: 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[tuple[str, int], KeyPair] = {}
        self._certificates: dict[str, bytes] = {}

    @property
    def root(self) -> bytes:
        """The root's certificate in DER: what a relying party trusts."""
        return self._authority("root", "root")

    @property
    def intermediate(self) -> bytes:
        """The certificate between the root and those that attest."""
        return self._authority("intermediate", "root")

    def issuer(self, rank: str = "intermediate") -> x509.Issuer:
        """Who signs the certificates that attest: the `intermediate` authority, or the `root`."""
        subject = ((x509.ORGANIZATION, "MFA Harness"), (x509.COMMON_NAME, f"Simulated {rank} authority"))
        return x509.Issuer(x509.name(subject), self.key(rank))

    def key(self, purpose: str, number: int = ES256) -> KeyPair:
        """The key for a purpose: `model` attests for all authenticators of the model, `tpm` for one TPM."""
        pair = self._keys.get((purpose, number))
        if pair is None:
            algorithm = ALGORITHMS[number]
            seed = hashlib.shake_256(self._secret + purpose.encode()).digest(algorithm.seed_size)
            pair = self._keys[purpose, number] = algorithm.derive(seed)
        return pair

    def tpm_key(self) -> KeyPair:
        """The attestation identity key of the TPM: RSA, as theirs are."""
        return self.key("tpm", RS256)

    def impostor(self) -> Authority:
        """Another maker, whom nobody trusts."""
        return Authority(hashlib.sha256(b"impostor" + self._secret).digest())

    def _authority(self, rank: str, above: str) -> bytes:
        known = self._certificates.get(rank)
        if known is None:
            issuer, own = self.issuer(above), self.issuer(rank)
            extensions = (x509.basic_constraints(authority=True), x509.signs_certificates())
            known = self._certificates[rank] = x509.certificate(
                issuer, own.name, own.key.spki(), valid=VALID, extensions=extensions
            )
        return known
