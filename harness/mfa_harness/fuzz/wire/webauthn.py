"""Odd passkey responses: an honest one, in which client data, CBOR or a COSE key is changed, or a fault is put."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final, cast

from fido2 import cbor

from mfa_harness.fuzz.wire.probe import Probe
from mfa_simulators.passkey import FAULTS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from mfa_harness.fuzz.wire.subject import Subject

_REQUIREMENT: Final = "passkey.robust"
_KEY_STARTS: Final = 37 + 16 + 2  # of authenticator data: hash, flags, counter; AAGUID; length of the id
_ODD: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 2**32, 2**63, "", "x", [], {}, [[]], {"a": {}}, "\ud800", "\0", "x" * 10_000, 1.5),
)
_ODD_CBOR: Final[tuple[Any, ...]] = (
    True,
    0,
    -1,
    2**32,
    2**63,
    "",
    "x",
    b"",
    b"\0" * 1000,
    [],
    {},
    [[]],
)
# Heads of CBOR that promise what does not come, or never end (RFC 8949 3 and appendix C).
_HEADS: Final = (
    b"\x9b" + b"\xff" * 8,
    b"\xbb" + b"\xff" * 8,
    b"\x5b" + b"\x7f" + b"\xff" * 7,
    b"\x81" * 3000,
    b"\xa1\x61\x78" * 2000,
    b"\xd8\x40" * 500,
    *(
        b"\x9f",
        b"\xbf",
        b"\x5f",
        b"\xff",
        b"\x1c",
        b"\xfc",
        b"\xf6",
        b"\xf9\x7e\x00",
        b"\xfb" + b"\x7f\xf0" + b"\0" * 6,
    ),
)


def odd_answer(subject: Subject, chance: random.Random) -> Probe:
    """A response to the MFA challenge with one thing wrong."""
    options = dict(cast("Any", subject.actor.client).passkey_request_options())
    made, fault = _made(subject.actor.person.key.get, options, subject, _fault("get", chance))
    changed, what = (made, fault) if fault else _changed(made, chance)
    return Probe(
        f"an answer to the passkey challenge: {what}",
        "POST",
        "users/mfa/auth/passkey",
        json.dumps(changed).encode(),
        requirement=_REQUIREMENT,
    )


def odd_registration(subject: Subject, chance: random.Random) -> Probe:
    """A registration with one thing wrong."""
    options = {**_creation_options(subject), "excludeCredentials": [], "attestation": "direct"}
    made, fault = _made(subject.actor.person.new_key().create, options, subject, _fault("create", chance))
    if isinstance(inner := made.get("response"), dict):
        named = {
            **inner,
            "clientDataJson": inner.get("clientDataJSON"),
        }  # as registrations spell it on this wire
        made["response"] = {name: named.get(name) for name in ("attestationObject", "clientDataJson")}
    changed, what = (made, fault) if fault else _changed(made, chance)
    return Probe(
        f"a passkey's registration: {what}",
        "POST",
        "users/passkeys/register",
        json.dumps(changed).encode(),
        requirement=_REQUIREMENT,
    )


def _made(
    ceremony: Callable[..., Mapping[str, Any]], options: dict[str, Any], subject: Subject, fault: str | None
) -> tuple[dict[str, Any], str | None]:
    """A response with a fault of the catalogue, or an honest one where that fault cannot be had there."""
    origin = subject.actor.environment.origin
    try:
        return dict(ceremony(options, origin=origin, fault=fault)), fault
    except ValueError:
        return dict(ceremony(options, origin=origin, fault=None)), None


def _creation_options(subject: Subject) -> dict[str, Any]:
    answer = subject.stage.send("GET", "users/passkeys/register", subject.actor)
    options: dict[str, Any] = answer.json()
    return options


def _fault(ceremony: str, chance: random.Random) -> str | None:
    """A fault of the passkey's catalogue, one time in three."""
    if chance.randrange(3):
        return None
    return chance.choice([name for name, each in FAULTS.items() if getattr(each, ceremony) is not None])


