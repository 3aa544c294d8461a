"""The faulty clients: what each is called, and that it is wrong in nothing but what it says."""

from __future__ import annotations

import pytest

from mfa_simulators.client import MfaClient
from mfa_simulators.client.faults import CLIENT_FAULTS, PREFIX, ClientFault
from mfa_simulators.server.faults import FAULTS


def test_names_are_unique_beside_the_servers() -> None:
    assert not CLIENT_FAULTS.keys() & FAULTS.keys()
    ids = [fault.id for fault in FAULTS.values()] + [fault.id for fault in CLIENT_FAULTS.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("fault", CLIENT_FAULTS.values(), ids=list(CLIENT_FAULTS))
def test_a_fault_replaces_a_method_or_two_of_the_client(fault: ClientFault) -> None:
    assert fault.slug.startswith(PREFIX)
    assert fault.override.__bases__ == (MfaClient,)
    replaced = [name for name in vars(fault.override) if not name.startswith("__")]
    assert 1 <= len(replaced) <= 2
    assert all(hasattr(MfaClient, name) for name in replaced)
    assert fault.sources
