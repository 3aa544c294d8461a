from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators import Person, TotpAuthenticator, VirtualClock
from mfa_simulators.clock import SystemClock
from mfa_simulators.person import NoFreshCode, NoRecoveryCode, RecoverySheet

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

    from mfa_simulators.client import MfaClient

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
URI = f"otpauth://totp/Acme:ann%40example.org?secret={SECRET}&issuer=Acme"
CODES = [f"CODE{n:06}" for n in range(10)]


def with_app(clock: VirtualClock | SystemClock, **options: Any) -> Person:
    person = Person(clock=clock, **options)
    person.app = TotpAuthenticator.from_secret(SECRET, clock=clock)
    return person


@pytest.fixture
def ann(api: FakeApi) -> Person:
    return Person("ann@example.org", clock=api.clock, seed=1, inbox=lambda: "424242")


@pytest.fixture
def client(api: FakeApi) -> MfaClient:
    """Signed in, before a server that lets everything pass."""
    pending = api.session("token-2", user=api.user(mfaBackupCodeAcknowledgement="pending"), mfaToken="m-1")
    api.answer("GET users/mfa/register/totp", {"id": "d-1", "type": "totp", "secret": SECRET, "uri": URI})
    api.answer("POST users/mfa/register/totp", {"id": "d-1", "type": "totp", "verified": True})
    api.answer("POST users/mfa/auth/totp", pending)
    api.answer("POST users/mfa/auth/recovery", api.session("token-3", mfaToken="m-2"))
    api.answer("POST refresh", pending)
    api.answer("GET users/mfa/recovery", {"count": 10, "recoveryCodes": CODES})
    api.answer("POST users/mfa/recovery", {"count": 10, "recoveryCodes": CODES[::-1]})
    api.answer("PUT users", api.session(user=api.user(mfaBackupCodeAcknowledgement="complete")))
    return api.signed_in()


def mfa_calls(api: FakeApi) -> list[str]:
    return [endpoint for endpoint in api.endpoints() if endpoint.split()[1].startswith(("users", "refresh"))]


def test_two_people_have_two_addresses_and_a_seed_fixes_them() -> None:
    assert Person().email != Person().email
    assert Person(seed=7).email == Person(seed=7).email != Person(seed=8).email
    assert Person("ann@example.org").email == "ann@example.org"


def test_a_person_signs_in_with_the_code_from_her_inbox(api: FakeApi, ann: Person) -> None:
    api.answer("POST emailVerifications/signin", api.session())
    session = ann.sign_up(api.connect())
    assert session.token == "token-1"
    assert api.last("POST emailVerifications/create").body == {"email": "ann@example.org"}
    assert api.last("POST emailVerifications/signin").body["verificationToken"] == "424242"


def test_the_newest_mail_of_a_mailbox_counts() -> None:
    mails = {"ann@example.org": [SimpleNamespace(code="1"), SimpleNamespace(code="2")]}
    assert Person("ann@example.org", mailbox=lambda email: mails[email]).read_mail() == "2"


def test_mail_that_cannot_be_read_is_told() -> None:
    with pytest.raises(LookupError, match=r"no mail with a code came for ann@example\.org"):
        Person("ann@example.org", mailbox=lambda _: []).read_mail()
    with pytest.raises(LookupError, match=r"ann@example\.org has no inbox"):
        Person("ann@example.org").read_mail()


def test_enrolling_an_app_is_scan_confirm_write_down_acknowledge(
    api: FakeApi, ann: Person, client: MfaClient
) -> None:
    ann.enrol_app(client)
    assert ann.app is not None
    assert ann.app.secret == SECRET
    assert api.last("POST users/mfa/auth/totp").body == {"code": ann.app.code(-1), "id": "d-1"}
    assert ann.sheet.unused == tuple(CODES)
    assert not client.is_pending_recovery_codes_acknowledgment()
    assert mfa_calls(api) == [
        "GET users/mfa/register/totp",
        "POST users/mfa/auth/totp",
        "GET users/mfa/recovery",
        "PUT users",
    ]


def test_enrolling_as_native_sdks_do_makes_the_session_anew(
    api: FakeApi, ann: Person, client: MfaClient
) -> None:
    ann.enrol_app(client, route="register", acknowledge=False)
    assert mfa_calls(api) == [
        "GET users/mfa/register/totp",
        "POST users/mfa/register/totp",
        "POST refresh",
        "GET users/mfa/recovery",
    ]
    assert client.is_pending_recovery_codes_acknowledgment()


def test_codes_are_acknowledged_only_where_the_server_waits_for_it(
    api: FakeApi, ann: Person, client: MfaClient
) -> None:
    ann.acknowledge_codes(client)
    assert "PUT users" not in api.endpoints()


def test_a_phone_scans_what_is_not_quite_right(api: FakeApi, ann: Person, client: MfaClient) -> None:
    uri = f"otpauth://totp/Acme:ann?secret={SECRET.lower()}&issuer=Other"
    api.answer("GET users/mfa/register/totp", {"id": "d-1", "type": "totp", "secret": SECRET, "uri": uri})
    ann.scan(client)
    assert ann.app is not None
    assert ann.app.secret == SECRET


