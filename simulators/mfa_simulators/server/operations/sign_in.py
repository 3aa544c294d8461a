"""The first factor: codes by e-mail and SMS, tokens of an external issuer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.server.keys import read_token
from mfa_simulators.server.operations.device_signature import signature_holds
from mfa_simulators.server.operations.proofs import Proofs
from mfa_simulators.server.operations.session_answers import credential_id
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.refusal import bad_request, unauthorized
from mfa_simulators.server.store.records import User, Verification
from mfa_simulators.server.wire.answers import CodeSent, Elevated, SmsSent

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import (
        CodeRetry,
        EmailAddress,
        ExternalAssertion,
        ExternalToken,
        PhoneNumber,
        SentCode,
    )

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LONGEST_SUBJECT: Final = 255
_EXTERNAL_ALGORITHMS: Final = ("ES256",)


class SignInOperations(Proofs):
    """Ways of signing in. All of them lead to the same gate (ASVS 5.0 6.3.3)."""

    # Codes.

    def send_email_code(self, call: Call, body: EmailAddress) -> CodeSent:
        """Sends a code to an address, known or not."""
        email = self.rules.email(body.email)
        return CodeSent(verification_id=self._send("email", email, call.now), email=email)

    def send_sms_code(self, call: Call, body: PhoneNumber) -> SmsSent:
        """Sends a code to a number, known or not."""
        phone = self.rules.phone(body.phone_country_code, body.phone_number)
        return SmsSent(
            verification_id=self._send("sms", phone, call.now),
            phone_country_code=body.phone_country_code,
            phone_number=body.phone_number,
            iso_country_code=body.iso_country_code,
        )

    def _send(self, channel: str, address: str, now: float) -> str:
        verification_id = self.randomness.uuid(f"{channel}-verification", address)
        code = self._new_code(channel, address)
        self.store.add_verification(
            Verification(
                id=verification_id,
                channel=channel,
                address=address,
                digest=self.sent_code_digest(verification_id, code),
                expires_at=now + self.rules.sign_in_code_seconds(),
            )
        )
        self.tools.outbox.send(address, code, now)
        return verification_id

    def send_again(self, call: Call, body: CodeRetry) -> CodeSent:
        """Sends another code in place of one not used."""
        verification = self._verification(body.verification_id, "email")
        if verification is None:
            raise self.rules.wrong_sign_in_code("email")
        code = self._new_code("email", verification.address)
        digest = self.sent_code_digest(verification.id, code)
        expires_at = call.now + self.rules.sign_in_code_seconds()
        if not self.store.renew_verification(verification.id, digest, expires_at):
            raise self.rules.wrong_sign_in_code("email")
        self.tools.outbox.send(verification.address, code, call.now)
        return CodeSent(verification_id=verification.id, email=verification.address)

    def _new_code(self, channel: str, address: str) -> str:
        return self.rules.sign_in_code_from(self.randomness.bytes(8, f"{channel}-code", address))

    def sent_code_digest(self, verification_id: str, code: str) -> bytes:
        """What a code that was sent is compared by."""
        return self.vault.digest("sent-code", self.tools.environment_id, verification_id, code)

    def _verification(self, verification_id: str, channel: str) -> Verification | None:
        if not _ID.fullmatch(verification_id):
            return None
        found = self.store.verification(verification_id)
        return found if found is not None and found.channel == channel else None

    def proved_address(self, call: Call, channel: str, verification_id: str, code: str, path: str) -> str:
        """The address that a code was sent to; the code is used up.

        Raises:
            Refusal: wrong, used, expired or never sent, which answer alike; or too many wrong ones.
        """
        verification = self._verification(verification_id, channel)
        if verification is None:
            raise self.rules.wrong_sign_in_code(channel)
        subject = self.take_attempt(call, path, self.rules.limited_address(verification.address))
        digest = self.sent_code_digest(verification.id, code)
        if not self.store.spend_verification(verification.id, digest, call.now):
            raise self.rules.wrong_sign_in_code(channel)
        self.store.give_attempt_back(subject, path)
        return verification.address

    def _key(self, channel: str, address: str) -> str:
        return self.rules.account_of_email(address) if channel == "email" else address

    def sign_in_with_code(self, call: Call, body: SentCode, channel: str) -> VerifyResponse:
        """Signs in; who was never here becomes a user."""
        self.check_device(call)
        address = self.proved_address(
            call, channel, body.verification_id, body.verification_token, f"{channel}-code"
        )
        email, phone = (address, None) if channel == "email" else (None, address)
        return self.opened(
            call,
            channel,
            self._key(channel, address),
            email=email,
            phone=phone,
            public_key=body.session_public_key,
            link=body.allow_new_mfa_linking,
        )

    def opened(
        self,
        call: Call,
        method: str,
        key: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        external_id: str | None = None,
        public_key: str | None = None,
        link: bool = False,
    ) -> VerifyResponse:
        """A new session of the user with this key, gated as the rules say."""
        rules = self.rules
        known = self.store.user_by(method, key)
        user_id = self.randomness.uuid("user", key) if known is None else known.id
        newcomer = User(
            id=user_id,
            email=email,
            phone=phone,
            external_id=external_id,
            created_at=call.now,
            last_visit=call.now,
            profile="{}",
            acknowledgement=None,
            enrolled_at=None,
        )
        begun = self.new_session(call, user_id, method, credential_id(user_id, method), public_key)
        user, session, methods, new = self.store.sign_in(method, key, newcomer, begun)
        gated = rules.gate_at_sign_in(method, self.session_gated(user, session, methods))
        elevated = None
        if link and rules.new_link_may_elevate(rules.has_method(methods)):
            elevated = self.new_elevated_token(session, ("credential:link",), call.now)
        return self.signed_in(call, user, session, methods, gated=gated, new_user=new, elevated=elevated)

    # The device signature.

    def check_device(self, call: Call) -> None:
        """Verifies the device signature of a request that has one; it is not demanded (decision 8).

        Raises:
            Refusal: 401, it does not hold, or its nonce is not ours, used or expired.
        """
        if call.nonce is None and call.device_signature is None:
            return
        if not signature_holds(call.nonce, call.device_key, call.device_signature):
            raise unauthorized()
        if not self.store.spend_nonce(str(call.nonce), call.now):
            raise unauthorized()

    # The external issuer.

    def sign_in_with_external_token(self, call: Call, body: ExternalToken) -> VerifyResponse:
        """Signs in with a token of the external issuer, from the body or the cookie."""
        self.check_device(call)
        token = body.jwt or call.external_token
        if token is None:
            raise bad_request("jwt: expected a token")
        claims = self.external_claims(token, call.now)
        email = claims.get("email")
        return self.opened(
            call,
            "external",
            claims["sub"],
            external_id=claims["sub"],
            email=self.rules.email(email) if isinstance(email, str) else None,
            public_key=body.session_public_key,
        )

    def external_claims(self, token: str, now: float) -> dict[str, Any]:
        """The claims of an external token that is good for this environment now.

        Raises:
            Refusal: it is not.
        """
        read = read_token(token, self.tools.external_key, _EXTERNAL_ALGORITHMS)
        if read is None:
            raise self.rules.external_refusal()
        claims = read[1]
        subject = claims.get("sub")
        if (
            not isinstance(subject, str)
            or not 0 < len(subject) <= _LONGEST_SUBJECT
            or claims.get("aud") != self.tools.environment_id
            or not self.rules.token_is_current(claims, now)
        ):
            raise self.rules.external_refusal()
        return claims

    def verify_external_assertion(self, call: Call, body: ExternalAssertion) -> Elevated:
        """An elevated token for the scopes of an assertion about the caller; each assertion once."""
        caller = self.admit(call, Endpoint.EXTERNAL_VERIFY)
        self.check_device(call)
        claims = self.external_claims(body.jwt, call.now)
        scopes = self.rules.grantable_scopes(tuple(str(claims.get("scope") or "").split()))
        jti = claims.get("jti")
        if claims["sub"] != caller.user.external_id or not isinstance(jti, str) or not scopes:
            raise self.rules.external_refusal()
        has_method = self.rules.has_method(self.store.methods(caller.user.id))
        if not self.rules.reauthentication_may_elevate(has_method):
            raise self.rules.proof_missing()
        if not self.store.first_sight_of(jti):
            raise self.rules.external_refusal()
        return Elevated(elevated_access_token=self.new_elevated_token(caller.session, scopes, call.now))
