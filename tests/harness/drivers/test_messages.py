"""The protocol's lines: what is let through, and the schema that is published of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mfa_harness.targets.driving import schema
from mfa_harness.targets.driving.messages import (
    Answer,
    Ask,
    BreachOfProtocol,
    Do,
    Greeting,
    Result,
    decode,
    encode,
)
from mfa_harness.targets.driving.vocabulary import ACTIONS
from mfa_simulators.client import Client, ScreenWords

DOCS = Path(__file__).parents[3] / "docs"


def line(**message: Any) -> bytes:
    return json.dumps(message).encode()


def test_the_published_schema_is_the_one_that_is_enforced() -> None:
    assert (DOCS / "driver.schema.json").read_text(encoding="utf-8") == schema.text()


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    document = schema.document()
    wanted = {part.split('"')[0] for part in schema.text().split('"#/$defs/')[1:]}
    assert wanted <= document["$defs"].keys()


def test_every_word_of_a_client_is_an_action() -> None:
    words = {word for kind in (Client, ScreenWords) for word in dir(kind) if not word.startswith("_")}
    assert words | {"close"} == ACTIONS.keys()


def test_a_null_value_is_a_value() -> None:
    assert decode(line(result={"id": 1, "value": None})) == Result(id=1, value=None)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        line(result={"id": "1", "value": None}),
        line(result={"id": 1}),
        line(result={"id": 1, "error": {"kind": "other"}}),
        line(result={"id": 1, "value": 1}, ask={}),
        line(ask={"id": 1, "client": "1", "what": "webauthn.get"}),
        line(ask={"id": 1, "client": "1", "what": "webauthn.delete", "options": {}}),
        line(ask={"id": 1, "client": "1", "what": "passkey.read", "options": {}}),
        line(ask={"id": 1, "client": "1", "what": "passkey.write"}),
        line(do={"id": 1, "client": "1", "action": "state", "args": {}}),
    ],
)
def test_a_line_that_is_no_message_is_a_breach(said: bytes) -> None:
    with pytest.raises(BreachOfProtocol):
        decode(said)


def test_a_passkeys_ask_has_options_and_a_codes_has_none() -> None:
    asked = decode(line(ask={"id": 1, "client": "1", "what": "code", "email": "ada@example.org"}))
    assert isinstance(asked, Ask)
    with pytest.raises(BreachOfProtocol):
        decode(line(ask={"id": 1, "client": "1", "what": "code", "options": {}}))


def test_our_own_lines_are_held_to_the_protocol_too() -> None:
    assert json.loads(encode("hello", Greeting(harness="1"))) == {"hello": {"protocol": 1, "harness": "1"}}
    assert json.loads(encode("answer", Answer(id="a", value=None))) == {"answer": {"id": "a", "value": None}}
    with pytest.raises(ValueError, match="code is missing"):
        encode("do", Do(id=1, client="1", action="verify_totp_mfa_device"))
    with pytest.raises(ValueError, match="is no do"):
        encode("do", Greeting())
