"""A client whose every word is done by a driver: the vocabulary of `mfa_simulators.client.protocol`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mfa_harness.targets.driving.driver import Declined
from mfa_harness.targets.driving.vocabulary import ACTIONS
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.project import ProjectSettings, SecuritySettings
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.values import (
    ClientState,
    MfaDevice,
    MfaMethods,
    OtpVerification,
    Session,
    StepUp,
    TotpRegistration,
    User,
    UserPasskey,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.targets.driving.driver import Driver
    from mfa_harness.targets.driving.messages import Ask
    from mfa_simulators.client.protocol import PasskeyAuthenticator

T = TypeVar("T")

_STATUS_OF_KIND: Final = {"rate_limited": 429, "unauthorized": 401, "device_limit": 401}
"""What a kind says of the status, where the SDK does not hand it on."""


class DriverClient:
    """One browser of one person, by way of somebody's SDK.

    Args:
        driver: greeted already.
        base_url: of the API; ends in `/api/v0`.
        environment_id: the tenant.
        origin: of the person's browser.
        passkey: answers the ceremonies, where a call brings none.
        inbox: reads the newest code sent to an address.
        seen_retry_after: the Retry-After of the last 429 on the wire, where the wire is seen.
    """

    def __init__(
        self,
        driver: Driver,
        *,
        base_url: str,
        environment_id: str,
        origin: str,
        passkey: PasskeyAuthenticator | None = None,
        inbox: Callable[[str], str] | None = None,
        seen_retry_after: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._driver = driver
        self._name = driver.new_client()
        self._place = {"base_url": base_url, "environment_id": environment_id, "origin": origin}
        self._passkey = self._at_hand = passkey
        self._fault: str | None = None
        self._inbox = inbox
        self._seen_retry_after = seen_retry_after
        self.begun = False

    # -- doing and answering -----------------------------------------------------------------------------------

    def has(self, action: str) -> bool:
        """Whether the driver declares an action."""
        assert self._driver.hello is not None
        return action in self._driver.hello.capabilities

    def _do(self, word: str, kind: type[T] | None = None, **args: Any) -> Any:
        """One action, its value read as `kind`; arguments that are None or empty are left out."""
        given = {name: value for name, value in args.items() if value is not None and value != []}
        return self._send(word, given, kind)

    def _send(self, word: str, given: dict[str, Any], kind: type[T] | None) -> Any:
        if not self.has(word):
            raise NotApplicable(f"the driver of {self._driver.title} does not declare {word}")
        if wrong := ACTIONS[word].mismatch(given):
            raise NotApplicable(f"a client SDK cannot be told that ({word}: {wrong})")
        if not self.begun and word != "initialize":
            self.initialize()
        try:
            value = self._driver.call(self._name, word, given, self)
        except ClientError as error:
            raise self._understood(error, word, given) from None
        if kind is None or value is None:
            return value
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            text = str(error)
            raise Blocked(f"read what the driver says of {word}", f"{text[:1].lower()}{text[1:]}") from None

    def _understood(self, error: ClientError, action: str, given: Mapping[str, Any]) -> Exception:
        """What an error of a driver is to the suite."""
        if error.kind == "not_supported":
            optional = sorted(given.keys() & ACTIONS[action].optional.keys())
            if optional:
                return NotApplicable(
                    f"{self._driver.title} cannot do {action} with {', '.join(optional)}: {error.message}"
                )
            return Blocked(
                f"have the driver do {action}", f"it declares that, and says not_supported: {error.message}"
            )
        status = error.status if error.status is not None else _STATUS_OF_KIND.get(error.kind)
        wait = error.retry_after
        if wait is None and status == _STATUS_OF_KIND["rate_limited"]:
            wait = self._seen_retry_after()
        return ClientError(error.kind, error.message, status, error.code, retry_after=wait)

    def answer(self, ask: Ask) -> Any:
        """What the person says to what her client asks.

        Raises:
            Declined: she has no such thing.
            WebAuthnError: her authenticator refuses.
        """
        if ask.what == "code":
            if self._inbox is None or not ask.email:
                raise Declined("NotFoundError", "a code is told for an e-mail address only")
            return self._inbox(ask.email)
        if self._at_hand is None:
            raise Declined("NotAllowedError", "this person has no passkey")
        ceremony = self._at_hand.create if ask.what == "webauthn.create" else self._at_hand.get
        return ceremony(ask.options or {}, origin=ask.origin or self._place["origin"], fault=self._fault)

    def _session(self, word: str, **args: Any) -> Session:
        """An action that leads to a session; where the SDK hands out none, what it remembers of it."""
        value = self._do(word, Session, **args)
        if isinstance(value, Session):
            return value
        state = self.state
        if state.user is None:
            raise Blocked(f"see the session after {word}", "neither its value nor `state` has a user")
        return Session(
            user=state.user,
            expires_at=state.expires_at or 0.0,
            token=state.token,
            mfa_token=state.mfa_token,
        )

    def _ceremony(
        self, word: str, passkey: PasskeyAuthenticator | None, fault: str | None, **args: Any
    ) -> Session:
        self._at_hand, self._fault = passkey or self._passkey, fault
        try:
            return self._session(word, **args)
        finally:
            self._at_hand, self._fault = self._passkey, None

    def _something(self, word: str, kind: type[T], **args: Any) -> T:
        value = self._do(word, kind, **args)
        if value is None:
            raise Blocked(f"read what the driver says of {word}", "its value is null")
        found: T = value
        return found

    def close(self) -> None:
        """Tell the driver that this client is not needed any more, if it wants to know."""
        if self.begun and self.has("close"):
            self._do("close")

    # -- signing in and out ------------------------------------------------------------------------------------

    @property
    def state(self) -> ClientState:
        """What the SDK knows of its session now."""
        return self._something("state", ClientState)

    def initialize(self) -> ProjectSettings:
        """Hand over the place; what the SDK tells of the settings is no evidence, and is not read."""
        if not self.begun:
            self.begun = True
            self._send("initialize", dict(self._place), None)
        return ProjectSettings(security=SecuritySettings())

    def send_email_otp(self, email: str) -> OtpVerification:
        """Has a code sent to an e-mail address."""
        found = self._do("send_email_otp", OtpVerification, email=email)
        return found or OtpVerification(verification_uuid="", email=email)

    def verify_otp(
        self,
        verification: OtpVerification,
        code: str,
        *,
        requested_scopes: Sequence[str] = (),
        allow_new_mfa_linking: bool = False,
    ) -> Session:
        """Signs in with an e-mail code; signed in already, proves the address again."""
        return self._session(
            "verify_otp",
            verification=msgspec.to_builtins(verification),
            code=code,
            requested_scopes=list(requested_scopes),
            allow_new_mfa_linking=allow_new_mfa_linking or None,
        )

    def sign_in_with_external_jwt(self, jwt: str) -> Session:
        """Signs in with a token of another issuer."""
        return self._session("sign_in_with_external_jwt", jwt=jwt)

    def refresh_user(self) -> User:
        """Reads the user again."""
        user = self._do("refresh_user", User) or self.state.user
        if user is None:
            raise Blocked("read the user again", "neither refresh_user nor `state` has one")
        assert isinstance(user, User)
        return user

    def refresh_auth(self) -> Session:
        """Has the session's token made anew."""
        return self._session("refresh_auth")

    def logout(self) -> None:
        """Ends the session."""
        self._do("logout")

    def update_user(self, **fields: object) -> Session:
        """Changes fields of the user."""
        return self._session("update_user", **fields)

    def delete_user(self) -> None:
        """Deletes the user."""
        self._do("delete_user")

    # -- devices, TOTP and recovery codes ------------------------------------------------------------------------

    def get_mfa_devices(self) -> tuple[MfaDevice, ...]:
        """All devices, unverified ones included."""
        return self._something("get_mfa_devices", tuple[MfaDevice, ...])

    def get_mfa_device(self, device_id: str) -> MfaDevice:
        """One device."""
        return self._something("get_mfa_device", MfaDevice, device_id=device_id)

    def get_mfa_methods(self, *, verified_only: bool = True) -> MfaMethods:
        """Devices and passkeys; unverified ones too, which no SDK lists together, from both lists."""
        listed = all(map(self.has, ("get_mfa_devices", "get_passkeys")))
        if self.has("get_mfa_methods") and (verified_only or not listed):
            return self._something("get_mfa_methods", MfaMethods)
        try:
            devices = self.get_mfa_devices()
            passkeys = self.get_passkeys() if self.has("get_passkeys") else ()
        except ClientError:
            if not self.has("get_mfa_methods"):
                raise
            return self._something("get_mfa_methods", MfaMethods)  # this one a session may read that owes MFA
        return MfaMethods(
            devices=tuple(device for device in devices if device.verified or not verified_only),
            passkeys=passkeys,
            user_has_verified_mfa_methods=bool(passkeys) or any(device.verified for device in devices),
        )

    def register_totp_mfa_device(self) -> TotpRegistration:
        """Begins the enrolment of an authenticator app."""
        return self._something("register_totp_mfa_device", TotpRegistration)

    def verify_totp_mfa_device(self, code: str) -> MfaDevice:
        """Ends it as native SDKs do."""
        found = self._do("verify_totp_mfa_device", MfaDevice, code=code)
        return found or MfaDevice(id="", verified=True)

    def authenticate_totp_mfa_device(
        self,
        code: str,
        *,
        device_id: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an app's code; for a fresh app this also ends its enrolment."""
        return self._session(
            "authenticate_totp_mfa_device",
            code=code,
            device_id=device_id,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
        )

    def authenticate_mfa_recovery_code(
        self, code: str, *, create_mfa_token: bool | None = None, requested_scopes: Sequence[str] = ()
    ) -> Session:
        """Meets a challenge with a recovery code."""
        return self._session(
            "authenticate_mfa_recovery_code",
            code=code,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
        )

    def authenticate_mfa_email(
        self,
        verification: OtpVerification,
        code: str,
        *,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an e-mail code."""
        return self._session(
            "authenticate_mfa_email",
            verification=msgspec.to_builtins(verification),
            code=code,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
        )

    def get_mfa_recovery_codes(self) -> tuple[str, ...]:
        """The set of recovery codes."""
        return self._something("get_mfa_recovery_codes", tuple[str, ...])

    def create_new_mfa_recovery_codes(self) -> tuple[str, ...]:
        """A new set, in place of the old."""
        return self._something("create_new_mfa_recovery_codes", tuple[str, ...])

    def acknowledge_recovery_codes(self) -> Session:
        """Says that the codes were written down."""
        return self._session("acknowledge_recovery_codes")

    def set_default_mfa_device(self, device_id: str) -> None:
        """Makes a device the default."""
        self._do("set_default_mfa_device", device_id=device_id)

    def delete_mfa_device(self, device_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a device."""
        self._do_with_token("delete_mfa_device", mfa_token, device_id=device_id)

    def _do_with_token(self, word: str, mfa_token: MfaTokenChoice, **args: str) -> None:
        """Left out is the token that the SDK holds, null is none."""
        self._send(word, dict(args) if mfa_token is HELD else {**args, "mfa_token": mfa_token}, None)

    # -- passkeys ------------------------------------------------------------------------------------------------

    def register_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
    ) -> Session:
        """Registers a passkey."""
        return self._ceremony("register_passkey", passkey, fault, create_mfa_token=create_mfa_token)

    def authenticate_passkey_mfa(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Meets a challenge with a passkey."""
        return self._ceremony(
            "authenticate_passkey_mfa",
            passkey,
            fault,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
            related_origin_rp_id=related_origin_rp_id,
        )

    def sign_in_with_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Signs in with a passkey."""
        return self._ceremony(
            "sign_in_with_passkey", passkey, fault, related_origin_rp_id=related_origin_rp_id
        )

    def passkey_request_options(self) -> dict[str, Any]:
        """Not by a client SDK: half of a ceremony, which ours can be asked for."""
        raise NotApplicable("it takes a challenge out of its ceremony, and a client SDK keeps that together")

    passkey_creation_options = passkey_sign_in_options = passkey_request_options

    def get_passkeys(self) -> tuple[UserPasskey, ...]:
        """The user's passkeys."""
        return self._something("get_passkeys", tuple[UserPasskey, ...])

    def rename_passkey(self, passkey_id: str, alias: str) -> UserPasskey:
        """Gives a passkey a name."""
        found = self._do("rename_passkey", UserPasskey, passkey_id=passkey_id, alias=alias)
        return found or UserPasskey(id=passkey_id, alias=alias)

    def delete_passkey(self, passkey_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a passkey."""
        self._do_with_token("delete_passkey", mfa_token, passkey_id=passkey_id)

    # -- step-up -------------------------------------------------------------------------------------------------

    def check_step_up_auth(self, scope: str) -> StepUp:
        """Whether a scope needs step-up, and how."""
        return self._something("check_step_up_auth", StepUp, scope=scope)

    def is_mfa_required_for_action(self, action: str) -> bool:
        """Whether an action needs MFA of this user."""
        return self._something("is_mfa_required_for_action", bool, action=action)

    def consume_mfa_token(self) -> str:
        """Hands out the MFA token and forgets it."""
        return self._something("consume_mfa_token", str)

    def perform_action(self, action: str, **details: object) -> Mapping[str, Any]:
        """Does a protected action, with whatever token the SDK holds for it."""
        return self._do("perform_action", dict[str, Any], action=action, **details) or {}

    def is_user_missing_mfa_auth(self) -> bool:
        """Whether this session still owes MFA."""
        return self._something("is_user_missing_mfa_auth", bool)

    def is_pending_recovery_codes_acknowledgment(self) -> bool:
        """Whether recovery codes wait to be acknowledged."""
        return self._something("is_pending_recovery_codes_acknowledgment", bool)

    # -- screens -------------------------------------------------------------------------------------------------

    @property
    def current_screen(self) -> str | None:
        """The name of the screen that is visible."""
        found = self._do("current_screen", str)
        return found if isinstance(found, str) else None

    def show_screen(self, name: str) -> bool:
        """Opens a screen."""
        return self._something("show_screen", bool, name=name)

    def hide_screen(self, name: str) -> bool:
        """Closes a screen."""
        return self._something("hide_screen", bool, name=name)
