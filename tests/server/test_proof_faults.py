"""Faults of proofs, whose and where they count: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EXPORT = "wallet:export"
EXPORTS = {"actions": ["wallet.waas.export"]}


def exports(person: Any, **proof: str) -> bool:
    return int(person.call("POST", "/wallets/actions/export", **proof).status_code) == 200


def with_mfa(person: Any, token: str) -> bool:
    return exports(person, x_mfa_auth_token=token)


def with_elevated(person: Any, token: str) -> bool:
    return exports(person, x_dyn_elevated_access_token=token)


def others_elevated(make: Any, faults: Any) -> Any:
    site = make(faults=faults, **EXPORTS)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return with_elevated(ada, bob.elevated(EXPORT))


def other_session(show: Any, *, signed_out: bool = False) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults, **EXPORTS).enrolled()
        token = person.mfa_token() if show is with_mfa else person.elevated(EXPORT)
        again = person.again()
        if signed_out:
            assert person.call("POST", "/revoke").status_code == 204
        return show(again, token)

    return probe


def other_environment(show: Any) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        home, away = make(faults=faults, **EXPORTS), make(faults=faults, **EXPORTS)
        stranger = away.enrolled()
        token = stranger.mfa_token() if show is with_mfa else stranger.elevated(EXPORT)
        return show(home.enrolled(), token)

    return probe


def mfa_token_links(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person = site.enrolled()
    token = person.mfa_token()
    site.environment.update(min_api_version="2026_04_01")
    return person.new_passkey(x_mfa_auth_token=token).status_code == 200


def edited(make: Any, faults: Any) -> Any:
    person = make(faults=faults, **EXPORTS).enrolled()
    claims = jwt.decode(person.elevated("wallet:sign"), options={"verify_signature": False})
    return with_elevated(
        person, jwt.encode({**claims, "scope": EXPORT}, "somebody else's secret, 32 bytes", "HS256")
    )


def session_token(make: Any, faults: Any) -> Any:
    person = make(faults=faults, **EXPORTS).enrolled()
    return with_elevated(person, person.token)


def after_deletion(make: Any, faults: Any) -> Any:
    person = make(faults=faults, **EXPORTS).enrolled()
    assert person.new_passkey().status_code == 200
    token = person.mfa_token()
    gone = person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token)
    assert gone.status_code == 204
    return with_mfa(person, token)


def after_update(make: Any, faults: Any) -> Any:
    person = make(faults=faults, actions=["wallet.waas.export", "user.update"]).enrolled()
    token = person.mfa_token()
    assert person.call("PUT", "/users", {"firstName": "Ada"}, x_mfa_auth_token=token).status_code == 200
    return with_mfa(person, token)


def export_open(make: Any, faults: Any) -> Any:
    return exports(make(faults=faults, min_api_version="2026_04_01").sign_in())


def session_opens(make: Any, faults: Any) -> Any:
    return exports(make(faults=faults, session_based=True, **EXPORTS).enrolled())


def sign_in_elevates(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    again = person.site.sign_in(person.email, allowNewMFALinking=True)
    return bool(again.answer.get("elevatedAccessToken"))


def external_word_elevates(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    environment = site.environment
    answer = site.call("POST", "/externalAuth/signin", {"jwt": environment.external_jwt(sub="x")})
    person = site.visitor(answer.json())
    person.enrol()
    word = environment.external_jwt(sub="x", scope="credential:link")
    return person.call("POST", "/externalAuth/verify", {"jwt": word}).status_code == 200


def user_basic_granted(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.answer_totp(person.fresh_code(), requestedScopes=["user:basic"]).status_code == 200


def lists_unverified(make: Any, faults: Any) -> Any:
    person = make(faults=faults, **EXPORTS).sign_in()
    person.new_passkey()
    person.register()
    listed = person.call("POST", "/stepUp/check", {"scope": EXPORT}).json()["credentials"]
    return "totp" in {each["format"] for each in listed}


def says_yes(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.call("POST", "/stepUp/check", {"scope": "wallet:sign"}).json()["isRequired"]


PROBES: dict[str, Any] = {
    "M40": others_elevated,
    "M41": other_session(with_mfa),
    "M42": other_session(with_elevated),
    "M43": other_session(with_mfa, signed_out=True),
    "M44": other_session(with_elevated, signed_out=True),
    "M45": other_environment(with_mfa),
    "M46": other_environment(with_elevated),
    "M47": mfa_token_links,
    "M48": edited,
    "M49": session_token,
    "M51": after_deletion,
    "M52": export_open,
    "M53": session_opens,
    "M54": sign_in_elevates,
    "M55": external_word_elevates,
    "M56": user_basic_granted,
    "M57": lists_unverified,
    "M58": says_yes,
    "M59": after_update,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False


def test_a_proof_is_good_in_its_own_session(make: Callable[..., Any]) -> None:
    person = make(**EXPORTS).enrolled()
    person.again()
    assert with_mfa(person, person.mfa_token())
    assert with_elevated(person, person.elevated(EXPORT))


def test_a_switch_lets_an_mfa_token_add_a_method(make: Callable[..., Any]) -> None:
    assert mfa_token_links(lambda **settings: make(linking_proof="either", **settings), ["no-op"])
