"""The user and her session: reading, changing, proving again, refreshing, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy.exc import IntegrityError

from mfa_simulators.server.operations.sign_in import SignInOperations
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.refusal import Refusal, bad_request, needs_full_session, unauthorized
from mfa_simulators.server.wire.answers import UpdateSelfResponse

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.wire.answers import SdkUser, VerifyResponse
    from mfa_simulators.server.wire.requests import EmailAnswer, ReauthenticationCode

_ACKNOWLEDGEMENT: Final = "mfaBackupCodeAcknowledgement"
_LONGEST_PROFILE: Final = 20_000  # bytes of JSON
_DEEPEST_PROFILE: Final = 32  # levels of lists and objects


class UserOperations(SignInOperations):
    """The user and her session."""

    def read_user(self, call: Call) -> SdkUser:
        """The user as she is now, with the scope of the token that was sent."""
        caller = self.admit(call, Endpoint.USER_READ)
        methods = self.store.methods(caller.user.id)
        return self.sdk_user(caller.user, caller.session, methods, self.rules.scopes(caller.gated))

    def update_user(self, call: Call, body: dict[str, Any]) -> UpdateSelfResponse:
        """Changes what a user may write: her profile, and the acknowledgement of her recovery codes.

        The acknowledgement alone is open to a gated session, takes no proof and uses none up (decision 6).
        """
        only_acknowledgement = set(body) == {_ACKNOWLEDGEMENT}
        caller = self.admit(call, Endpoint.USER_ACKNOWLEDGE if only_acknowledgement else Endpoint.USER_UPDATE)
        if _ACKNOWLEDGEMENT in body and body[_ACKNOWLEDGEMENT] != "complete":
            raise bad_request(f'{_ACKNOWLEDGEMENT}: expected "complete"')
        profile = self._profile(caller, body)
        if not only_acknowledgement:
            has_method = self.rules.has_method(self.store.methods(caller.user.id))
            if self.rules.action_needs_mfa("user.update", has_method):
                self.prove(call, caller, "user:update")
        self.apply_update(caller, body, profile)
        return self._self(call, caller)

    def _profile(self, caller: Caller, body: dict[str, Any]) -> str | None:
        given = self.rules.fields_to_store(body)
        for name, field in given.items():
            if not isinstance(field, dict if name == "metadata" else str | bool | list | None):
                raise bad_request(f"{name}: wrong type")
            if _deeper(field, _DEEPEST_PROFILE):
                raise bad_request(f"{name}: nested too deep")
        if not given:
            return None
        profile = msgspec.json.encode({**msgspec.json.decode(caller.user.profile), **given})
        if len(profile) > _LONGEST_PROFILE:
            raise bad_request("the profile is too large")
        return profile.decode()

    def apply_update(self, caller: Caller, body: dict[str, Any], profile: str | None) -> None:
        """Stores an update; nothing in it touches the gate (CWE-915)."""
        if profile is not None:
            self.store.set_profile(caller.user.id, profile)
        if _ACKNOWLEDGEMENT in body:
            after = self.rules.acknowledgement_after(caller.user.acknowledgement, body[_ACKNOWLEDGEMENT])
            self.store.set_acknowledgement(caller.user.id, after)

    def delete_user(self, call: Call) -> None:
        """Deletes the caller and all that is hers."""
        caller = self.admit(call, Endpoint.USER_DELETE)
        self.store.delete_user(caller.user.id)

    def reauthenticate(self, call: Call, body: ReauthenticationCode, channel: str) -> UpdateSelfResponse:
        """Proves an address within a session: the user's own again, or a new one to be hers.

        Brings an elevated token for the scopes asked for only to who has no MFA (D-82), and never lifts the
        gate.
        """
        caller = self.admit(call, Endpoint.REAUTHENTICATE)
        self.check_device(call)
        scopes = self.rules.grantable_scopes(body.requested_scopes) if body.requested_scopes else ()
        verification = self._verification(body.verification_id, channel)
        own = caller.user.email if channel == "email" else caller.user.phone
        is_own = (
            verification is not None
            and own is not None
            and self._key(channel, verification.address) == self._key(channel, own)
        )
        has_method = self.rules.has_method(self.store.methods(caller.user.id))
        if verification is not None and not is_own:
            self._may_change_address(call, caller, has_method)
        address = self.proved_address(
            call, channel, body.verification_id, body.verification_token, "reauthentication"
        )
        if not is_own:
            self._change_address(caller, channel, address)
            return self._self(call, caller)
        if self.rules.reauthentication_completes_mfa():
            self.store.complete_mfa(caller.session, call.now)
        elevated = None
        if scopes and self.rules.reauthentication_may_elevate(has_method):
            elevated = self.new_elevated_token(caller.session, scopes, call.now)
        return self._self(call, caller, elevated=elevated)

    def _may_change_address(self, call: Call, caller: Caller, has_method: bool) -> None:
        if caller.gated:
            raise needs_full_session()
        if self.rules.action_needs_mfa("user.update", has_method):
            self.prove(call, caller, "user:update")

    def _change_address(self, caller: Caller, channel: str, address: str) -> None:
        try:
            if channel == "email":
                self.store.set_email(caller.user.id, address, self.rules.account_of_email(address))
            else:
                self.store.set_phone(caller.user.id, address)
        except IntegrityError:
            raise Refusal(422, "invalid_verification", "This address cannot be used") from None

    def answer_email(self, call: Call, body: EmailAnswer) -> VerifyResponse:
        """Answers the challenge with a code sent to the user's own address, where the settings allow it."""
        caller = self.admit(call, Endpoint.MFA_EMAIL)
        rules = self.rules
        if not rules.method_enabled("email"):
            raise rules.method_refusal("email")
        self.granted(body)
        verification = self._verification(body.verification_id, "email")
        own = caller.user.email
        if verification is None or own is None or not rules.has_method(self.store.methods(caller.user.id)):
            raise rules.code_refusal()
        if self._key("email", verification.address) != self._key("email", own):
            raise rules.code_refusal()
        subject = self.take_attempt(call, "email", caller.user.id, caller.session.id)
        digest = self.sent_code_digest(verification.id, body.verification_token)
        if not self.store.spend_verification(verification.id, digest, call.now):
            raise rules.code_refusal()
        self.store.give_attempt_back(subject, "email")
        return self.passed_mfa(call, caller, "email", body)

    # The session.

    def refresh(self, call: Call) -> VerifyResponse:
        """A new token for the session; the gate is evaluated again."""
        caller = self.admit(call, Endpoint.REFRESH)
        self.check_device(call)
        methods = self.store.methods(caller.user.id)
        due = self.session_gated(caller.user, caller.session, methods)
        return self.signed_in(
            call, caller.user, caller.session, methods, gated=self.rules.gate_at_refresh(due)
        )

    def revoke(self, call: Call) -> None:
        """Ends the session, and all tokens with it."""
        caller = self.admit(call, Endpoint.REVOKE)
        self.store.revoke_session(caller.session, call.now)

    def _self(self, call: Call, caller: Caller, *, elevated: str | None = None) -> UpdateSelfResponse:
        """The user after a change, with a new token: the gate is evaluated again."""
        try:
            user, methods = self.store.account(caller.user.id)
        except LookupError:
            raise unauthorized() from None
        present = self.store.presence(caller.session.id)
        session = caller.session if present is None else present[0]
        gated = self.rules.gate_at_update(self.session_gated(user, session, methods), caller.gated)
        answer = self.signed_in(call, user, session, methods, gated=gated, elevated=elevated)
        fields = {name: getattr(answer, name) for name in answer.__struct_fields__}
        return UpdateSelfResponse(**fields, next_view="done")


def _deeper(field: Any, levels: int) -> bool:
    """Whether lists and objects are nested deeper than so many levels."""
    if not isinstance(field, dict | list):
        return False
    inner = field.values() if isinstance(field, dict) else field
    return levels == 0 or any(_deeper(each, levels - 1) for each in inner)
