"""Answers by the vendor's own models (`sdk-api-core` 0.0.1125, read out of the package): to the name and type.

`name?` may be left out, but is never null unless its type says so; a name that is not here is dropped by the
vendor's client. Found by running its SDK against this server.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS: Final = {
    "VerifyResponse": "user:SdkUser expiresAt:number jwt?:string minifiedJwt?:string mfaToken?:string"
    " elevatedAccessToken?:string|null",
    "UpdateSelfResponse": "user:SdkUser expiresAt:number jwt?:string minifiedJwt?:string mfaToken?:string"
    " elevatedAccessToken?:string|null nextView:NextView emailVerification?:CodeSent",
    "SdkUser": "id:string projectEnvironmentId:string verifiedCredentials:[Credential]"
    " lastVerifiedCredentialId?:string sessionId?:string alias?:string|null country?:string|null"
    " email?:string|null firstName?:string|null jobTitle?:string|null lastName?:string|null"
    " phoneNumber?:string|null policiesConsent?:boolean|null tShirtSize?:string|null team?:string|null"
    " username?:string|null firstVisit?:Date lastVisit?:Date newUser?:boolean metadata?:object"
    " mfaBackupCodeAcknowledgement?:Acknowledgement|null btcWallet?:string|null kdaWallet?:string|null"
    " ltcWallet?:string|null ckbWallet?:string|null kasWallet?:string|null dogeWallet?:string|null"
    " emailNotification?:boolean|null discordNotification?:boolean|null newsletterNotification?:boolean|null"
    " scope?:string missingFields?:[object]",
    "Credential": "id:string format:Format signInEnabled:boolean email?:string public_identifier?:string"
    " phoneNumber?:string verifiedAt?:Date",
    "CodeSent": "verificationUUID:string email:string",
    "SmsSent": "verificationUUID:string phoneNumber:string phoneCountryCode:string isoCountryCode:string",
    "Devices": "count:number devices:[Device]",
    "Device": "type?:Kind verified?:boolean id?:string createdAt?:Date verifiedAt?:Date|null"
    " default?:boolean alias?:string",
    "Methods": "devices:[Device] passkeys:[Passkey] userHasVerifiedMfaMethods:boolean",
    "Passkeys": "count:number passkeys:[Passkey]",
    "Passkey": "id:string alias?:string userAgent?:string origin?:string credentialId:string createdAt:Date"
    " updatedAt?:Date",
    "TotpRegistration": "id:string type:Kind secret:string uri:string",
    "RecoveryCodes": "count:number recoveryCodes:[string]",
    "StepUp": "isRequired:boolean credentials:[StepUpCredential] defaultCredentialId?:string",
    "StepUpCredential": "id:string format:Format type?:string alias?:string",
    "CreationOptions": "attestation:string authenticatorSelection:object challenge:string"
    " excludeCredentials:[Excluded] extensions?:object hints?:[string] pubKeyCredParams:[object] rp:RelyingParty"
    " timeout:number user:PasskeyUser",
    "RelyingParty": "id:string name:string",
    "PasskeyUser": "displayName:string id:string name:string",
    "Excluded": "id:string transports?:[Transport] type:string",
    "RequestOptions": "challenge:string timeout?:number rpId?:string userVerification?:string"
    " allowCredentials?:[Allowed] extensions?:object",
    # The vendor's model has no `type`; WebAuthn's JSON does, and the vendor's client adds it again.
    "Allowed": "id:string transports?:[Transport] type?:string",
    "Nonces": "nonces:[string]",
    "Elevated": "elevatedAccessToken:string",
}
VALUES: Final = {
    "NextView": ("done", "verify-email", "verified-and-transferred", "verify-sms"),
    "Acknowledgement": ("pending", "complete"),
    "Format": ("blockchain", "email", "oauth", "passkey", "phoneNumber", "externalUser", "totp"),
    "Kind": ("totp", "passkey", "email"),
    "Transport": ("usb", "nfc", "ble", "internal", "hybrid", "cable", "smart-card"),
}
PLAIN: Final[dict[str, type | tuple[type, ...]]] = {"string": str, "boolean": bool, "object": dict}


def differences(value: Any, kind: str, where: str = "$") -> list[str]:
    """How a value differs from a model of the vendor's."""
    kind, _, null = kind.partition("|")
    if value is None:
        return [] if null else [f"{where}: null"]
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{where}: no array"]
        return [each for n, one in enumerate(value) for each in differences(one, kind[1:-1], f"{where}[{n}]")]
    if kind in MODELS:
        fields = dict(field.split(":") for field in MODELS[kind].split())
        known = {name.removesuffix("?"): of for name, of in fields.items()}
        return [
            *(f"{where}.{name}: missing" for name in fields if not name.endswith("?") and name not in value),
            *(f"{where}.{name}: unknown" for name in value if name not in known),
            *(
                each
                for name, one in value.items()
                if name in known
                for each in differences(one, known[name], f"{where}.{name}")
            ),
        ]
    if kind in VALUES:
        good = value in VALUES[kind]
    elif kind == "Date":
        good = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    elif kind == "number":
        good = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        good = isinstance(value, PLAIN[kind])
    return [] if good else [f"{where}: {value!r} is no {kind}"]


