"""@simplewebauthn/server, through node. Worked example of an adapter to another language.

It runs in a folder where `npm install @simplewebauthn/server` was done: the environment variable
`NODE_PACKAGES` names it, else the current one is taken.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from mfa_harness.passkey_audit.party import ATTESTATION, COUNTER, FRAMES, PORT
from mfa_harness.usage import UsageError

_PROGRAM = Path(__file__).with_name("simplewebauthn.mjs")


def _folder() -> str:
    return str(Path(os.environ.get("NODE_PACKAGES") or ".").resolve())


class SimpleWebAuthnError(Exception):
    """The library refused."""


class SimpleWebAuthnCrash(Exception):  # noqa: N818 - it is what it is called in a report
    """The library threw what is no refusal of its own: a TypeError, a RangeError."""


class Node:
    """The program that holds the library; started when first needed, and shared by all parties."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def call(self, name: str, argument: Any = None) -> Any:
        """One call, and what it gave.

        Raises:
            SimpleWebAuthnError: the library refused.
            SimpleWebAuthnCrash: it threw something else.
            UsageError: node or the package is not there.
        """
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"call": name, "argument": argument}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise UsageError(
                f"node ended at once: it found no @simplewebauthn/server in {_folder()}",
                "`npm install @simplewebauthn/server` somewhere, and set NODE_PACKAGES to that folder",
            )
        answer = json.loads(line)
        if "error" not in answer:
            return answer["value"]
        kind = SimpleWebAuthnCrash if answer["kind"] in ("TypeError", "RangeError") else SimpleWebAuthnError
        raise kind(answer["error"])

    def close(self) -> None:
        """Ends the program."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(  # noqa: S603
                    ["node", str(_PROGRAM), _folder()],  # noqa: S607 - the user's own node
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            except FileNotFoundError as error:
                raise UsageError("there is no program `node` here", "install Node.js 20 or later") from error
        return self._process


class SimpleWebAuthnParty:
    """One account. The library keeps nothing: challenges and credentials are its caller's."""

    origin = "https://app.example.org"
    refusals = (SimpleWebAuthnError,)
    claims = (ATTESTATION, COUNTER, FRAMES, PORT)

    def __init__(self, node: Node) -> None:
        self._node = node
        node.call("fresh")

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration."""
        options: dict[str, Any] = self._node.call("creation_options")
        return options

    def register(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._node.call("register", response)

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication."""
        options: dict[str, Any] = self._node.call("request_options")
        return options

    def authenticate(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._node.call("authenticate", response)


class Parties:
    """Makes parties over one program."""

    def __init__(self) -> None:
        self._node = Node()

    def __call__(self) -> SimpleWebAuthnParty:
        """A fresh account."""
        return SimpleWebAuthnParty(self._node)

    def close(self) -> None:
        """Ends the program."""
        self._node.close()


parties = Parties()
