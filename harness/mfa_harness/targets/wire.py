"""The wire: the one place where the harness's requests pass.

`RecordingTransport` wraps whatever carries them (a socket, an application in process): it paces, keeps the
transcript, waits out a 429 that is not the thing under test, and notices a target that has gone silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

from mfa_harness.verdicts import Blocked
from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.http_date import http_date

if TYPE_CHECKING:
    from mfa_harness.targets.contact import Contact
    from mfa_harness.targets.transcript import Sent, Transcript

_TOO_MANY_REQUESTS: Final = 429
_TRIES: Final = 4
_UNSAID_WAIT_SECONDS: Final = 10.0
_LONGEST_WAIT_SECONDS: Final = 300.0
_CODE_LIFE_SECONDS: Final = (
    25.0  # a code of this time step is still good so long after, with one step of drift
)
_CODE_ROUTES: Final = ("/mfa/auth/totp", "/mfa/register/totp")


class RecordingTransport(httpx.BaseTransport):
    """Carries the requests of one environment.

    Args:
        inner: what really carries them; never closed here, since it serves other environments too.
        transcript: where they are kept.
        contact: pace and patience, shared by the run.
        waits_out_limits: whether a 429 is to be waited out: not where limits are what is tested, nor where
            the target's clock stands still.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        transcript: Transcript,
        contact: Contact,
        *,
        waits_out_limits: bool = False,
    ) -> None:
        self._inner = inner
        self._transcript = transcript
        self._contact = contact
        self._waits_out_limits = waits_out_limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, and again for as long as the target asks to wait.

        Raises:
            Blocked: the target has stopped answering, or asks to wait longer than is sensible.
            httpx.TransportError: no answer came.
        """
        body = request.read()
        for left in reversed(range(_TRIES)):
            response = self._once(request, body)
            if response.status_code != _TOO_MANY_REQUESTS or not self._waits_out_limits:
                break
            self._wait_out(request, response, last=not left)
        return response

    def _once(self, request: httpx.Request, body: bytes) -> httpx.Response:
        what = f"{request.method} {request.url.path}"
        self._contact.turn(what)
        sent = self._transcript.begin(request.method, str(request.url), _joined(request.headers), body)
        try:
            response = self._inner.handle_request(request)
            response.request = request  # what reading a compressed body asks for when it fails
            response.read()
        except httpx.RequestError as error:
            sent.note = f"no answer: {type(error).__name__}: {error}" if str(error) else "no answer"
            sent.done = True
            self._contact.unanswered(what, type(error).__name__)
            raise
        self._contact.answered(what)
        _keep(sent, response)
        return response

    def _wait_out(self, request: httpx.Request, response: httpx.Response, *, last: bool) -> None:
        wanted = f"{request.method} {request.url.path.rpartition('/sdk/')[2].partition('/')[2]}"
        seconds = retry_after(response)
        mend = "lower `rate` in the profile"
        if last:
            raise Blocked(wanted, f"the target limits our requests: {_TRIES} x 429 in a row; {mend}")
        if seconds > _LONGEST_WAIT_SECONDS:
            raise Blocked(wanted, f"the target limits our requests (429) for {seconds:.0f} s; {mend}")
        if seconds > _CODE_LIFE_SECONDS and request.url.path.endswith(_CODE_ROUTES):
            # Sent again after that, the code would be refused for its age, and the target blamed for it.
            raise Blocked(
                wanted, f"the target limits our requests (429) for longer than a code lives; {mend}"
            )
        self._contact.wait(seconds, f"because the target asks for it (429, {wanted})")


def _keep(sent: Sent, response: httpx.Response) -> None:
    sent.status = response.status_code
    sent.response_headers = _joined(response.headers)
    sent.answer = response.content
    note = response.extensions.get("note")
    if isinstance(note, str):
        sent.note = note
    sent.done = True


def _joined(headers: httpx.Headers) -> dict[str, str]:
    """Headers by lower-case name, repeated ones joined: cookies by "; ", for a comma may stand in a date.

    Read from `raw`: httpx looks every header up anew, which is what most of our own time went into.
    """
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        between = "; " if name == "set-cookie" else ", "
        joined[name] = f"{joined[name]}{between}{value}" if name in joined else value
    return joined


def retry_after(response: httpx.Response) -> float:
    """How many seconds a 429 asks to wait (RFC 9110 10.2.3: seconds or a date); ten if unsaid."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        at = http_date(said)
    except ValueError:
        return _UNSAID_WAIT_SECONDS
    here = response.headers.get("date", "")
    try:
        now = http_date(here)  # by the target's own clock, which may differ from ours
    except ValueError:
        now = SYSTEM_CLOCK.now()
    return max(0.0, at - now)
