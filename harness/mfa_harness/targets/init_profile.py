"""A first profile for a server, drafted from its public settings: every key explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
import msgspec

from mfa_harness.targets.capabilities import CAPABILITIES
from mfa_harness.targets.diagnosis import ails, diagnose
from mfa_harness.targets.profile import DEFAULT_ORIGIN, DEFAULT_RP_ID, Profile
from mfa_harness.targets.profile_keys import KEYS
from mfa_harness.targets.profile_sense import is_environment_id
from mfa_harness.targets.reach import api_base, open_transport
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = """\
# Profile of {url} for mfa-harness, drafted from the public settings of one environment.
#
#   mfa-harness doctor {url} --profile THIS-FILE      is everything right?
#   mfa-harness check  {url} --profile THIS-FILE
#
# A key behind "#" shows an example or its default. "${{NAME}}" takes the value of an environment variable.
# What must be filled in by hand is marked TO DO.
"""
_SIGN_IN_TODO: Final = (
    "# TO DO: say how users sign in: take the # from one of code, code_command, external_jwt_command."
)
_ORIGIN_TODO: Final = (
    "# TO DO: the origin of the web application that people sign in at; passkeys depend on it."
)


def draft(url: str, environment_id: str, *, profile: Profile | None = None) -> str:
    """A commented profile in TOML; it can be loaded as it is, and used once [sign_in] is filled in.

    Args:
        url: of the server, with or without `/api/v0`.
        environment_id: of one environment.
        profile: how to reach it (ca, proxy, headers, timeout), when that is not plain.

    Raises:
        TargetError: no environment id, not reachable, or no account-MFA API.
    """
    base_url = api_base(url)
    if not is_environment_id(environment_id):  # nor would a profile take it
        mend = "Write the id of the dashboard: a UUID in lower case"
        raise TargetError(f"--environment {environment_id!r}", "no environment id", mend)
    settings = environment_settings(public_settings(base_url, environment_id, profile or Profile()))
    return "\n".join([_HEAD.format(url=base_url), *_tables(base_url, environment_id, settings)]) + "\n"


def public_settings(base_url: str, environment_id: str, profile: Profile) -> dict[str, Any]:
    """What GET settings tells.

    Raises:
        TargetError: not reachable, or no account-MFA API.
    """
    where = f"{base_url}/sdk/{environment_id}/settings"
    with httpx.Client(
        transport=open_transport(base_url, profile),
        trust_env=False,
        timeout=profile.timeout,
        headers=profile.headers,
    ) as http:
        try:
            response = http.get(where)
        except httpx.RequestError as error:
            raise diagnose(f"GET {where}", where, error=error) from error
    if ails(response):
        raise diagnose(f"GET {where}", where, response=response)
    found: dict[str, Any] = msgspec.json.decode(response.content)
    return found


def environment_settings(public: dict[str, Any]) -> dict[str, Any]:
    """The dashboard's words for what an environment's public settings say (PROTOCOL 2)."""
    mfa = public["security"]["mfa"]
    methods = {method.get("type"): method.get("enabled") is True for method in mfa.get("methods") or ()}
    actions = [action["action"] for action in mfa.get("actions") or () if action.get("required")]
    enrollment = mfa.get("enrollment") or ("signup" if mfa.get("required") else "none")
    settings: dict[str, Any] = {
        "totp": methods.get("totp", "totp" in (mfa.get("availableMethods") or ())),
        "passkeys": methods.get("passkey", "passkey" in (mfa.get("availableMethods") or ())),
        "enrollment": enrollment,
        "session_based": mfa.get("enabled") is True,
        "actions": actions,
    }
    if methods.get("email"):
        settings["email_mfa"] = True
    if version := (public.get("sdk") or {}).get("minApiVersion"):
        settings["min_api_version"] = version
    external = public["security"].get("externalAuth") or {}
    storage = (public["security"].get("auth") or {}).get("storage") or ()
    if "cookie" in storage or external.get("cookieName"):
        settings["cookie_mode"] = True
    return settings


def _tables(base_url: str, environment_id: str, settings: dict[str, Any]) -> Iterator[str]:
    table = ""
    for key in KEYS:
        above, _, name = key.name.rpartition(".")
        if above != table:
            table = above
            yield ""
            if above == "sign_in":
                yield _SIGN_IN_TODO
            yield "[[environments]]" if above == "environments" else _header(above)
        yield f"# {key.sentence}"
        if key.name == "url":
            yield f'url = "{base_url}"'
        elif key.name == "environments.id":
            yield f'id = "{environment_id}"'
        elif key.name == "environments.settings":
            yield from (f"settings.{word} = {toml(value)}" for word, value in settings.items())
        elif key.name == "origin":
            yield from (_ORIGIN_TODO, f'# origin = "{DEFAULT_ORIGIN}"')
        elif key.name == "rp_id":
            yield f'# rp_id = "{DEFAULT_RP_ID}"'
        else:
            yield f"# {name} = {toml(key.example)}"
    yield from ("", "[capabilities]", "# false, or the reason in quotes, for what the server does not have.")
    for capability in CAPABILITIES.values():
        yield f"# {capability.name} = {toml(capability.assumed)}  # {capability.sentence}"


def _header(table: str) -> str:
    """A table that a key makes meaningful by being there is left out with its keys."""
    return f"# [{table}]" if table == "arrange" else f"[{table}]"


def toml(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {toml(item)}' for name, item in value.items())} }}"
    return msgspec.json.encode(value).decode() if isinstance(value, str) else str(value)
