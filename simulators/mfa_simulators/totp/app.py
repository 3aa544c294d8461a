"""AuthenticatorApp: the app on a phone, with many accounts and one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.totp import qr
from mfa_simulators.totp.authenticator import TotpAuthenticator
from mfa_simulators.totp.otpauth import TotpKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mfa_simulators.clock import Clock


class AuthenticatorApp:
    """The accounts on one phone; they all share its clock, right or wrong.

    Iterating gives the accounts in the order they were added in.

    Args:
        clock: the true time.
    """

    __slots__ = ("_accounts", "_clock", "_clock_error")

    def __init__(self, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._clock_error = 0.0
        self._accounts: dict[tuple[str, str], TotpAuthenticator] = {}

    def add(self, account: str | TotpKey, *, lenient: bool = False) -> TotpAuthenticator:
        """Adds an account by its otpauth URI or key; the same issuer and account replaces the old one.

        Args:
            account: the URI, or a key that was read or made elsewhere.
            lenient: take a URI that phones take although it breaks the format.

        Raises:
            TotpUriError: the URI is malformed.
        """
        key = TotpKey.parse(account, lenient=lenient) if isinstance(account, str) else account
        added = TotpAuthenticator(key, clock=self._clock)
        added.drift(self._clock_error)
        self._accounts[key.issuer, key.account] = added
        return added

    def scan(self, picture: str | Path | bytes, *, lenient: bool = False) -> TotpAuthenticator:
        """Adds the account of a QR code in a picture: a file's path, or its bytes.

        Raises:
            ImportError: the packages that read pictures are not installed; the message says how to.
            OSError: the file cannot be opened.
            TotpUriError: not an image, not exactly one QR code, or no TOTP account in it.
        """
        return self.add(qr.read(picture), lenient=lenient)

    def remove(self, name: str) -> None:
        """Removes an account, named as in `app[name]`.

        Raises:
            KeyError: no account, or more than one, goes by this name.
        """
        account = self[name]
        del self._accounts[account.issuer, account.account]

    def drift(self, seconds: float) -> None:
        """Sets the error of the phone's clock for all its accounts, those to come too."""
        self._clock_error = seconds
        for account in self:
            account.drift(seconds)

    def __getitem__(self, name: str) -> TotpAuthenticator:
        """The account called `issuer:account`, or `account` or `issuer` alone where that is enough."""
        found = [account for account in self if account.name == name]
        found = found or [account for account in self if name in {account.account, account.issuer}]
        if len(found) == 1:
            return found[0]
        names = ", ".join(repr(account.name) for account in found or self) or "none"
        raise KeyError(
            f"{name!r} names {len(found)} accounts: expected one of {names}"
            if found
            else f"no account {name!r}: the app has {names}",
        )

    def __iter__(self) -> Iterator[TotpAuthenticator]:
        return iter(tuple(self._accounts.values()))

    def __len__(self) -> int:
        return len(self._accounts)

    def __repr__(self) -> str:
        return f"AuthenticatorApp({[account.name for account in self]})"
