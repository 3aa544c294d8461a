"""Drivers of a few lines, each wrong in one way. Run as: python miniatures.py NAME."""

from __future__ import annotations

import base64
import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIONS = [
    "initialize",
    "state",
    "send_email_otp",
    "verify_otp",
    "get_mfa_recovery_codes",
    "register_passkey",
]


def write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say(**message: Any) -> None:
    write(json.dumps(message))


def hello(**changed: Any) -> None:
    about = {"protocol": 1, "name": "mini", "version": "1", "capabilities": ACTIONS, "enrolment": "auth"}
    say(hello={**about, **changed})


HELLOS: dict[str, dict[str, Any]] = {
    "other-protocol": {"protocol": 2},
    "misspelt-action": {"capabilities": [*ACTIONS, "register_passkeys"]},
    "misspelt-argument": {"arguments": ["device_ids"]},
    "unknown-field": {"homepage": "https://example.org"},
    "no-state": {"capabilities": ["initialize"]},
}


def greeting(name: str) -> None:
    if name == "mute":
        time.sleep(60)
    elif name == "dies":
        sys.stderr.write("ModuleNotFoundError: no module named 'sdk'\n")
        sys.exit(3)
    elif name == "chatty":
        write("Starting the SDK ...")
    elif name in HELLOS:
        hello(**HELLOS[name])
    elif name in {"cannot-enrol", *SHOWN}:
        ending = ["authenticate_totp_mfa_device"] if name in SHOWN else []
        hello(capabilities=[*ACTIONS, "register_totp_mfa_device", *ending])
    elif name == "result-first":
        say(result={"id": 1, "value": None})
    else:
        hello()


def do(name: str, said: dict[str, Any]) -> None:
    number = said["id"]
    result: dict[str, Any] = {"id": number, "value": None}
    if said["action"] == "state":
        result["value"] = {"token": None, "user": None, "expires_at": None, "mfa_token": None}
    if said["action"] == "register_totp_mfa_device":
        result["value"] = {"id": "1", "qr": SHOWN[name]()}
    if name == "picky" and "@" not in said["args"].get("email", "@"):
        fail(result, {"kind": "not_supported"})
    if said["action"] == "register_passkey" and name == "borrows":
        borrow(result, said["client"])
    if said["action"] == "send_email_otp" and name in DEFECTS:
        DEFECTS[name](result, said["client"])
    if result:
        say(result=result)


def crash(_result: dict[str, Any], _client: str) -> None:
    sys.stderr.write("Segmentation fault\n")
    sys.exit(139)


def garble(result: dict[str, Any], _client: str) -> None:
    result.clear()
    write("\x00{")


HELD: list[dict[str, Any]] = []


def turn_round(result: dict[str, Any], _client: str) -> None:
    """The first of two waits for the second, and is answered after it."""
    HELD.append({**result, "value": {"verificationUUID": str(result["id"]), "email": "ada@example.org"}})
    result.clear()
    if len(HELD) == BOTH:
        for held in reversed(HELD):
            say(result=held)


def fail(result: dict[str, Any], error: dict[str, Any]) -> None:
    del result["value"]
    result["error"] = {"message": "no", **error}


def ask(result: dict[str, Any], client: str) -> None:
    say(ask={"id": "a", "client": client, "what": "code", "email": "ada@example.org"})
    answer = json.loads(sys.stdin.readline())["answer"]
    result["value"] = {"verificationUUID": answer["value"], "email": "ada@example.org"}


def borrow(result: dict[str, Any], client: str) -> None:
    """As a browser's own authenticator: every credential that it has is used once, the first goes, one is made."""
    say(ask={"id": "a", "client": client, "what": "passkey.read"})
    answer = json.loads(sys.stdin.readline())["answer"]
    if "error" in answer:
        fail(result, {"kind": "not_supported", "message": answer["error"]["message"]})
        return
    first, *others = answer["value"]["credentials"]
    kept = [{**each, "signCount": each["signCount"] + 1} for each in others]
    made = {**first, "credentialId": base64.b64encode(b"made by a browser").decode(), "signCount": 1}
    say(ask={"id": "b", "client": client, "what": "passkey.write", "options": {"credentials": [*kept, made]}})
    again = json.loads(sys.stdin.readline())["answer"]["value"]
    user = {"id": json.dumps(again["authenticator"]), "verifiedCredentials": []}
    result["value"] = {"user": user, "expiresAt": 1}


def picture(uri: str) -> str:
    from mfa_simulators.totp.qr import draw  # noqa: PLC0415 - one miniature's alone

    return base64.b64encode(draw(uri)).decode()


SHOWN: dict[str, Callable[[], str | None]] = {
    "shows-a-qr-code": lambda: picture("otpauth://totp/mini:ada?secret=GEZDGNBVGY3TQOJQ&issuer=mini"),
    "shows-nothing": lambda: None,
    "shows-a-blot": lambda: base64.b64encode(b"blot").decode(),
}

BOTH = 2
DEFECTS: dict[str, Callable[[dict[str, Any], str], object]] = {
    "hangs": lambda result, _: result.clear(),
    "crashes": crash,
    "garbage": garble,
    "other-id": lambda result, _: result.update(id=result["id"] + 1000),
    "backwards": turn_round,
    "twice": lambda result, _: say(result=result),
    "both": lambda result, _: result.update(error={"kind": "other", "message": "and yet"}),
    "neither": lambda result, _: result.pop("value"),
    "unknown-kind": lambda result, _: fail(result, {"kind": "wrong_code"}),
    "wrong-type": lambda result, _: result.update(value={"verificationUUID": 7}),
    "says-not-supported": lambda result, _: fail(result, {"kind": "not_supported"}),
    "refuses-aside": lambda result, _: fail(result, {"kind": "other", "status": 422, "aside": True}),
    "refuses": lambda result, _: fail(result, {"kind": "rate_limited", "retry_after": 7}),
    "asks-for-another": lambda result, _: ask(result, "nobody"),
    "asks-for-a-code": ask,
}


def main(name: str) -> None:
    for line in sys.stdin:
        [(word, said)] = json.loads(line).items()
        if word == "hello":
            greeting(name)
        elif word == "do":
            do(name, said)
        elif word == "bye":
            if name == "stays":
                time.sleep(60)
            return


if __name__ == "__main__":
    main(sys.argv[1])
