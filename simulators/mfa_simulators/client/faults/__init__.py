"""Defects that a client SDK can have: each a reference client with a method or two replaced.

A client is wrong in other ways than a server: what it shows, keeps, sends again or believes. Slugs begin with
`client:`, so that they stand beside the server's faults in one matrix.
"""

from mfa_simulators.client.faults import duties, screens  # noqa: F401 - they declare theirs
from mfa_simulators.client.faults.fault import CLIENT_FAULTS, PREFIX, ClientFault

__all__ = ["CLIENT_FAULTS", "PREFIX", "ClientFault"]
