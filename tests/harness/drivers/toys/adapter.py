"""An adapter to a server with another wire: one POST for everything, `{"ok": ...}` or `{"no": reason}`."""

import json
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

REASONS = {"pin": ("invalid_code", 422), "code": ("invalid_code", 422), "one app only": ("device_limit", 401)}
NOBODY = ("unauthorized", 401)


class RefusedError(Exception):
    pass


class Client:
    def __init__(self, base_url: str, **_: Any) -> None:
        self.url, self.session = base_url + "/rpc", ""
        self.user: Any = None
        self.until: Any = None

    def call(self, op: str, **said: Any) -> Any:
        headers = {"content-type": "application/json", "x-session": self.session}
        request = urllib.request.Request(self.url, json.dumps({"op": op, **said}).encode(), headers)
        answer = json.load(urllib.request.urlopen(request))
        if "no" in answer:
            raise RefusedError(answer["no"])
        return answer["ok"]

    def enter(self, ticket: str, code: str) -> None:
        self.session, self.until = self.call("enter", ticket=ticket, pin=code).values()
        self.look()

    def look(self) -> Any:
        me = self.call("me")
        self.user = {
            "id": str(me["no"]),
            "email": me["mail"],
            "scope": "user:basic",
            "verifiedCredentials": [],
        }
        return self.user

    def enrol(self) -> Any:
        app = self.call("new app")
        uri = f"otpauth://totp/Other:{self.user['email']}?secret={app['key']}&issuer=Other"
        return {"id": app["no"], "type": "totp", "secret": app["key"], "uri": uri}

    def forget(self, op: str) -> None:
        self.call(op)
        self.session, self.user, self.until = "", None, None


ACTIONS: dict[str, Callable[..., Any]] = {
    "state": lambda c: {
        "user": c.user,
        "expires_at": c.until,
    },  # its session is no JWT: not to be read by anybody
    "send_email_otp": lambda c, email: {"verificationUUID": c.call("mail", to=email), "email": email},
    "verify_otp": lambda c, verification, code: c.enter(verification["verificationUUID"], code),
    "refresh_user": Client.look,
    "is_user_missing_mfa_auth": lambda c: False,  # this server asks nobody for MFA at sign-in
    "is_pending_recovery_codes_acknowledgment": lambda c: False,  # and has no recovery codes
    "register_totp_mfa_device": Client.enrol,
    "authenticate_totp_mfa_device": lambda c, code: c.call("prove", code=code),
    "get_mfa_devices": lambda c: [
        {"id": a["no"], "type": "totp", "verified": a["proved"]} for a in c.call("apps")
    ],
    "logout": lambda c: c.forget("leave"),
    "delete_user": lambda c: c.forget("erase"),
}
CLIENTS: dict[str, Client] = {}

for line in sys.stdin:
    [(name, said)] = json.loads(line).items()
    if name == "hello":
        about = {"protocol": 1, "name": "other wire", "version": "1", "enrolment": "auth"}
        answer = {"hello": {**about, "capabilities": ["initialize", *ACTIONS]}}
    elif name == "bye":
        break
    else:
        try:
            if said["action"] == "initialize":
                CLIENTS[said["client"]], value = Client(**said["args"]), None
            else:
                value = ACTIONS[said["action"]](CLIENTS[said["client"]], **said["args"])
            answer = {"result": {"id": said["id"], "value": value}}
        except RefusedError as refused:
            kind, status = REASONS.get(str(refused), NOBODY)
            error = {"kind": kind, "status": status, "message": str(refused)}
            answer = {"result": {"id": said["id"], "error": error}}
    print(json.dumps(answer), flush=True)
