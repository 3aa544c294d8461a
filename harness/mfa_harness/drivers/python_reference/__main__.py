"""The smallest example of a driver: it drives the reference client. docs/driver.md has the protocol."""

import json
import sys
from functools import partial
from types import SimpleNamespace
from typing import Any

import msgspec

from mfa_harness import __version__
from mfa_simulators.client import Client, ClientError, MfaClient, OtpVerification, ScreenWords

ACTIONS = [name for name in {*dir(Client), *dir(ScreenWords)} if not name.startswith("_")]
WISHES = ["mfa_token", "related_origin_rp_id"]
ARGUMENTS = ["allow_new_mfa_linking", "create_mfa_token", "device_id", "requested_scopes", *WISHES]
CLIENTS: dict[str, MfaClient] = {}


def say(**message: Any) -> None:
    """One line to the harness."""
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.flush()


def ask(client: str, what: str, options: Any, *, origin: str, fault: Any = None) -> Any:  # noqa: ARG001
    """Have the person's passkey do its part; it is on the other side."""
    say(ask={"id": "ask", "client": client, "what": what, "options": options, "origin": origin})
    answer = json.loads(sys.stdin.readline())["answer"]
    if "error" in answer:
        raise ClientError("other", answer["error"]["message"], code=answer["error"]["name"])
    return answer["value"]


def do(client: str, action: str, args: dict[str, Any]) -> Any:
    """One action of one client."""
    if action == "initialize":
        asking = {word: partial(ask, client, f"webauthn.{word}") for word in ("create", "get")}
        passkey: Any = SimpleNamespace(**asking)
        where = args.pop("base_url"), args.pop("environment_id")
        CLIENTS[client] = MfaClient(*where, origin=args.pop("origin"), passkey=passkey)
    if "verification" in args:
        args["verification"] = msgspec.convert(args["verification"], OtpVerification)
    word = getattr(CLIENTS[client], action)
    return word(**args) if callable(word) else word


for line in sys.stdin:
    [(name, said)] = json.loads(line).items()
    if name == "hello":
        about = {"name": "mfa_simulators.MfaClient", "version": __version__, "enrolment": "either"}
        say(hello={"protocol": 1, "capabilities": ACTIONS, "arguments": ARGUMENTS, **about})
    elif name == "do":
        try:
            say(result={"id": said["id"], "value": do(said["client"], said["action"], said["args"])})
        except ClientError as error:
            facts = {fact: getattr(error, fact) for fact in ("kind", "message", "status", "code")}
            say(result={"id": said["id"], "error": facts})
