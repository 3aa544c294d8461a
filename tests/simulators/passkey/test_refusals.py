from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import VirtualPasskey, WebAuthnError

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"


def rejection(call: Any, *arguments: Any, **keywords: Any) -> WebAuthnError:
    with pytest.raises(WebAuthnError) as caught:
        call(*arguments, **keywords)
    return caught.value


@pytest.mark.parametrize(
    ("passkey", "changes"),
    [
        pytest.param({"user": "declines"}, {}, id="the user declines"),
        pytest.param({"user": "fails-verification"}, {}, id="the user is not recognised"),
        pytest.param(
            {"user_verification": False}, {"userVerification": "required"}, id="verification is impossible"
        ),
        pytest.param({"discoverable": "never"}, {"residentKey": "required"}, id="nothing is stored"),
        pytest.param(
            {"discoverable": "never"}, {"residentKey": None, "requireResidentKey": True}, id="Level 1"
        ),
        pytest.param({}, {"authenticatorAttachment": "cross-platform"}, id="another attachment"),
    ],
)
def test_what_cannot_or_may_not_be_is_not_allowed(
    creation: Options, passkey: dict[str, Any], changes: dict[str, Any]
) -> None:
    key = VirtualPasskey(seed=7, **passkey)
    options = creation()
    options["authenticatorSelection"] |= changes
    assert rejection(key.create, options, origin=ORIGIN).name == "NotAllowedError"
    assert key.credentials == ()


def test_a_failed_verification_is_no_failure_where_none_is_wanted(
    creation: Options, request_: Options
) -> None:
    key = VirtualPasskey(seed=7, user="fails-verification")
    options = creation()
    options["authenticatorSelection"]["userVerification"] = "discouraged"
    key.create(options, origin=ORIGIN)
    key.get(request_() | {"userVerification": "discouraged"}, origin=ORIGIN)
    error = rejection(key.get, request_(), origin=ORIGIN)
    assert (error.name, error.message) == (
        "NotAllowedError",
        "the user was not recognised: verification failed",
    )


def test_a_user_who_declines_gives_no_assertion(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    key.create(creation(), origin=ORIGIN)
    key.configure(user="declines")
    assert (
        str(rejection(key.get, request_(), origin=ORIGIN)) == "NotAllowedError: the user declined the prompt"
    )
    key.configure(user="consents")
    key.get(request_(), origin=ORIGIN)


def test_an_excluded_credential_is_an_invalid_state(key: VirtualPasskey, creation: Options) -> None:
    known = key.create(creation(), origin=ORIGIN)
    options = creation() | {"excludeCredentials": [{"type": "public-key", "id": known["id"]}]}
    assert rejection(key.create, options, origin=ORIGIN).name == "InvalidStateError"
    assert len(key.credentials) == 1
    # Elsewhere the same id is nobody's, and who declines learns nothing.
    other = options | {"rp": {"id": "example.net", "name": "Other"}}
    key.create(other, origin="https://example.net")
    key.configure(user="declines")
    assert rejection(key.create, options, origin=ORIGIN).name == "NotAllowedError"


@pytest.mark.parametrize(
    "parameters",
    [
        [{"type": "public-key", "alg": -257}],
        [{"type": "public-key", "alg": -35}, {"type": "public-key", "alg": -8}],
        [{"type": "password", "alg": -7}],
    ],
)
def test_no_algorithm_in_common_is_not_supported(
    key: VirtualPasskey, creation: Options, parameters: list[dict[str, Any]]
) -> None:
    options = creation() | {"pubKeyCredParams": parameters}
    assert rejection(key.create, options, origin=ORIGIN).name == "NotSupportedError"


def test_a_party_that_names_no_algorithm_gets_es256(key: VirtualPasskey, creation: Options) -> None:
    response = key.create(creation() | {"pubKeyCredParams": []}, origin=ORIGIN)
    assert response["response"]["publicKeyAlgorithm"] == -7


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("example.org", "https://example.com"),
        ("app.example.org", "https://example.org"),
        ("example.org", "https://evilexample.org"),
        ("org", "https://app.example.org"),
        ("co.uk", "https://example.co.uk"),
        ("example.org", "http://app.example.org"),
        ("", "https://app.example.org"),
        ("127.0.0.1", "https://127.0.0.1"),
        (None, "https://[::1]"),
        ("localhost", "https://localhost.example.org"),
        ("example.org", "https://app.example.org/path"),
        ("example.org", "app.example.org"),
        ("example.org", "null"),
    ],
)
def test_an_rp_id_that_does_not_suit_the_origin_is_a_security_error(
    key: VirtualPasskey, creation: Options, request_: Options, rp_id: str | None, origin: str
) -> None:
    options = creation() | {"rp": {"id": rp_id, "name": "Example"}}
    assert rejection(key.create, options, origin=origin).name == "SecurityError"
    assert rejection(key.get, request_() | {"rpId": rp_id}, origin=origin).name == "SecurityError"


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("example.org", "https://example.org"),
        ("example.org", "https://a.b.example.org:8443"),
        ("localhost", "http://localhost:5173"),
        (None, "http://app.localhost:5173"),
        (None, "https://app.example.org"),
    ],
)
def test_an_rp_id_that_suits_the_origin_is_taken(
    key: VirtualPasskey, creation: Options, request_: Options, rp_id: str | None, origin: str
) -> None:
    options = creation() | {"rp": {"name": "Example"} | ({"id": rp_id} if rp_id else {})}
    key.create(options, origin=origin)
    key.get(request_() | {"rpId": rp_id}, origin=origin)


