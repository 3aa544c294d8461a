"""TotpAuthenticator: one account of the authenticator app on somebody's phone."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.totp import hotp, qr
from mfa_simulators.totp.otpauth import TotpKey, decode_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_simulators.clock import Clock


class TotpAuthenticator:
    """Shows the codes of one account (RFC 6238), by its phone's clock, which may be wrong.

    Several authenticators may read one clock; `AuthenticatorApp` holds them as a phone does.

    Args:
        key: the secret and how codes are made from it.
        clock: the true time; `drift` says how far the phone's is from it.
    """

    __slots__ = ("_clock_error", "_now", "_period", "code_of", "key")

    code_of: Callable[[int], str]
    """The code of a time step by its number, as `step` counts them, whatever the time is now.

    Raises ValueError for a negative number."""

    def __init__(self, key: TotpKey, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self.key = key
        self._now = clock.now
        self._clock_error = 0.0
        self._period = key.period
        self.code_of = hotp.generator(key.secret, key.algorithm, key.digits)

    @classmethod
    def from_uri(cls, uri: str, *, clock: Clock = SYSTEM_CLOCK, lenient: bool = False) -> TotpAuthenticator:
        """Enrols from an otpauth URI.

        Args:
            uri: `otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=...`.
            clock: the true time.
            lenient: take a URI that phones take although it breaks the format; see `TotpKey.flaws`.

        Raises:
            TotpUriError: the URI is malformed; the message says where.
        """
        return cls(TotpKey.parse(uri, lenient=lenient), clock=clock)

    @classmethod
    def from_secret(
        cls,
        secret: str,
        *,
        clock: Clock = SYSTEM_CLOCK,
        algorithm: str = "SHA1",
        digits: int = 6,
        period: int = 30,
        issuer: str = "",
        account: str = "",
    ) -> TotpAuthenticator:
        """Enrols from a secret typed in by hand: base32; spaces, lower case and lost padding are fine.

        Raises:
            TotpUriError: the secret is not base32, or a value is out of its range.
        """
        key = TotpKey(decode_secret(secret), algorithm, digits, period, issuer, account)
        return cls(key, clock=clock)

    @classmethod
    def from_qr(
        cls,
        picture: str | Path | bytes,
        *,
        clock: Clock = SYSTEM_CLOCK,
        lenient: bool = False,
    ) -> TotpAuthenticator:
        """Enrols by scanning a picture of a QR code: a file's path, or its bytes.

        Raises:
            ImportError: the packages that read pictures are not installed; the message says how to.
            OSError: the file cannot be opened.
            TotpUriError: not an image, not exactly one QR code, or no TOTP account in it.
        """
        return cls.from_uri(qr.read(picture), clock=clock, lenient=lenient)

    def code(self, step: int = 0) -> str:
        """The code that the phone shows now, or that of a neighbouring time step (-1 is the one before).

        Raises:
            ValueError: that time step lies before 1970.
        """
        return self.code_of(floor(self._now() + self._clock_error) // self._period + step)

    def drift(self, seconds: float) -> None:
        """Sets the error of the phone's clock: 95 is a minute and 35 seconds fast, -95 slow, 0 right."""
        self._clock_error = seconds

    @property
    def clock_error(self) -> float:
        """Seconds that the phone's clock is fast by (negative: slow)."""
        return self._clock_error

    @property
    def step(self) -> int:
        """The number of the present time step by the phone's clock: RFC 6238's T, with T0 = 0."""
        return floor(self._now() + self._clock_error) // self._period

    @property
    def seconds_left(self) -> float:
        """Seconds until the phone shows another code: above 0, at most `period`."""
        return self._period - (self._now() + self._clock_error) % self._period

    @property
    def uri(self) -> str:
        """The account as a canonical otpauth URI."""
        return self.key.uri

    def qr_png(self) -> bytes:
        """The account as a QR code: the bytes of a PNG picture.

        Raises:
            TotpUriError: the URI is too long for a QR code.
        """
        return qr.draw(self.key.uri)

    @property
    def secret(self) -> str:
        """The secret as base32 in upper case without padding."""
        return self.key.secret_text

    @property
    def name(self) -> str:
        """`issuer:account`, or the one of them that there is."""
        return self.key.name

    @property
    def issuer(self) -> str:
        """Who issued the account; may be empty."""
        return self.key.issuer

    @property
    def account(self) -> str:
        """Whose account it is; may be empty."""
        return self.key.account

    @property
    def algorithm(self) -> str:
        """SHA1, SHA256 or SHA512."""
        return self.key.algorithm

    @property
    def digits(self) -> int:
        """Digits of a code, 6 to 8."""
        return self.key.digits

    @property
    def period(self) -> int:
        """Seconds of a time step."""
        return self.key.period

    def __repr__(self) -> str:  # without the secret: it would end up in failure reports
        return f"TotpAuthenticator({self.name!r}, {self.algorithm}, {self.digits} digits, {self.period} s)"
