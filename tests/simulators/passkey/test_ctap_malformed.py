"""Whatever comes through the cable, the device answers with a status: no request makes it raise."""

from __future__ import annotations

from typing import Any

from fido2 import cbor
from hypothesis import given, settings, strategies as st

from mfa_simulators.passkey import VirtualPasskey

COMMANDS = (0x01, 0x02, 0x04, 0x06, 0x07, 0x08, 0x0A, 0x0B, 0x0C)
KEYS = (
    st.integers(0, 12)
    | st.integers(-8, -1)
    | st.sampled_from(["id", "type", "alg", "up", "uv", "rk", "name"])
)
SCALARS = (
    st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=80)
    | st.text(max_size=8)
    | st.sampled_from(["example.org", "public-key", "hmac-secret", "credProtect", "largeBlobKey", bytes(32)])
)
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
# Requests that would be granted, with keys of any PIN protocol; one member of theirs is put in another's place.
AGREEMENT = {1: 2, 3: -25, -1: 1, -2: bytes(range(32)), -3: bytes(range(32))}
DESCRIPTOR = {"id": bytes(32), "type": "public-key"}
GRANTED: dict[int, dict[Any, Any]] = {
    0x01: {
        1: bytes(32),
        2: {"id": "example.org", "name": "Example"},
        3: {"id": b"1", "name": "alice", "displayName": "Alice"},
        4: [{"alg": -7, "type": "public-key"}],
        5: [DESCRIPTOR],
        6: {"credProtect": 2, "hmac-secret": True, "largeBlobKey": True, "minPinLength": True},
        7: {"rk": True, "uv": True},
        8: bytes(32),
        9: 2,
        11: ["packed"],
    },
    0x02: {
        1: "example.org",
        2: bytes(32),
        3: [DESCRIPTOR],
        4: {"hmac-secret": {1: AGREEMENT, 2: bytes(32), 3: bytes(32), 4: 2}, "largeBlobKey": True},
        5: {"up": True, "uv": True},
        6: bytes(32),
        7: 2,
    },
    0x06: {1: 2, 2: 5, 3: AGREEMENT, 4: bytes(32), 5: bytes(64), 6: bytes(16), 9: 3, 10: "example.org"},
    0x0A: {1: 4, 2: {1: bytes(32), 2: DESCRIPTOR, 3: {"id": b"1", "name": "a"}}, 3: 2, 4: bytes(32)},
    0x0C: {1: 100, 2: bytes(17), 3: 0, 4: 17, 5: bytes(32), 6: 2},
}


def device() -> Any:
    key = VirtualPasskey(seed=7, min_pin_length=4)
    made = key.ctap(pin="1234")
    made.handle(b"\x01" + cbor.encode({name: GRANTED[1][name] for name in (1, 2, 3, 4, 6, 7)}))
    return made


def answered(request: bytes) -> None:
    answer = device().handle(request)
    assert isinstance(answer, bytes)
    assert answer
    if len(answer) > 1:
        assert answer[0] == 0
        assert isinstance(cbor.decode(answer[1:]), dict)


@given(st.sampled_from(COMMANDS), st.binary(max_size=120))
def test_any_bytes(command: int, raw: bytes) -> None:
    answered(bytes((command,)) + raw)


@given(st.sampled_from(COMMANDS), st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_members(command: int, members: dict[Any, Any]) -> None:
    answered(bytes((command,)) + cbor.encode(members))


@settings(max_examples=200)
@given(st.data())
def test_a_good_request_with_something_else_in_one_place(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from(sorted(GRANTED)))
    members: Any = cbor.decode(cbor.encode(GRANTED[command]))
    for name in data.draw(st.sets(st.sampled_from(sorted(members)))):
        del members[name]
    place: Any = members
    while place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inside = place[key]
        if not isinstance(inside, (dict, list)) or not inside or data.draw(st.booleans()):
            place[key] = data.draw(VALUES)
            break
        place = inside
    answered(bytes((command,)) + cbor.encode(members))


@given(st.integers(0, 11), st.dictionaries(st.sampled_from([1, 3, 4, 5, 6, 9, 10]), VALUES, max_size=2))
def test_any_subcommand_of_pins(subcommand: int, changes: dict[int, Any]) -> None:
    answered(b"\x06" + cbor.encode(GRANTED[0x06] | {2: subcommand} | changes))
