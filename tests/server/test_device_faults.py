"""Faults of managing devices: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def delete_device(person: Any) -> int:
    token = person.mfa_token()
    return status(person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token))


def deletion(headers: dict[str, str]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).enrolled()
        return status(person.call("DELETE", f"/users/mfa/{person.device_id}", **headers)) == 204

    return probe


def others_device(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.call("GET", f"/users/mfa/{bob.device_id}")) == 200


def freed(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").enrolled()
    assert delete_device(person) == 204
    return not person.again().gated


def unverified_default(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    return status(person.call("PUT", f"/users/mfa/{person.device_id}")) == 204


def everybodys_devices(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    site.enrolled("other@example.org")
    return len(site.enrolled().devices()) == 2


def passkey_survives_reset(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    person.site.environment.reset_mfa(person.id)
    return person.call("GET", "/users/passkeys").json()["count"] == 1


def nothing_noted(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return not person.site.environment.notices(person.id)


PROBES: dict[str, Any] = {
    "D01": deletion({}),
    "D02": deletion({"x_mfa_auth_token": "x"}),
    "D03": others_device,
    "D05": freed,
    "D07": unverified_default,
    "D09": everybodys_devices,
    "D10": passkey_survives_reset,
    "D11": nothing_noted,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
