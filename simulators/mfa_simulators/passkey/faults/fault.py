"""What a fault is, and the catalogue that the modules beside this one fill."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_simulators.passkey.client_data import ClientData
    from mfa_simulators.passkey.draft import Draft

Ceremony = Literal["create", "get"]
Json: TypeAlias = dict[str, Any]
Step: TypeAlias = "int | str | None"

# Instead of a step: WebAuthn leaves the decision to the server, or wants the response accepted.
POLICY: Final = "policy"
ACCEPT: Final = "accept"

_SECTIONS: Final = {"create": "7.1", "get": "7.2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to lie.

    Attributes:
        slug: its name, for good.
        sentence: what the passkey does.
        create: the step of WebAuthn L3 7.1 that must catch it at registration, `policy`, `accept`, or None
            where a registration cannot have it.
        get: likewise, the step of 7.2 at authentication.
        when: what must hold for that step to be due; empty for always.
        client: changes the client data before it is hashed and signed.
        authenticator: changes what the authenticator is about to sign.
        wire: changes the response after signing.
    """

    slug: str
    sentence: str
    create: str | None = None
    get: str | None = None
    when: str = ""
    client: Callable[[ClientData], None] | None = None
    authenticator: Callable[[Draft], None] | None = None
    wire: Callable[[Json], None] | None = None

    @property
    def stage(self) -> Literal["authenticator", "wire"]:
        """Who lies: before the signature, or after it."""
        return "authenticator" if self.wire is None else "wire"

    def step(self, ceremony: Ceremony) -> str | None:
        """What must catch it in a ceremony: a step, `policy`, `accept`, or None."""
        return self.create if ceremony == "create" else self.get


_catalogue: Final[dict[str, Fault]] = {}
FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(_catalogue)


def find(slug: str, ceremony: Ceremony) -> Fault:
    """The fault of a slug.

    Raises:
        ValueError: there is none, and what is near; or this ceremony cannot have it.
    """
    fault = FAULTS.get(slug)
    if fault is None:
        near = get_close_matches(slug, FAULTS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(FAULTS))}"
        raise ValueError(f"the passkey has no fault {slug!r}; {hint}")
    if fault.step(ceremony) is None:
        other = "get" if ceremony == "create" else "create"
        raise ValueError(f"fault {slug!r} is one of {other}(), not of {ceremony}()")
    return fault


def client(
    slug: str, sentence: str, *, create: Step = None, get: Step = None, when: str = ""
) -> Callable[[Callable[[ClientData], None]], Callable[[ClientData], None]]:
    """Enters a lie about the client data, told before signing."""

    def enter(lie: Callable[[ClientData], None]) -> Callable[[ClientData], None]:
        _enter(Fault(slug=slug, sentence=sentence, when=when, **_steps(create, get), client=lie))
        return lie

    return enter


def authenticator(
    slug: str, sentence: str, *, create: Step = None, get: Step = None, when: str = ""
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """Enters a lie of the authenticator, told before signing."""

    def enter(lie: Callable[[Draft], None]) -> Callable[[Draft], None]:
        _enter(Fault(slug=slug, sentence=sentence, when=when, **_steps(create, get), authenticator=lie))
        return lie

    return enter


def wire(
    slug: str, sentence: str, *, create: Step = None, get: Step = None, when: str = ""
) -> Callable[[Callable[[Json], None]], Callable[[Json], None]]:
    """Enters a change on the wire, made after signing."""

    def enter(change: Callable[[Json], None]) -> Callable[[Json], None]:
        _enter(Fault(slug=slug, sentence=sentence, when=when, **_steps(create, get), wire=change))
        return change

    return enter


def nothing_signed() -> ValueError:
    """The error of a fault that needs a signature where there is none."""
    return ValueError(
        "this fault needs a signature, and attestation 'none' has none: ask for attestation 'direct'"
    )


def _enter(fault: Fault) -> None:
    if fault.slug in _catalogue:
        raise ValueError(f"two faults are called {fault.slug!r}")
    _catalogue[fault.slug] = fault


def _steps(create: Step, get: Step) -> dict[str, Any]:
    return {
        ceremony: f"{_SECTIONS[ceremony]} step {step}" if isinstance(step, int) else step
        for ceremony, step in (("create", create), ("get", get))
    }
