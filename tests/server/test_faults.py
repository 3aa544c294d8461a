"""Faults: each replaces something that exists, is announced well, and does what it says."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from mfa_simulators.server.environment import compose
from mfa_simulators.server.faults import FAULTS, find
from mfa_simulators.server.faults.leniency import Lenient
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

BASES = (Rules, Store, Operations)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_announced_well(fault: Any) -> None:
    assert re.fullmatch(r"[A-Z]\d\d", fault.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.slug)
    assert fault.sentence[0].isupper()
    assert not fault.sentence.endswith(".")
    assert fault.slug == "no-op" or (fault.requirement.count(".") == 1 and fault.sources)
    assert find(fault.id) is find(fault.slug) is fault


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_replaces_methods_that_exist(fault: Any) -> None:
    """A fault whose seam was renamed would otherwise do nothing, and survive."""
    for override in fault.overrides:
        (base,) = (each for each in BASES if issubclass(override, each))
        own = [name for name, member in vars(override).items() if callable(member)]
        assert own or issubclass(override, Lenient) or fault.slug == "no-op"
        assert [name for name in own if not hasattr(base, name) and not name.startswith("_under")] == []


def test_ids_are_unique() -> None:
    assert len({fault.id for fault in FAULTS.values()}) == len(FAULTS)


def test_an_environment_without_faults_runs_the_clean_classes() -> None:
    assert compose(()) == BASES
    rules, store, operations = compose(("no-op",))
    assert issubclass(rules, Rules)
    assert (store, operations) == (Store, Operations)


def test_an_unknown_fault_names_the_nearest(make: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="recovery-code-reusable"):
        make(faults=["recovery-code-reuseable"])


def test_faults_of_one_environment_are_not_its_neighbours(make: Callable[..., Any]) -> None:
    faulty, clean = make(faults=["second-device-accepted"]).enrolled(), make().enrolled()
    assert faulty.call("GET", "/users/mfa/register/totp").status_code == 200
    assert clean.call("GET", "/users/mfa/register/totp").status_code == 401


def test_several_faults_live_together(make: Callable[..., Any]) -> None:
    person = make(
        faults=["recovery-code-reusable", "second-device-accepted", "recovery-codes-nine"]
    ).enrolled()
    codes = person.codes()
    assert len(codes) == 9
    assert person.answer_recovery(codes[0]).status_code == 200
    assert person.answer_recovery(codes[0]).status_code == 200
    person.register()
    person.answer_totp(person.app.code(), id=person.device_id)
    assert [device["verified"] for device in person.devices()] == [True, True]


# One probe a fault: true where the fault shows. Each must be false on the clean server.


def status(answer: Any) -> int:
    return int(answer.status_code)


def replay_in_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.fresh_code()
    person.answer_totp(code)
    return status(person.answer_totp(code)) == 200


def replay_in_other_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.fresh_code()
    other = person.again()
    person.answer_totp(code)
    return status(other.answer_totp(code)) == 200


def replay_after_enrolment(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.enrol(step=0)
    return status(person.answer_totp()) == 200


def older_after_newer(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.site.clock.advance(90)
    person.answer_totp(person.app.code())
    return status(person.answer_totp(person.app.code(step=-1))) == 200


def offset(steps: int, *, refused: bool = False) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.enrol(step=0)
        person.site.clock.advance(1200)
        return (status(person.answer_totp(person.app.code(step=steps))) == 200) is not refused

    return probe


def rounded(make: Any, faults: Any) -> Any:
    person = make(faults=faults, totp_drift_steps=0).sign_in()
    person.enrol(step=0)
    person.site.clock.advance(60 + 20)
    return status(person.answer_totp()) != 200


def claimed_time(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.site.clock.advance(3600)
    code = person.app.code()
    person.site.clock.advance(-3600)
    answer = person.call("POST", "/users/mfa/auth/totp", {"code": code}, x_time="2026-01-01T01:00:07Z")
    return status(answer) == 200


def changed_code(change: Callable[[str], Any]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults, attempts=1000).enrolled()
        while not (code := person.fresh_code()).startswith("0"):
            pass
        return status(person.answer_totp(change(code))) == 200

    return probe


def honest_enrolment_fails(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    app = person.register()
    return status(person.answer_totp(app.code())) != 200


def other_users_code(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.answer_totp(bob.fresh_code())) == 200


def unverified_passes(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.new_passkey()
    person.register()
    later = person.again()
    return status(later.answer_totp()) == 200


def active_before_verified(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.register()
    person.take(person.call("POST", "/refresh"))
    return not person.gated


def wrong_code_enrols(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    person.answer_totp("000000")
    return bool(person.devices()[0]["verified"])


def second_device(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().call("GET", "/users/mfa/register/totp")) == 200


def gated_registers(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.new_passkey()) == 200


def no_step_up(make: Any, faults: Any) -> Any:
    person = make(faults=faults, min_api_version="2026_04_01").sign_in()
    return status(person.new_passkey()) == 200


def abandoned_blocks(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    blocked = status(person.call("GET", "/users/mfa/register/totp")) == 401
    assert status(person.answer_totp()) == 200 or not blocked
    return blocked


def unverified_counts(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.register()
    return bool(person.again().gated)


def secret_renewed(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    app = person.register()
    person.answer_totp("000000")
    return status(person.answer_totp(app.code())) != 200


def secret_length(make: Any, faults: Any) -> Any:
    return len(make(faults=faults).sign_in().register().secret) < 26


def secrets_alike(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    return len({site.sign_in(f"{name}@example.org").register().secret[:20] for name in "abc"}) == 1


def secret_listed(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.app.secret in person.call("GET", "/users/mfa").text


def uri_wrong(make: Any, faults: Any) -> Any:
    uri = make(faults=faults).sign_in("a&b@example.org").call("GET", "/users/mfa/register/totp").json()["uri"]
    return "issuer=Not-" in uri or ":a&b@" in uri


def cacheable(make: Any, faults: Any) -> Any:
    return "public" in make(faults=faults).call("GET", "/settings").headers["cache-control"]


def disabled(make: Any, faults: Any) -> Any:
    return status(make(faults=faults, totp=False).sign_in().call("GET", "/users/mfa/register/totp")) == 200


def other_environment(make: Any, faults: Any) -> Any:
    home, away = make(faults=faults), make(faults=faults)
    person = home.sign_in()
    person.call("GET", "/users")
    return status(away.call("GET", "/users/mfa", token=person.token)) == 200


def recovery_twice(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.codes()[0]
    person.answer_recovery(code)
    return status(person.answer_recovery(code)) == 200


def old_set_works(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.codes()[0]
    person.call("POST", "/users/mfa/recovery")
    return status(person.answer_recovery(code)) == 200


def nine_codes(make: Any, faults: Any) -> Any:
    return len(make(faults=faults).enrolled().codes()) != 10


def two_letters(make: Any, faults: Any) -> Any:
    return set("".join(make(faults=faults).enrolled().codes())) == {"A", "B"}


def same_set(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    before = person.codes()
    return before == person.call("POST", "/users/mfa/recovery").json()["recoveryCodes"]


def reading_renews(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return bool(person.codes() != person.codes())


def used_listed(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.codes()[0]
    person.answer_recovery(code)
    return code in person.codes()


def codes_early(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    return status(person.call("GET", "/users/mfa/recovery")) == 200


def gated_reads(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.call("GET", "/users/mfa/recovery")) == 200


def free_regeneration(make: Any, faults: Any) -> Any:
    person = make(faults=faults, regenerate_needs_mfa=True).enrolled()
    return status(person.call("POST", "/users/mfa/recovery")) == 200


def delete_device(person: Any) -> int:
    token = person.mfa_token()
    return status(person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token))


def codes_outlive(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.codes()[0]
    delete_device(person)
    person.site.clock.advance(60)
    person.enrol()
    return status(person.answer_recovery(code)) == 200


def prefix(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return status(person.answer_recovery(person.codes()[0][:9])) == 200


def recovery_as_totp(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return status(person.answer_totp(person.codes()[0])) == 200


def recovery_stays_gated(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    code = person.codes()[0]
    later = person.again()
    later.answer_recovery(code)
    return bool(later.gated)


def not_acknowledged(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    return person.again().answer["user"]["mfaBackupCodeAcknowledgement"] != "complete"


def not_pending_again(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    person.call("POST", "/users/mfa/recovery")
    return person.call("GET", "/users").json()["mfaBackupCodeAcknowledgement"] != "pending"


def shown_for_ever(make: Any, faults: Any) -> Any:
    person = make(faults=faults, recovery_codes_after_acknowledgement=False).enrolled()
    person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    return status(person.call("GET", "/users/mfa/recovery")) == 200


def gate(wanted: bool, *, enrolled: bool = True, **settings: Any) -> Any:
    """Whether a new login is gated (or not), where it should be the other way."""

    def probe(make: Any, faults: Any) -> Any:
        site = make(faults=faults, **settings)
        person = site.enrolled() if enrolled else site.sign_in()
        return ("requiresAdditionalAuth" in person.again().scopes) is wanted

    return probe


def both_scopes(make: Any, faults: Any) -> Any:
    return len(make(faults=faults, enrollment="signup").sign_in().scopes) == 2


def not_lifted(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    return bool(person.gated)


def every_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    first, second = person.again(), person.again()
    first.answer_totp(person.fresh_code())
    second.take(second.call("POST", "/refresh"))
    return not second.gated


def refreshed(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.take(person.call("POST", "/refresh"))
    return not person.gated


def not_enforced(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.call("POST", "/wallets/actions/sign")) == 200


def external_skips(make: Any, faults: Any) -> Any:
    site = make(faults=faults, enrollment="signup")
    answer = site.call("POST", "/externalAuth/signin", {"jwt": site.environment.external_jwt(sub="x")})
    return answer.json()["user"]["scope"] == "user:basic"


def prove_email(person: Any, **body: Any) -> Any:
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email}).json()
    code = person.site.environment.mailbox(person.email)[-1].code
    proof = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
    return person.call("POST", "/emailVerifications/verify", {**proof, **body})


def reauthentication_lifts(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return prove_email(person).json()["user"]["scope"] == "user:basic"


def gated_deletes(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.call("DELETE", f"/users/mfa/{person.device_id}")) == 204


def writable(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    person.take(person.call("PUT", "/users", {"scope": "user:basic", "mfa": False}))
    return not person.gated


def refusal_tells(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return "minifiedJwt" in person.answer_totp("000000").json()


def forged(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    claims = jwt.decode(person.token, options={"verify_signature": False})

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    head, _, tail = person.token.split(".")
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    tokens = [
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
        f"{head}.{part({**claims, 'alias': 'x'})}.{tail}",
        jwt.encode(claims, key, "ES256", {"jwk": jwk}),
    ]
    return any(status(person.site.call("GET", "/users", token=token)) == 200 for token in tokens)


def expired(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.site.clock.advance(10_000)
    return status(person.call("GET", "/users")) == 200


def revoked(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.call("POST", "/revoke")
    return status(person.call("GET", "/users")) == 200


def deleted_user(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.call("DELETE", "/users")
    assert person.site.sign_in(person.email).id != person.id
    return status(person.call("GET", "/users")) == 200


SIGN = {"actions": ["wallet.waas.sign", "wallet.waas.export"]}
SIGN_PATH = "/wallets/actions/sign"


def token_twice(make: Any, faults: Any) -> Any:
    person = make(faults=faults, **SIGN).enrolled()
    token = person.mfa_token()
    return [status(person.call("POST", SIGN_PATH, x_mfa_auth_token=token)) for _ in range(2)] == [200, 200]


def others_token(make: Any, faults: Any) -> Any:
    site = make(faults=faults, **SIGN)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.call("POST", SIGN_PATH, x_mfa_auth_token=bob.mfa_token())) == 200


def token_unasked(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return "mfaToken" in person.answer_totp(person.fresh_code()).json()


def action(wanted: int, *, enrolled: bool = True, **settings: Any) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        site = make(faults=faults, **settings)
        person = site.enrolled() if enrolled else site.sign_in()
        return status(person.call("POST", SIGN_PATH)) == wanted

    return probe


def elevated(
    used: int, advance: float, statuses: list[int], scope: str = "wallet:export", **more: Any
) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults, actions=["wallet.waas.export", *more.get("actions", [])]).enrolled()
        token = person.elevated(scope)
        person.site.clock.advance(advance)
        path = more.get("path", "/wallets/actions/export")
        calls = [
            status(person.call(*path, x_dyn_elevated_access_token=token))
            if isinstance(path, tuple)
            else status(person.call("POST", path, x_dyn_elevated_access_token=token))
            for _ in range(used)
        ]
        return calls == statuses

    return probe


UPDATE = {"actions": ["user.update"], "path": ("PUT", "/users", {"alias": "x"})}


def escalation(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return status(person.answer_totp(person.fresh_code(), requestedScopes=["console:mfa:reset"])) == 200


def elevated_by_email(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return "elevatedAccessToken" in prove_email(person, requestedScopes=["wallet:sign"]).json()


def check_says_no(make: Any, faults: Any) -> Any:
    person = make(faults=faults, min_api_version="2026_04_01").sign_in()
    return not person.call("POST", "/stepUp/check", {"scope": "credential:link"}).json()["isRequired"]


def check_lists_others(make: Any, faults: Any) -> Any:
    site = make(faults=faults, **SIGN)
    site.enrolled("other@example.org")
    person = site.enrolled()
    return len(person.call("POST", "/stepUp/check", {"scope": "wallet:sign"}).json()["credentials"]) != 1


def deletion(headers: dict[str, str]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).enrolled()
        return status(person.call("DELETE", f"/users/mfa/{person.device_id}", **headers)) == 204

    return probe


def others_device(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.call("GET", f"/users/mfa/{bob.device_id}")) == 200


def freed(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").enrolled()
    assert delete_device(person) == 204
    return not person.again().gated


def unverified_default(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    return status(person.call("PUT", f"/users/mfa/{person.device_id}")) == 204


def everybodys_devices(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    site.enrolled("other@example.org")
    return len(site.enrolled().devices()) == 2


def passkey_survives_reset(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    person.site.environment.reset_mfa(person.id)
    return person.call("GET", "/users/passkeys").json()["count"] == 1


def nothing_noted(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return not person.site.environment.notices(person.id)


def limit(path: str) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.register()
        body = {"code": "AAAAAAAAAA"}
        return 429 not in [status(person.call("POST", path, body)) for _ in range(12)]

    return probe


def new_login_resets(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return 429 not in [status(person.again().answer_totp("000000")) for _ in range(12)]


def header_resets(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    body = {"code": "000000"}
    sent = [
        person.call("POST", "/users/mfa/auth/totp", body, x_forwarded_for=f"192.0.2.{number}")
        for number in range(12)
    ]
    return 429 not in [status(answer) for answer in sent]


def spelling_resets(make: Any, faults: Any) -> Any:
    site = make(faults=faults)

    def wrong(email: str) -> int:
        sent = site.call("POST", "/emailVerifications/create", {"email": email}).json()
        body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "x"}
        return status(site.call("POST", "/emailVerifications/signin", body))

    for _ in range(11):
        assert wrong("ada@example.org") in (422, 429)
    return wrong("ADA@example.org") == 422


def limited_answer(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    for _ in range(10):
        person.answer_totp("000000")
    return person, person.answer_totp("000000")


def never_ends(make: Any, faults: Any) -> Any:
    person, _ = limited_answer(make, faults)
    person.site.clock.advance(300)
    return status(person.answer_totp()) == 429


def no_hint(make: Any, faults: Any) -> Any:
    return "retry-after" not in limited_answer(make, faults)[1].headers


def told_apart(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person, other = site.enrolled(), site.enrolled("other@example.org")
    code = person.codes()[0]
    person.answer_recovery(code)
    codes = [person.answer_recovery(each).json() for each in (code, "AAAAAAAAAA")]
    unknown = "00000000-0000-4000-8000-000000000000"
    devices = [person.call("GET", f"/users/mfa/{each}").json() for each in (other.device_id, unknown)]
    return codes[0] != codes[1] and devices[0] != devices[1]


def open_cors(make: Any, faults: Any) -> Any:
    answer = make(faults=faults).call("GET", "/settings", origin="http://evil.test")
    return "access-control-allow-origin" in answer.headers


def open_csrf(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person = site.sign_in()
    site.environment.update(cookie_mode=True)
    cookie = f"DYNAMIC_JWT_TOKEN={person.token}"
    answer = site.call("POST", "/refresh", cookie=cookie, origin="http://evil.test")
    site.http.cookies.clear()
    return status(answer) == 200


ORIGIN = "http://localhost:3000"


def assertion(lie: str | None = None, *, origin: str = ORIGIN, tamper: Any = None, **made: Any) -> Any:
    """Whether an assertion with a lie in it is accepted."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.key = type(person.key)(clock=person.site.clock, seed=str(lie), **made)
        assert status(person.new_passkey()) == 200
        options = person.call("GET", "/users/passkeys/authenticate").json()
        body = person.key.get(options, origin=ORIGIN, fault=lie)
        if tamper is not None:
            tamper(body)
        return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200

    return probe


