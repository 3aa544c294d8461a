"""Faults of MFA tokens, actions and step-up: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def prove_email(person: Any, **body: Any) -> Any:
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email}).json()
    code = person.site.environment.mailbox(person.email)[-1].code
    proof = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
    return person.call("POST", "/emailVerifications/verify", {**proof, **body})


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


PROBES: dict[str, Any] = {
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
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
