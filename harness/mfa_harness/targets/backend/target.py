"""A backend by its URL, as a target: each scenario shows it tokens and reads what it answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Never, Self
from urllib.parse import urlsplit

import httpx

from mfa_harness.targets.backend.answers import Presented, beginning, read
from mfa_harness.targets.backend.asked import Asked
from mfa_harness.targets.backend.declared import TOKEN
from mfa_harness.targets.backend.issuer import Issuer
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.diagnosis import diagnose
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.reach import is_loopback, open_transport
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.transcript import Transcript
from mfa_harness.targets.web_url import flaw_of, quoted
from mfa_harness.targets.wire import RecordingTransport
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mfa_harness.events import Exchange
    from mfa_harness.targets.backend.declared import Backend
    from mfa_simulators.clock import Clock

LONGEST_USUAL: Final = 16_000
"""Characters of a token beyond which a server may hang up instead of answering: it refuses so, too."""
_AGAIN_SECONDS: Final = 1.0
_COOLDOWN_SECONDS: Final = 35.0


class BackendTarget:
    """`check --backend URL`.

    Args:
        url: of the backend; requests' paths go below it.
        requests: as typed; without any, those of the profile.
        spec: TARGET, the issuer of the tokens; "" for the one on the profile's port.
        profile: its `[backend]` says how the backend is asked and read.
        note: told what a person should know.
    """

    def __init__(
        self,
        url: str,
        requests: Sequence[str] = (),
        *,
        spec: str = "",
        profile: Profile | None = None,
        note: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.profile = profile or Profile()
        self.name = url
        self.url = _base(url)
        self.asked = tuple(map(Asked.parse, requests or self.declared.requests))
        if not self.asked:
            raise TargetError(
                f"the backend {url}",
                "nothing says what to ask it for",
                "Add --request 'GET /me', for something that needs a full session",
            )
        shown = ", ".join(map(str, self.asked))
        self.label = f"the backend at {url} ({shown}), with tokens of our reference server"
        self.rotated = False
        there = self.profile.url or ""
        self._spec = spec or (there if is_loopback(there) else "")  # anybody's MFA server gives us no tokens
        self._contact = Contact(rate=self.profile.rate, wall_clock=True, note=note)
        self._issuer: Issuer | None = None
        self._transport: httpx.BaseTransport | None = None

    @classmethod
    def of(
        cls,
        url: str,
        requests: Sequence[str] = (),
        *,
        spec: str = "",
        file: Path | None = None,
        note: Callable[[str], None] = lambda _text: None,
    ) -> Self:
        """The target that a command line stands for, `file` being its profile.

        Raises:
            TargetError: URL, requests or profile cannot be used.
        """
        profile = Profile.load(file) if file else None
        return cls(url, requests, spec=spec, profile=profile, note=note)

    @property
    def declared(self) -> Backend:
        """What the profile says of the backend."""
        return self.profile.backend

    @property
    def issuer(self) -> Issuer:
        """Who makes the tokens; there from `open` on."""
        assert self._issuer is not None
        return self._issuer

    def open(self, *, settle: bool = True) -> None:
        """Find the issuer, or serve it, and see that the backend answers at all.

        Args:
            settle: give a backend that has read the keys of an earlier run the time to read ours.

        Raises:
            TargetError: one of them cannot be used.
        """
        self._issuer = Issuer.find(self._spec, self.profile)
        try:
            self._transport = open_transport(self.url, self.profile, keep_alive=False)
            environment = self.arrange({}, scenario="first contact", locks_out=False)
            environment.reach()
            if settle:
                environment.settle()
            environment.close()
        except Blocked as error:
            self.close()
            raise TargetError(
                f"the backend {self.name}", error.found, "See that it runs and answers"
            ) from error
        except BaseException:
            self.close()
            raise

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> BackendEnvironment:  # noqa: ARG002
        """What one scenario shows the backend; settings are an MFA server's, and mean nothing here."""
        assert self._transport is not None
        return BackendEnvironment(self, self._transport, self._contact)

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool) -> str:  # noqa: ARG002
        """It refuses nothing: settings mean nothing to it."""
        return ""

    def close(self) -> list[str]:
        """Let go of both."""
        if self._transport is not None:
            self._transport.close()
        if self._issuer is not None:
            self._issuer.close()
        return []


