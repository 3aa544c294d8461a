"""A server whose wire is nothing like the vendor's: e-mail pins, authenticator apps, one POST for everything.

    python other_wire.py PORT [--second-app-accepted]

A request is `POST /rpc {"op", ...}` with the session in `X-Session`; the answer is `{"ok": ...}` or `{"no": reason}`,
always with status 200. It is a toy for the adapter in docs/driver.md: it forgets all, and every pin is 123456.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIN = "123456"
SECOND_APP_ACCEPTED = "--second-app-accepted" in sys.argv
people: dict[str, dict[str, Any]] = {}
sessions: dict[str, dict[str, Any]] = {}
tickets: dict[str, str] = {}


class No(Exception):  # noqa: N818 - what the wire says
    """A refusal."""


def code_at(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def matches(app: dict[str, Any], code: str) -> bool:
    """Whether a code is right, within one step either way, and newer than the last one."""
    now = int(time.time()) // 30
    for step in range(max(now - 1, app["last"] + 1), now + 2):
        if hmac.compare_digest(code_at(app["secret"], step).encode(), code.encode()):
            app["last"] = step
            return True
    return False


def mail(said: dict[str, Any], _: dict[str, Any]) -> Any:
    ticket = secrets.token_hex(8)
    tickets[ticket] = said["to"]
    return ticket


def enter(said: dict[str, Any], _: dict[str, Any]) -> Any:
    if said["pin"] != PIN or said["ticket"] not in tickets:
        raise No("pin")
    address = tickets.pop(said["ticket"])
    person = people.setdefault(address, {"no": len(people) + 1, "mail": address, "apps": []})
    key = secrets.token_hex(16)
    sessions[key] = person
    return {"session": key, "until": time.time() + 3600}


def new_app(_: dict[str, Any], me: dict[str, Any]) -> Any:
    if any(app["proved"] for app in me["apps"]) and not SECOND_APP_ACCEPTED:
        raise No("one app only")
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    me["apps"] = [app for app in me["apps"] if app["proved"]]
    me["apps"].append({"no": secrets.token_hex(4), "secret": secret, "proved": False, "last": -1})
    return {"key": secret, "no": me["apps"][-1]["no"]}


def prove(said: dict[str, Any], me: dict[str, Any]) -> Any:
    for app in reversed(me["apps"]):
        if matches(app, said["code"]):
            app["proved"] = True
            return None
    raise No("code")


def apps(_: dict[str, Any], me: dict[str, Any]) -> Any:
    return [{"no": app["no"], "proved": app["proved"]} for app in me["apps"]]


def me_(_: dict[str, Any], me: dict[str, Any]) -> Any:
    return {"no": me["no"], "mail": me["mail"]}


def leave(said: dict[str, Any], _: dict[str, Any]) -> Any:
    del sessions[said["session"]]


def erase(_: dict[str, Any], me: dict[str, Any]) -> Any:
    del people[me["mail"]]
    for key in [key for key, person in sessions.items() if person is me]:
        del sessions[key]


def known(me: dict[str, Any]) -> None:
    if not me:
        raise No("who are you?")


OPEN = {"mail": mail, "enter": enter}
OURS = {"new app": new_app, "prove": prove, "apps": apps, "me": me_, "leave": leave, "erase": erase}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said["session"] = self.headers.get("X-Session", "")
        me = sessions.get(said["session"], {})
        op = said["op"]
        try:
            if op in OURS:
                known(me)
            answer = {"ok": (OPEN.get(op) or OURS[op])(said, me)}
        except No as no:
            answer = {"no": str(no)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
