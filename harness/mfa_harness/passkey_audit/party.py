"""What a relying party must offer to be audited: two calls to register, two to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ATTESTATION = "attestation"
"""It verifies attestation statements."""
TRUST = "trust"
"""It holds attestation certificates against trust anchors, the audit's root among them."""
COUNTER = "counter"
"""It refuses a signature counter that did not grow."""
BACKUP = "backup"
"""It uses the backup flags."""
FRAMES = "frames"
"""It expects no ceremony within another site's page."""
STATE = "state"
"""It keeps challenges and credentials itself, rather than have its caller do so."""
PORT = "port"
"""It expects its origins with their port, and takes no other."""
STRICT = "strict JSON"
"""It takes the JSON of Level 3 at its word: base64url without padding, `type`, `id` that is `rawId`."""
CLAIMS = (ATTESTATION, TRUST, COUNTER, BACKUP, FRAMES, STATE, PORT, STRICT)


class RelyingParty(Protocol):
    """One account at a relying party, fresh for each check. Anything that is not refused by raising is accepted.

    Only the four methods are needed. The attributes are read with `getattr`, and may be left out. So may four more
    methods, each of which lets some sequences be tried:

    `another()`: another account of the same party, which knows its own credentials from this one's.
    `again()`: the same account in another session.
    `delete(credential_id)`: deletes a credential of the account, by its id in base64url.
    `wait(seconds)`: lets time pass.

    Attributes:
        origin: of the page; `https://app.example.org` by default.
        refusals: the exceptions that it refuses with; any other is reported as a crash. All of them by default.
        claims: what it does of that which Level 3 leaves open, out of `CLAIMS`. What it does not claim is
            reported as left to its caller, or as policy.
        served: whether it is a server, not a library. Then a refusal that is none of `refusals` (a 500) is wrong.
    """

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration: PublicKeyCredentialCreationOptionsJSON."""
        ...

    def register(self, response: dict[str, Any]) -> Any:
        """Ends it with a RegistrationResponseJSON, and keeps the credential.

        Raises:
            Exception: it refuses.
        """
        ...

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication: PublicKeyCredentialRequestOptionsJSON."""
        ...

    def authenticate(self, response: dict[str, Any]) -> Any:
        """Ends it with an AuthenticationResponseJSON, and keeps the counter.

        Raises:
            Exception: it refuses.
        """
        ...


class Source(Protocol):
    """Where fresh relying parties come from.

    Attributes:
        name: what is audited.
        label: what a person should know about it; may be empty.
    """

    name: str
    label: str

    def fresh(self, case: str) -> RelyingParty:
        """A relying party with one new account."""
        ...

    def close(self) -> list[str]:
        """Lets go of it; what could not be cleaned up is returned."""
        ...


class Factory:
    """Parties that a Python callable makes.

    Args:
        name: what is audited.
        make: gives a fresh party, called without arguments.
    """

    label = ""

    def __init__(self, name: str, make: Callable[[], RelyingParty]) -> None:
        self.name = name
        self._make = make

    def fresh(self, case: str) -> RelyingParty:  # noqa: ARG002 - for targets that name what they make
        """A new party."""
        return self._make()

    def close(self) -> list[str]:
        """Closes what the factory holds open, if it has a `close`."""
        close = getattr(self._make, "close", None)
        if close is not None:
            close()
        return []


def origin_of(party: RelyingParty) -> str:
    """The page's origin."""
    origin: str = getattr(party, "origin", "https://app.example.org")
    return origin


def claims_of(party: RelyingParty) -> frozenset[str]:
    """What it claims to do."""
    return frozenset(getattr(party, "claims", ()))


def refusals_of(party: RelyingParty) -> tuple[type[Exception], ...]:
    """What it refuses with."""
    refusals: tuple[type[Exception], ...] = getattr(party, "refusals", (Exception,))
    return refusals


def served(party: RelyingParty) -> bool:
    """Whether it is a server, whose crash is an answer like another: wrong."""
    return bool(getattr(party, "served", False))


def wants_verification(options: Mapping[str, Any]) -> bool:
    """Whether options require user verification."""
    selection = options.get("authenticatorSelection") or {}
    return "required" in (options.get("userVerification"), selection.get("userVerification"))
