"""What every word of a driven client goes through: the `do`, its result, and what its person is asked meanwhile."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mfa_harness.targets.driving.driver import Declined
from mfa_harness.targets.driving.vocabulary import ACTIONS, ARGUMENTS
from mfa_harness.targets.driving.words import browser_passkey
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.project import ProjectSettings, SecuritySettings
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.values import ClientState, Session
from mfa_simulators.totp import qr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.targets.driving.driver import Driver
    from mfa_harness.targets.driving.messages import Ask
    from mfa_simulators.client.protocol import PasskeyAuthenticator

T = TypeVar("T")

_STATUS_OF_KIND: Final = {"rate_limited": 429, "unauthorized": 401, "device_limit": 401}
"""What a kind says of the status, where the SDK does not hand it on."""


class DrivenClient:
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
        self._beyond_browsers = False
        self._inbox = inbox
        self._seen_retry_after = seen_retry_after
        self.begun = False

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
        assert self._driver.hello is not None
        if lost := sorted(given.keys() & set(ARGUMENTS) - set(self._driver.hello.arguments)):
            raise NotApplicable(
                f"the driver of {self._driver.title} does not declare the argument {', '.join(lost)} ({word})"
            )
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
            if self._fault or self._beyond_browsers or action in self._driver.has_done:
                return NotApplicable(f"{self._driver.title} cannot do {action} like this: {error.message}")
            return Blocked(
                f"have the driver do {action}", f"it declares that, and says not_supported: {error.message}"
            )
        status = error.status if error.status is not None else _STATUS_OF_KIND.get(error.kind)
        wait = error.retry_after
        if wait is None and status == _STATUS_OF_KIND["rate_limited"]:
            wait = self._seen_retry_after()
        return ClientError(error.kind, error.message, status, error.code, retry_after=wait, aside=error.aside)

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
        if ask.what in ("passkey.read", "passkey.write"):
            return self._lend(ask)
        ceremony = self._at_hand.create if ask.what == "webauthn.create" else self._at_hand.get
        return ceremony(ask.options or {}, origin=ask.origin or self._place["origin"], fault=self._fault)

    def _lend(self, ask: Ask) -> Any:
        """Her passkey for the browser's own authenticator; what no browser's can be makes the check n/a."""
        try:
            passkey = browser_passkey.held_by(self._at_hand, fault=self._fault)
        except Declined:
            self._beyond_browsers = True
            raise
        if ask.what == "passkey.write":
            browser_passkey.write(passkey, (ask.options or {})["credentials"])
        return browser_passkey.read(passkey)

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
            elevated_access_token=_elevated_for(args.get("requested_scopes"), state),
        )

    def _ceremony(
        self, word: str, passkey: PasskeyAuthenticator | None, fault: str | None, **args: Any
    ) -> Session:
        self._at_hand, self._fault = passkey or self._passkey, fault
        self._beyond_browsers = False
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

    def _do_with_token(self, word: str, mfa_token: MfaTokenChoice, **args: str) -> None:
        """Left out is the token that the SDK holds, null is none."""
        self._send(word, dict(args) if mfa_token is HELD else {**args, "mfa_token": mfa_token}, None)

    def close(self) -> None:
        """Tell the driver that this client is not needed any more, if it wants to know."""
        if self.begun and self.has("close"):
            self._do("close")


def _elevated_for(scopes: Sequence[str] | None, state: ClientState) -> str | None:
    """The newest elevated token that covers all the scopes just asked for."""
    covering = [held.token for held in state.elevated_tokens if scopes and set(scopes) <= set(held.scopes)]
    return covering[-1] if covering else None


def scanned(picture: str | None) -> str:
    """The URI in a QR code, a picture in base64."""
    try:
        return qr.read(b64decode(picture or "", validate=True))
    except (ValueError, ImportError) as error:
        raise Blocked("scan the QR code that the client shows", str(error)) from None
