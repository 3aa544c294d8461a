"""Passkeys: each ceremony whole, and in its two halves, so that a response can be kept or tampered with."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from mfa_simulators.client.errors import (
    NO_PASSKEY,
    PASSKEY_UNAVAILABLE,
    ClientError,
    MalformedAnswerError,
)
from mfa_simulators.client.mfa import LINK, UNLINK, MfaCalls
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.values import PasskeyList, Session, UserPasskey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_simulators.client.protocol import PasskeyAuthenticator

Json = dict[str, Any]
_NOT_SENT = ("authenticatorData", "publicKeyAlgorithm")  # the vendor's mapper drops them at registration


class PasskeyCalls(MfaCalls):
    """See `protocol.PasskeyWords` for what the whole ceremonies mean."""

    def register_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
    ) -> Session:
        """Registers a passkey, which also meets the challenge (D-51)."""
        options = self.passkey_creation_options()
        response = self._at_the_authenticator("create", passkey, options, fault)
        return self.finish_passkey_registration(response, create_mfa_token=create_mfa_token)

    def passkey_creation_options(self) -> Json:
        """Begins a registration: PublicKeyCredentialCreationOptionsJSON."""
        return self._options("users/passkeys/register", "excludeCredentials")

    def finish_passkey_registration(
        self, response: Mapping[str, Any], *, create_mfa_token: bool | None = None
    ) -> Session:
        """Ends a registration with a RegistrationResponseJSON, however it came about."""
        body = dict(response)
        if isinstance(inner := body.get("response"), dict):
            body["response"] = {
                # Registration alone spells it so; authentication spells it clientDataJSON.
                ("clientDataJson" if name == "clientDataJSON" else name): value
                for name, value in inner.items()
                if name not in _NOT_SENT
            }
        if create_mfa_token is not None:
            body["createMfaToken"] = {"singleUse": create_mfa_token}
        return self._enter("POST", "users/passkeys/register", body, elevated=LINK)

    def authenticate_passkey_mfa(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Meets a challenge with a passkey; an error of the client's own when the user has none (D-53)."""
        options = self.passkey_request_options(related_origin_rp_id=related_origin_rp_id)
        if not options.get("allowCredentials"):
            raise ClientError("other", "The user has no passkey to authenticate with", code=NO_PASSKEY)
        response = self._at_the_authenticator("get", passkey, options, fault)
        return self.finish_passkey_authentication(
            response, create_mfa_token=create_mfa_token, requested_scopes=requested_scopes
        )

    def passkey_request_options(self, *, related_origin_rp_id: str | None = None) -> Json:
        """Begins an authentication: PublicKeyCredentialRequestOptionsJSON."""
        return self._request_options("users/passkeys/authenticate", related_origin_rp_id)

    def finish_passkey_authentication(
        self,
        response: Mapping[str, Any],
        *,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Ends an authentication with an AuthenticationResponseJSON, however it came about."""
        return self._authenticate(
            "users/mfa/auth/passkey", dict(response), create_mfa_token, requested_scopes
        )

    def sign_in_with_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Signs in with a passkey, chosen on the authenticator."""
        options = self.passkey_sign_in_options(related_origin_rp_id=related_origin_rp_id)
        response = self._at_the_authenticator("get", passkey, options, fault)
        return self.finish_passkey_sign_in(response)

    def passkey_sign_in_options(self, *, related_origin_rp_id: str | None = None) -> Json:
        """Begins a sign-in: PublicKeyCredentialRequestOptionsJSON, for discoverable credentials as a rule."""
        return self._request_options("users/passkeys/signin", related_origin_rp_id)

    def finish_passkey_sign_in(self, response: Mapping[str, Any]) -> Session:
        """Ends a sign-in with an AuthenticationResponseJSON, however it came about."""
        return self._sign_in("users/passkeys/signin", dict(response), signed=False)

    def get_passkeys(self) -> tuple[UserPasskey, ...]:
        """The user's passkeys; they are not among the MFA devices."""
        return self._call("GET", "users/passkeys", PasskeyList).passkeys

    def rename_passkey(self, passkey_id: str, alias: str) -> UserPasskey:
        """Gives a passkey a name."""
        return self._call("PUT", "users/passkeys", UserPasskey, body={"id": passkey_id, "alias": alias})

    def delete_passkey(self, passkey_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a passkey; tokens as for `delete_mfa_device`, and the session's token is made anew."""
        headers = self._unlinking_headers(mfa_token)
        body = {"passkeyId": passkey_id}
        self._call("DELETE", "users/passkeys", NoneType, body=body, headers=headers, elevated=UNLINK)
        self._after_deletion()

    def _at_the_authenticator(
        self,
        ceremony: Literal["create", "get"],
        chosen: PasskeyAuthenticator | None,
        options: Json,
        fault: str | None,
    ) -> Json:
        """Has the authenticator answer; its refusal is an error like any other, the DOMException its code."""
        from mfa_simulators.passkey.errors import WebAuthnError  # noqa: PLC0415 -- loaded by who uses passkeys

        authenticator = chosen or self.passkey
        if authenticator is None:
            raise ClientError(
                "other",
                "This client has no passkey authenticator: give it one (passkey=VirtualPasskey(...))",
                code=PASSKEY_UNAVAILABLE,
            )
        try:
            if ceremony == "create":
                return authenticator.create(options, origin=self.origin, fault=fault)
            return authenticator.get(options, origin=self.origin, fault=fault)
        except WebAuthnError as refused:
            raise ClientError("other", refused.message, code=refused.name) from refused

    def _request_options(self, path: str, related_origin_rp_id: str | None) -> Json:
        query = f"?relatedOriginRpId={quote(related_origin_rp_id, safe='')}" if related_origin_rp_id else ""
        return self._options(path + query, "allowCredentials")

    def _options(self, path: str, descriptors: str) -> Json:
        """Options of a ceremony; without a challenge there is none.

        Raises:
            MalformedAnswerError: the challenge is missing or no text.
        """
        options = self._call("GET", path, Json)
        challenge = options.get("challenge")
        if not isinstance(challenge, str):
            found = "nothing" if challenge is None else type(challenge).__name__
            raise MalformedAnswerError(
                f"GET {path}", field="challenge", expected="text", found=found, status=200
            )
        return _with_types(options, descriptors)


def _with_types(options: Json, member: str) -> Json:
    """Options with the `type` that the wire leaves out of credential descriptors put back."""
    listed = options.get(member)
    if not isinstance(listed, list):
        return options
    described = [{"type": "public-key", **entry} if isinstance(entry, dict) else entry for entry in listed]
    return {**options, member: described}