def assert_shape(answer: Any, kind: str) -> Any:
    assert answer.status_code == 200, answer.text
    assert differences(answer.json(), kind) == []
    return answer.json()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"count": 1}, ["$.devices: missing"]),
        ({"count": 0, "devices": [], "Count": 0}, ["$.Count: unknown"]),
        (
            {"count": "0", "devices": [{"type": "sms"}]},
            ["$.count: '0' is no number", "$.devices[0].type: 'sms' is no Kind"],
        ),
        (
            {"count": 0, "devices": [{"verifiedAt": None, "createdAt": None}]},
            ["$.devices[0].createdAt: null"],
        ),
    ],
)
def test_a_difference_is_told(value: Any, told: list[str]) -> None:
    assert differences(value, "Devices") == told


def test_sessions_and_users(site: Any) -> None:
    sent = assert_shape(
        site.call("POST", "/emailVerifications/create", {"email": "a@example.org"}), "CodeSent"
    )
    again = {"verificationUUID": sent["verificationUUID"]}
    assert_shape(site.call("POST", "/emailVerifications/retry", again), "CodeSent")
    person = site.enrolled()
    person.new_passkey()
    person.call("PUT", "/users", {"firstName": "Ada", "metadata": {}, "policiesConsent": True})
    for method, path, kind in (
        ("GET", "/users", "SdkUser"),
        ("POST", "/refresh", "VerifyResponse"),
        ("GET", "/nonces?count=5", "Nonces"),
    ):
        assert_shape(person.call(method, path), kind)
    done = {"mfaBackupCodeAcknowledgement": "complete"}
    assert_shape(person.call("PUT", "/users", done), "UpdateSelfResponse")
    proving = {"createMfaToken": {"singleUse": False}, "requestedScopes": ["credential:unlink"]}
    assert_shape(person.answer_totp(person.fresh_code(), **proving), "VerifyResponse")
    assert_shape(person.answer_passkey(**proving), "VerifyResponse")
    assert_shape(person.answer_recovery(person.codes()[0], **proving), "VerifyResponse")


def test_sms(site: Any, refused: Callable[..., None]) -> None:
    phone = {"isoCountryCode": "US", "phoneCountryCode": "1", "phoneNumber": "5551230000"}
    sent = assert_shape(site.call("POST", "/smsVerifications/create", phone), "SmsSent")
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "no code"}
    refused(site.call("POST", "/smsVerifications/signin", body), 422, "wrong_sms_verification_token")
    body["verificationToken"] = site.environment.mailbox("+15551230000")[-1].code
    assert_shape(site.call("POST", "/smsVerifications/signin", body), "VerifyResponse")


def test_external_tokens(site: Any) -> None:
    jwt = {"jwt": site.environment.external_jwt(sub="ext", email="ext@example.org")}
    signed_in = assert_shape(site.call("POST", "/externalAuth/signin", jwt), "VerifyResponse")
    proof = {"jwt": site.environment.external_jwt(sub="ext", scope="credential:link")}
    token = signed_in["minifiedJwt"]
    assert_shape(site.call("POST", "/externalAuth/verify", proof, token=token), "Elevated")


