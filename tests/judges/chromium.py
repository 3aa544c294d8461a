"""A headless Chromium, spoken to through its DevTools pipe, with a virtual authenticator on a page of localhost."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.browser import QUIET

PATIENCE = 20  # seconds


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>relying party</title>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class calls it so)
        pass


class Chromium:
    """One browser with one page and one virtual authenticator.

    Args:
        program: its path.
    """

    def __init__(self, program: str) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://localhost:{self._server.server_port}"
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()

        def arrange() -> None:  # DevTools reads from descriptor 3 and writes to 4
            os.dup2(os.dup(theirs_in), 3)
            os.dup2(theirs_out, 4)

        # Above the two descriptors, so that arranging them overwrites none that it still needs.
        theirs_in, theirs_out = (_above(each) for each in (theirs_in, theirs_out))
        self._process = subprocess.Popen(
            [
                program,
                *QUIET,
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
                f"--user-data-dir={self._folder.name}",
                "about:blank",
            ],
            preexec_fn=arrange,  # noqa: PLW1509 (it only moves descriptors)
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        self._in = os.fdopen(ours_in, "rb", buffering=0)
        self._pending = b""
        self._number = 0
        self._session: str | None = None
        target = self.command("Target.createTarget", url=self.origin)["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._wait_for_page()
        self.command("WebAuthn.enable")
        self.authenticator = ""

    def _wait_for_page(self) -> None:
        ready = f"location.origin === {json.dumps(self.origin)} && document.readyState === 'complete'"
        for _ in range(200):
            if self.command("Runtime.evaluate", expression=ready)["result"].get("value") is True:
                return
            time.sleep(0.05)
        raise AssertionError("the page did not load")

    def plug_in(self, **options: Any) -> None:
        """A new virtual authenticator in the place of the old one."""
        if self.authenticator:
            self.command("WebAuthn.removeVirtualAuthenticator", authenticatorId=self.authenticator)
        settings = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.command("WebAuthn.addVirtualAuthenticator", options=settings | options)
        self.authenticator = added["authenticatorId"]

    def add(self, credential: dict[str, Any]) -> None:
        """Imports a credential."""
        self.command("WebAuthn.addCredential", authenticatorId=self.authenticator, credential=credential)

    def credentials(self) -> list[dict[str, Any]]:
        """Exports all credentials."""
        listed: list[dict[str, Any]] = self.command(
            "WebAuthn.getCredentials", authenticatorId=self.authenticator
        )["credentials"]
        return listed

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.create()` on the page; JSON in and out by the browser's own methods."""
        return self._ceremony("create", "parseCreationOptionsFromJSON", options)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.get()` on the page."""
        return self._ceremony("get", "parseRequestOptionsFromJSON", options)

    def _ceremony(self, name: str, parse: str, options: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(json.dumps(options))
        answer = self.command(
            "Runtime.evaluate",
            expression=(
                f"navigator.credentials.{name}({{publicKey: PublicKeyCredential.{parse}(JSON.parse({text}))}})"
                ".then(credential => JSON.stringify(credential.toJSON()))"
            ),
            awaitPromise=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        read: dict[str, Any] = json.loads(answer["result"]["value"])
        return read

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """One DevTools command and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._next())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> bytes:
        while b"\0" not in self._pending:
            readable, _, _ = select.select([self._in], [], [], PATIENCE)
            piece = self._in.read(65536) if readable else b""
            if not piece:
                raise AssertionError(f"Chromium has ended, or does not answer within {PATIENCE} s")
            self._pending += piece
        message, _, self._pending = self._pending.partition(b"\0")
        return message

    def close(self) -> None:
        """Ends the browser."""
        self._session = None
        try:
            self.command("Browser.close")
        except (AssertionError, OSError):
            self._process.kill()
        self._process.wait(timeout=20)
        self._out.close()
        self._in.close()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


def _above(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return moved
