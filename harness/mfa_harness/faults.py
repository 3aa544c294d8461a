"""Every fault that the suite is held to catch: the reference server's, and the reference client's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.client.faults import CLIENT_FAULTS, ClientFault
from mfa_simulators.server.faults import FAULTS, Fault as ServerFault

if TYPE_CHECKING:
    from collections.abc import Mapping

Fault = ServerFault | ClientFault

ALL_FAULTS: Final[Mapping[str, Fault]] = {**FAULTS, **CLIENT_FAULTS}
"""By slug: the server's, then the client's, whose slugs begin with `client:`."""
