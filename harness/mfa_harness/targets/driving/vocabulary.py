"""What may be asked of a driver: every action, its arguments, and what its value is.

The words are the vendor's, in snake_case (`mfa_simulators.client.protocol`); a driver declares those that it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_simulators.client.values import (
    ClientState,
    MfaDevice,
    MfaMethods,
    OtpVerification,
    Session,
    StepUp,
    User,
    UserPasskey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON_TYPES: Final[Mapping[str, Any]] = {
    "string": {"type": "string"},
    "string or null": {"type": ["string", "null"]},
    "boolean": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "object": {"type": "object"},
}
_PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "string or null": (str, type(None)),
    "boolean": (bool,),
    "object": (dict,),
}


class ShownRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticator app about to be enrolled, as a person sees it: its secret and URI, or a QR code alone."""

    id: str = ""
    type: str = "totp"
    secret: str | None = None
    """In base32."""
    uri: str | None = None
    """otpauth://totp/..."""
    qr: str | None = None
    """The QR code that is on the screen, a PNG picture in base64; it is scanned where there is no `uri`."""


class ShownContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen shows, as a person sees it."""

    uri: str | None = None
    """What its QR code says."""
    qr: str | None = None
    """The QR code itself, a PNG picture in base64; it is scanned where there is no `uri`."""
    image: str | None = None
    """The address that the QR code's picture is fetched from; None where the client draws it."""
    recovery_codes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One word of the vocabulary.

    Args:
        value: what a result's value is; None where nothing is read from it.
        needed: arguments that are always there, by name, and what each is.
        optional: arguments that may be left out.
        open: other arguments may come too.
    """

    value: Any = None
    needed: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    def mismatch(self, args: Mapping[str, Any]) -> str:
        """What is wrong with arguments, in words; "" when nothing is."""
        for name in self.needed:
            if name not in args:
                return f"{name} is missing"
        for name, value in args.items():
            kind = self.needed.get(name) or self.optional.get(name)
            if kind is None:
                if not self.open:
                    return f"{name} is no argument of it"
            elif not _is(value, kind):
                return f"{name} is {type(value).__name__}, not {kind}"
        return ""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its arguments."""
        kinds = {**self.needed, **self.optional}
        return {
            "type": "object",
            "properties": {name: _JSON_TYPES[kind] for name, kind in kinds.items()},
            "required": list(self.needed),
            "additionalProperties": self.open,
        }


def _is(value: Any, kind: str) -> bool:
    if kind == "strings":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, _PYTHON_TYPES[kind])


_CODE: Final = {"code": "string"}
_WISHES: Final = {"create_mfa_token": "boolean", "requested_scopes": "strings"}

ACTIONS: Final[Mapping[str, Action]] = {
    "initialize": Action(
        needed={"base_url": "string", "environment_id": "string", "origin": "string"},
    ),
    "send_email_otp": Action(OtpVerification, {"email": "string"}),
    "verify_otp": Action(
        Session,
        {"verification": "object", **_CODE},
        {"requested_scopes": "strings", "allow_new_mfa_linking": "boolean"},
    ),
    "sign_in_with_external_jwt": Action(Session, {"jwt": "string"}),
    "refresh_user": Action(User),
    "refresh_auth": Action(Session),
    "logout": Action(),
    "update_user": Action(Session, open=True),
    "delete_user": Action(),
    "get_mfa_devices": Action(tuple[MfaDevice, ...]),
    "get_mfa_device": Action(MfaDevice, {"device_id": "string"}),
    "get_mfa_methods": Action(MfaMethods),
    "register_totp_mfa_device": Action(ShownRegistration),
    "verify_totp_mfa_device": Action(MfaDevice, _CODE),
    "authenticate_totp_mfa_device": Action(Session, _CODE, {"device_id": "string", **_WISHES}),
    "authenticate_mfa_recovery_code": Action(Session, _CODE, _WISHES),
    "authenticate_mfa_email": Action(Session, {"verification": "object", **_CODE}, _WISHES),
    "get_mfa_recovery_codes": Action(tuple[str, ...]),
    "create_new_mfa_recovery_codes": Action(tuple[str, ...]),
    "acknowledge_recovery_codes": Action(Session),
    "set_default_mfa_device": Action(None, {"device_id": "string"}),
    "delete_mfa_device": Action(None, {"device_id": "string"}, {"mfa_token": "string or null"}),
    "register_passkey": Action(Session, {}, {"create_mfa_token": "boolean"}),
    "authenticate_passkey_mfa": Action(Session, {}, {"related_origin_rp_id": "string", **_WISHES}),
    "sign_in_with_passkey": Action(Session, {}, {"related_origin_rp_id": "string"}),
    "get_passkeys": Action(tuple[UserPasskey, ...]),
    "rename_passkey": Action(UserPasskey, {"passkey_id": "string", "alias": "string"}),
    "delete_passkey": Action(None, {"passkey_id": "string"}, {"mfa_token": "string or null"}),
    "check_step_up_auth": Action(StepUp, {"scope": "string"}),
    "is_mfa_required_for_action": Action(bool, {"action": "string"}),
    "consume_mfa_token": Action(str),
    "perform_action": Action(dict[str, Any], {"action": "string"}, open=True),
    "is_user_missing_mfa_auth": Action(bool),
    "is_pending_recovery_codes_acknowledgment": Action(bool),
    "state": Action(ClientState),
    "show_screen": Action(bool, {"name": "string"}),
    "hide_screen": Action(bool, {"name": "string"}),
    "current_screen": Action(str | None),
    "read_screen": Action(ShownContent),
    "submit_screen": Action(None, {}, _CODE),
    "dismiss_screen": Action(bool),
    "prompt_mfa_auth": Action(),
    "sync_mfa_flow": Action(),
    "prompts": Action(tuple[str, ...]),
    "reload": Action(),
    "close": Action(),
}
"""Every action by name. `close` says that a client is not needed any more; only who declares it is told."""

ARGUMENTS: Final = sorted({name for action in ACTIONS.values() for name in action.optional} - _CODE.keys())
"""What may be left out of calls. A driver that has not declared one might lose it, and its SDK be blamed for that."""

NEEDED: Final = ("initialize", "state")
"""What a driver cannot do without."""
