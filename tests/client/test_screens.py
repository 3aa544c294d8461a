from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.client import ClientError, ScreenContent, screens

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

REGISTRATION = {
    "id": "d-1",
    "type": "totp",
    "secret": "GEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/a?secret=GE",
}
ALL = tuple(screens.METHODS_OF_SCREEN)
TOTP_ONLY = (screens.QR_CODE, screens.OTP_VERIFICATION, screens.MANAGE)


@pytest.fixture(autouse=True)
def answers(api: FakeApi) -> None:
    api.answer("GET users/mfa", {"count": 0, "devices": []})
    api.answer("GET users/mfa/methods", {"devices": [], "passkeys": [], "userHasVerifiedMfaMethods": False})
    api.answer("GET users/mfa/register/totp", REGISTRATION)
    api.answer("GET users/mfa/recovery", {"count": 2, "recoveryCodes": ["A", "B"]})
    api.answer("POST users/mfa/auth/totp", api.session("token-2", mfaToken="m-1"))
    api.answer("POST users/mfa/auth/recovery", api.session("token-3", mfaToken="m-2"))


@pytest.mark.parametrize("name", ALL)
def test_a_screen_opens_and_closes(api: FakeApi, name: str) -> None:
    client = api.signed_in()
    cancelled: list[Any] = []
    client.events.on("authFlowCancel", cancelled.append)
    assert client.show_screen(name)
    assert client.current_screen == name
    assert client.hide_screen(name)
    assert client.current_screen is None
    assert client.screens.content is None
    assert cancelled == [{"screen": name}]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("totp", "passkey"), [(True, False), (False, True), (False, False)])
def test_a_screen_whose_methods_are_off_does_not_open(
    api: FakeApi, name: str, *, totp: bool, passkey: bool
) -> None:
    api.settings(methods={"totp": totp, "passkey": passkey})
    client = api.signed_in()
    client.initialize()
    asked = len(api.seen)
    opens = totp or (passkey and name not in TOTP_ONLY)
    assert client.show_screen(name) is opens
    assert client.current_screen == (name if opens else None)
    if not opens:
        assert len(api.seen) == asked


def test_one_screen_is_visible_at_a_time(api: FakeApi) -> None:
    client = api.signed_in()
    cancelled: list[Any] = []
    client.events.on("authFlowCancel", cancelled.append)
    client.show_screen(screens.CHOOSE_TYPE)
    client.show_screen(screens.QR_CODE)
    assert client.current_screen == screens.QR_CODE
    assert not client.hide_screen(screens.CHOOSE_TYPE)
    assert client.current_screen == screens.QR_CODE
    assert cancelled == []


def test_a_screen_that_may_not_open_leaves_the_visible_one(api: FakeApi) -> None:
    api.settings(methods={"totp": False, "passkey": True})
    client = api.signed_in()
    client.show_screen(screens.CHOOSE_TYPE)
    assert not client.show_screen(screens.QR_CODE)
    assert client.current_screen == screens.CHOOSE_TYPE


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        (screens.CHOOSE_TYPE, "GET users/mfa/methods"),
        (screens.QR_CODE, "GET users/mfa/register/totp"),
        (screens.OTP_VERIFICATION, None),
        (screens.VIEW_BACKUP_CODES, "GET users/mfa/recovery"),
        (screens.ENTER_BACKUP_CODES, None),
        (screens.MANAGE, "GET users/mfa"),
    ],
)
def test_a_screen_asks_for_what_it_shows_at_every_opening(
    api: FakeApi, name: str, endpoint: str | None
) -> None:
    client = api.signed_in()
    client.initialize()
    asked = len(api.seen)
    client.show_screen(name)
    client.show_screen(name)
    assert api.endpoints()[asked:] == [endpoint] * 2 if endpoint else len(api.seen) == asked
    assert (client.screens.content is not None) is (endpoint is not None)


