"""A passkey in the browser's own authenticator: what is read of it, what is written back, what no browser's can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.verdicts import NotApplicable
from mfa_simulators import VirtualPasskey

from .conftest import client_of, miniature

if TYPE_CHECKING:
    from mfa_harness.targets.driving.driver_client import DriverClient

    from .conftest import Start

ORIGIN = "http://localhost:4317"
MADE = b"made by a browser"


def creation(user: str) -> dict[str, Any]:
    return {
        "challenge": "AAAA",
        "rp": {"id": "localhost", "name": "localhost"},
        "user": {"id": user, "name": user, "displayName": user},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    }


@pytest.fixture
def key() -> VirtualPasskey:
    """A security key with two credentials."""
    key = VirtualPasskey.security_key(seed=1)
    for user in ("ada", "bob"):
        key.create(creation(user), origin=ORIGIN)
    return key


@pytest.fixture
def borrower(start: Start) -> DriverClient:
    driver = start(miniature("borrows"))
    driver.open()
    return client_of(driver)


def test_what_the_browser_made_and_counted_comes_back(borrower: DriverClient, key: VirtualPasskey) -> None:
    first, second = key.credentials
    counted = second.counter
    borrower.register_passkey(passkey=key)
    assert [held.id for held in key.credentials] == [second.id, MADE]
    assert [held.counter for held in key.credentials] == [counted + 1, 1]
    assert key.credentials[1].key.spki() == first.key.spki()


def test_the_browser_is_told_what_kind_of_authenticator_it_is(
    borrower: DriverClient, key: VirtualPasskey
) -> None:
    told = json.loads(borrower.register_passkey(passkey=key).user.id)
    assert told["transport"] == "usb"
    assert told["defaultBackupEligibility"] is False
    key.configure(user="fails-verification")
    assert json.loads(borrower.register_passkey(passkey=key).user.id)["isUserVerified"] is False


def test_a_passkey_that_lies_is_not_lent(borrower: DriverClient, key: VirtualPasskey) -> None:
    with pytest.raises(NotApplicable, match="no authenticator in a browser does that: origin-foreign"):
        borrower.register_passkey(passkey=key, fault="origin-foreign")


def test_a_user_who_declines_does_not_sit_before_a_browsers_authenticator(
    borrower: DriverClient, key: VirtualPasskey
) -> None:
    key.configure(user="declines")
    with pytest.raises(NotApplicable, match="declines"):
        borrower.register_passkey(passkey=key)


class Replayer:
    """Answers with what it has heard elsewhere."""

    def create(self, _options: dict[str, Any], /, **_how: Any) -> dict[str, Any]:
        return {}

    get = create


def test_what_somebody_else_has_answered_is_not_lent(borrower: DriverClient) -> None:
    with pytest.raises(NotApplicable, match="no authenticator in a browser gives"):
        borrower.register_passkey(passkey=Replayer())
