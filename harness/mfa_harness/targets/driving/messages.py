"""The lines of the driver protocol: one JSON object a line, its one member names the message.

From us: `hello`, `do`, `answer`, `bye`. From a driver: `hello`, `result`, `ask`. docs/driver.md has a whole
conversation; docs/driver.schema.json is made from this module.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from mfa_harness.targets.capabilities import nearest
from mfa_harness.targets.driving.vocabulary import ACTIONS, ARGUMENTS, NEEDED
from mfa_simulators.client.errors import ErrorKind  # noqa: TC001 - msgspec reads the annotations

PROTOCOL: Final = 1
_SHOWN: Final = 200
_WITHOUT_OPTIONS: Final = ("code", "passkey.read")


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A message; members that nobody knows are refused."""


class Greeting(_Message, frozen=True, omit_defaults=False):
    """Our `hello`."""

    protocol: int = PROTOCOL
    harness: str = ""


class Hello(_Message, frozen=True):
    """A driver's `hello`: what it drives, and which actions it has."""

    protocol: int
    name: str
    version: str
    capabilities: tuple[str, ...]
    enrolment: Literal["auth", "register", "either"]
    """What ends an enrolment: authenticate_totp_mfa_device, verify_totp_mfa_device, or any of the two."""
    arguments: tuple[str, ...] = ()
    """Arguments that may be left out and that it hands on, or answers `not_supported` to; it is sent no other."""
    issues: str | None = None
    """Where bugs of the SDK are reported."""


class Do(_Message, frozen=True, omit_defaults=False):
    """Something to be done by one client. `client` names it; what is not known yet begins with `initialize`."""

    id: int
    client: str
    action: str
    args: dict[str, Any] = {}


class Error(_Message, frozen=True):
    """Why an action did not succeed. `kind`, `status` and `aside` are judged, the rest is for people."""

    kind: ErrorKind
    message: str
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    aside: bool = False
    """The SDK's own call has not failed: it let the app know by an event, or the driver has seen it on the wire."""


class Result(_Message, frozen=True):
    """What came of a `do`: a value or an error, never both."""

    id: int
    value: Any = msgspec.UNSET
    error: Error | msgspec.UnsetType = msgspec.UNSET


class Ask(_Message, frozen=True):
    """What only the person in front of a client can give: a passkey's response, a code."""

    id: int | str
    client: str
    what: Literal["webauthn.create", "webauthn.get", "passkey.read", "passkey.write", "code"]
    options: dict[str, Any] | None = None
    """Of a ceremony: PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON; of
    `passkey.write`: `credentials`, as WebAuthn.getCredentials of the Chrome DevTools Protocol lists them."""
    origin: str | None = None
    """Of a ceremony: where the client believes it is; by default the environment's origin."""
    email: str | None = None
    """Of a code: the address that it was sent to."""


class Refusal(_Message, frozen=True, omit_defaults=False):
    """Why an `ask` is not met: `name` is that of the DOMException."""

    name: str
    message: str


class Answer(_Message, frozen=True):
    """What came of an `ask`."""

    id: int | str
    value: Any = msgspec.UNSET
    error: Refusal | msgspec.UnsetType = msgspec.UNSET


class Bye(_Message, frozen=True):
    """The end: a driver ends by itself, within five seconds."""


TO_DRIVER: Final = {"hello": Greeting, "do": Do, "answer": Answer, "bye": Bye}
FROM_DRIVER: Final = {"hello": Hello, "result": Result, "ask": Ask}


class BreachOfProtocol(Exception):  # noqa: N818 - what it is called in a report
    """A line that the protocol does not allow.

    Args:
        expected: what was to come.
        found: what came instead.
        mend: what the driver's author can do about it.
    """

    def __init__(self, expected: str, found: str, mend: str = "") -> None:
        super().__init__(f"expected {expected}, found {found}{'. ' + mend if mend else ''}")
        self.expected = expected
        self.found = found
        self.mend = mend


def encode(name: str, message: msgspec.Struct) -> bytes:
    """A message of ours as a line, newline included.

    Raises:
        ValueError: it is not one that the protocol allows: a bug of ours.
    """
    if not isinstance(message, TO_DRIVER[name]):
        raise ValueError(f"{type(message).__name__} is no {name}")  # noqa: TRY004 - one exception for both
    if isinstance(message, Do):
        wrong = ACTIONS[message.action].mismatch(message.args)
        if wrong:
            raise ValueError(f"do {message.action}: {wrong}")
    return msgspec.json.encode({name: message}) + b"\n"


def decode(line: bytes) -> Hello | Result | Ask:
    """A driver's line.

    Raises:
        BreachOfProtocol: it is not one that the protocol allows; says what was expected.
    """
    one_of = " or ".join(repr(name) for name in FROM_DRIVER)
    try:
        said = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        raise BreachOfProtocol(
            "one JSON object a line", shown(line), "Print nothing else on stdout: stderr is free for that"
        ) from None
    if not isinstance(said, dict) or len(said) != 1:
        raise BreachOfProtocol(f"an object with one member, {one_of}", shown(line))
    [(name, body)] = said.items()
    if name not in FROM_DRIVER:
        raise BreachOfProtocol(f"{one_of} from a driver", f"{name!r}{nearest(name, FROM_DRIVER)}")
    try:
        message: Hello | Result | Ask = msgspec.convert(body, FROM_DRIVER[name])
    except msgspec.ValidationError as error:
        raise BreachOfProtocol(
            f"a {name!r} as docs/driver.schema.json has it", f"{shown(line)}: {_lowered(str(error))}"
        ) from None
    if isinstance(message, Result) and (message.value is msgspec.UNSET) == (message.error is msgspec.UNSET):
        raise BreachOfProtocol("a result with either a value or an error", shown(line))
    if isinstance(message, Ask) and (message.options is None) != (message.what in _WITHOUT_OPTIONS):
        raise BreachOfProtocol(
            "an ask with options for a ceremony and `passkey.write`, and none for a code and `passkey.read`",
            shown(line),
        )
    if isinstance(message, Hello):
        _see_to(message)
    return message


def _see_to(hello: Hello) -> None:
    """What a `hello` must be besides well formed."""
    if hello.protocol != PROTOCOL:
        raise BreachOfProtocol(
            f"protocol {PROTOCOL}, which is what was asked for",
            f"protocol {hello.protocol}",
            "Use a driver of this version, or another version of mfa-harness",
        )
    for action in hello.capabilities:
        if action not in ACTIONS:
            raise BreachOfProtocol(
                "known actions in capabilities", f"{action!r}{nearest(action, ACTIONS)}", "See docs/driver.md"
            )
    for name in hello.arguments:
        if name not in ARGUMENTS:
            raise BreachOfProtocol(
                "arguments that may be left out", f"{name!r}{nearest(name, ARGUMENTS)}", "See docs/driver.md"
            )
    for action in NEEDED:
        if action not in hello.capabilities:
            raise BreachOfProtocol(
                f"{action!r} in capabilities", "a driver without it", "Nothing works without"
            )
    ending = {"auth": "authenticate_totp_mfa_device", "register": "verify_totp_mfa_device"}.get(
        hello.enrolment
    )
    if ending and "register_totp_mfa_device" in hello.capabilities and ending not in hello.capabilities:
        raise BreachOfProtocol(
            f"{ending!r} in capabilities, since enrolment is {hello.enrolment!r}", "a driver without it"
        )


def shown(line: bytes) -> str:
    """A line as a report shows it: shortened."""
    text = line.decode("utf-8", "replace").strip()
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
