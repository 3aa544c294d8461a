"""Passkeys: registering, answering a challenge, signing in, managing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec

from mfa_simulators.clock import iso
from mfa_simulators.server.operations.passkey_json import (
    assertion_json,
    base64url,
    client_data,
    decoded,
    registration_json,
)
from mfa_simulators.server.operations.recovery_sets import RecoverySets
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.store.records import Passkey
from mfa_simulators.server.wire.answers import PasskeyRegistration, UserPasskey, UserPasskeys
from mfa_simulators.server.wire.requests import Proving
from mfa_simulators.webauthn import (
    Authentication,
    Credential,
    VerificationError,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Assertion, Attestation, PasskeyDeletion, PasskeyRename

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LONGEST_ALIAS: Final = 100
_LONGEST_CREDENTIAL_ID: Final = 1400  # base64url of 1023 bytes, and some


class PasskeyOperations(RecoverySets):
    """D-51 to D-61; the steps of WebAuthn are in `mfa_simulators.webauthn`."""

    # Registration.

    def passkey_creation_options(self, call: Call) -> dict[str, Any]:
        """Options for a new passkey of the caller's (D-57)."""
        caller = self.admit(call, Endpoint.PASSKEY_REGISTER)
        rules = self.rules
        if not rules.method_enabled("passkey"):
            raise rules.method_refusal("passkey")
        passkeys = self.store.passkeys_of(caller.user.id)
        if not rules.another_passkey_allowed(len(passkeys)):
            raise rules.too_many_passkeys()
        user = caller.user
        name = user.email or user.phone or user.id
        return creation_options(
            challenge=self._new_challenge("register", caller.session.id, user.id, call.now),
            rp_id=rules.rp_id(None),
            rp_name=rules.settings.environment_name,
            user_id=user_handle(user.id),
            user_name=name,
            policy=rules.options_policy(),
            exclude_credentials=[_credential(each) for each in rules.excluded(passkeys)],
            timeout=1000 * rules.settings.challenge_seconds,
        )

    def legacy_creation_options(self, call: Call) -> PasskeyRegistration:
        """The same by the older path."""
        options = self.passkey_creation_options(call)
        return PasskeyRegistration(id=options["challenge"], registration=options)

    def register_passkey(self, call: Call, body: Attestation) -> VerifyResponse:
        """Stores a new passkey; registering it is MFA (D-51)."""
        caller = self.admit(call, Endpoint.PASSKEY_REGISTER)
        rules = self.rules
        if not rules.method_enabled("passkey"):
            raise rules.method_refusal("passkey")
        methods = self.store.methods(caller.user.id)
        if not rules.another_passkey_allowed(len(methods.passkeys)):
            raise rules.too_many_passkeys()
        if rules.binding_needs_step_up("passkey", caller.gated):
            self.prove(call, caller, "credential:link")
        response = registration_json(body)
        challenge = self._spend_challenge(response, "register", caller.session.id, call.now)
        credential = self._judged_registration(response, challenge)
        first = not any(each.verified for each in methods.devices) and not methods.passkeys
        added = self.store.add_passkey(
            self._new_passkey(call, caller, credential, response),
            codes=self.new_recovery_codes(caller.user.id) if first else (),
            acknowledgement=rules.acknowledgement_of_new_set(),
            now=call.now,
            room=rules.another_passkey_allowed,
            beside=caller.beside,
        )
        if not added:
            raise rules.passkey_refusal()
        wish = Proving(create_mfa_token=body.create_mfa_token)
        return self.passed_mfa(call, caller, "passkey-registration", wish)

    def _judged_registration(self, response: dict[str, Any], challenge: bytes) -> Credential:
        try:
            return self.verified_registration(response, challenge)
        except VerificationError:
            raise self.rules.passkey_refusal() from None

    def verified_registration(self, response: dict[str, Any], challenge: bytes) -> Credential:
        """The credential of a registration that passes every step of WebAuthn 7.1.

        Raises:
            VerificationError: the step that failed.
        """
        rules = self.rules
        return verify_registration(
            response,
            challenge=challenge,
            origins=rules.accepted_origins(client_data(response).get("origin", "")),
            rp_id=rules.rp_id(None),
            policy=rules.passkey_policy(),
        )

    def _new_passkey(
        self, call: Call, caller: Caller, credential: Credential, response: dict[str, Any]
    ) -> Passkey:
        return Passkey(
            id=self.randomness.uuid("passkey", caller.user.id),
            user_id=caller.user.id,
            credential_id=credential.id,
            public_key=credential.public_key,
            sign_count=credential.sign_count,
            user_verified=credential.user_verified,
            backup_eligible=credential.backup_eligible,
            backup_state=credential.backup_state,
            transports=",".join(credential.transports),
            aaguid=credential.aaguid,
            user_handle=user_handle(caller.user.id),
            format=credential.format,
            created_at=call.now,
            updated_at=None,
            alias=None,
            user_agent=call.user_agent,
            origin=client_data(response).get("origin"),
        )

    # Authentication.

    def passkey_request_options(self, call: Call, related: str | None = None) -> dict[str, Any]:
        """Options to answer the challenge with a passkey of the caller's."""
        caller = self.admit(call, Endpoint.PASSKEY_OPTIONS)
        rules = self.rules
        if not rules.method_enabled("passkey"):
            raise rules.method_refusal("passkey")
        passkeys = self.store.passkeys_of(caller.user.id)
        rp_id = rules.rp_id(related)
        challenge = self._new_challenge("mfa", caller.session.id, caller.user.id, call.now)
        return self._request_options(challenge, rp_id, passkeys)

    def answer_passkey(self, call: Call, body: Assertion) -> VerifyResponse:
        """Answers the challenge with a passkey (D-52)."""
        caller = self.admit(call, Endpoint.MFA_PASSKEY)
        rules = self.rules
        if not rules.method_enabled("passkey"):
            raise rules.method_refusal("passkey")
        self.granted(body)
        subject = self.take_attempt(call, "passkey", caller.user.id, caller.session.id)
        response = assertion_json(body)
        self.assertion_accepted(call, response, "mfa", caller.session.id, caller.user.id)
        self.store.give_attempt_back(subject, "passkey")
        return self.passed_mfa(call, caller, "passkey", body)

    def passkey_sign_in_options(self, call: Call, related: str | None = None) -> dict[str, Any]:
        """Options to sign in with whatever passkey the person has here."""
        if not self.rules.passkey_signin_open():
            raise self.rules.method_refusal("passkey")
        rp_id = self.rules.rp_id(related)
        return self._request_options(self._new_challenge("sign-in", "", "", call.now), rp_id, ())

    def sign_in_with_passkey(self, call: Call, body: Assertion) -> VerifyResponse:
        """Signs in with a passkey; by itself not MFA unless the switch says so."""
        rules = self.rules
        if not rules.passkey_signin_open():
            raise rules.method_refusal("passkey")
        passkey = self.assertion_accepted(call, assertion_json(body), "sign-in", "", None)
        user = self.store.user(passkey.user_id)
        if user is None:
            raise rules.passkey_refusal()
        session = self.new_session(call, user.id, "passkey", passkey.id, body.session_public_key)
        session, methods = self.store.open_session(user, session)
        gated = rules.gate_at_sign_in("passkey", self.session_gated(user, session, methods))
        return self.signed_in(call, user, session, methods, gated=gated)

    def assertion_accepted(
        self, call: Call, response: dict[str, Any], purpose: str, session_id: str, user_id: str | None
    ) -> Passkey:
        """The passkey that made an assertion; its challenge is used up, its counter kept.

        Raises:
            Refusal: it does not verify.
        """
        rules = self.rules
        challenge = self._spend_challenge(response, purpose, session_id, call.now)
        passkey = self.store.passkey_answering(user_id, decoded(response["rawId"]))
        if passkey is None:
            raise rules.passkey_refusal()
        try:
            told = self.verified_assertion(response, passkey, challenge, identified=user_id is not None)
        except VerificationError:
            raise rules.passkey_refusal() from None
        self.store.passkey_used(
            passkey,
            sign_count=told.sign_count,
            backup_state=told.backup_state,
            flagged_at=call.now if told.counter_regressed else None,
        )
        return passkey

    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        """What an assertion tells that passes every step of WebAuthn 7.2.

        Raises:
            VerificationError: the step that failed.
        """
        rules = self.rules
        return verify_authentication(
            response,
            credential=_credential(passkey),
            challenge=challenge,
            origins=rules.accepted_origins(client_data(response).get("origin", "")),
            rp_id=rules.rp_id(None),
            policy=rules.passkey_policy(),
            identified=identified,
        )

    # Managing.

    def list_passkeys(self, call: Call) -> UserPasskeys:
        """The caller's passkeys (D-55)."""
        caller = self.admit(call, Endpoint.PASSKEYS_LIST)
        passkeys = tuple(self.passkey_view(each) for each in self.store.passkeys_of(caller.user.id))
        return UserPasskeys(count=len(passkeys), passkeys=passkeys)

    def rename_passkey(self, call: Call, body: PasskeyRename) -> UserPasskey:
        """Gives a passkey a name (D-56)."""
        caller = self.admit(call, Endpoint.PASSKEY_RENAME)
        passkey = self._passkey(caller, body.id)
        alias = None if body.alias is None else body.alias[:_LONGEST_ALIAS]
        self.store.rename_passkey(passkey, alias, call.now)
        return self.passkey_view(msgspec.structs.replace(passkey, alias=alias, updated_at=call.now))

    def delete_passkey(self, call: Call, body: PasskeyDeletion) -> None:
        """Deletes a passkey; takes a proof (D-59)."""
        caller = self.admit(call, Endpoint.PASSKEY_DELETE)
        rules = self.rules
        passkey = self._passkey(caller, body.passkey_id)
        if rules.deletion_needs_proof("passkey", caller.gated):
            self.prove(call, caller, "credential:unlink")
        self.store.delete_passkey(passkey, codes_go=rules.codes_go_with_last_method(), now=call.now)

    def passkey_view(self, passkey: Passkey) -> UserPasskey:
        """A passkey as the wire shows it."""
        return UserPasskey(
            id=passkey.id,
            credential_id=base64url(passkey.credential_id),
            created_at=iso(passkey.created_at),
            updated_at=iso(passkey.created_at if passkey.updated_at is None else passkey.updated_at),
            alias=msgspec.UNSET if passkey.alias is None else passkey.alias,
            user_agent=msgspec.UNSET if passkey.user_agent is None else passkey.user_agent,
            origin=msgspec.UNSET if passkey.origin is None else passkey.origin,
        )

    def _passkey(self, caller: Caller, passkey_id: str) -> Passkey:
        passkey = self.store.passkey_of(caller.user.id, passkey_id) if _ID.fullmatch(passkey_id) else None
        if passkey is None:
            raise self.rules.passkey_not_found()
        return passkey

    # Challenges.

    def _new_challenge(self, purpose: str, session_id: str, subject: str, now: float) -> bytes:
        challenge = self.randomness.bytes(self.rules.challenge_bytes(), f"challenge-{purpose}", subject)
        self.store.add_challenge(challenge, purpose, session_id, now + self.rules.challenge_seconds())
        return challenge

    def _spend_challenge(self, response: dict[str, Any], purpose: str, session_id: str, now: float) -> bytes:
        """The challenge that a response answers, used up whatever becomes of the response.

        Raises:
            Refusal: it is none of ours for this purpose and session, is used, or has expired.
        """
        claimed = client_data(response).get("challenge")
        challenge = decoded(claimed) if isinstance(claimed, str) else b""
        if not challenge or not self.store.spend_challenge(challenge, purpose, session_id, now):
            self._refuse()
        return challenge

    def _refuse(self) -> NoReturn:
        raise self.rules.passkey_refusal()

    def _request_options(self, challenge: bytes, rp_id: str, passkeys: Sequence[Passkey]) -> dict[str, Any]:
        return request_options(
            challenge=challenge,
            rp_id=rp_id,
            allow_credentials=[_credential(each) for each in passkeys],
            policy=self.rules.options_policy(),
            timeout=1000 * self.rules.settings.challenge_seconds,
        )


def user_handle(user_id: str) -> bytes:
    """The user handle of an account: its id, which says nothing about the person."""
    return user_id.encode()


def _credential(passkey: Passkey) -> Credential:
    return Credential(
        id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        user_verified=passkey.user_verified,
        backup_eligible=passkey.backup_eligible,
        backup_state=passkey.backup_state,
        transports=tuple(passkey.transports.split(",")) if passkey.transports else (),
        aaguid=passkey.aaguid,
        user_handle=passkey.user_handle,
        format=passkey.format,
    )
