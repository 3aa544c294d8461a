"""The doctor for a driver: one user, through every action that it declares, and what was wrong with each line.

A run would tell the same a hundred times; here each thing is tried once, on our reference server or on a target.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.targets.driving.target import ClientTarget
from mfa_harness.targets.driving.vocabulary import ACTIONS, ARGUMENTS
from mfa_harness.targets.findings import Diagnosis, Finding, State
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.project import ProjectSettings
from mfa_simulators.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_harness.targets.driving.target import DrivenEnvironment
    from mfa_simulators.client.protocol import Client

_WRONG: Final = "000000"
_NEVER_TRIED: Final = ("close",)
_WISH: Final = "credential:link"


def examine(
    client: str,
    spec: str | None = None,
    profile: Path | None = None,
    *,
    driver_log: Path | None = None,
) -> Diagnosis:
    """Try a driver without judging the SDK behind it.

    Args:
        client: as `--client` has it.
        spec: TARGET to try it on.
        profile: of that target.
        driver_log: where every line is kept.
    """
    notes: list[str] = []
    label = f"the driver {client!r}"
    try:
        target = open_target(spec, profile, "0", note=notes.append, client=client, driver_log=driver_log)
        assert isinstance(target, ClientTarget)
        began = perf_counter()
        target.open()
    except TargetError as error:
        return Diagnosis(
            spec or "", label, (Finding("hello", "ill", f"{error.tried}: {error.found}", error.mend),)
        )
    try:
        tour = _Tour(target)
        tour.greeted(perf_counter() - began)
        tour.go()
        return Diagnosis(target.name, target.label, tuple(tour.findings))
    finally:
        target.close()


@dataclass
class _Tour:
    """One user's way through the vocabulary."""

    target: ClientTarget
    findings: list[Finding] = field(default_factory=list)

    def find(self, topic: str, state: State, text: str, mend: str = "") -> None:
        self.findings.append(Finding(topic, state, text, mend))

    def greeted(self, seconds: float) -> None:
        hello = self.target.driver.hello
        assert hello is not None
        self.find(
            "hello",
            "well",
            f"{hello.name} {hello.version}, enrolment {hello.enrolment!r}, after {seconds * 1000:.0f} ms",
        )
        undeclared = [a for a in ACTIONS if a not in hello.capabilities and a not in _NEVER_TRIED]
        if undeclared:
            listed = ", ".join(undeclared)
            self.find("actions", "mind", f"not declared, so checks that need them are n/a: {listed}")
        else:
            self.find("actions", "well", "all are declared")
        if lost := [name for name in ARGUMENTS if name not in hello.arguments]:
            listed = ", ".join(lost)
            self.find("arguments", "mind", f"not declared, so checks that need them are n/a: {listed}")

    def go(self) -> None:
        environment = self.target.arrange({}, scenario="doctor", locks_out=False)
        try:
            self._walk(environment)
        except Blocked as blocked:
            if not self.findings or self.findings[-1].state != "ill":
                self.find("driver", "ill", str(blocked), _MEND)
        finally:
            for user in environment.close():
                self.find("clean-up", "mind", f"left behind: {user}", "Delete her by hand")

    def _try(self, action: str, do: Callable[[], Any], *, refused: str = "") -> Any:
        """Do one thing; it is accepted, or refused with an error of the kind that is named."""
        began = perf_counter()
        try:
            value = do()
        except NotApplicable:
            return None
        except Blocked as blocked:
            self.find(action, "ill", blocked.found, _MEND)
            raise
        except ClientError as error:
            said = f"error of kind {error.kind!r}, status {error.status}: {error.message}"
            if error.kind == refused:
                self.find(action, "well", said)
            else:
                wanted = f"an error of kind {refused!r}" if refused else "a value"
                self.find(
                    action, "ill", f"expected {wanted}, found an {said}", "See Errors in docs/driver.md"
                )
            return None
        if refused:
            self.find(action, "ill", f"expected an error of kind {refused!r}, found a value", "See Errors")
        else:
            self.find(action, "well", f"{_kind(value)}, in {(perf_counter() - began) * 1000:.0f} ms")
        return value

    def _walk(self, environment: DrivenEnvironment) -> None:
        email = environment.new_email("doctor")
        person = Person(email, clock=environment.clock, seed="doctor", inbox=environment.inbox(email))
        client = environment.connect(passkey=person.key)
        self._try("initialize", client.initialize)
        self._try("state", lambda: client.state)
        verification = self._try("send_email_otp", lambda: client.send_email_otp(email))
        if verification is None:
            return
        session = self._try("verify_otp", lambda: client.verify_otp(verification, person.read_mail()))
        if session is None:
            return
        if not client.state.signed_in:
            self.find("state", "ill", "expected a user in `state` after verify_otp, found none", _MEND)
        self._wish(client, person)
        self._enrol(client, person)
        self._try("register_passkey", client.register_passkey)
        self._try("authenticate_passkey_mfa", client.authenticate_passkey_mfa)
        for word in ("get_mfa_devices", "get_mfa_methods", "get_passkeys", "get_mfa_recovery_codes"):
            self._try(word, getattr(client, word))
        for word in (
            "acknowledge_recovery_codes",
            "refresh_user",
            "refresh_auth",
            "is_user_missing_mfa_auth",
        ):
            self._try(word, getattr(client, word))
        self._try("check_step_up_auth", lambda: client.check_step_up_auth("credential:link"))
        self._try("logout", client.logout)
        if client.state.signed_in:
            self.find("state", "ill", "expected no user in `state` after logout, found one", _MEND)

    def _wish(self, client: Client, person: Person) -> None:
        """An argument that may be left out, and must not be lost: the SDK would be blamed for what it never heard."""
        try:
            verification = client.send_email_otp(person.email)
            session = client.verify_otp(verification, person.read_mail(), requested_scopes=[_WISH])
        except (ClientError, NotApplicable):
            return
        if not session.elevated_access_token:
            self.find(
                "verify_otp",
                "mind",
                f"asked for the scope {_WISH}, it brought no elevated_access_token: is `requested_scopes` passed on?",
                "Pass every argument on, or answer not_supported to one that your SDK does not have",
            )

    def _enrol(self, client: Client, person: Person) -> None:
        hello = self.target.driver.hello
        assert hello is not None
        if self._try("register_totp_mfa_device", lambda: person.scan(client)) is None:
            return
        if hello.enrolment == "register":
            self._try(
                "verify_totp_mfa_device",
                lambda: client.verify_totp_mfa_device(_WRONG),
                refused="invalid_code",
            )
            self._try("verify_totp_mfa_device", lambda: client.verify_totp_mfa_device(person.fresh_code()))
            return
        authenticate = client.authenticate_totp_mfa_device
        self._try("authenticate_totp_mfa_device", lambda: authenticate(_WRONG), refused="invalid_code")
        self._try("authenticate_totp_mfa_device", lambda: authenticate(person.fresh_code()))


_MEND: Final = "docs/driver.md has a whole conversation; --driver-log FILE keeps yours"


def _kind(value: Any) -> str:
    if value is None or isinstance(value, ProjectSettings):
        return "nothing to read"
    if isinstance(value, tuple):
        return f"{len(value)} of them"
    if isinstance(value, msgspec.Struct):
        return type(value).__name__
    return f"{value}"
