"""PINs, tokens and built-in verification of a device, through fido2's stock client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin
from tests.simulators.passkey.cable import PIN, User, create, get, plugged_in

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options


def test_a_pin_verifies_the_user(creation: Options, request_: Options) -> None:
    key = VirtualPasskey.security_key(seed=7, user_verification=False)
    user = User()
    client = plugged_in(key.ctap(pin=PIN), user)
    options = creation()
    options["authenticatorSelection"]["userVerification"] = "required"
    created = create(client, options)
    assert user.asked == 1
    assert created.response.attestation_object.auth_data.is_user_verified()
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    response = get(client, listed | {"userVerification": "required"})
    assert response.response.authenticator_data.is_user_verified()


def test_a_pin_is_set_and_changed(creation: Options) -> None:
    key = VirtualPasskey.security_key(seed=7, user_verification=False)
    device = key.ctap(pin="")
    for version in (1, 2):
        pins = ClientPin(Ctap2(device), ClientPin.PROTOCOLS[2 - version]())
        if version == 1:
            pins.set_pin("first")
        else:
            pins.change_pin("first", "second")
    pins = ClientPin(Ctap2(device))
    assert pins.get_pin_retries()[0] == 8
    assert len(pins.get_pin_token("second", ClientPin.PERMISSION.MAKE_CREDENTIAL, "example.org")) == 32
    longer = VirtualPasskey.security_key(seed=7, min_pin_length=6).ctap(pin="")
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        ClientPin(Ctap2(longer)).set_pin("12345")


def test_wrong_pins_block_it_until_it_is_plugged_in_and_then_for_good() -> None:
    device = VirtualPasskey.security_key(seed=7).ctap(pin=PIN)
    pins = ClientPin(Ctap2(device))
    seen = []
    for _ in range(9):
        try:
            pins.get_pin_token("0000")
        except CtapError as error:
            seen.append(error.code.name)
        if seen[-1] == "PIN_AUTH_BLOCKED":
            device.plug_in()
    assert seen[:3] == ["PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"]
    assert seen[-1] == "PIN_BLOCKED"
    with pytest.raises(CtapError, match="PIN_BLOCKED"):
        pins.get_pin_token(PIN)


def test_a_token_expires_by_the_clock(creation: Options) -> None:
    clock = VirtualClock()
    device = VirtualPasskey.security_key(seed=7, clock=clock).ctap(pin=PIN)
    ctap2 = Ctap2(device)
    pins = ClientPin(ctap2)
    token = pins.get_pin_token(PIN, ClientPin.PERMISSION.MAKE_CREDENTIAL, "example.org")

    def make() -> Any:
        proof = pins.protocol.authenticate(token, bytes(32))
        return ctap2.make_credential(
            bytes(32),
            {"id": "example.org", "name": "Example"},
            {"id": b"1", "name": "alice"},
            [{"type": "public-key", "alg": -7}],
            pin_uv_param=proof,
            pin_uv_protocol=pins.protocol.VERSION,
        )

    assert make().auth_data.is_user_verified()
    clock.advance(601)
    with pytest.raises(CtapError, match="PIN_TOKEN_EXPIRED"):
        make()


def test_verification_that_fails_three_times_is_blocked() -> None:
    key = VirtualPasskey(seed=7, user="fails-verification")
    ctap2 = Ctap2(key.ctap())
    seen = []
    for _ in range(4):
        with pytest.raises(CtapError) as caught:
            ctap2.make_credential(
                bytes(32),
                {"id": "example.org", "name": "Example"},
                {"id": b"1", "name": "alice"},
                [{"type": "public-key", "alg": -7}],
                options={"uv": True},
            )
        seen.append(caught.value.code.name)
    assert seen == ["OPERATION_DENIED", "OPERATION_DENIED", "UV_BLOCKED", "UV_BLOCKED"]