def attestation(lie: str) -> Any:
    """Whether a registration with a lie in it is accepted."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        options = person.call("GET", "/users/passkeys/register").json()
        return (
            status(person.call("POST", "/users/passkeys/register", person.attest(options, fault=lie))) == 200
        )

    return probe


def passkey_replay(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    return [status(person.call("POST", "/users/mfa/auth/passkey", body)) for _ in range(2)] == [200, 200]


def stale_challenge(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    person.site.clock.advance(3600)
    return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200


def short_challenge(make: Any, faults: Any) -> Any:
    return len(make(faults=faults).call("GET", "/users/passkeys/signin").json()["challenge"]) < 20


def requested_rp_id(make: Any, faults: Any) -> Any:
    path = "/users/passkeys/signin?relatedOriginRpId=evil.test"
    return status(make(faults=faults).call("GET", path)) == 200


def others_passkey(make: Any, faults: Any) -> Any:
    site = make(faults=faults, session_based=True)
    ada, bob = site.sign_in("ada@example.org"), site.sign_in("bob@example.org")
    ada.new_passkey()
    bob.new_passkey()
    later = ada.again()
    options = later.call("GET", "/users/passkeys/authenticate").json()
    body = bob.key.get({**options, "allowCredentials": []}, origin=ORIGIN)
    return status(later.call("POST", "/users/mfa/auth/passkey", body)) == 200


def rolled_back(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.key = type(person.key)(clock=person.site.clock, seed="rollback", counter="per-credential")
    person.new_passkey()
    person.answer_passkey()
    person.key.rollback(1)
    return status(person.answer_passkey()) == 200


def zero_refused(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return status(person.answer_passkey()) != 200


def not_excluded(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return not person.call("GET", "/users/passkeys/register").json()["excludeCredentials"]


def deleted_passkey(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    deletion = {"passkeyId": passkey["id"]}
    assert (
        status(person.call("DELETE", "/users/passkeys", deletion, x_mfa_auth_token=person.mfa_token())) == 204
    )
    return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200


def passkey_without_mfa(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    return status(person.call("DELETE", "/users/passkeys", {"passkeyId": passkey["id"]})) == 204


def passkey_leaves_gated(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.new_passkey()
    return bool(person.gated)


def too_many(make: Any, faults: Any) -> Any:
    person = make(faults=faults, passkeys_per_user=1).sign_in()
    person.new_passkey()
    return status(person.call("GET", "/users/passkeys/register")) == 200


def malformed_500(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    body = person.attest(options)
    body["response"]["attestationObject"] = "oA"
    return status(person.call("POST", "/users/passkeys/register", body)) == 500


PROBES: dict[str, Any] = {
    "T01": replay_in_session,
    "T02": replay_in_other_session,
    "T03": replay_after_enrolment,
    "T06": older_after_newer,
    "T07": offset(2),
    "T08": offset(-20),
    "T09": offset(-1, refused=True),
    "T10": rounded,
    "T11": claimed_time,
    "T12": changed_code(lambda code: code.lstrip("0")),
    "T13": changed_code(lambda code: code[:5]),
    "T14": changed_code(int),
    "T15": honest_enrolment_fails,
    "T16": honest_enrolment_fails,
    "T17": other_users_code,
    "T19": unverified_passes,
    "T20": changed_code(lambda _: "000000"),
    "E01": active_before_verified,
    "E02": wrong_code_enrols,
    "E03": second_device,
    "E05": gated_registers,
    "E06": no_step_up,
    "E07": abandoned_blocks,
    "E08": unverified_counts,
    "E10": secret_renewed,
    "E11": secret_length,
    "E12": secrets_alike,
    "E13": secret_listed,
    "E14": uri_wrong,
    "E15": uri_wrong,
    "E16": cacheable,
    "E17": disabled,
    "E18": other_environment,
    "R01": recovery_twice,
    "R03": old_set_works,
    "R05": nine_codes,
    "R06": two_letters,
    "R07": same_set,
    "R08": reading_renews,
    "R09": used_listed,
    "R10": codes_early,
    "R11": gated_reads,
    "R12": free_regeneration,
    "R13": codes_outlive,
    "R15": prefix,
    "R16": recovery_as_totp,
    "R17": recovery_stays_gated,
    "R21": not_acknowledged,
    "R22": not_pending_again,
    "R23": shown_for_ever,
    "S01": gate(False, session_based=True),
    "S02": both_scopes,
    "S03": not_lifted,
    "S04": every_session,
    "S05": gate(False, session_based=True),
    "S06": gate(True, enrolled=False, session_based=True),
    "S07": gate(False, session_based=True),
    "S09": gate(True, enrollment="signup"),
    "S10": refreshed,
    "S11": not_enforced,
    "S12": external_skips,
    "S13": reauthentication_lifts,
    "S14": gated_deletes,
    "S15": writable,
    "S16": refusal_tells,
    "S17": forged,
    "S18": forged,
    "S19": forged,
    "S20": expired,
    "S23": revoked,
    "S24": deleted_user,
    "M01": token_twice,
    "M03": others_token,
    "M05": token_unasked,
    "M08": action(200, actions=["wallet.waas.sign"]),
    "M09": action(403, actions=["wallet.waas.export"]),
    "M10": action(403, enrolled=False, actions=["wallet.waas.sign"]),
    "M11": elevated(1, 0, [200], scope="credential:link"),
    "M12": escalation,
    "M13": elevated(1, 400, [200]),
    "M14": elevated(2, 0, [200, 200]),
    "M15": elevated(2, 0, [200, 403], scope="user:update", **UPDATE),
    "M16": elevated_by_email,
    "M17": check_says_no,
    "M18": check_lists_others,
    "D01": deletion({}),
    "D02": deletion({"x_mfa_auth_token": "x"}),
    "D03": others_device,
    "D05": freed,
    "D07": unverified_default,
    "D09": everybodys_devices,
    "D10": passkey_survives_reset,
    "D11": nothing_noted,
    "P01": assertion("challenge-other"),
    "P02": passkey_replay,
    "P04": stale_challenge,
    "P05": short_challenge,
    "P06": assertion("origin-foreign"),
    "P07": assertion("rp-id-hash-other"),
    "P08": requested_rp_id,
    "P09": assertion("type-swapped"),
    "P10": assertion("cross-origin"),
    "P11": assertion("user-present-cleared"),
    "P12": assertion("user-verified-cleared"),
    "P13": assertion("signature-flipped"),
    "P14": others_passkey,
    "P15": assertion("user-handle-other"),
    "P17": rolled_back,
    "P18": zero_refused,
    "P20": not_excluded,
    "P21": attestation("algorithm-not-offered"),
    "P23": attestation("credential-id-long"),
    "P22": assertion("backup-state-without-eligible"),
    "P25": deleted_passkey,
    "P26": passkey_without_mfa,
    "P27": passkey_leaves_gated,
    "P28": gated_registers,
    "P29": too_many,
    "P30": malformed_500,
    "X01": limit("/users/mfa/auth/totp"),
    "X02": new_login_resets,
    "X04": limit("/users/mfa/register/totp"),
    "X05": limit("/users/mfa/auth/recovery"),
    "X06": header_resets,
    "X07": spelling_resets,
    "X09": never_ends,
    "X10": no_hint,
    "X12": told_apart,
    "X15": open_cors,
    "X16": open_csrf,
}
# Shown elsewhere: the races in test_concurrency, the log in test_privacy, passkey faults by attestation below.
ELSEWHERE = {"N00", "T05", "R02", "M02", "X08", "X14"}


def test_every_fault_has_a_probe() -> None:
    assert {fault.id for fault in FAULTS.values()} == PROBES.keys() | ELSEWHERE


@pytest.mark.parametrize("fault_id", PROBES)
def test_the_probe_shows_the_fault_and_the_clean_server_does_not(
    make: Callable[..., Any], fault_id: str
) -> None:
    probe = PROBES[fault_id]
    assert probe(make, [fault_id]) is True
    assert probe(make, ["no-op"]) is False
