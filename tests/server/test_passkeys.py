"""Passkeys: registration, the challenge, sign-in, managing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import FAULTS, VirtualPasskey, base64url

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://localhost:3000"


def test_registration_options_have_the_members_of_the_wire(site: Any) -> None:
    person = site.sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    assert {"rp", "user", "challenge", "pubKeyCredParams", "excludeCredentials"} <= set(options)
    assert options["excludeCredentials"] == []
    assert options["rp"] == {"id": "localhost", "name": "mfa-harness"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["timeout"] == 300_000


def test_registering_is_mfa(make: Callable[..., Any]) -> None:
    person = make(enrollment="signup", session_based=True).sign_in()
    answer = person.new_passkey()
    assert answer.status_code == 200
    assert person.scopes == {"user:basic"}
    assert answer.json()["user"]["mfaBackupCodeAcknowledgement"] == "pending"
    assert person.devices() == []


def test_registration_brings_an_mfa_token_on_request(site: Any) -> None:
    person = site.sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    body = {**person.attest(options), "createMfaToken": {"singleUse": True}}
    assert person.call("POST", "/users/passkeys/register", body).json()["mfaToken"]


def test_both_spellings_of_client_data_are_read(site: Any) -> None:
    person = site.sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    made = person.key.create(options, origin=ORIGIN)
    assert person.call("POST", "/users/passkeys/register", made).status_code == 200
    options = person.call("GET", "/users/passkeys/authenticate").json()
    made = person.key.get(options, origin=ORIGIN)
    made["response"]["clientDataJson"] = made["response"]["clientDataJSON"]
    assert person.call("POST", "/users/mfa/auth/passkey", made).status_code == 200


def test_the_older_path_registers_too(site: Any) -> None:
    person = site.sign_in()
    begun = person.call("GET", "/users/mfa/register/passkey").json()
    assert set(begun) == {"id", "type", "registration"}
    attestation = person.attest(begun["registration"])
    body = {"id": begun["id"], "attestation": attestation}
    assert person.call("POST", "/users/mfa/register/passkey", body).status_code == 200


def test_a_passkey_answers_the_challenge(make: Callable[..., Any]) -> None:
    person = make(session_based=True).sign_in()
    person.new_passkey()
    later = person.again()
    assert later.gated
    answer = later.answer_passkey(createMfaToken={"singleUse": True}, requestedScopes=["wallet:sign"])
    assert answer.status_code == 200, answer.text
    assert later.scopes == {"user:basic"}
    assert answer.json()["mfaToken"]
    assert answer.json()["elevatedAccessToken"]


def test_an_assertion_is_good_once(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    assert person.call("POST", "/users/mfa/auth/passkey", body).status_code == 200
    refused(person.call("POST", "/users/mfa/auth/passkey", body), 422, "mfa_invalid_request")


def test_a_challenge_is_good_in_its_session_and_for_its_purpose_only(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(session_based=True).sign_in()
    person.new_passkey()
    first, second = person.again(), person.again()
    options = first.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    refused(second.call("POST", "/users/mfa/auth/passkey", body), 422, "mfa_invalid_request")
    for_sign_in = person.key.get(person.site.call("GET", "/users/passkeys/signin").json(), origin=ORIGIN)
    refused(second.call("POST", "/users/mfa/auth/passkey", for_sign_in), 422, "mfa_invalid_request")
    assert second.gated


def test_a_challenge_expires(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.new_passkey()
    for seconds, works in ((299, True), (300, False)):
        options = person.call("GET", "/users/passkeys/authenticate").json()
        body = person.key.get(options, origin=ORIGIN)
        site.clock.advance(seconds)
        answer = person.call("POST", "/users/mfa/auth/passkey", body)
        assert answer.is_success is works
    refused(answer, 422, "mfa_invalid_request")


def test_the_passkey_of_another_user_is_refused(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    site = make(session_based=True)
    ada, bob = site.sign_in("ada@example.org"), site.sign_in("bob@example.org")
    ada.new_passkey()
    bob.new_passkey()
    later = ada.again()
    options = later.call("GET", "/users/passkeys/authenticate").json()
    body = bob.key.get({**options, "allowCredentials": []}, origin=ORIGIN)
    refused(later.call("POST", "/users/mfa/auth/passkey", body), 422, "mfa_invalid_request")
    assert later.gated


@pytest.mark.parametrize(
    "tampered",
    [
        lambda body: body["response"].update(signature=body["response"]["signature"][:-4] + "AAAA"),
        lambda body: body.update(type="x"),
        lambda body: body.update(id="AAAA"),
        lambda body: body["response"].update(authenticatorData="AAAA"),
        lambda body: body["response"].update(clientDataJSON="AAAA"),
        lambda body: body["response"].update(userHandle="AAAA"),
    ],
)
def test_a_tampered_assertion_is_refused(
    site: Any, refused: Callable[..., None], tampered: Callable[[dict[str, Any]], None]
) -> None:
    person = site.sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    tampered(body)
    refused(person.call("POST", "/users/mfa/auth/passkey", body), 422, "mfa_invalid_request")


@pytest.mark.parametrize(
    "origin", ["http://localhost.evil.test:3000", "https://localhost:3000", "http://evil.test"]
)
def test_a_foreign_origin_is_refused(site: Any, refused: Callable[..., None], origin: str) -> None:
    person = site.sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    honest = person.key.get(options, origin=ORIGIN)
    client_data = base64url.decode(honest["response"]["clientDataJSON"]).decode().replace(ORIGIN, origin)
    honest["response"]["clientDataJSON"] = base64url.encode(client_data.encode())
    refused(person.call("POST", "/users/mfa/auth/passkey", honest), 422, "mfa_invalid_request")


def test_a_counter_that_goes_back_is_refused(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    for policy, works in (("refuse", False), ("flag", True), ("ignore", True)):
        person = make(passkey_counter=policy).sign_in()
        person.key = VirtualPasskey(clock=person.site.clock, seed=policy, counter="per-credential")
        person.new_passkey()
        assert person.answer_passkey().status_code == 200
        person.key.rollback(1)
        answer = person.answer_passkey()
        assert answer.is_success is works, answer.text
        if not works:
            refused(answer, 422, "mfa_invalid_request")


def test_passkeys_are_bounded(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(passkeys_per_user=2).sign_in()
    for number in range(2):
        person.key = VirtualPasskey(clock=person.site.clock, seed=f"bounded-{number}")
        assert person.new_passkey().status_code == 200
    refused(person.new_passkey(), 422, "max_passkeys_per_user")
    listed = person.call("GET", "/users/passkeys").json()
    assert listed["count"] == len(listed["passkeys"]) == 2
    options = person.call("GET", "/users/passkeys/authenticate").json()
    assert len(options["allowCredentials"]) == 2


def test_existing_passkeys_are_excluded(site: Any) -> None:
    person = site.sign_in()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    options = person.call("GET", "/users/passkeys/register").json()
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey["credentialId"]]


def test_a_passkey_is_renamed(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    renamed = person.call("PUT", "/users/passkeys", {"id": passkey["id"], "alias": "phone"}).json()
    assert renamed["alias"] == "phone"
    assert person.call("GET", "/users/passkeys").json()["passkeys"] == [renamed]
    other = site.sign_in("other@example.org")
    refused(
        other.call("PUT", "/users/passkeys", {"id": passkey["id"], "alias": "x"}), 422, "passkey_not_found"
    )


def test_deletion_takes_a_proof_and_the_passkey_is_dead(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(session_based=True).enrolled()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    body = {"passkeyId": passkey["id"]}
    refused(person.call("DELETE", "/users/passkeys", body), 403, "elevated_access_token_required")
    later = person.again()
    options = later.call("GET", "/users/passkeys/authenticate").json()
    answer = person.key.get(options, origin=ORIGIN)
    token = person.mfa_token()
    done = person.call("DELETE", "/users/passkeys", body, x_mfa_auth_token=token)
    assert (done.status_code, done.content) == (204, b"")
    refused(later.call("POST", "/users/mfa/auth/passkey", answer), 422, "mfa_invalid_request")
    refused(person.call("DELETE", "/users/passkeys", body), 422, "passkey_not_found")


def test_another_users_passkey_cannot_be_deleted(site: Any, refused: Callable[..., None]) -> None:
    ada, bob = site.enrolled("ada@example.org"), site.sign_in("bob@example.org")
    bob.new_passkey()
    (passkey,) = bob.call("GET", "/users/passkeys").json()["passkeys"]
    token = ada.mfa_token()
    answer = ada.call("DELETE", "/users/passkeys", {"passkeyId": passkey["id"]}, x_mfa_auth_token=token)
    refused(answer, 422, "passkey_not_found")
    assert bob.call("GET", "/users/passkeys").json()["count"] == 1


def test_sign_in_with_a_passkey(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.new_passkey()
    options = site.call("GET", "/users/passkeys/signin").json()
    body = person.key.get(options, origin=ORIGIN)
    answer = site.call("POST", "/users/passkeys/signin", body)
    assert answer.json()["user"]["id"] == person.id
    refused(site.call("POST", "/users/passkeys/signin", body), 422, "mfa_invalid_request")


def test_a_passkey_makes_no_account(site: Any, refused: Callable[..., None]) -> None:
    refused(site.call("GET", "/users/passkeys/register"), 401, "unauthorized")
    stranger = site.sign_in("stranger@example.org")
    stranger.new_passkey()
    stranger.call("DELETE", "/users")
    options = site.call("GET", "/users/passkeys/signin").json()
    body = stranger.key.get(options, origin=ORIGIN)
    refused(site.call("POST", "/users/passkeys/signin", body), 422, "mfa_invalid_request")


@pytest.mark.parametrize("path", ["/users/passkeys/authenticate", "/users/passkeys/signin"])
def test_an_rp_id_from_the_request_is_refused(site: Any, refused: Callable[..., None], path: str) -> None:
    person = site.sign_in()
    refused(person.call("GET", f"{path}?relatedOriginRpId=evil.test"), 422, "mfa_invalid_request")
    assert person.call("GET", f"{path}?relatedOriginRpId=localhost").status_code == 200


def test_passkeys_switched_off_are_refused(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(passkeys=False).sign_in()
    for path in ("/users/passkeys/register", "/users/passkeys/authenticate", "/users/passkeys/signin"):
        refused(person.call("GET", path), 403, "mfa_method_disabled")
    assert person.call("GET", "/users/mfa/register/totp").status_code == 200


def test_step_up_before_binding_under_the_newer_api_version(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    site = make(min_api_version="2026_04_01")
    person = site.sign_in()
    refused(person.new_passkey(), 403, "elevated_access_token_required")
    refused(person.call("GET", "/users/mfa/register/totp"), 403, "elevated_access_token_required")
    linking = site.sign_in(person.email, allowNewMFALinking=True)
    token = linking.answer["elevatedAccessToken"]
    assert linking.new_passkey(x_dyn_elevated_access_token=token).status_code == 200
    assert "elevatedAccessToken" not in site.sign_in(person.email, allowNewMFALinking=True).answer


LIES = [fault for fault in FAULTS.values() if not fault.when]


@pytest.mark.parametrize("lie", [each.slug for each in LIES if str(each.get).startswith("7.2")])
def test_no_lie_of_an_authenticator_passes_the_challenge(
    site: Any, refused: Callable[..., None], lie: str
) -> None:
    person = site.sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN, fault=lie)
    answer = person.call("POST", "/users/mfa/auth/passkey", body)
    refused(answer, answer.status_code, answer.json()["code"])
    assert answer.status_code in (400, 422)
    assert person.answer_passkey().status_code == 200


@pytest.mark.parametrize("lie", [each.slug for each in LIES if str(each.create).startswith("7.1")])
def test_no_lie_of_an_authenticator_passes_registration(
    site: Any, refused: Callable[..., None], lie: str
) -> None:
    person = site.sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    made = person.key.create(options, origin=ORIGIN, fault=lie)
    answer = person.call("POST", "/users/passkeys/register", made)
    refused(answer, answer.status_code, answer.json()["code"])
    assert answer.status_code in (400, 422)
    assert person.call("GET", "/users/passkeys").json()["count"] == 0
