"""What a defect of a client is: a public name, a sentence, what it breaks, and the client that has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_simulators.client.sdk import MfaClient

PREFIX: Final = "client:"


@dataclass(frozen=True, slots=True)
class ClientFault:
    """A defect that the reference client can be given.

    Attributes:
        id: its row in the catalogue of faults, such as "C01".
        slug: its public name, `client:` before it.
        sentence: what is wrong with a client that has it.
        requirement: the requirement that it breaks.
        sources: clauses that say so.
        override: the client that has it.
    """

    id: str
    slug: str
    sentence: str
    requirement: str
    sources: tuple[str, ...]
    override: type[MfaClient]


_FAULTS: dict[str, ClientFault] = {}


def client_fault(
    fault_id: str, slug: str, sentence: str, *, requirement: str, sources: tuple[str, ...]
) -> Callable[[type[MfaClient]], type[MfaClient]]:
    """Declares the class below it as the client that has this defect; see `ClientFault`."""

    def decorate(override: type[MfaClient]) -> type[MfaClient]:
        name = f"{PREFIX}{slug}"
        _FAULTS[name] = ClientFault(fault_id, name, sentence, requirement, sources, override)
        return override

    return decorate


CLIENT_FAULTS: Final[Mapping[str, ClientFault]] = _FAULTS
"""Every client fault by slug."""
