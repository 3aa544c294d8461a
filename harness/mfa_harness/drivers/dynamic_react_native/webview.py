"""The stand-in for the vendor's webview page: it answers the React Native client's messages over MfaClient.

The vendor hosts the real page, which runs the web SDK; its code is not published. This one is no vendor's code. It
speaks the vendor's channel (`@dynamic-labs/message-transport`): a message is acknowledged at once, then resolved or
rejected under the same session id. A line of stdin is `{"page", "message"}`, what a host says, or `{"page", "act"}`,
what somebody does who looks at the page; what the page says goes out the same way, what is seen on it as `seen`.
"""

from __future__ import annotations

import json
import sys
import threading
from functools import partial
from itertools import count
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.drivers.dynamic_react_native.answers import ANSWERS, LATER, Page
from mfa_simulators.client import ClientError, MfaClient
from mfa_simulators.client.events import MFA_COMPLETION_FAILURE, MFA_COMPLETION_SUCCESS
from mfa_simulators.passkey.errors import WebAuthnError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = {
    "invalid_code": "MfaInvalidOtpError",
    "rate_limited": "MfaRateLimitedError",
    "network": "FetchError",
}
_SAYING = threading.Lock()


def _say(**line: Any) -> None:
    """One line to the host."""
    with _SAYING:
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        sys.stdout.buffer.flush()


class Webview(Page):
    """One page; what comes to it is done in order, by a thread of its own, since a ceremony waits for the phone.

    Args:
        name: of the page, in every line about it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._jobs: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
        self._replies: dict[str, SimpleQueue[Mapping[str, Any]]] = {}
        self._ids = count(1)
        self._told: dict[str, Any] = {}
        threading.Thread(target=self._work, daemon=True).start()

    def take(self, line: Mapping[str, Any]) -> None:
        """A line about this page: a reply goes to who waits for it, anything else is done in its turn."""
        message = line.get("message")
        if message is None or "__" not in message["type"]:
            self._jobs.put(line)
        elif not message["type"].endswith("__ack") and message["messageSessionId"] in self._replies:
            self._replies[message["messageSessionId"]].put(message)

    def _work(self) -> None:
        while True:
            line = self._jobs.get()
            if "message" in line:
                self._answer(line["message"])
            elif line["act"] == "come":
                self._come()
            elif line["act"] == "leave":
                return
            else:
                _say(page=self.name, seen=self._acted(line))

    # -- the channel -------------------------------------------------------------------------------------------------

    def _emit(self, kind: str, session: str, *args: Any) -> None:
        message = {"type": kind, "args": args, "messageSessionId": session, "origin": "webview"}
        _say(page=self.name, message=message)

    def _ask(self, kind: str, *args: Any) -> Any:
        """A request to the host, and what it is resolved with.

        Raises:
            WebAuthnError: it was rejected: the only thing that a host refuses is a ceremony.
        """
        session = f"page-{next(self._ids)}"
        waiting = self._replies[session] = SimpleQueue()
        self._emit(kind, session, *args)
        reply = waiting.get()
        del self._replies[session]
        [value] = reply["args"] or [None]
        if reply["type"].endswith("__reject"):
            raise WebAuthnError(value["name"], value["message"])
        return value

    def _answer(self, message: Mapping[str, Any]) -> None:
        kind, session = message["type"], message["messageSessionId"]
        if kind not in ANSWERS:
            return  # nobody acknowledges it: the host gives up after five seconds, as on a page without the handler
        self._emit(f"{kind}__ack", session)
        try:
            value = ANSWERS[kind](self, *message["args"])
        except ClientError as error:
            self._tell()
            self._emit(f"{kind}__reject", session, _serialized(error))
            return
        self._tell()
        if value is LATER:
            self.prompted = session
        else:
            self._emit(f"{kind}__resolve", session, msgspec.to_builtins(value))

    def _tell(self) -> None:
        """The host's copy of the session: what has changed of it goes first, so that it is there with the answer."""
        state = self.client.state
        user = state.user and {**msgspec.to_builtins(state.user), "userId": state.user.id}
        now = {"authenticatedUser": user, "token": state.token, "minifiedToken": state.token}
        for variable, value in now.items():
            if self._told.get(variable) != value:
                self._emit(f"auth__{variable}Changed", f"page-{next(self._ids)}", value)
        self._told = now

    # -- its life ----------------------------------------------------------------------------------------------------

    def _come(self) -> None:
        """Loads: asks the host what it is to be, reads the settings, and says that it is there."""
        manifest = self._ask("manifest")
        phone: Any = SimpleNamespace(
            create=lambda options, **_: self._ask("passkey_register", {"optionsJSON": options}),
            get=lambda options, **_: self._ask("passkey_authenticate", {"optionsJSON": options}),
        )
        self.client = MfaClient(
            manifest["apiBaseUrl"], manifest["environmentId"], origin=manifest["appOrigin"], passkey=phone
        )
        for event in (MFA_COMPLETION_SUCCESS, MFA_COMPLETION_FAILURE):
            self.client.events.on(event, partial(self._completed, event))
        self.client.initialize()
        self._emit("sdk__loadedChanged", f"page-{next(self._ids)}", True)

    def _completed(self, event: str, about: Mapping[str, Any]) -> None:
        error = about.get("error")
        told = {"error": _serialized(error)} if error else {"mfaToken": about.get("mfa_token")}
        self._emit(event, f"page-{next(self._ids)}", told)

    def _acted(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """What somebody did who looks at the page, and what she sees then."""
        error = None
        if line["act"] == "submit":
            try:
                self._submit(line.get("code"))
            except ClientError as refused:
                error = _serialized(refused)
            self._tell()
        content = self.client.read_screen()
        seen = {"screen": self.client.current_screen, "error": error, "uri": content.uri}
        return {**seen, "recovery_codes": content.recovery_codes}

    def _submit(self, code: str | None) -> None:
        self.client.submit_screen(code=code)
        if self.prompted and code is not None:
            self._emit("promptMfaAuth__resolve", self.prompted, self.client.state.mfa_token)
            self.prompted = None


def _serialized(error: ClientError) -> dict[str, Any]:
    """An error as the channel carries it."""
    facts = {"status": error.status, "code": error.code, "retryAfter": error.retry_after}
    name = _NAMES.get(error.kind, "Error")
    return {
        "name": name,
        "message": error.message,
        "stack": "",
        **{k: v for k, v in facts.items() if v is not None},
    }


def main() -> None:
    """Serve every page until stdin ends."""
    pages: dict[str, Webview] = {}
    for text in sys.stdin:
        line = json.loads(text)
        name = line["page"]
        if name not in pages:
            pages[name] = Webview(name)
        pages[name].take(line)
        if line.get("act") == "leave":
            del pages[name]


if __name__ == "__main__":
    main()
