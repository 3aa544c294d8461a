"""An environment of somebody's living server: real time, fresh users, nothing left behind if possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx
import msgspec

from mfa_harness.targets.environment import WireEnvironment
from mfa_harness.targets.programs import TookTooLong, run_program
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client import ClientError, MfaClient
from mfa_simulators.client.pool import ConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.targets.addresses import Addresses
    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.transcript import Sent

_FULL: Final = "user:basic"
_COOKIE: Final = "DYNAMIC_JWT_TOKEN"
_LONGEST_FOR_A_CODE: Final = 62.0  # seconds: two steps and the guard before the end of one


class _User(msgspec.Struct, frozen=True):
    id: str
    email: str | None = None
    scope: str | None = None


class _SignedIn(msgspec.Struct, frozen=True):
    """A VerifyResponse, as far as cleaning up needs it."""

    user: _User
    expires_at: float = msgspec.field(name="expiresAt")  # passkey options have a `user` too, and no expiry
    minified_jwt: str | None = msgspec.field(name="minifiedJwt", default=None)


@dataclass
class _Left:
    """A user that the scenario has made, and the headers of her full sessions, oldest first."""

    id: str
    email: str = ""
    sessions: list[dict[str, str]] = field(default_factory=list)


class LivingEnvironment(WireEnvironment):
    """An environment that was there before us, or that the profile's program has arranged."""

    def __init__(self, *args: Any, addresses: Addresses, fixed_code: str | None, **common: Any) -> None:
        super().__init__(*args, **common)
        self._addresses = addresses
        self._fixed_code = fixed_code
        # Cleaning up is no part of the evidence, so it does not go through the transcript.
        self._quiet = ConnectionPool(transport=common["inner"], trust_env=False, timeout=self.profile.timeout)

    def new_email(self, name: str) -> str:
        """An address by the profile's pattern, never used before."""
        return self._addresses.new(name)

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest code: the fixed one, or the profile's program."""
        sign_in = self.profile.sign_in
        code = sign_in.code if sign_in.code is not None else self._fixed_code
        if code is not None:
            return lambda: code
        command = sign_in.code_command
        if command is None:
            raise NotApplicable("the profile's [sign_in] does not say how to read an e-mail code")

        def read() -> str:
            printed = self._run("code_command", command, f"read the e-mail code of {email}", email)
            return printed.splitlines()[-1].strip()

        return read

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:
        """A token from the profile's program, which is asked for sign-in only."""
        if scope:
            raise NotApplicable(
                "the profile's external_jwt_command makes tokens to sign in with, without a scope"
            )
        command = self.profile.sign_in.external_jwt_command
        if command is None:
            raise NotApplicable("the profile has no sign_in.external_jwt_command")
        wanted = f"get a token of another issuer for {email}"
        return self._run("external_jwt_command", command, wanted, email)

    def _run(self, key: str, command: str, wanted: str, email: str) -> str:
        """Run a program of [sign_in], unless it has taken all its time too often."""
        seconds = self.profile.sign_in.command_seconds
        self.contact.demand(key, wanted)
        try:
            printed = run_program(command, wanted, folder=self.profile.folder, seconds=seconds, email=email)
        except TookTooLong as error:
            self.contact.unanswered(key, error.found, by_target=False)
            raise
        self.contact.answered(key)
        return printed

    def wait(self, seconds: float) -> None:
        """Really wait, and say so.

        Raises:
            NotApplicable: for longer than the profile allows.
        """
        if seconds > self.profile.longest_wait:
            raise NotApplicable(too_long(self.profile))
        self.contact.wait(seconds, "for a fresh code" if seconds <= _LONGEST_FOR_A_CODE else "as it says")

    def close(self) -> list[str]:
        """Delete the scenario's users; those that could not be are returned."""
        return [
            f"user {user.id} ({user.email}) of environment {self.id}: {why}"
            for user in self._made().values()
            if (why := self._delete(user))
        ]

    def _made(self) -> dict[str, _Left]:
        """Users who signed in and were not deleted, from the raw transcript."""
        users: dict[str, _Left] = {}
        for sent in self.transcript.raw:
            if sent.status is None or not 200 <= sent.status < 300:  # noqa: PLR2004
                continue
            if sent.method == "DELETE" and sent.url.endswith("/users"):
                gone = _credentials(sent.request_headers)
                users = {key: user for key, user in users.items() if gone not in user.sessions}
            elif b'"user"' in sent.answer:
                _note_session(users, sent)
        return users

    def _delete(self, user: _Left) -> str:
        """Delete one user; returns why it could not be done, or ""."""
        if not self.profile.has("delete-user"):
            return self.profile.why_not("delete-user")
        try:
            for session in reversed(user.sessions):
                self.contact.turn("DELETE users")
                headers = {"origin": self.origin, **session}  # a cookie alone is not enough against CSRF
                answer = self._quiet.delete(f"{self.base_url}/sdk/{self.id}/users", headers=headers)
                if answer.is_success:
                    return ""
            return self._sign_in_and_delete(user)
        except (httpx.RequestError, Blocked, NotApplicable) as error:
            return str(error)

    def _sign_in_and_delete(self, user: _Left) -> str:
        """The last resort: a new session, where no challenge is due in it."""
        client = MfaClient(self.base_url, self.id, origin=self.origin, http=self._quiet, clock=self.clock)
        try:
            self.contact.turn("sign in to delete")
            client.initialize()  # tells whether sessions live in a cookie
            session = client.verify_otp(client.send_email_otp(user.email), self.inbox(user.email)())
            if _FULL not in session.user.scopes:
                return "a new session of hers needs MFA first"
            client.delete_user()
        except ClientError as error:
            return str(error)
        return ""


def too_long(profile: Profile) -> str:
    """Why a scenario that would have to wait is n/a: the same words for all, so that they are counted as one."""
    return f"it takes more real time than the profile's longest_wait, {profile.longest_wait:.0f} s"


def _note_session(users: dict[str, _Left], sent: Sent) -> None:
    try:
        answer = msgspec.json.decode(sent.answer, type=_SignedIn)
    except (ValueError, RecursionError):
        return
    user = users.setdefault(answer.user.id, _Left(answer.user.id))
    user.email = answer.user.email or user.email
    if _FULL not in (answer.user.scope or "").split():
        return
    if answer.minified_jwt:
        user.sessions.append({"authorization": f"Bearer {answer.minified_jwt}"})
        return
    cookie = sent.response_headers.get("set-cookie", "").partition(f"{_COOKIE}=")[2].partition(";")[0]
    if cookie:
        user.sessions.append({"cookie": f"{_COOKIE}={cookie}"})


def _credentials(headers: Any) -> dict[str, str]:
    """Of a request: in the shape of a session's headers."""
    return {name: headers[name] for name in ("authorization", "cookie") if name in headers}
