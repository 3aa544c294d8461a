from __future__ import annotations

import pytest

from mfa_simulators import TotpAuthenticator, VirtualClock
from mfa_simulators.totp import AuthenticatorApp, TotpKey, TotpUriError, qr

ALICE = "otpauth://totp/ACME:alice?secret=GEZDGNBVGY3TQOJQ&issuer=ACME"
BOB = "otpauth://totp/ACME:bob?secret=MFRGGZDFMZTWQ2LK&issuer=ACME"
HOME = "otpauth://totp/Home:alice?secret=NBSWY3DPEB3W64TM&issuer=Home&digits=8"


def phone(*uris: str, clock: VirtualClock | None = None) -> AuthenticatorApp:
    app = AuthenticatorApp(clock=clock or VirtualClock())
    for uri in uris:
        app.add(uri)
    return app


def test_many_accounts_live_in_the_order_they_came() -> None:
    app = phone(ALICE, BOB, HOME)
    assert [account.name for account in app] == ["ACME:alice", "ACME:bob", "Home:alice"]
    assert len(app) == 3


def test_an_account_is_found_by_what_names_it_alone() -> None:
    app = phone(ALICE, BOB, HOME)
    assert app["ACME:alice"].account == "alice"
    assert app["bob"].name == "ACME:bob"
    assert app["Home"].digits == 8
    with pytest.raises(
        KeyError, match="'alice' names 2 accounts: expected one of 'ACME:alice', 'Home:alice'"
    ):
        app["alice"]
    with pytest.raises(KeyError, match="no account 'carol': the app has 'ACME:alice'"):
        app["carol"]
    with pytest.raises(KeyError, match="the app has none"):
        phone()["carol"]


def test_scanning_an_account_again_replaces_its_secret() -> None:
    app = phone(ALICE, BOB)
    old = app["alice"].code()
    app.add(ALICE.replace("GEZDGNBVGY3TQOJQ", "NBSWY3DPEB3W64TM"))
    assert [account.name for account in app] == ["ACME:alice", "ACME:bob"]
    assert app["alice"].code() != old


def test_all_accounts_share_the_phones_wrong_clock() -> None:
    clock = VirtualClock()
    app = phone(ALICE, clock=clock)
    app.drift(seconds=-30)
    later = app.add(BOB)
    for account in app:
        right = TotpAuthenticator(account.key, clock=clock)
        assert account.code() == right.code(step=-1)
    assert later.clock_error == -30


def test_an_account_is_added_by_its_key_or_its_picture() -> None:
    pytest.importorskip("zxingcpp", reason="reading a QR code needs the extra: pip install 'mfa-harness[qr]'")
    app = phone()
    assert app.add(TotpKey.parse(ALICE)).uri == ALICE
    assert app.scan(qr.draw(BOB)).uri == BOB
    assert repr(app) == "AuthenticatorApp(['ACME:alice', 'ACME:bob'])"


def test_a_removed_account_is_gone() -> None:
    app = phone(ALICE, BOB)
    app.remove("ACME:alice")
    assert [account.name for account in app] == ["ACME:bob"]
    with pytest.raises(KeyError):
        app.remove("ACME:alice")


def test_a_malformed_uri_adds_nothing_unless_the_phone_is_lenient() -> None:
    app = phone()
    flawed = ALICE.replace("issuer=ACME", "issuer=Other")
    with pytest.raises(TotpUriError):
        app.add(flawed)
    assert len(app) == 0
    assert app.add(flawed, lenient=True).issuer == "Other"
