"""Faults of codes sent by e-mail: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ADA, BOB = "ada@example.org", "bob@example.org"
TEN_MINUTES = 600


def mail(site: Any, email: str) -> tuple[str, str]:
    """Has a code sent; the verification's id, and the code."""
    sent = site.call("POST", "/emailVerifications/create", {"email": email}).json()
    return sent["verificationUUID"], site.environment.mailbox(email)[-1].code


def signs_in(site: Any, verification: str, code: str) -> bool:
    body = {"verificationUUID": verification, "verificationToken": code}
    return bool(site.call("POST", "/emailVerifications/signin", body).status_code == 200)


def twice(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    sent = mail(site, ADA)
    assert signs_in(site, *sent)
    return signs_in(site, *sent)


def late(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    sent = mail(site, ADA)
    site.clock.advance(TEN_MINUTES)
    return signs_in(site, *sent)


def of_another_address(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    theirs, hers = mail(site, BOB), mail(site, ADA)
    return signs_in(site, hers[0], theirs[1])


def of_an_earlier_one(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    earlier, later = mail(site, ADA), mail(site, ADA)
    return signs_in(site, later[0], earlier[1])


PROBES: dict[str, Any] = {
    "F01": twice,
    "F02": late,
    "F03": of_another_address,
    "F04": of_an_earlier_one,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False


def test_the_code_of_an_earlier_mail_is_of_no_use_to_others(make: Callable[..., Any]) -> None:
    assert not of_another_address(make, ["email-code-of-earlier-mail"])
