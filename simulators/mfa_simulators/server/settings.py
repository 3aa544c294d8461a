"""Settings of an environment: the dashboard's switches, and a switch for each open question of the wire."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final, Literal, get_args

import msgspec

Enrollment = Literal["none", "signup", "action"]
ActionName = Literal[
    "wallet.waas.sign", "wallet.waas.export", "wallet.waas.refresh", "wallet.waas.reshare", "user.update"
]
ApiVersion = Literal["2026_01_01", "2026_04_01"]
TokenBehavior = Literal["single_use", "time_bound"]
Algorithm = Literal["RS256", "ES256"]

DEFAULT_ALGORITHM: Final = "RS256"

_LONGEST_TEXT = 253  # a host name
_TEN_YEARS: Final = 315_360_000  # seconds
_MOST: Final = 1_000_000_000
_RANGES: Final = {
    "totp_digits": (6, 10),  # pyotp and RFC 4226 know codes of 6 to 10 digits
    "totp_secret_bytes": (14, 1024),  # pyotp refuses less
    "totp_drift_steps": (0, 120),  # an hour either way is no drift any more
    "totp_period": (1, _TEN_YEARS),
    "session_seconds": (1, _TEN_YEARS),
    "email_code_seconds": (1, _TEN_YEARS),
    "attempts_window_seconds": (1, _TEN_YEARS),
    "requests_window_seconds": (1, _TEN_YEARS),
    "challenge_seconds": (1, _TEN_YEARS),
    "mfa_token_seconds": (1, _TEN_YEARS),
    "attempts": (1, _MOST),
    "requests_per_address": (0, _MOST),
    "passkeys_per_user": (0, _MOST),
}
_WORDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table of names and values",
    "null": "nothing",
    "date": "a date",
    "time": "a time of day",
    "datetime": "a date and time",
}


class SettingsError(ValueError):
    """A setting that does not exist, or a value that it cannot take."""


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An action that the dashboard protects with MFA (D-73, D-74).

    The token's behaviour and life (seconds) are those of the scope when they are left out (D-79).
    """

    action: ActionName
    required: bool = True
    token_behavior: TokenBehavior | None = None
    token_expiry_seconds: int | None = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an environment's dashboard says. Times are seconds of the environment's clock."""

    # The dashboard's own switches.
    totp: bool = True
    passkeys: bool = True
    email_mfa: bool = False
    enrollment: Enrollment = "none"
    session_based: bool = False
    actions: tuple[Action, ...] = ()
    min_api_version: ApiVersion = "2026_01_01"
    cookie_mode: bool = False
    session_seconds: int = 7200
    rp_id: str = "localhost"
    origins: tuple[str, ...] = ("http://localhost:*",)
    environment_name: str = "mfa-harness"
    extra_scopes: tuple[str, ...] = ()  # every session's scope has these too
    allow_backup_codes: bool = True
    passkeys_per_user: int = 10
    passkey_signin: bool = True
    email_code: str | None = None  # every e-mail and SMS code is this one
    email_code_seconds: int = 600
    external_auth_cookie: str | None = None

    # Session tokens.
    token_algorithm: Algorithm = DEFAULT_ALGORITHM
    own_key: bool = False  # otherwise the key is one of three that environments share

    # TOTP.
    totp_digits: int = 6
    totp_algorithm: Literal["SHA1", "SHA256", "SHA512"] = "SHA1"
    totp_period: int = 30
    totp_drift_steps: int = 1
    totp_secret_bytes: int = 20

    # Limits: wrong attempts per account and path; requests per address (None: not limited).
    attempts: int = 10
    attempts_window_seconds: int = 300
    requests_per_address: int | None = None
    requests_window_seconds: int = 60

    # Where the vendor is silent, or says two things.
    recovery_codes_after_acknowledgement: bool = True
    recovery_codes_ignore_case: bool = True
    recovery_codes_ignore_separators: bool = True
    regenerate_needs_mfa: bool = False
    second_device_status: Literal[401, 403, 409, 422] = 401
    enrolment_route: Literal["both", "auth", "register"] = "both"
    default_device_deletion: bool = True
    deletion_proof: Literal["either", "mfa_token", "elevated"] = "either"
    linking_proof: Literal["elevated", "either"] = "elevated"
    passkey_signin_meets_session_mfa: bool = False
    mfa_token_seconds: int | None = None
    user_verification: Literal["required", "preferred", "discouraged"] = "required"
    passkey_counter: Literal["refuse", "flag", "ignore"] = "refuse"
    challenge_seconds: int = 300

    @property
    def required(self) -> bool:
        """What the wire calls required: enrolment is asked for at sign-up or at the first action (D-09)."""
        return self.enrollment != "none"

    @property
    def step_up_enforced(self) -> bool:
        """Whether the API version asks for step-up on credentials by itself (D-37, D-85)."""
        return self.min_api_version >= "2026_04_01"


def make_settings(values: dict[str, Any], base: Settings | None = None) -> Settings:
    """Settings from keywords or from the control plane's JSON, over those of `base`.

    `require_at_onboarding` is an alias: true is enrollment "signup", false is "none" unless enrollment says
    "action". An action may be given by its name alone.

    Raises:
        SettingsError: an unknown name (the nearest known one is named), or a value of the wrong kind.
    """
    wanted: dict[str, Any] = {} if base is None else {name: getattr(base, name) for name in _NAMES}
    for name, value in _without_alias(values).items():
        if name not in _NAMES:
            near = difflib.get_close_matches(name, [*_NAMES, "require_at_onboarding"], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise SettingsError(f"there is no setting {name!r}{hint}")
        wanted[name] = _actions(value) if name == "actions" else value
    try:
        settings = msgspec.convert(wanted, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(in_words(error, "settings")) from None
    _check(settings)
    return settings


def _without_alias(values: dict[str, Any]) -> dict[str, Any]:
    if "require_at_onboarding" not in values:
        return values
    alias = values["require_at_onboarding"]
    if not isinstance(alias, bool):
        raise SettingsError(f"require_at_onboarding: expected true or false, found {alias!r}")
    rest = {name: value for name, value in values.items() if name != "require_at_onboarding"}
    given = rest.get("enrollment")
    if given is not None and alias != (given == "signup"):
        raise SettingsError(
            f"require_at_onboarding={alias} and enrollment={given!r} contradict each other: give one of the two"
        )
    return {"enrollment": "signup" if alias else "none", **rest}


def _actions(value: object) -> object:
    return [_action(each) for each in value] if isinstance(value, (list, tuple)) else value


def _action(value: object) -> object:
    if isinstance(value, str):
        if value not in get_args(ActionName):
            near = difflib.get_close_matches(value, get_args(ActionName), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise SettingsError(f"there is no action {value!r}{hint}")
        return Action(value)  # type: ignore[arg-type]  # just checked
    return value


def _check(settings: Settings) -> None:
    """Bounds that the types cannot say."""
    for name, (least, most) in _RANGES.items():
        _check_range(name, getattr(settings, name), least, most)
    for index, action in enumerate(settings.actions):
        _check_range(f"actions[{index}].tokenExpirySeconds", action.token_expiry_seconds, 1, _TEN_YEARS)
    if not settings.origins:
        raise SettingsError("origins: expected at least one, found none")
    if not 0 < len(settings.rp_id) <= _LONGEST_TEXT:
        raise SettingsError(f"rp_id: expected a host name, found {settings.rp_id[:_LONGEST_TEXT]!r}")


def _check_range(name: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise SettingsError(f"{name}: expected {least} to {most}, found {value}")


def in_words(error: msgspec.ValidationError, whole: str) -> str:
    """A complaint of msgspec's, as somebody says it who writes settings in JSON, TOML or Python.

    Args:
        error: the complaint.
        whole: what to call the place where it is about no member.
    """
    complaint, _, at = str(error).partition(" - at `$")
    where = at.strip("`.") or whole
    if match := re.match(r"Expected `(.+?)`, got `(.+?)`", complaint):
        expected = " or ".join(_WORDS.get(kind, kind) for kind in match[1].split(" | "))
        return f"{where}: expected {expected}, found {_WORDS.get(match[2], match[2])}"
    if match := re.match(r"Object (missing required|contains unknown) field `(\w+)`", complaint):
        return f"{where}: {'needs' if 'missing' in match[1] else 'there is no'} {match[2]!r}"
    return f"{where}: {complaint[:1].lower()}{complaint[1:]}"


_NAMES: tuple[str, ...] = tuple(field.name for field in msgspec.structs.fields(Settings))
