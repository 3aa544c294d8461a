"""The browser's part: collected client data, and which RP ids suit an origin."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mfa_simulators.passkey import base64url
from mfa_simulators.passkey.errors import WebAuthnError

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\\]+)(?P<port>:[0-9]{1,5})?"
)
# Everything but U+0020, U+0021, U+0023 to U+005B, and U+005D onwards.
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')


@dataclass(slots=True)
class ClientData:
    """What is about to become clientDataJSON; mutable so that a lying client may change it.

    Attributes:
        type: `webauthn.create` or `webauthn.get`.
        challenge: base64url text; None leaves the member out, here and below.
        origin: of the page.
        cross_origin: the page is framed by another site's.
        top_origin: the framing page's origin.
        extra: members that Level 3 does not know.
        raw: what is sent instead, if a lie needs full freedom.
    """

    type: str | None
    challenge: str | None
    origin: str | None
    cross_origin: bool = False
    top_origin: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def render(self) -> bytes:
        """The bytes to hash and send."""
        if self.raw is not None:
            return self.raw
        members = [
            f'"{name}":{_quoted(value)}'
            for name, value in (("type", self.type), ("challenge", self.challenge), ("origin", self.origin))
            if value is not None
        ]
        members.append(f'"crossOrigin":{"true" if self.cross_origin else "false"}')
        if self.top_origin is not None:
            members.append(f'"topOrigin":{_quoted(self.top_origin)}')
        rendered = "{" + ",".join(members)
        if not self.extra:
            return (rendered + "}").encode()
        return (
            rendered + "," + json.dumps(self.extra, ensure_ascii=False, separators=(",", ":"))[1:]
        ).encode()


def collect(type_: str, challenge: bytes, origin: str, top_origin: str | None) -> bytes:
    """The client data of an honest browser: the serialization of WebAuthn L3 section 5.8.1.1."""
    before, after = _frame(type_, origin, top_origin)
    return before + base64url.symbols(challenge) + after


@lru_cache(maxsize=1024)
def _frame(type_: str, origin: str, top_origin: str | None) -> tuple[bytes, bytes]:
    """All that stands before and after the challenge; a page makes many ceremonies."""
    marker = "*"  # in no base64url text
    rendered = ClientData(type_, marker, origin, top_origin is not None, top_origin).render()
    before, after = rendered.split(marker.encode(), 1)
    return before, after


def _quoted(text: str) -> str:
    """CCDToString of section 5.8.1.1: only quotes, backslashes and control characters are escaped."""

    def escape(found: re.Match[str]) -> str:
        character = found[0]
        return "\\" + character if character in '"\\' else f"\\u{ord(character):04x}"

    return f'"{_ESCAPED.sub(escape, text)}"'


@lru_cache(maxsize=1024)
def rp_id_for(origin: str, rp_id: str | None) -> str:
    """The RP id of a ceremony on a page of this origin: the one asked for, or the page's own domain.

    Raises:
        WebAuthnError: SecurityError, if the page is not secure, its host is no domain, or the RP id is
            neither its domain nor a registrable suffix of it (sections 5.1.3 and 5.1.4.1).
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        raise WebAuthnError(
            "SecurityError", f"expected an origin such as 'https://app.example.org', found {origin!r}"
        )
    host = match["host"]
    if match["scheme"] == "http" and host != "localhost" and not host.endswith(".localhost"):
        raise WebAuthnError(
            "SecurityError", f"{origin} is not secure: passkeys need https, or http on localhost"
        )
    if host.startswith("[") or _is_ipv4(host):
        raise WebAuthnError(
            "SecurityError", f"the host of {origin} is an IP address, and an RP id is a domain"
        )
    if rp_id is None or rp_id == host:
        return host
    if not _is_registrable_suffix(rp_id, origin):
        raise WebAuthnError(
            "SecurityError",
            f"the RP id {rp_id!r} does not suit the origin {origin!r}: it must be the origin's domain, "
            "or a domain above it that is no public suffix",
        )
    return rp_id


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_registrable_suffix(rp_id: str, origin: str) -> bool:
    from fido2.rpid import verify_rp_id  # noqa: PLC0415 (reads the public suffix list when imported)

    return verify_rp_id(rp_id, origin)