def test_codes_that_are_not_shown_again_leave_their_screen_empty(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("GET users/mfa/recovery", {"error": "acknowledged"}, status=403)
    assert client.show_screen(screens.VIEW_BACKUP_CODES)
    assert client.screens.content == ()


def test_a_code_typed_in_makes_a_token_and_closes_the_screen(api: FakeApi) -> None:
    client = api.signed_in()
    cancelled: list[Any] = []
    client.events.on("authFlowCancel", cancelled.append)
    client.show_screen(screens.OTP_VERIFICATION)
    client.screens.submit("123456")
    body = api.last("POST users/mfa/auth/totp").body
    assert body == {"code": "123456", "createMfaToken": {"singleUse": True}}
    assert client.state.mfa_token == "m-1"
    assert client.current_screen is None
    assert cancelled == []  # completed, not cancelled


def test_a_recovery_code_is_typed_into_its_own_screen(api: FakeApi) -> None:
    client = api.signed_in()
    client.show_screen(screens.ENTER_BACKUP_CODES)
    client.screens.submit("ABCDEFGHIJ")
    assert api.last("POST users/mfa/auth/recovery").body["code"] == "ABCDEFGHIJ"


def test_a_refused_code_leaves_the_screen_open(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST users/mfa/auth/totp", {"error": "Invalid", "code": "mfa_invalid_code"}, status=422)
    client.show_screen(screens.OTP_VERIFICATION)
    with pytest.raises(ClientError):
        client.screens.submit("123456")
    assert client.current_screen == screens.OTP_VERIFICATION


def test_onboarding_goes_from_qr_code_to_recovery_codes_to_the_end(api: FakeApi) -> None:
    client = api.signed_in(user=api.user(scope="requiresAdditionalAuth"))
    api.answer("POST users/mfa/auth/totp", api.session(user=api.user(mfaBackupCodeAcknowledgement="pending")))
    api.answer("PUT users", api.session(user=api.user(mfaBackupCodeAcknowledgement="complete")))
    client.show_screen(screens.QR_CODE)
    client.screens.submit("123456")
    assert client.current_screen == screens.VIEW_BACKUP_CODES
    assert client.screens.content == ("A", "B")
    client.screens.acknowledge()
    assert client.current_screen is None
    asked = [endpoint for endpoint in api.endpoints() if endpoint.split()[1].startswith("users")]
    assert asked == [
        "GET users/mfa/register/totp",
        "POST users/mfa/auth/totp",
        "GET users/mfa/recovery",
        "PUT users",
    ]


def test_what_a_screen_is_not_for_is_refused(api: FakeApi) -> None:
    client = api.signed_in()
    client.show_screen(screens.MANAGE)
    with pytest.raises(ValueError, match="'manage-totp' takes no code"):
        client.screens.submit("123456")
    with pytest.raises(ValueError, match="shows no recovery codes"):
        client.screens.acknowledge()
    with pytest.raises(ValueError, match="no screen 'mfa-qr': there are mfa-choose-device"):
        client.show_screen("mfa-qr")
    with pytest.raises(ValueError, match="no screen"):
        client.hide_screen("mfa-qr")


def test_what_is_due_cannot_be_dismissed_and_what_is_not_can(api: FakeApi) -> None:
    gated = api.signed_in(user=api.user(scope="requiresAdditionalAuth"))
    gated.show_screen(screens.OTP_VERIFICATION)
    assert not gated.dismiss_screen()
    assert gated.current_screen == screens.OTP_VERIFICATION
    full = api.signed_in()
    full.show_screen(screens.OTP_VERIFICATION)
    assert full.dismiss_screen()
    assert full.current_screen is None
    assert not full.dismiss_screen()


def methods(**of: list[dict[str, Any]]) -> dict[str, Any]:
    return {"devices": [], "passkeys": [], "userHasVerifiedMfaMethods": bool(of), **of}


@pytest.mark.parametrize(
    ("have", "screen"),
    [
        (methods(), screens.CHOOSE_TYPE),
        (
            methods(devices=[{"id": "d", "verified": True, "createdAt": "2026-01-02"}]),
            screens.OTP_VERIFICATION,
        ),
        (
            methods(
                devices=[{"id": "d", "verified": True, "createdAt": "2026-01-02"}],
                passkeys=[{"id": "p", "createdAt": "2026-01-01"}],
            ),
            screens.OTP_VERIFICATION,
        ),
    ],
)
def test_a_prompt_opens_what_the_user_can_do(api: FakeApi, have: dict[str, Any], screen: str) -> None:
    client = api.signed_in()
    api.answer("GET users/mfa/methods", have)
    client.prompt_mfa_auth()
    assert client.current_screen == screen


def test_a_prompt_begins_the_ceremony_of_a_newer_passkey(api: FakeApi) -> None:
    client = api.signed_in()
    passkeys = [{"id": "p", "createdAt": "2026-01-03"}]
    devices = [{"id": "d", "verified": True, "createdAt": "2026-01-02"}]
    api.answer("GET users/mfa/methods", methods(devices=devices, passkeys=passkeys))
    api.answer("GET users/passkeys/authenticate", {"error": "later"}, status=503)
    with pytest.raises(ClientError, match="later"):
        client.prompt_mfa_auth()
    assert client.current_screen is None


def test_a_prompt_passes_over_a_method_that_is_switched_off(api: FakeApi) -> None:
    api.settings(methods={"totp": True, "passkey": False})
    client = api.signed_in()
    passkeys = [{"id": "p", "createdAt": "2026-01-03"}]
    devices = [{"id": "d", "verified": True, "createdAt": "2026-01-02"}]
    api.answer("GET users/mfa/methods", methods(devices=devices, passkeys=passkeys))
    client.prompt_mfa_auth()
    assert client.current_screen == screens.OTP_VERIFICATION


def test_a_screen_can_be_read(api: FakeApi) -> None:
    client = api.signed_in()
    client.show_screen(screens.QR_CODE)
    assert client.read_screen().uri == REGISTRATION["uri"]
    client.show_screen(screens.VIEW_BACKUP_CODES)
    assert client.read_screen().recovery_codes == ("A", "B")
    client.show_screen(screens.OTP_VERIFICATION)
    assert client.read_screen() == ScreenContent()


def test_the_sync_flow_opens_the_screen_that_is_due_and_signing_out_closes_it(api: FakeApi) -> None:
    client = api.connect()
    client.sync_mfa_flow()
    api.signed_in(client, user=api.user(mfaBackupCodeAcknowledgement="pending"))
    assert (client.prompts, client.current_screen) == (("recovery_codes",), screens.VIEW_BACKUP_CODES)
    client.reload()
    assert client.prompts == ("recovery_codes", "recovery_codes")
    client.logout()
    assert client.current_screen is None
