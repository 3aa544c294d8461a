"""What every call of the client goes through: headers, tokens, the answer, the session it brings."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec

from mfa_simulators.client import wire
from mfa_simulators.client.device_key import DeviceKey, NoncePool, device_headers
from mfa_simulators.client.errors import MalformedAnswerError
from mfa_simulators.client.events import Events
from mfa_simulators.client.state import Memory
from mfa_simulators.client.sync import SyncFlow
from mfa_simulators.client.transport import Transport
from mfa_simulators.client.values import REQUIRES_ADDITIONAL_AUTH, ClientState, Nonces, Session, User
from mfa_simulators.clock import SYSTEM_CLOCK, Clock
from mfa_simulators.randomness import Randomness, SystemRandomness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from mfa_simulators.client.errors import ClientError
    from mfa_simulators.client.project import ProjectSettings
    from mfa_simulators.client.protocol import PasskeyAuthenticator
    from mfa_simulators.client.sync import Handler, Pending
    from mfa_simulators.client.wire import Answer

T = TypeVar("T")

ELEVATED_TOKEN_HEADER = "x-dyn-elevated-access-token"  # noqa: S105 -- a header's name
MFA_TOKEN_HEADER = "x-mfa-auth-token"  # noqa: S105
_NONCES_AT_ONCE = 5


class ClientCore:
    """A client without its vocabulary. `MfaClient` has the arguments' meaning."""

    def __init__(
        self,
        base_url: str,
        environment_id: str,
        *,
        origin: str = "http://localhost",
        http: httpx.Client | None = None,
        clock: Clock = SYSTEM_CLOCK,
        passkey: PasskeyAuthenticator | None = None,
        device_key: DeviceKey | None = None,
        sign_nonces: bool = True,
        cookie_mode: bool | None = None,
        randomness: Randomness | None = None,
    ) -> None:
        self.clock = clock
        self.origin = origin
        self.passkey = passkey
        self.events = Events()
        self._randomness = randomness or SystemRandomness()
        self.transport = Transport(
            base_url, environment_id, origin=origin, http=http, clock=clock, randomness=self._randomness
        )
        self.memory = Memory(clock)
        self._settings: ProjectSettings | None = None
        self._cookie_mode = cookie_mode
        self._sign_nonces = sign_nonces
        self._device_key = device_key
        self._session_key: DeviceKey | None = None
        self._nonces = NoncePool(self._fetch_nonces, clock)

    @cached_property
    def sync(self) -> SyncFlow:
        """What runs the application's handler, once a login."""
        return SyncFlow()

    @property
    def state(self) -> ClientState:
        """What the client knows of its session now."""
        return self.memory.snapshot()

    def restore(self, state: ClientState) -> None:
        """Takes up a session that was kept, as a page does when it is loaded again.

        No request is sent. The sync handler is armed anew, and runs if something is pending (D-23).
        """
        self.memory.restore(state)
        self.sync.rearm()
        self._notice_user()

    def on_mfa_required(self, handler: Handler | None) -> None:
        """Sets what runs, once a login, when MFA or recovery codes are pending; at once if they are now.

        What the handler raises comes out of the call that it ran in; the session is kept all the same.
        """
        self.sync.handle_with(handler)
        self._notice_user()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Sends any request with this client's session, and returns the answer whatever its status.

        Nothing of the answer is taken into the session.

        Args:
            method: of HTTP.
            path: below `sdk/{environment}/`, quoted already.
            body: bytes as they are, anything else as JSON; None for none.
            headers: beside the client's own; a value of None leaves one of those out.

        Raises:
            NetworkError: no answer came.
        """
        return self.transport.send(
            method,
            path,
            body=encode(body),
            headers={**self._session_headers(), **(headers or {})},
            with_cookies=self.in_cookie_mode,
        )

    @property
    def in_cookie_mode(self) -> bool:
        """Whether the session token is left to a cookie; False until the settings say so."""
        if self._cookie_mode is not None:
            return self._cookie_mode
        return self._settings is not None and self._settings.cookie_mode

    # What the vocabulary is built from. Each of these is one decision, to be replaced by a subclass.

    def _call(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
        elevated: str | None = None,
        signed: bool = False,
    ) -> T:
        """One call: sends it, raises what a refusal means, reads the answer (not at all for `NoneType`)."""
        sent = dict(headers or {})
        if elevated and (token := self.memory.elevated.spend(elevated)):
            sent[ELEVATED_TOKEN_HEADER] = token
        if signed:
            sent |= self._device_headers()
        answer = self.request(method, path, body=body, headers=sent)
        if not answer.succeeded:
            raise self._refusal(answer)
        return wire.read(answer, kind)

    def _refusal(self, answer: Answer) -> ClientError:
        """The error that a refusal means (D-89)."""
        return wire.read_refusal(answer, self.clock)

    def _enter(self, method: str, path: str, body: object = None, **call: Any) -> Session:
        """A call that is answered by a VerifyResponse, which takes the place of the present session."""
        session = self._call(method, path, Session, body=body, **call)
        self._remember(session, f"{method} {path}")
        self._notice_user()
        return session

    def _remember(self, session: Session, endpoint: str) -> None:
        self.memory.store(session, endpoint)

    def _notice_user(self) -> None:
        """Runs after every change of the user."""
        self.sync.notice(self.pending())

    def pending(self) -> Pending | None:
        """What is still to be done in this session; None when nothing is, or nobody is signed in."""
        user = self.memory.user
        if user is None:
            return None
        if self._owes_mfa(user):
            return "mfa"
        return "recovery_codes" if self._owes_acknowledgement(user) else None

    def _owes_mfa(self, user: User) -> bool:
        return REQUIRES_ADDITIONAL_AUTH in user.scopes  # on the split list, not in the text (D-16)

    def _owes_acknowledgement(self, user: User) -> bool:
        return user.mfa_backup_code_acknowledgement == "pending"

    def _session_headers(self) -> dict[str, str]:
        headers = {}
        if self.memory.token and not self.in_cookie_mode:
            headers["authorization"] = f"Bearer {self.memory.token}"
        if self._session_key:
            headers["x-dyn-session-public-key"] = self._session_key.public_hex
        return headers

    def _session_public_key(self) -> str:
        """The key that names this session; a new one after each logout."""
        if self._session_key is None:
            self._session_key = DeviceKey.new(self._randomness, "session key")
        return self._session_key.public_hex

    def _device_headers(self) -> dict[str, str]:
        """A fresh nonce signed by the device's key; none in cookie mode, as the vendor's client does."""
        if self.in_cookie_mode or not self._sign_nonces:
            return {}
        if self._device_key is None:
            self._device_key = DeviceKey.new(self._randomness, "device key")
        return device_headers(self._device_key, self._nonces.take())

    def _fetch_nonces(self) -> Sequence[str]:
        nonces = self._call("GET", f"nonces?count={_NONCES_AT_ONCE}", Nonces).nonces
        if not nonces:
            raise MalformedAnswerError(
                "GET nonces", field="nonces", expected="at least one", found="none", status=200
            )
        return nonces


def encode(body: object) -> bytes:
    """A body as it goes on the wire: JSON, unless it is bytes already."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
        return json.dumps(body).encode()


def segment(text: str) -> str:
    """A value as one segment of a path."""
    if text in {".", ".."}:  # these would be taken for a way up
        return text.replace(".", "%2E")
    return quote(text, safe="", errors="surrogatepass")