def test_a_login_after_enrolment_uses_another_code(api: FakeApi, ann: Person, client: MfaClient) -> None:
    ann.enrol_app(client)
    sent = [api.last("POST users/mfa/auth/totp").body["code"]]
    for _ in range(2):
        ann.pass_mfa(client)
        sent.append(api.last("POST users/mfa/auth/totp").body["code"])
    assert len(set(sent)) == 3
    with pytest.raises(NoFreshCode):
        ann.pass_mfa(client)


def test_someone_who_can_wait_waits_for_her_next_code() -> None:
    clock = VirtualClock()
    person = with_app(clock, wait=clock.advance)
    codes = [person.fresh_code() for _ in range(6)]
    assert len(set(codes)) == 6
    assert clock.now() == VirtualClock().now() + 90


def test_a_person_gets_a_passkey_when_she_first_needs_one() -> None:
    person = Person(clock=VirtualClock(), seed=1)
    assert person.passkeys == []
    first = person.key
    second = person.new_key(attachment="cross-platform")
    assert person.key is first
    assert person.passkeys == [first, second]
    assert second.settings.attachment == "cross-platform"


def test_registering_a_passkey_writes_the_codes_down_where_they_came_with_it(
    api: FakeApi, ann: Person, client: MfaClient
) -> None:
    challenge = {
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "excludeCredentials": [],
        "pubKeyCredParams": [{"alg": -7, "type": "public-key"}],
        "rp": {"id": "localhost", "name": "Acme"},
        "user": {"id": "AQ", "name": "ann", "displayName": "Ann"},
    }
    api.answer("GET users/passkeys/register", challenge)
    api.answer("POST users/passkeys/register", api.session())
    ann.enrol_passkey(client)
    assert ann.sheet.codes == ()
    api.answer(
        "POST users/passkeys/register", api.session(user=api.user(mfaBackupCodeAcknowledgement="pending"))
    )
    ann.enrol_passkey(client, key=ann.new_key())
    assert ann.sheet.codes == tuple(CODES)
    assert not client.is_pending_recovery_codes_acknowledgment()
    assert (
        len({api.last("POST users/passkeys/register").body["id"], *(c.id for c in ann.key.credentials)}) == 2
    )


def test_waiting_that_lets_no_time_pass_ends() -> None:
    person = with_app(VirtualClock(), drift_steps=0, wait=lambda _: None)
    person.fresh_code()
    with pytest.raises(NoFreshCode):
        person.fresh_code()


def test_real_time_has_a_guard_at_the_end_of_a_step_and_virtual_time_has_none() -> None:
    assert Person(clock=SystemClock()).guard_seconds == 2
    assert Person(clock=VirtualClock()).guard_seconds == 0
    assert Person(clock=VirtualClock(), guard_seconds=5).guard_seconds == 5


def test_a_code_taken_by_hand_counts_as_used() -> None:
    person = with_app(VirtualClock())
    assert person.app is not None
    assert person.code() == person.code() == person.app.code()
    assert person.fresh_code() == person.app.code(1)
    with pytest.raises(NoFreshCode):
        person.fresh_code()
    assert person.fresh_code(refuses_older=False) == person.app.code(-1)


def test_an_app_that_is_not_there_is_told_of() -> None:
    with pytest.raises(LookupError, match="has no authenticator app: enrol one first"):
        Person().fresh_code()
    with pytest.raises(LookupError, match="has no authenticator app"):
        Person().code()


def test_mfa_is_passed_with_what_she_has(api: FakeApi, ann: Person, client: MfaClient) -> None:
    ann.sheet = RecoverySheet(CODES)
    ann.pass_mfa(client, create_mfa_token=True)
    body = api.last("POST users/mfa/auth/recovery").body
    assert body == {"code": CODES[0], "createMfaToken": {"singleUse": True}}
    ann.enrol_app(client)
    ann.pass_mfa(client, requested_scopes=("wallet:sign",))
    assert api.last("POST users/mfa/auth/totp").body["requestedScopes"] == ["wallet:sign"]
    ann.pass_mfa(client, using="recovery_code")
    assert api.last("POST users/mfa/auth/recovery").body == {"code": CODES[0]}  # of the new sheet


def test_renewed_codes_are_on_a_new_sheet_and_the_old_one_is_kept(ann: Person, client: MfaClient) -> None:
    ann.write_down_codes(client)
    ann.sheet.take()
    old = ann.renew_codes(client)
    assert old.used == (CODES[0],)
    assert ann.sheet.unused == tuple(CODES[::-1])


def test_a_sheet_gives_every_code_once_in_order() -> None:
    sheet = RecoverySheet(["A", "B", "C"])
    assert [sheet.take(), sheet.take()] == ["A", "B"]
    assert (sheet.used, sheet.unused, len(sheet)) == (("A", "B"), ("C",), 1)
    sheet.take()
    with pytest.raises(NoRecoveryCode, match="all 3 recovery codes are used"):
        sheet.take()
    with pytest.raises(NoRecoveryCode, match="no recovery codes were written down"):
        RecoverySheet().take()


def test_secrets_stay_out_of_what_is_printed() -> None:
    assert repr(RecoverySheet(["ABCDEFGHIJ"])) == "RecoverySheet(1 of 1 unused)"
    assert repr(Person("ann@example.org")) == "Person('ann@example.org')"
