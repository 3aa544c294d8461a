"""The control plane of a served reference server (`serve --control`), and environments made through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from mfa_harness.targets.diagnosis import diagnose
from mfa_harness.targets.environment import WireEnvironment
from mfa_harness.targets.reach import is_loopback, root_of
from mfa_harness.verdicts import Blocked, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_simulators.clock import MovableClock


T = TypeVar("T")


class Made(msgspec.Struct, frozen=True, rename="camel"):
    """What the control plane says of an environment it has made."""

    environment_id: str
    base_url: str


class _Mail(msgspec.Struct, frozen=True):
    code: str


class _Notice(msgspec.Struct, frozen=True):
    kind: str


class _Token(msgspec.Struct, frozen=True):
    jwt: str


class ControlPlane:
    """The test hooks of one server.

    Args:
        http: reaches the server.
        base_url: of its API.
    """

    def __init__(self, http: httpx.Client, base_url: str) -> None:
        self._http = http
        self._root = root_of(base_url) + "/control"

    @classmethod
    def find(cls, http: httpx.Client, base_url: str) -> ControlPlane | None:
        """The control plane of a server on this machine; None when it has none.

        Raises:
            TargetError: the server does not answer at all.
        """
        if not is_loopback(base_url):
            return None  # a server elsewhere is not asked for doors that should not be there
        url = root_of(base_url) + "/control/faults"
        try:
            response = http.get(url)
            faults = msgspec.json.decode(response.content) if response.is_success else None
        except httpx.RequestError as error:
            raise diagnose(f"GET {url}", url, error=error) from error
        except (ValueError, RecursionError):
            return None
        return cls(http, base_url) if _are_faults(faults) else None

    def make(self, settings: Mapping[str, Any], *, seed: str, clock: str | None) -> Made:
        """A new environment, its clock standing at an instant (ISO 8601), or for None going with real time.

        Raises:
            ScenarioError: a setting that does not exist.
            Blocked: it could not be made.
        """
        body = {"settings": dict(settings), "seed": seed, **({"clock": clock} if clock else {})}
        response = self._send("POST", "environments", body, refused=(400, 422))
        if not response.is_success:
            raise ScenarioError(f"the control plane refused the settings: {response.text[:200]}")
        return _read(response, Made, "make an environment")

    def change(self, environment_id: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a living environment."""
        self._send("PATCH", f"environments/{environment_id}", {"settings": dict(settings)})

    def newest_code(self, environment_id: str, email: str) -> str | None:
        """The newest code sent to an address; None when there is none."""
        path = f"environments/{environment_id}/mailbox?email={quote(email, safe='')}"
        mails = _read(self._send("GET", path), list[_Mail], "read the mailbox")
        return mails[-1].code if mails else None

    def advance(self, environment_id: str, seconds: float) -> None:
        """Move an environment's clock."""
        self._send("POST", f"environments/{environment_id}/clock", {"advance": seconds})

    def reset_mfa(self, environment_id: str, user_id: str) -> None:
        """The administrator's 'Reset MFA'."""
        self._send("POST", f"environments/{environment_id}/users/{quote(user_id, safe='')}/reset-mfa")

    def notices(self, environment_id: str, user_id: str) -> list[str]:
        """The kinds of notices that a user was sent, oldest first."""
        path = f"environments/{environment_id}/users/{quote(user_id, safe='')}/notices"
        return [notice.kind for notice in _read(self._send("GET", path), list[_Notice], "read notices")]

    def transcript(self, environment_id: str) -> list[dict[str, Any]]:
        """What the environment was asked and has answered, unmasked, oldest first."""
        answer = self._send("GET", f"environments/{environment_id}/transcript?unmasked=true")
        return _read(answer, list[dict[str, Any]], "read the transcript")

    def environments(self) -> list[dict[str, Any]]:
        """What backends have to know of the environments there are, the first one made first."""
        return _read(self._send("GET", "environments"), list[dict[str, Any]], "list environments")

    def make_in_real_time(self, settings: Mapping[str, Any]) -> Made:
        """A new environment whose clock is the server's."""
        response = self._send("POST", "environments", {"settings": dict(settings)})
        return _read(response, Made, "make an environment")

    def session_token(self, environment_id: str, order: Mapping[str, Any]) -> str:
        """A token to order (`mfa_simulators.server.minting.TokenOrder`)."""
        answer = self._send("POST", f"environments/{environment_id}/session-token", dict(order))
        return _read(answer, _Token, "order a session token").jwt

    def rotate_keys(self, environment_id: str) -> None:
        """A new key signs; those before it stay published."""
        self._send("POST", f"environments/{environment_id}/keys/rotate")

    def retire_keys(self, environment_id: str) -> None:
        """Only the key in use is published."""
        self._send("POST", f"environments/{environment_id}/keys/retire")

    def external_jwt(self, environment_id: str, email: str, scope: str | None) -> str:
        """A token that externalAuth/signin accepts, with a scope externalAuth/verify."""
        body = {"sub": email, "email": email, **({"scope": scope} if scope else {})}
        answer = self._send("POST", f"environments/{environment_id}/external-jwt", body)
        return _read(answer, _Token, "order an external token").jwt

    def _send(
        self, method: str, path: str, body: Any = None, *, refused: tuple[int, ...] = ()
    ) -> httpx.Response:
        content = None if body is None else msgspec.json.encode(body)
        headers = {"content-type": "application/json"}
        wanted = f"{method} /control/{path.partition('?')[0]}"
        try:
            response = self._http.request(method, f"{self._root}/{path}", content=content, headers=headers)
        except httpx.RequestError as error:
            raise Blocked(wanted, f"no answer came: {type(error).__name__} {error}".strip()) from error
        if not response.is_success and response.status_code not in refused:
            raise Blocked(wanted, f"the control plane answered {response.status_code}: {response.text[:200]}")
        return response