def test_a_passkey_answers_only_the_party_it_was_made_for(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    created = key.create(creation(), origin=ORIGIN)
    listed = request_() | {"rpId": "app.example.org", "allowCredentials": [{"id": created["id"]}]}
    assert rejection(key.get, listed, origin=ORIGIN).name == "NotAllowedError"
    assert (
        rejection(key.get, request_() | {"rpId": "app.example.org"}, origin=ORIGIN).name == "NotAllowedError"
    )


def test_an_allow_list_without_a_held_credential_is_not_allowed(
    key: VirtualPasskey, request_: Options
) -> None:
    error = rejection(key.get, request_() | {"allowCredentials": [{"id": "AQ"}]}, origin=ORIGIN)
    assert error.name == "NotAllowedError"
    assert "example.org" in error.message


def test_a_removed_credential_is_gone(key: VirtualPasskey, creation: Options, request_: Options) -> None:
    key.create(creation(), origin=ORIGIN)
    key.remove(key.credentials[0].id)
    assert rejection(key.get, request_(), origin=ORIGIN).name == "NotAllowedError"


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"challenge": None}, "TypeError", "the options need `challenge` (str), found none"),
        ({"challenge": 7}, "TypeError", "the options need `challenge` (str), found int"),
        ({"challenge": "A="}, "EncodingError", "base64url"),
        ({"challenge": "a+/b"}, "EncodingError", "base64url"),
        ({"rp": "example.org"}, "TypeError", "the options need `rp` (dict), found str"),
        ({"user": {"id": "AQ"}}, "TypeError", "the options need `user.name` (str), found none"),
        ({"user": {"id": "A", "name": "x"}}, "EncodingError", "base64url"),
        ({"pubKeyCredParams": [7]}, "TypeError", "cannot be read"),
    ],
)
def test_options_that_cannot_be_read_say_what_is_wrong(
    key: VirtualPasskey, creation: Options, changes: dict[str, Any], name: str, message: str
) -> None:
    error = rejection(key.create, creation() | changes, origin=ORIGIN)
    assert error.name == name
    assert message in error.message


def test_the_object_around_the_options_is_recognised(key: VirtualPasskey, creation: Options) -> None:
    error = rejection(key.create, {"publicKey": creation()}, origin=ORIGIN)
    assert "inside `publicKey`" in error.message
    assert rejection(key.create, [], origin=ORIGIN).name == "TypeError"


def test_the_newest_discoverable_credential_answers_unless_another_is_chosen(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    for number, name in enumerate(("alice", "bob")):
        key.create(creation(user_id=b"%d" % number, user_name=name), origin=ORIGIN)
    alice, bob = key.credentials
    get = key.get
    assert get(request_(), origin=ORIGIN)["id"] == get(request_(), origin=ORIGIN, account="bob")["id"]
    assert get(request_(), origin=ORIGIN, account="alice")["id"] != get(request_(), origin=ORIGIN)["id"]
    assert (alice.user.name, bob.user.name) == ("alice", "bob")
    error = rejection(get, request_(), origin=ORIGIN, account="carol")
    assert "'carol'" in error.message


def test_a_new_discoverable_credential_replaces_its_accounts_old_one(
    key: VirtualPasskey, creation: Options
) -> None:
    old = key.create(creation(), origin=ORIGIN)
    new = key.create(creation(), origin=ORIGIN)
    assert old["id"] != new["id"]
    assert len(key.credentials) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backup_eligible": False}, 'fault="backup-state-without-eligible"'),
        ({"counter": "random"}, "counter"),
        ({"user": "sleeps"}, "user"),
        ({"algorithms": (-65535,)}, "algorithms"),
        ({"algorithms": ()}, "algorithms"),
        ({"aaguid": b"short"}, "16 bytes"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VirtualPasskey(**settings)
    with pytest.raises(ValueError, match=message):
        VirtualPasskey().configure(**settings)