def _changed(made: dict[str, Any], chance: random.Random) -> tuple[Any, str]:
    response = dict(made["response"])
    whole = {**made, "response": response}
    kind = chance.choice(("member", "client data", "authenticator data", "attestation", "COSE key", "bytes"))
    name = next((each for each in ("clientDataJSON", "clientDataJson") if each in response), "")
    if kind == "client data" and name:
        response[name], what = _client_data(response[name], chance)
        return whole, what
    if kind == "attestation" and "attestationObject" in response:
        return _with(
            whole, "attestationObject", lambda data: _cbor(data, chance)
        ), "an odd attestation object"
    if kind == "COSE key" and "attestationObject" in response:
        return _with(whole, "attestationObject", lambda data: _cose(data, chance)), "an odd COSE key"
    if kind == "member":
        place = chance.choice((whole, response))
        member = chance.choice(sorted(place))
        if chance.randrange(3):
            place[member] = chance.choice(_ODD)
            return whole, f"{member} is odd"
        del place[member]
        return whole, f"no {member}"
    member = chance.choice(sorted(each for each in response if isinstance(response[each], str)))
    return _with(whole, member, lambda data: _bytes(data, chance)), f"odd bytes in {member}"


def _with(whole: dict[str, Any], member: str, change: Callable[[bytes], bytes]) -> dict[str, Any]:
    whole["response"][member] = _encoded(change(_decoded(whole["response"][member])))
    return whole


def _client_data(text: str, chance: random.Random) -> tuple[str, str]:
    """Client data (WebAuthn L3 5.8.1) with a member changed, or with something that is no JSON object around it."""
    data = json.loads(_decoded(text))
    name = chance.choice(sorted(data))
    match chance.randrange(5):
        case 0:
            data[name] = chance.choice(_ODD)
        case 1:
            del data[name]
        case 2:
            return _encoded(b"[" * chance.choice((1, 10, 100_000))), "client data that never ends"
        case 3:
            return _encoded(b"\xff\xfe" + json.dumps(data).encode("utf-16-le")), "client data in UTF-16"
        case _:
            data = chance.choice(([data], name, 5))
    return _encoded(json.dumps(data).encode()), f"client data with an odd {name}"


def _cbor(data: bytes, chance: random.Random) -> bytes:
    """CBOR with an item changed, or cut, or with a head that lies."""
    match chance.randrange(4):
        case 0:
            at = chance.randrange(len(data))
            return data[:at] + chance.choice(_HEADS) + data[at + 1 :]
        case 1:
            return chance.choice(_HEADS)
        case 2:
            return _bytes(data, chance)
        case _:
            tree: dict[Any, Any] = dict(cast("Any", cbor.decode(data)))
            tree[chance.choice(sorted(tree))] = chance.choice(_ODD_CBOR)
            return cbor.encode(tree)


def _cose(data: bytes, chance: random.Random) -> bytes:
    """The credential's public key (RFC 9052 7) with a parameter changed or gone."""
    tree: dict[Any, Any] = dict(cast("Any", cbor.decode(data)))
    held = tree["authData"]
    start = _KEY_STARTS + int.from_bytes(held[_KEY_STARTS - 2 : _KEY_STARTS])
    key, rest = cbor.decode_from(held[start:])
    parameters: dict[Any, Any] = dict(cast("Any", key))
    label = chance.choice(sorted(parameters))
    if chance.randrange(3):
        parameters[label] = chance.choice(_ODD_CBOR)
    else:
        del parameters[label]
    tree["authData"] = held[:start] + cbor.encode(parameters) + rest
    return cbor.encode(tree)


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """A bit flipped, the end cut off, something added, nothing at all."""
    at = chance.randrange(len(data)) if data else 0
    match chance.randrange(4):
        case 0 if data:
            return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data + bytes(chance.randrange(1, 100))
        case _:
            return b""


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
