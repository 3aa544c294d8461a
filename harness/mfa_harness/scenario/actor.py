"""A person in a scenario: who she is, what she has enrolled, and the browsers she is signed in from."""

from __future__ import annotations

import base64
from itertools import islice
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.browsers import Browsers
from mfa_harness.scenario.outcome import describe
from mfa_harness.verdicts import Blocked, ScenarioError
from mfa_simulators.client.errors import ClientError
from mfa_simulators.clock import VirtualClock
from mfa_simulators.person import NoFreshCode, Person, RecoverySheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.target import Environment
    from mfa_simulators.client.values import Session, TotpRegistration, UserPasskey
    from mfa_simulators.totp import TotpAuthenticator

APP = "an authenticator app"
PASSKEY = "a passkey"
LINK = "credential:link"
STEP_UP_VERSION = "2026_04_01"  # the API version that enforces step-up on credentials (D-85)
_FAR = 60  # time steps around now in which a wrong code must not happen to be right
_FIRST_GUESS, _STRIDE = 123_457, 7_919  # any two numbers with no factor in common with a million


def base64url(data: bytes) -> str:
    """As credential ids are written on the wire."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Actor(Browsers):
    """One person of a scenario.

    Args:
        role: how the sentences call her: "she", "the other user".
        methods: what she has enrolled before the scenario's first action.
        signed_up: whether she has an account then.
        keeps_codes: whether she has written her recovery codes down then; who is in a scenario about something
            else does so only when she needs one.
        acknowledges: whether she has acknowledged them too.
        email_name: what her e-mail address starts with.
    """

    def __init__(
        self,
        role: str,
        *,
        methods: tuple[str, ...] = (),
        signed_up: bool = True,
        keeps_codes: bool = True,
        acknowledges: bool = True,
        email_name: str = "",
    ) -> None:
        super().__init__()
        self.role = role
        self.methods = methods
        self.signed_up = signed_up
        self.keeps_codes = keeps_codes
        self.acknowledges = acknowledges
        self.email_name = email_name or ("she" if role == "she" else "other")
        self.first_app: TotpAuthenticator | None = None
        self.pending: TotpRegistration | None = None
        self.last_code: Any = None
        self.enrolment_code = ""
        self.last_recovery_code = ""
        self.old_codes: tuple[str, ...] = ()
        self.mfa_token = ""
        self.elevated_token = ""

    # -- coming into the world ---------------------------------------------------------------------------------

    def enter(self, environment: Environment, profile: Profile, *, seed: str) -> None:
        """Become somebody of this environment, with the account and methods that the Given steps asked for."""
        self.environment = environment
        self.profile = profile
        self.tolerances = tolerances = profile.tolerances
        email = environment.new_email(self.email_name)
        self.person = Person(
            email,
            clock=environment.clock,
            seed=f"{seed}/{self.role}",
            inbox=environment.inbox(email),
            drift_steps=environment.settings.get("totp_drift_steps", tolerances.drift_steps),
        )
        if not self.signed_up:
            return
        try:
            self.sign_in()
            for method in self.methods:
                if method == APP:
                    self.enrol_app()
                else:
                    self.enrol_passkey()
            if self.methods and self.keeps_codes:
                self.write_down_codes()
        except ClientError as error:
            raise Blocked(f"make {self._described()}", describe(error)) from error

    def _described(self) -> str:
        return f"a user with {' and '.join(self.methods) or 'no MFA method'}"

    # -- the authenticator app ---------------------------------------------------------------------------------

    @property
    def app(self) -> TotpAuthenticator:
        """The authenticator app whose account she last added.

        Raises:
            ScenarioError: she has none.
        """
        if self.person.app is None:
            raise self._no_app()
        return self.person.app

    def _no_app(self) -> ScenarioError:
        return ScenarioError(f"{self.role} has no authenticator app to read a code from")

    @property
    def has_app(self) -> bool:
        """Whether she has a verified authenticator app."""
        return self.person.app is not None and self.pending is None

    def start_app(self) -> TotpRegistration:
        """Ask for a new authenticator app and scan its QR code; it still has to be verified."""
        self.pending = self.person.scan(self.client)
        self.first_app = self.first_app or self.person.app
        return self.pending

    def enrol_app(self) -> None:
        """Add an authenticator app and verify it; the older time step is used, where the drift allows."""
        if self.environment.settings.get("min_api_version", "") >= STEP_UP_VERSION and not self._owes_mfa:
            self.step_up_to_link()
        self.start_app()
        self.enrolment_code = self._wait_for(self.person.fresh_code)
        self.submit(self.enrolment_code)

    def enrol_passkey(self) -> None:
        """Register her passkey, with step-up where that is enforced."""
        if self.environment.settings.get("min_api_version", "") >= STEP_UP_VERSION and not self._owes_mfa:
            self.step_up_to_link()
        self.client.register_passkey()

    def submit(self, code: Any, **wishes: Any) -> Any:
        """Give a code: it ends the enrolment under way, by the route that the target speaks, or meets a challenge."""
        if self.pending is not None and self.tolerances.enrolment_route == "register":
            self.confirm(code)
            value = self.client.refresh_auth()
            if self._owes_mfa:  # this route leaves the session as it was
                value = self.client.authenticate_totp_mfa_device(self.fresh_code(), **wishes)
        else:
            value = self.client.authenticate_totp_mfa_device(code, **wishes)
        self.pending = None
        return value

    def confirm(self, code: Any) -> None:
        """End the enrolment under way as native SDKs do: the session stays as it was."""
        self.client.verify_totp_mfa_device(code)
        self.pending = None

    def fresh_code(self) -> str:
        """A code that was never used, the one on the screen now where that is possible (DESIGN rule 2).

        Where it is used already the clock is moved to the next step; where time is real a neighbouring step is
        taken that the drift allows, and only when that is used too she waits.
        """
        if self.person.app is None:
            raise self._no_app()
        try:
            return self.person.fresh_code(drift_steps=0)
        except NoFreshCode:
            drift = 0 if isinstance(self.environment.clock, VirtualClock) else self.person.drift_steps
            return self._wait_for(lambda: self.person.fresh_code(drift_steps=drift))

    def _wait_for(self, code: Callable[[], str]) -> str:
        while True:
            try:
                return code()
            except NoFreshCode as none_left:
                self.environment.wait(none_left.seconds_to_wait)

    @property
    def last_step(self) -> int:
        """The latest time step of her app that she used a code of; -1 when none was."""
        last = self.person.ledger.last(self.app.secret)
        return -1 if last is None else last

    def neighbouring_code(self, step: int) -> str:
        """The code of a neighbouring time step, which counts as used from now on."""
        if self.person.app is None:
            raise self._no_app()
        return self.person.code(step)

    def wrong_codes(self, count: int) -> list[str]:
        """Codes of the right form that are not hers now, nor in a while around now."""
        app = self.person.app
        near = {app.code(step=step) for step in range(-_FAR, _FAR)} if app is not None else set()
        candidates = (f"{(_FIRST_GUESS + guess * _STRIDE) % 10**6:06}" for guess in range(10**5))
        return list(islice((code for code in candidates if code not in near), count))

    @property
    def app_id(self) -> str:
        """The id of her verified authenticator app.

        Raises:
            Blocked: the list holds none, and she has proved one to the target.
            ScenarioError: the list holds none, nor should it.
        """
        for device in self.client.get_mfa_devices():
            if device.type == "totp" and device.verified:
                return device.id
        if self.has_app:
            raise Blocked("find her authenticator app", "it is not among her verified devices")
        raise ScenarioError(f"{self.role} has no verified authenticator app")

    @property
    def passkey_id(self) -> str:
        """The id of the passkey that her first authenticator holds.

        Raises:
            ScenarioError: it is not in her list.
        """
        held = {base64url(credential.id) for credential in self.person.key.credentials}
        for passkey in self._passkeys():
            if passkey.credential_id in held:
                return passkey.id
        raise ScenarioError(f"{self.role} has no passkey")

    def _passkeys(self) -> tuple[UserPasskey, ...]:
        """Hers as listed; a session that owes MFA may not read that list, but sees what could answer for her."""
        try:
            return self.client.get_passkeys()
        except ClientError:
            return tuple(self.client.get_mfa_methods().passkeys)

    def meet_challenge(self, **wishes: Any) -> Session:
        """Meet an MFA challenge with what she has: the app, else the passkey, else a recovery code."""
        if self.has_app:
            return self.client.authenticate_totp_mfa_device(self.fresh_code(), **wishes)
        if self.person.passkeys and PASSKEY in self.methods:
            return self.client.authenticate_passkey_mfa(**wishes)
        return self.client.authenticate_mfa_recovery_code(self.take_recovery_code(), **wishes)

    def complete_mfa(self) -> None:
        """Meet a challenge if her session still owes one; enrol an app if it is that which she owes."""
        if not self._owes_mfa:
            return
        if self.has_app or self.methods:
            self.meet_challenge()
        else:
            self.enrol_app()

    @property
    def _owes_mfa(self) -> bool:
        return self.client.state.signed_in and self.client.is_user_missing_mfa_auth()

    def step_up_to_link(self) -> None:
        """Get an elevated token for linking a credential: by MFA where she has a method, else by an e-mail code."""
        if self.has_app or (PASSKEY in self.methods and self.person.key.credentials):
            self.meet_challenge(requested_scopes=(LINK,))
        else:
            verification = self.client.send_email_otp(self.person.email)
            self.client.verify_otp(verification, self.person.read_mail(), requested_scopes=(LINK,))

    # -- recovery codes ----------------------------------------------------------------------------------------

    @property
    def codes_can_be_read_again(self) -> bool:
        """Whether the set may be read at any time without ado."""
        return self.tolerances.recovery_codes_after_acknowledgement == "shown" or not self.acknowledges

    @property
    def has_sheet(self) -> bool:
        """Whether she has written recovery codes down."""
        return bool(self.person.sheet.codes)

    def write_down_codes(self) -> None:
        """Read the recovery codes, put them on the sheet, and acknowledge them unless she is not to."""
        self.person.write_down_codes(self.client)
        if self.acknowledges:
            self.client.acknowledge_recovery_codes()

    def replace_sheet(self, codes: tuple[str, ...]) -> None:
        """Write a set of codes down; what was on the sheet becomes the old sheet."""
        self.old_codes = self.person.sheet.unused
        self.person.sheet = RecoverySheet(codes)

    def unused_recovery_code(self) -> str:
        """The next unused code of her sheet, to be used in some wrong way: it is not crossed out."""
        self._find_sheet()
        if not self.person.sheet.unused:
            raise ScenarioError("she has no unused recovery code: let her read them first")
        return self.person.sheet.unused[0]

    def take_recovery_code(self) -> str:
        """The next unused code of her sheet, crossed out."""
        self._find_sheet()
        if not self.person.sheet.unused:
            raise Blocked(
                "use another recovery code", f"all {len(self.person.sheet.codes)} that there were are used"
            )
        return self.person.sheet.take()

    def _find_sheet(self) -> None:
        if not self.has_sheet:
            self.person.write_down_codes(self.full_session or self.client)
