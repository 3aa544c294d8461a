"""No secret in a log, a database or an error."""

from __future__ import annotations

import base64
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

import httpx

from mfa_simulators.clock import VirtualClock
from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_no_log_holds_a_secret(make: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        person = make(actions=["wallet.waas.sign"]).enrolled()
        secrets = [
            person.token,
            person.app.secret,
            *person.codes(),
            person.site.environment.mailbox(person.email)[0].code,
        ]
        code = person.fresh_code()
        secrets.append(code)
        person.answer_totp(code, createMfaToken={"singleUse": True}, requestedScopes=["wallet:sign"])
        secrets += [person.answer["mfaToken"], person.answer["elevatedAccessToken"], person.token]
        person.answer_totp(code)
        person.answer_recovery("AAAAAAAAAA")
        person.call("POST", "/wallets/actions/sign", x_mfa_auth_token="secret-garbage-token")
        secrets.append("secret-garbage-token")
    text = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert [secret for secret in secrets if secret in text] == []


def test_an_internal_error_is_logged_without_values(
    make: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    site = make()
    person = site.enrolled()
    code = person.fresh_code()
    site.environment.operations.rules.matching_step = None  # a bug
    with caplog.at_level(logging.DEBUG):
        answer = person.call("POST", "/users/mfa/auth/totp", {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "TypeError" in caplog.text
    assert code not in caplog.text
    assert person.token not in caplog.text


def test_the_fault_that_logs_codes_does(make: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    person = make(faults=["codes-in-log"]).enrolled()
    code = person.fresh_code()
    with caplog.at_level(logging.DEBUG):
        person.answer_totp(code)
    assert code in caplog.text


def test_the_database_holds_no_secret_in_clear(tmp_path: Path, make_on: Callable[..., Any]) -> None:
    path = tmp_path / "mfa.db"
    server = ReferenceServer(database=path)
    clock = VirtualClock("2026-01-01T00:00:07Z")
    with httpx.Client(transport=server.transport) as client:
        person = make_on(server.environment(clock=clock), client, clock).enrolled()
        codes = person.codes()
        token = person.mfa_token()
    secrets = [
        person.app.secret.encode(),
        token.encode(),
        person.token.encode(),
        *(code.encode() for code in codes),
    ]
    secrets.append(base64.b32decode(person.app.secret))
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump()).encode()
        raw = b"".join(bytes(row[0]) for row in connection.execute("SELECT secret FROM devices"))
    connection.close()
    assert [secret for secret in secrets if secret in dump or secret in raw] == []
    assert dump.count(b"INSERT INTO") > 10


def test_errors_repeat_no_secret(site: Any) -> None:
    person = site.enrolled()
    for body in ({"code": "S3CR3TVALU"}, {"code": ["S3CR3TVALU"]}, {"code": "S3CR3TVALU", "id": 5}):
        for path in ("totp", "recovery"):
            assert "S3CR3T" not in person.call("POST", f"/users/mfa/auth/{path}", body).text


def test_making_a_server_leaves_logging_alone() -> None:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    assert callable(ReferenceServer().asgi)
    assert (logging.getLogger().handlers, logging.getLogger().level) == (handlers, level)
