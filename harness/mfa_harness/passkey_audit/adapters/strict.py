"""Our own strict relying party, `mfa_simulators.webauthn`."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from mfa_harness.passkey_audit.party import CLAIMS
from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.randomness import SystemRandomness
from mfa_simulators.webauthn import (
    Credential,
    Policy,
    VerificationError,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

RP_ID = "example.org"
_LIFETIME: Final = 300  # seconds that a challenge is good for


class Site:
    """What a relying party keeps: its accounts' credentials, and the time."""

    def __init__(self) -> None:
        self.clock = VirtualClock("2026-01-01T00:00:00Z")
        self.credentials: dict[bytes, Credential] = {}
        self._accounts = 0

    def sign_up(self) -> bytes:
        """A new account's user handle."""
        self._accounts += 1
        return b"user %d" % self._accounts


class StrictParty:
    """One session of one account; every check that there is is asked for.

    Args:
        site: what all accounts are kept by; another one by default.
        user: whose account it is; a new one by default.
    """

    origin = "https://app.example.org"
    refusals = (VerificationError,)
    claims = CLAIMS

    def __init__(self, site: Site | None = None, user: bytes | None = None) -> None:
        from mfa_harness.passkey_audit.run import SEED  # noqa: PLC0415 - it imports what this belongs to

        self._site = site or Site()
        self._user = user or self._site.sign_up()
        self._policy = Policy(
            user_verification="required",
            trust_anchors=[VirtualPasskey(seed=SEED).attestation_root],
            clock=self._site.clock,
        )
        self._challenge: tuple[str, bytes, float] | None = None

    def another(self) -> StrictParty:
        """Another account."""
        return StrictParty(self._site)

    def again(self) -> StrictParty:
        """The same account, in another session."""
        return StrictParty(self._site, self._user)

    def delete(self, credential_id: str) -> None:
        """Deletes a credential."""
        del self._site.credentials[urlsafe_b64decode(credential_id + "==")]

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self._site.clock.advance(seconds)

    def creation_options(self) -> dict[str, Any]:
        """Asks for a passkey and its attestation."""
        return creation_options(
            challenge=self._new_challenge("create"),
            rp_id=RP_ID,
            rp_name="Example",
            user_id=self._user,
            user_name="alice",
            policy=self._policy,
            attestation="direct",
        )

    def register(self, response: dict[str, Any]) -> None:
        """Keeps the credential."""
        credential = verify_registration(
            response,
            challenge=self._take_challenge("create"),
            origins=[self.origin],
            rp_id=RP_ID,
            policy=self._policy,
            user_handle=self._user,
            registered=self._site.credentials,
        )
        self._site.credentials[credential.id] = credential

    def request_options(self) -> dict[str, Any]:
        """Asks for any passkey of the account."""
        return request_options(challenge=self._new_challenge("get"), rp_id=RP_ID, policy=self._policy)

    def authenticate(self, response: Any) -> None:
        """Keeps the counter."""
        credential = self._meant(response)
        told = verify_authentication(
            response,
            credential=credential,
            challenge=self._take_challenge("get"),
            origins=[self.origin],
            rp_id=RP_ID,
            policy=self._policy,
            identified=False,
        )
        self._site.credentials[credential.id] = credential.after(told)

    def _meant(self, response: Any) -> Credential:
        """The account's credential that the response names, else any of hers, which the verifier then refuses."""
        named = response.get("rawId") if isinstance(response, dict) else None
        hers = [known for known in self._site.credentials.values() if known.user_handle == self._user]
        return next((known for known in hers if _text(known.id) == named), hers[0])

    def _new_challenge(self, ceremony: str) -> bytes:
        challenge = SystemRandomness().bytes(32, "challenge")
        self._challenge = ceremony, challenge, self._site.clock.now() + _LIFETIME
        return challenge

    def _take_challenge(self, ceremony: str) -> bytes:
        """The challenge that was given for this ceremony, once, and in time; else one that nobody can answer."""
        given, self._challenge = self._challenge, None
        if given is not None and given[0] == ceremony and self._site.clock.now() < given[2]:
            return given[1]
        return SystemRandomness().bytes(32, "no challenge")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