def _read(response: httpx.Response, kind: type[T], wanted: str) -> T:
    """What the control plane answers.

    Raises:
        Blocked: it is no JSON, or of another shape: not our server, or one of another version.
    """
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (ValueError, RecursionError) as error:
        raise Blocked(wanted, f"the control plane's answer is unreadable: {error}") from error


def _are_faults(value: Any) -> bool:
    """Whether this answers GET /control/faults: some servers answer 200 to everything."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and "slug" in each for each in value)
    )


class ControlledEnvironment(WireEnvironment):
    """An environment made through the control plane: all that one in process can do, over sockets."""

    signs_every_device = False  # as in process: the same run, the same requests

    def __init__(self, control: ControlPlane, clock: MovableClock, made: Made, **common: Any) -> None:
        super().__init__(made.base_url, made.environment_id, clock=clock, **common)
        self._control = control
        self._clock = clock

    def seen_by_server(self) -> list[dict[str, Any]]:
        """The server's own transcript."""
        return self._control.transcript(self.id)

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest code from the server's outbox."""

        def read() -> str:
            code = self._control.newest_code(self.id, email)
            if code is None:
                raise Blocked(f"read the e-mail code of {email}", "the server sent none")
            return code

        return read

    def new_phone(self) -> tuple[str, str]:
        """A number whose messages the server's outbox keeps."""
        return self.next_phone()

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:
        """A token that externalAuth/signin accepts, with a scope externalAuth/verify."""
        return self._control.external_jwt(self.id, email, scope)

    def advance(self, seconds: float) -> None:
        """Move the server's clock, and the people's with it."""
        self._control.advance(self.id, seconds)
        self._clock.advance(seconds)

    def change(self, **settings: Any) -> None:
        """Change settings of the living environment."""
        self._control.change(self.id, settings)
        self.settings = {**self.settings, **settings}

    def notices(self, user_id: str) -> list[str]:
        """The kinds of notices in the server's outbox."""
        return self._control.notices(self.id, user_id)

    def reset_mfa(self, user_id: str) -> None:
        """The administrator's 'Reset MFA'."""
        self._control.reset_mfa(self.id, user_id)
