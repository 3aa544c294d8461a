"""Faults of recovery codes: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


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


def other_users_code(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.answer_recovery(bob.codes()[0])) == 200


def left_after(code: Callable[[list[str]], str]) -> Any:
    def left(make: Any, faults: Any) -> int:
        person = make(faults=faults).enrolled()
        person.answer_recovery(code(person.codes()))
        return len(person.codes())

    return left


def passes(change: Callable[[str], str], **settings: Any) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults, **settings).enrolled()
        return status(person.answer_recovery(change(person.codes()[0]))) == 200

    return probe


def app_code(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return status(person.answer_recovery(person.fresh_code())) == 200


def count_wrong(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.answer_recovery(person.codes()[0])
    return person.call("GET", "/users/mfa/recovery").json()["count"] == 10


def new_set_dead(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.call("POST", "/users/mfa/recovery").json()["recoveryCodes"][0]
    return status(person.answer_recovery(code)) != 200


def acknowledged_by_signing_in(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.again().answer["user"]["mfaBackupCodeAcknowledgement"] == "complete"


def first_acknowledged(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.call("GET", "/users").json()["mfaBackupCodeAcknowledgement"] == "complete"


def exhausted_for_good(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    for code in person.codes():
        person.answer_recovery(code)
    return status(person.call("POST", "/users/mfa/recovery")) != 200


PROBES: dict[str, Any] = {
    "R27": other_users_code,
    "R28": lambda make, faults: left_after(lambda _: "AAAAAAAAAA")(make, faults) == 9,
    "R29": lambda make, faults: left_after(lambda codes: codes[0])(make, faults) == 8,
    "R30": passes(lambda code: code + "A"),
    "R31": passes(lambda _: ""),
    "R32": app_code,
    "R33": count_wrong,
    "R34": passes(str.lower, recovery_codes_ignore_case=False),
    "R35": passes(lambda code: f"{code[:5]} {code[5:]}", recovery_codes_ignore_separators=False),
    "R36": new_set_dead,
    "R37": acknowledged_by_signing_in,
    "R38": first_acknowledged,
    "R39": exhausted_for_good,
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
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