class BackendEnvironment:
    """The backend as one scenario sees it, with a transcript of its own.

    What else the step definitions may ask of a target, an MFA server would have: it is n/a here.
    """

    def __init__(self, target: BackendTarget, transport: httpx.BaseTransport, contact: Contact) -> None:
        known = target.issuer.known
        self.target = target
        self.id = known.environment_id
        self.base_url = target.url
        self.origin = known.audience
        self.rp_id = ""
        self.settings: Mapping[str, Any] = {}
        self.clock: Clock = SYSTEM_CLOCK
        self._contact = contact
        self._transcript = Transcript(
            target.url, known.environment_id, origin=known.audience, secrets=target.profile.secrets
        )
        recording = RecordingTransport(transport, self._transcript, contact, waits_out_limits=True)
        self._http = httpx.Client(transport=recording, trust_env=False, timeout=target.profile.timeout)

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request and answer so far, tokens masked."""
        return self._transcript.exchanges

    def reach(self) -> httpx.Response:
        """One request without a token.

        Raises:
            TargetError: no answer came.
        """
        url = self.target.url + self.target.asked[0].path
        try:
            return self._sent(self.target.asked[0], None)
        except httpx.RequestError as error:
            raise diagnose(f"{self.target.asked[0].method} {url}", url, error=error) from error

    # -- tokens ------------------------------------------------------------------------------------------------

    def token(self, environment_id: str = "", claims: Mapping[str, Any] | None = None, **order: Any) -> str:
        """A full session's token as this backend wants it; `claims` and the rest of the order go over it."""
        declared = self.target.declared
        ours = {**declared.claims, **({"aud": declared.audience} if declared.audience else {})}
        return self.target.issuer.token(environment_id, claims={**ours, **(claims or {})}, **order)

    def present(self, token: str | None) -> list[Presented]:
        """Send every request with a token, or without any.

        Raises:
            Blocked: the backend has stopped answering.
        """
        return [self._present(request, token) for request in self.target.asked]

    def _present(self, request: Asked, token: str | None) -> Presented:
        try:
            response = self._sent(request, token)
        except httpx.TimeoutException:
            return Presented(request, "neither", "no answer in time")
        except httpx.RequestError as error:
            if token is not None and len(token) > LONGEST_USUAL:
                self._contact.answered(f"{request.method} {httpx.URL(self.target.url + request.path).path}")
                return Presented(request, "refused", "it hung up")
            return Presented(request, "neither", f"no answer: {type(error).__name__}")
        return Presented(request, *read(response, self.target.declared), said=beginning(response))

    def _sent(self, request: Asked, token: str | None) -> httpx.Response:
        headers = dict(self.target.declared.headers)
        if token is not None:
            name, _, value = self.target.declared.send.partition(":")
            headers[name.strip()] = value.replace(TOKEN, token).strip()
        if request.body:
            headers.setdefault("content-type", request.content_type)
        return self._http.request(
            request.method, self.target.url + request.path, content=request.body or None, headers=headers
        )

    def wait_until_let_in(self) -> list[Presented]:
        """Show a full session until it is let in, for as long as the backend may hold old keys."""
        until = time.monotonic() + min(self.target.declared.keys_seconds, self.target.profile.longest_wait)
        found = self.present(self.token())
        told = False
        while not all(each.verdict == "let in" for each in found):
            left = until - time.monotonic()
            if left <= 0:
                break
            if not told:
                self._contact.note(
                    f"waiting up to {max(1, round(left))} s for the backend to read the keys again"
                )
                told = True
            time.sleep(min(left, _AGAIN_SECONDS))
            found = self.present(self.token())
        return found

    def settle(self) -> None:
        """Wait for a backend that has not read our keys: it may be too early for it, after an earlier run.

        Libraries ask for a key that they do not know once in half a minute. Where it has read ours and still refuses,
        there is nothing to wait for.
        """
        issuer = self.target.issuer
        until = time.monotonic() + max(self.target.declared.keys_seconds, _COOLDOWN_SECONDS)
        told = False
        while not all(each.verdict == "let in" for each in self.present(self.token())):
            if issuer.keys_read() or time.monotonic() >= until:
                return
            if not told:
                self._contact.note(
                    "the backend has not read the issuer's keys: "
                    f"waiting up to {_COOLDOWN_SECONDS:.0f} s, in case it has just read those of another run"
                )
                told = True
            time.sleep(_AGAIN_SECONDS)

    def wait_for_old_keys(self) -> None:
        """Let the time pass for which the backend may hold keys that are published no more.

        Raises:
            NotApplicable: that is longer than the profile lets a scenario wait.
        """
        seconds = self.target.declared.keys_seconds
        if seconds > self.target.profile.longest_wait:
            raise NotApplicable(
                f"the backend may hold keys for {seconds:.0f} s, and longest_wait is "
                f"{self.target.profile.longest_wait:.0f} s"
            )
        if seconds:
            self._contact.wait(seconds, "for the backend to forget the old keys")

    # -- what an MFA server has ----------------------------------------------------------------------------------

    def _not_here(self, *_arguments: object, **_named: object) -> Never:
        raise NotApplicable("with --backend only a backend is tested: there is no MFA server to act on")

    connect = request = inbox = new_email = new_phone = external_jwt = advance = wait = change = _not_here
    reset_mfa = log = notices = _not_here

    def close(self) -> list[str]:
        """Nothing was made that would have to be deleted."""
        self._http.close()
        return []


def _base(url: str) -> str:
    if flaw := flaw_of(url, "http://localhost:3000"):
        raise TargetError(f"the backend {quoted(url)}", *flaw)
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username is not None:
        raise TargetError("the backend's URL", "it holds more than an address", "Leave user, ? and # out")
    return url.rstrip("/")
