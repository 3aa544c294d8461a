"""Masking: what goes into reports holds no secret, and no two runs of one seed differ in it.

A masked value becomes `<kind n>`, numbered by first appearance, so that a reader still sees where the same
token comes back. Ids and challenges are masked too: they are random, and a number is easier to follow.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KINDS: Final = {
    "minifiedJwt": "token",
    "jwt": "token",
    "token": "token",
    "captchaToken": "token",
    "mfaToken": "mfa-token",
    "elevatedAccessToken": "elevated-token",
    "secret": "secret",
    "code": "code",
    "verificationToken": "code",
    "recoveryCodes": "recovery-code",
    "challenge": "challenge",
    "nonce": "nonce",
    "nonces": "nonce",
    "signature": "signature",
    "attestationObject": "attestation",
    "attestation": "attestation",
    "authenticatorData": "authenticator-data",
    "publicKey": "key",
    "sessionPublicKey": "key",
    "session_public_key": "key",
    "n": "key",
    "x": "key",
    "y": "key",
    "kid": "id",
    "rawId": "id",
    "credentialId": "id",
    "userHandle": "id",
    "lastVerifiedCredentialId": "id",
}
_HEADERS: Final = {
    "x-mfa-auth-token": "mfa-token",
    "x-dyn-elevated-access-token": "elevated-token",
    "x-dyn-session-public-key": "key",
    "x-dynamic-device-publickey": "key",
    "x-dynamic-device-nonce": "nonce",
    "x-dynamic-device-signed-nonce": "signature",
    "x-dynamic-device-registration-token": "token",
}
_TIMES: Final = frozenset({"expiresAt", "exp", "iat", "nbf", "refreshExp"})
# Words of the wire that a masked key may hold in other places ("attestation": "none" in creation options).
_PLAIN: Final = frozenset({"", "none", "direct", "indirect", "enterprise"})
_UUID: Final = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_INSTANT: Final = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_HTTP_DATE: Final = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [^;]{10,24} GMT")
_OTPAUTH_SECRET: Final = re.compile(r"(?<=secret=)[^&#\s]+", re.IGNORECASE)
_OPAQUE_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}\Z")
_COOKIE_VALUE: Final = re.compile(r"(^|; ?)([^=;\s]+)=([^;]*)")
_COOKIE_ATTRIBUTES: Final = frozenset({"path", "domain", "max-age", "expires", "samesite"})
_SHORTEST_TO_SEEK: Final = 6  # characters: anything shorter would be found by chance in other text
_LONGEST_SHOWN: Final = 400  # characters of one string
_DEEPEST_SHOWN: Final = 40
_CODE_LENGTH: Final = 6


class Masker:
    """Replaces secrets by numbered words, the same value by the same word.

    Args:
        base_url: its port, if any, is masked wherever the host is named with it.
        known: values that have a word of their own.
        secrets: values that are never shown, wherever they stand (the profile's `${ENV}`).
    """

    def __init__(
        self, base_url: str = "", known: Mapping[str, str] | None = None, *, secrets: Iterable[str] = ()
    ) -> None:
        self._words: dict[str, str] = dict(known or {})
        self._counts: Counter[str] = Counter()
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)
        parts = urlsplit(base_url)
        self._address = (
            re.compile(rf"{re.escape(parts.hostname or '')}:{parts.port}\b") if parts.port else None
        )
        self._host = parts.hostname or ""

    def json(self, value: Any, key: str = "", depth: int = 0) -> Any:
        """A JSON value with its secrets masked, by the key they stand under and by their look."""
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return "<time>" if key in _TIMES else value
        if depth > _DEEPEST_SHOWN:
            return "..."
        if isinstance(value, dict):
            return {self.text(name): self.json(item, name, depth + 1) for name, item in value.items()}
        return [self.json(item, key, depth + 1) for item in value]

    def header(self, name: str, value: str) -> str:
        """A header's value, masked; `name` in lower case."""
        if name == "authorization":
            scheme, space, token = value.partition(" ")
            return f"{scheme} {self._word('token', token)}" if space and token else self._word("token", value)
        if name in ("cookie", "set-cookie"):
            return self._cookies(value, only_first=name == "set-cookie")
        kind = _HEADERS.get(name)
        return self._word(kind, value) if kind else self.text(value)

    def text(self, value: str) -> str:
        """Free text: JWTs, UUIDs, otpauth secrets, instants, and every value that was masked before."""
        for secret in self._secrets:
            if secret in value:
                value = value.replace(secret, "<from the profile>")
        if len(value) < _SHORTEST_TO_SEEK:
            return value
        value = self._known_shapes(value)
        if self._address is not None:
            value = self._address.sub(f"{self._host}:<port>", value)
        for known, word in self._words.items():
            if len(known) >= _SHORTEST_TO_SEEK and known in value:
                value = value.replace(known, word)
        if len(value) > _LONGEST_SHOWN:
            value = f"{value[:_LONGEST_SHOWN]}... ({len(value):,} characters)"
        return value

    def _known_shapes(self, value: str) -> str:
        """Secrets, ids and times told by their look."""
        # A search for a fixed part first: most text holds nothing to mask, and this runs for every string.
        if "=" in value:
            value = _OTPAUTH_SECRET.sub(lambda match: self._word("secret", match[0]), value)
        if "eyJ" in value:
            value = _JWT.sub(lambda match: self._word("token", match[0]), value)
        if "-" in value:
            value = _UUID.sub(lambda match: self._word("id", match[0]), value)
            value = _INSTANT.sub("<time>", value)
        if " GMT" in value:
            value = _HTTP_DATE.sub("<time>", value)
        return value

    def _string(self, value: str, key: str) -> Any:
        if value in self._words:
            return self._words[value]
        if key.casefold() == "clientdatajson":
            return self._client_data(value)
        kind = _KINDS.get(key)
        if kind is None and key == "id" and _OPAQUE_ID.match(value) and not _UUID.match(value):
            kind = "id"
        return self._word(kind, value) if kind else self.text(value)

    def _word(self, kind: str, value: str) -> str:
        if value in _PLAIN:
            return value
        word = self._words.get(value)
        if word is None:
            self._counts[kind] += 1
            shape = _shape(value) if kind == "code" else ""
            word = self._words[value] = f"<{kind} {self._counts[kind]}{shape}>"
        return word

    def _client_data(self, value: str) -> Any:
        """What the browser said, readable: most refused passkeys are refused for something in it."""
        try:
            told = msgspec.json.decode(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        except (binascii.Error, ValueError, RecursionError):
            return self._word("client-data", value)
        return (
            self.json(told, "", _DEEPEST_SHOWN - 1)
            if isinstance(told, dict)
            else self._word("client-data", value)
        )

    def _cookies(self, value: str, *, only_first: bool) -> str:
        seen = 0

        def mask(match: re.Match[str]) -> str:
            nonlocal seen
            seen += 1
            if match[2].casefold() in _COOKIE_ATTRIBUTES or (only_first and seen > 1):
                return match[0]
            return f"{match[1]}{match[2]}={self._word('token', match[3])}"

        return _HTTP_DATE.sub("<time>", _COOKIE_VALUE.sub(mask, value))


def _shape(code: str) -> str:
    """What a reader must know of a code that is not six digits; "" for one that is."""
    if code.isascii() and code.isdigit() and len(code) == _CODE_LENGTH:
        return ""
    return f", {len(code)} characters" + ("" if code.isascii() else ", not ASCII")