def test_methods_and_step_up(make: Callable[..., Any]) -> None:
    site = make(min_api_version="2026_04_01")
    person = site.sign_in(allowNewMFALinking=True)
    linking = {"x_dyn_elevated_access_token": person.answer["elevatedAccessToken"]}
    assert_shape(person.call("POST", "/stepUp/check", {"scope": "credential:link"}), "StepUp")
    registered = person.call("GET", "/users/mfa/register/totp", **linking)
    assert_shape(registered, "TotpRegistration")
    assert_shape(person.call("GET", "/users/mfa"), "Devices")  # an unverified one
    assert_shape(person.call("GET", "/users/passkeys/register"), "CreationOptions")
    assert_shape(person.new_passkey(**linking), "VerifyResponse")
    for path, kind in (
        ("/users/mfa/methods?verifiedOnly=false", "Methods"),
        ("/users/passkeys", "Passkeys"),
        ("/users/passkeys/register", "CreationOptions"),  # one to exclude
        ("/users/passkeys/authenticate", "RequestOptions"),
        ("/users/passkeys/signin", "RequestOptions"),
        ("/users/mfa/recovery", "RecoveryCodes"),
    ):
        assert_shape(person.call("GET", path), kind)
    assert_shape(person.call("POST", "/stepUp/check", {"scope": "credential:unlink"}), "StepUp")


def test_a_passkey_never_renamed_was_updated_when_it_was_made(site: Any) -> None:
    person = site.sign_in()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    assert passkey["updatedAt"] == passkey["createdAt"]
    site.clock.advance(60)
    body = {"id": passkey["id"], "alias": "Blue"}
    renamed = assert_shape(person.call("PUT", "/users/passkeys", body), "Passkey")
    assert renamed["updatedAt"] > renamed["createdAt"]


def test_the_credential_last_used_is_one_of_those_listed(site: Any) -> None:
    """The vendor's model: lastVerifiedCredentialId refers to a value in the verified credentials list."""
    person = site.sign_in()
    assert (
        person.answer["user"]["lastVerifiedCredentialId"]
        == person.answer["user"]["verifiedCredentials"][0]["id"]
    )
    person.new_passkey()
    made = person.key.get(person.call("GET", "/users/passkeys/signin").json(), origin=site.environment.origin)
    signed_in = assert_shape(site.call("POST", "/users/passkeys/signin", made), "VerifyResponse")
    by_passkey = signed_in["user"]
    formats = {each["id"]: each["format"] for each in by_passkey["verifiedCredentials"]}
    assert formats[by_passkey["lastVerifiedCredentialId"]] == "passkey"
    assert [*formats.values()] == ["email", "passkey"]
    person.answer_passkey()
    proof = {"x_mfa_auth_token": person.answer_passkey(createMfaToken={"singleUse": True}).json()["mfaToken"]}
    gone = {"passkeyId": by_passkey["lastVerifiedCredentialId"]}
    assert person.call("DELETE", "/users/passkeys", gone, **proof).status_code == 204
    later = site.call("GET", "/users", token=signed_in["minifiedJwt"])
    assert "lastVerifiedCredentialId" not in assert_shape(later, "SdkUser")


def test_every_field_that_the_vendors_client_may_write_is_kept(site: Any) -> None:
    person = site.sign_in()
    words = ("alias", "firstName", "lastName", "jobTitle", "tShirtSize", "team", "country", "username")
    wallets = ("btcWallet", "kdaWallet", "ltcWallet", "ckbWallet", "kasWallet", "dogeWallet")
    switches = ("policiesConsent", "emailNotification", "discordNotification", "newsletterNotification")
    fields = {
        **dict.fromkeys((*words, *wallets), "a word"),
        **dict.fromkeys(switches, True),
        "metadata": {"a": 1},
    }
    assert_shape(person.call("PUT", "/users", fields), "UpdateSelfResponse")
    read = assert_shape(person.call("GET", "/users"), "SdkUser")
    assert {name: read[name] for name in fields} == fields


def test_the_environment_is_of_a_kind_and_has_a_name(make: Callable[..., Any]) -> None:
    shown = make(environment_name="Bank").call("GET", "/settings").json()
    assert shown["environmentName"] in {"sandbox", "live"}
    assert shown["general"]["displayName"] == "Bank"
