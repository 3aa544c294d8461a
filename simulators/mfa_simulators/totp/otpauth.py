"""The otpauth URI that an authenticator app scans, read strictly and written canonically.

The format is Google's "Key URI Format"; the base32 is RFC 4648, section 6, without padding.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

ALGORITHMS: Final = ("SHA1", "SHA256", "SHA512")
FEWEST_DIGITS: Final = 6
MOST_DIGITS: Final = 8

_URI = re.compile(
    r"(?P<scheme>[^:/?#]*):(?://(?P<type>[^/?#]*))?(?P<label>[^?#]*)(?:\?(?P<query>[^#]*))?(?P<rest>#.*)?"
)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_LABEL = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@%]")  # RFC 3986 pchar, and "%"
_NOT_IN_QUERY = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@%/?]")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
# What turns the direction of writing, so that a label reads other than it is.
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


class TotpUriError(ValueError):
    """What was scanned or typed is no TOTP account. The message never holds the secret."""


@dataclass(frozen=True, slots=True)
class TotpKey:
    """A shared secret and how codes are made from it: what an otpauth URI says.

    Attributes:
        secret: the shared secret, raw bytes, at least one.
        algorithm: SHA1, SHA256 or SHA512 (RFC 6238, section 1.2).
        digits: digits of a code, 6 to 8 (RFC 4226, section 5.3).
        period: seconds of a time step (RFC 6238, section 4.1, calls it X), at least 1.
        issuer: who issued it; may be empty.
        account: whose it is, usually an e-mail address; may be empty for a secret typed in by hand.
        flaws: what a lenient `parse` forgave, a sentence each.

    Raises:
        TotpUriError: a value is out of its range.
    """

    secret: bytes = field(repr=False)
    algorithm: str = "SHA1"
    digits: int = 6
    period: int = 30
    issuer: str = ""
    account: str = ""
    flaws: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.secret:
            raise TotpUriError("the secret is empty: expected base32 text of 80 bits or more")
        if self.algorithm not in ALGORITHMS:
            raise TotpUriError(f"expected algorithm SHA1, SHA256 or SHA512, found {self.algorithm!r}")
        if not FEWEST_DIGITS <= self.digits <= MOST_DIGITS:
            raise TotpUriError(f"expected digits from 6 to 8, found {self.digits}")
        if self.period < 1:
            raise TotpUriError(f"expected a period of at least 1 second, found {self.period}")
        for name, text in (("issuer", self.issuer), ("account", self.account)):
            if ":" in text:  # the label could not be taken apart again
                raise TotpUriError(f"expected an {name} without a colon, found {text!r}")
            _refuse_unseen(name, text)

    @classmethod
    def parse(cls, uri: str, *, lenient: bool = False) -> TotpKey:
        """Reads an otpauth URI.

        Args:
            uri: `otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=...`.
            lenient: forgive what phones forgive (a label that is not percent-encoded, an issuer that
                differs from the label's, padding, ...) and list it in `flaws` instead of raising.

        Raises:
            TotpUriError: the URI breaks the format; when lenient, only if no code can be made from it.
        """
        return _Reader(lenient=lenient).read(uri)

    @property
    def secret_text(self) -> str:
        """The secret as base32 in upper case without padding, as people type it."""
        return base64.b32encode(self.secret).decode().rstrip("=")

    @property
    def name(self) -> str:
        """`issuer:account`, or the one of them that there is."""
        return ":".join(part for part in (self.issuer, self.account) if part)

    @property
    def uri(self) -> str:
        """The canonical otpauth URI: the label percent-encoded, defaults left out, the secret unpadded.

        The format wants a name, so an account without one is written `unnamed`.
        """
        label = quote(self.account or "unnamed", safe="@")
        query = f"secret={self.secret_text}"
        if self.issuer:
            label = f"{quote(self.issuer, safe='')}:{label}"
            query += f"&issuer={quote(self.issuer, safe='')}"
        if self.algorithm != "SHA1":
            query += f"&algorithm={self.algorithm}"
        if self.digits != FEWEST_DIGITS:
            query += f"&digits={self.digits}"
        if self.period != 30:  # noqa: PLR2004 - the format's default
            query += f"&period={self.period}"
        return f"otpauth://totp/{label}?{query}"


def decode_secret(text: str) -> bytes:
    """The bytes of a base32 secret; spaces, hyphens, lower case and missing padding are fine.

    Raises:
        TotpUriError: empty, a character outside base32, or a length that base32 never has.
    """
    compact = re.sub(r"[\s-]", "", text).upper()
    bare = compact.rstrip("=")
    if not bare:
        raise TotpUriError("the secret is empty: expected base32 text of 80 bits or more")
    strange = sorted(set(re.sub(r"[A-Z2-7]", "", bare)))
    if strange:
        hint = " (0, 1 and 8 are not in base32: perhaps O, I and B)" if set(strange) & set("018") else ""
        raise TotpUriError(
            f"the secret is not base32: expected A-Z and 2-7, found {', '.join(map(repr, strange))}{hint}",
        )
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except binascii.Error as error:
        raise TotpUriError(
            f"the secret is not whole: no base32 text has {len(bare)} characters; was one lost in copying?",
        ) from error


class _Reader:
    """Reads one URI, raising at what is wrong or, when lenient, noting what a phone would forgive."""

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.flaws: list[str] = []

    def read(self, uri: str) -> TotpKey:
        _refuse_unseen("URI", uri)
        match = _URI.fullmatch(uri)
        if match is None:
            raise TotpUriError("this is no URI: expected otpauth://totp/ISSUER:ACCOUNT?secret=...")
        self._scheme(match["scheme"], match["type"])
        if match["rest"] is not None:
            raise TotpUriError('a "#" cuts the URI off: write it %23')
        label_issuer, account = self._label(match["label"])
        parameters = self._parameters(match["query"] or "")
        return TotpKey(
            secret=self._secret(parameters),
            algorithm=self._algorithm(parameters.get("algorithm", "SHA1")),
            digits=_whole_number("digits", parameters.get("digits", "6")),
            period=_whole_number("period", parameters.get("period", "30")),
            issuer=self._issuer(label_issuer, parameters.get("issuer", "")),
            account=account,
            flaws=tuple(self.flaws),
        )

    def _flaw(self, message: str) -> None:
        if not self.lenient:
            raise TotpUriError(message)
        self.flaws.append(message)

    def _scheme(self, scheme: str, kind: str | None) -> None:
        if scheme.lower() == "otpauth-migration":
            raise TotpUriError(
                "this is an export of several accounts (otpauth-migration): scan the account's own QR code",
            )
        if scheme.lower() != "otpauth" or kind is None:
            raise TotpUriError(f"expected a URI that starts with otpauth://totp/, found {scheme[:20]!r}")
        if kind.lower() == "hotp":
            raise TotpUriError("this account counts (otpauth://hotp/): expected one by time, otpauth://totp/")
        if kind.lower() != "totp":
            raise TotpUriError(f"expected otpauth://totp/, found type {kind[:20]!r}")

    def _label(self, path: str) -> tuple[str, str]:
        raw = path.removeprefix("/")
        strange = sorted(set(_NOT_IN_LABEL.findall(raw)))
        if strange:
            self._flaw(f"the label is not percent-encoded: found {', '.join(map(repr, strange))} as it is")
        label = self._decode("label", raw)
        issuer, colon, account = label.partition(":")
        if not colon:
            issuer, account = "", label
        elif not issuer.strip():
            self._flaw("the label starts with a colon: expected ISSUER:ACCOUNT")
        issuer, account = issuer.strip(), account.strip()
        if not account:
            self._flaw("the URI has no label: expected otpauth://totp/ISSUER:ACCOUNT")
        if ":" in account:
            self._flaw("the label has two colons: neither issuer nor account may hold one")
            account = account.replace(":", " ")
        return issuer, account

    def _parameters(self, query: str) -> dict[str, str]:
        strange = sorted(set(_NOT_IN_QUERY.findall(query)))
        if strange:
            self._flaw(
                f"the parameters are not percent-encoded: found {', '.join(map(repr, strange))} as it is"
            )
        if "+" in query:
            self._flaw('a "+" in a parameter is read in two ways: write a space %20 and a plus %2B')
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        names = [self._decode("parameters", name) for name, _, _ in pairs]
        values = [
            self._decode(name, value, form=True) for name, (_, _, value) in zip(names, pairs, strict=True)
        ]
        for name, count in Counter(names).items():
            if count > 1:
                different = (
                    len({value for other, value in zip(names, values, strict=True) if other == name}) > 1
                )
                if different:
                    raise TotpUriError(f"the parameter {name!r} is there {count} times with different values")
                self._flaw(f"the parameter {name!r} is there {count} times")
        return dict(zip(names, values, strict=True))

    def _decode(self, name: str, text: str, *, form: bool = False) -> str:
        broken = _BROKEN_ESCAPE.search(text)
        if broken:
            self._flaw(f'the {name} holds a "%" without two hexadecimal digits: write a percent sign %25')
        try:
            decoded = (unquote_plus if form else unquote)(text, errors="strict")
        except UnicodeDecodeError as error:
            raise TotpUriError(f"the {name} is not UTF-8 once it is percent-decoded") from error
        _refuse_unseen(name, decoded)
        return decoded

    def _secret(self, parameters: dict[str, str]) -> bytes:
        if "secret" not in parameters:
            raise TotpUriError("the URI has no secret: expected a parameter secret=BASE32")
        text = parameters["secret"]
        secret = decode_secret(text)
        if "=" in text:
            self._flaw('the secret is padded with "=": the format leaves padding out')
        if not re.fullmatch(r"[A-Za-z2-7]*=*", text):
            self._flaw("the secret is broken up by spaces or hyphens: the format has none")
        return secret

    def _algorithm(self, text: str) -> str:
        known = text.upper().replace("-", "").removeprefix("HMAC")
        if known in ALGORITHMS and text != known:
            self._flaw(f"expected algorithm {known}, found it written {text!r}")
            return known
        return text

    def _issuer(self, in_label: str, parameter: str) -> str:
        if in_label and parameter and in_label != parameter:
            self._flaw(f"the label's issuer {in_label!r} is not the parameter's {parameter!r}")
        issuer = parameter or in_label
        if ":" in issuer:
            self._flaw(f"expected an issuer without a colon, found {issuer!r}")
            issuer = issuer.replace(":", " ")
        return issuer


def _whole_number(name: str, text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise TotpUriError(f"expected a whole number for {name}, found {text[:20]!r}")
    return int(text)


def _refuse_unseen(name: str, text: str) -> None:
    """Control characters in a label would run in the terminal that shows it."""
    for character in text:
        if unicodedata.category(character) in _UNSEEN or character in _BIDIRECTIONAL:
            raise TotpUriError(f"the {name} holds the control character U+{ord(character):04X}")
