"""Faults: each replaces something that exists, is announced well, and does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.server.environment import compose
from mfa_simulators.server.faults import FAULTS, find
from mfa_simulators.server.faults.leniency import Lenient
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

BASES = (Rules, Store, Operations)
ELSEWHERE = {"N00", "T05", "R02", "M02", "M50", "X08", "X14"}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_announced_well(fault: Any) -> None:
    assert re.fullmatch(r"[A-Z]\d\d", fault.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.slug)
    assert fault.sentence[0].isupper()
    assert not fault.sentence.endswith(".")
    assert fault.slug == "no-op" or (fault.requirement.count(".") == 1 and fault.sources)
    assert find(fault.id) is find(fault.slug) is fault


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_replaces_methods_that_exist(fault: Any) -> None:
    """A fault whose seam was renamed would otherwise do nothing, and survive."""
    for override in fault.overrides:
        (base,) = (each for each in BASES if issubclass(override, each))
        own = [name for name, member in vars(override).items() if callable(member)]
        assert own or issubclass(override, Lenient) or fault.slug == "no-op"
        assert [name for name in own if not hasattr(base, name) and not name.startswith("_under")] == []


def test_ids_are_unique() -> None:
    assert len({fault.id for fault in FAULTS.values()}) == len(FAULTS)


def test_an_environment_without_faults_runs_the_clean_classes() -> None:
    assert compose(()) == BASES
    rules, store, operations = compose(("no-op",))
    assert issubclass(rules, Rules)
    assert (store, operations) == (Store, Operations)


def test_an_unknown_fault_names_the_nearest(make: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="recovery-code-reusable"):
        make(faults=["recovery-code-reuseable"])


def test_faults_of_one_environment_are_not_its_neighbours(make: Callable[..., Any]) -> None:
    faulty, clean = make(faults=["second-device-accepted"]).enrolled(), make().enrolled()
    assert faulty.call("GET", "/users/mfa/register/totp").status_code == 200
    assert clean.call("GET", "/users/mfa/register/totp").status_code == 401


def test_several_faults_live_together(make: Callable[..., Any]) -> None:
    person = make(
        faults=["recovery-code-reusable", "second-device-accepted", "recovery-codes-nine"]
    ).enrolled()
    codes = person.codes()
    assert len(codes) == 9
    assert person.answer_recovery(codes[0]).status_code == 200
    assert person.answer_recovery(codes[0]).status_code == 200
    person.register()
    person.answer_totp(person.app.code(), id=person.device_id)
    assert [device["verified"] for device in person.devices()] == [True, True]


def test_every_fault_is_probed() -> None:
    """Races are in test_concurrency, the log in test_privacy; the no-op shows nothing."""
    files = Path(__file__).parent.glob("test_*_faults.py")
    probed = re.findall(
        r'^    "([A-Z]\d\d)":', "".join(each.read_text("utf-8") for each in files), re.MULTILINE
    )
    assert sorted(probed) == sorted({fault.id for fault in FAULTS.values()} - ELSEWHERE)
