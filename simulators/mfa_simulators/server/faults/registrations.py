"""Faults of registrations: those given up, a second one, and what stands on the QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import every_device, notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.rules.totp import secret_text
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.settings import Settings
    from mfa_simulators.server.store.records import Device, Methods, Session, User
    from mfa_simulators.server.wire.answers import MfaDevice, SdkUser, TotpRegistration, VerifyResponse
    from mfa_simulators.server.wire.requests import TotpAnswer, TotpVerification

_ONE_DEVICE = "totp.one-device"
_LONG_STEP = 60  # seconds, where it should be 30


class _RemembersSecrets(Store):
    """Keeps the sealed secrets of registrations that were never completed."""

    def register_device(self, device: Device) -> bool:
        given_up = notes(self, "given up").setdefault(device.user_id, [])
        given_up.extend(each.secret for each in self.devices_of(device.user_id) if not each.verified)
        return super().register_device(device)


def _as_given_up(store: Store, devices: Sequence[Device], *, verified: bool) -> list[Device]:
    """Those of the devices that are verified or not, with each secret that was given up for them."""
    return [
        msgspec.structs.replace(device, secret=secret)
        for device in devices
        if device.verified is verified
        for secret in notes(store, "given up").get(device.user_id, [])
    ]


_verifies = fault(
    *("E22", "abandoned-secret-verifies", "The QR code of a registration given up verifies the next one"),
    requirement="totp.wrong-code-refused",
    sources=("D-32", "D-33", "CWE-287"),
)
_answers = fault(
    *("E23", "abandoned-secret-answers", "The app of a registration given up answers challenges later on"),
    requirement="totp.unverified-never-counts",
    sources=("D-32", "CWE-287"),
)
_verifies(_RemembersSecrets)
_answers(_RemembersSecrets)


@_verifies
class _GivenUpVerifies(Operations):
    def device_proved(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        older = _as_given_up(self.store, devices, verified=False)
        return super().device_proved(call, caller, [*devices, *older], methods, code)


@_answers
class _GivenUpAnswers(Operations):
    def device_proved(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        older = _as_given_up(self.store, devices, verified=True)
        return super().device_proved(call, caller, [*devices, *older], methods, code)


@fault(
    *("E24", "secret-beside-differs", "The secret shown beside the QR code is another than that within it"),
    requirement="totp.provisioning-uri",
    sources=("D-25",),
)
class _OtherSecret(Operations):
    def register_totp(self, call: Call) -> TotpRegistration:
        registration = super().register_totp(call)
        other = secret_text(self.new_totp_secret(registration.id))
        return msgspec.structs.replace(registration, secret=other)


@fault(
    *("E25", "uri-names-nobody", "The QR code does not say whose account it is for"),
    requirement="totp.provisioning-uri",
    sources=("D-26",),
)
class _NamesNobody(Rules):
    def provisioning_uri(self, secret: bytes, account: str, device: Device) -> str:  # noqa: ARG002
        return super().provisioning_uri(secret, "account", device)


@fault(
    *("E26", "sixty-seconds", "The QR code asks for codes that change every minute"),
    requirement="totp.six-digits",
    sources=("D-29",),
)
class _SixtySeconds(Rules):
    def __init__(self, settings: Settings) -> None:
        super().__init__(msgspec.structs.replace(settings, totp_period=_LONG_STEP))


@fault(
    *("E27", "auth-route-closed", "An app cannot be verified by authenticating with it, as web SDKs do it"),
    requirement="totp.both-routes",
    sources=("D-28",),
)
class _NotByAuthenticating(Operations):
    def _answering(self, methods: Methods, device_id: str | None) -> Sequence[Device]:
        return [device for device in super()._answering(methods, device_id) if device.verified]


@fault(
    *("E28", "secret-per-user", "A user gets the same secret whenever she adds an app"),
    requirement="totp.secret-strength",
    sources=("RFC 6238 5.1", "ASVS 5.0 6.5.3"),
)
class _SecretPerUser(Operations):
    def new_totp_secret(self, user_id: str) -> bytes:
        return self.vault.digest("totp-secret", user_id)[: self.rules.totp_secret_bytes()]


@fault(
    *("E29", "refused-second-app-ends-first", "A second app is refused, and the first is gone with it"),
    requirement=_ONE_DEVICE,
    sources=("D-30", "D-31"),
)
class _EndsFirst(Operations):
    def register_totp(self, call: Call) -> TotpRegistration:
        try:
            return super().register_totp(call)
        except Refusal as refusal:
            if refusal.code == "mfa_device_limit":
                for device in self.store.devices_of(self.authenticate(call).user.id):
                    self.store.delete_device(device, codes_go=False, now=call.now)
            raise


@fault(
    *("E30", "second-app-refused-otherwise", "A second app is refused with another status than 401"),
    requirement=_ONE_DEVICE,
    sources=("D-31",),
)
class _OtherStatus(Rules):
    def second_device_refusal(self) -> Refusal:
        return Refusal(409, "mfa_device_limit", "An authenticator app is already enrolled")


_deleted_counts = fault(
    *("E31", "deleted-app-still-counts", "Who deleted her app can never add another"),
    requirement=_ONE_DEVICE,
    sources=("D-30",),
)


@_deleted_counts
class _NotesDeletion(Store):
    def delete_device(self, device: Device, *, codes_go: bool, now: float) -> bool:
        notes(self, "E31")[device.user_id] = True
        return super().delete_device(device, codes_go=codes_go, now=now)


@_deleted_counts
class _NeverAgain(Operations):
    def register_totp(self, call: Call) -> TotpRegistration:
        if notes(self.store, "E31").get(self.authenticate(call).user.id):
            raise self.rules.second_device_refusal()
        return super().register_totp(call)


@fault(
    *("E32", "passkey-bars-app", "Who has a passkey cannot add an authenticator app"),
    requirement=_ONE_DEVICE,
    sources=("D-30", "D-55"),
)
class _PasskeyBarsApp(Operations):
    def register_totp(self, call: Call) -> TotpRegistration:
        if self.store.methods(self.authenticate(call).user.id).passkeys:
            raise self.rules.second_device_refusal()
        return super().register_totp(call)


@fault(
    *("E33", "app-bars-passkey", "Who has an authenticator app cannot add a passkey"),
    requirement=_ONE_DEVICE,
    sources=("D-30", "D-55"),
)
class _AppBarsPasskey(Operations):
    def passkey_creation_options(self, call: Call) -> dict[str, Any]:
        if any(each.verified for each in self.store.devices_of(self.authenticate(call).user.id)):
            raise self.rules.second_device_refusal()
        return super().passkey_creation_options(call)


@fault(
    *("E34", "one-app-for-everybody", "One authenticator app is allowed, for all users together"),
    requirement=_ONE_DEVICE,
    sources=("D-30",),
)
class _ForEverybody(Operations):
    def register_totp(self, call: Call) -> TotpRegistration:
        caller = self.authenticate(call)
        if any(each.verified and each.user_id != caller.user.id for each in every_device(self.store)):
            raise self.rules.second_device_refusal()
        return super().register_totp(call)


@fault(
    *(
        "E35",
        "method-off-still-confirms",
        "An app begun before its method was switched off is enrolled after",
    ),
    requirement="settings.disabled-method-refused",
    sources=("D-01", "CWE-602"),
)
class _StillConfirms(Operations):
    def verify_totp(self, call: Call, body: TotpVerification) -> MfaDevice:
        try:
            return super().verify_totp(call, body)
        except Refusal as refusal:
            return self.device_view(self._under_proved_all_the_same(call, body.code, refusal))

    def answer_totp(self, call: Call, body: TotpAnswer) -> VerifyResponse:
        try:
            return super().answer_totp(call, body)
        except Refusal as refusal:
            self._under_proved_all_the_same(call, body.code, refusal)
            return self.passed_mfa(call, self.authenticate(call), "totp", body)

    def _under_proved_all_the_same(self, call: Call, code: object, refusal: Refusal) -> Device:
        """The pending app that the code is of; raises the refusal where it is another's, or of no app."""
        caller = self.authenticate(call)
        methods = self.store.methods(caller.user.id)
        pending = [device for device in methods.devices if not device.verified]
        if refusal.code != "mfa_method_disabled":
            raise refusal
        proved = self.device_proved(call, caller, pending, methods, str(code))
        if proved is None:
            raise refusal
        return proved


@fault(
    *("E36", "secret-in-user", "The secret of an app can be read in the user's own record"),
    requirement="totp.secret-once",
    sources=("CWE-522",),
)
class _SecretInUser(Operations):
    def sdk_user(
        self,
        user: User,
        session: Session,
        methods: Methods,
        scopes: tuple[str, ...],
        *,
        new_user: bool = False,
    ) -> SdkUser:
        shown = super().sdk_user(user, session, methods, scopes, new_user=new_user)
        secrets = [secret_text(self.vault.open(each.secret, each.user_id)) for each in methods.devices]
        return msgspec.structs.replace(shown, metadata={"secret": secrets}) if secrets else shown
