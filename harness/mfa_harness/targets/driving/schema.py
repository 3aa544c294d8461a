"""The protocol as a JSON Schema: docs/driver.schema.json is `document()`, and a test holds the two together."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from mfa_harness.targets.driving.messages import FROM_DRIVER, PROTOCOL, TO_DRIVER
from mfa_harness.targets.driving.vocabulary import ACTIONS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def document() -> dict[str, Any]:
    """The schema of both directions, of every action's arguments and of its value."""
    valued = {name: action.value for name, action in ACTIONS.items() if action.value is not None}
    types = [*TO_DRIVER.values(), *FROM_DRIVER.values(), *valued.values()]
    schemas, parts = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    messages = dict(zip([*TO_DRIVER.values(), *FROM_DRIVER.values()], schemas, strict=False))
    values = dict(zip(valued, schemas[len(messages) :], strict=True))
    return {
        "$schema": _DRAFT,
        "title": f"mfa-harness driver protocol, version {PROTOCOL}",
        "description": "One JSON object a line. `from-driver` is what a driver writes, `to-driver` what it reads; "
        "`actions` has the arguments of each action, `values` what the value of its result is; in place of a "
        "Session, a User or an OtpVerification null will do, and `state` is asked then.",
        "oneOf": [{"$ref": "#/$defs/from-driver"}, {"$ref": "#/$defs/to-driver"}],
        "$defs": {
            "from-driver": {"oneOf": [_line(name, messages[kind]) for name, kind in FROM_DRIVER.items()]},
            "to-driver": {"oneOf": [_line(name, messages[kind]) for name, kind in TO_DRIVER.items()]},
            **dict(sorted(parts.items())),
        },
        "actions": {name: action.schema() for name, action in ACTIONS.items()},
        "values": values,
    }


def _line(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: body}, "required": [name], "additionalProperties": False}


def text() -> str:
    """The document as the file has it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
