"""Person: one simulated human, with an inbox, authenticators, a sheet of recovery codes and a good memory.

A person knows people's things only: what is on the phone, on the paper, in the mail. Of the server she
knows what it shows her. She acts through anything that speaks the vocabulary of `client.protocol`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from mfa_simulators.clock import SYSTEM_CLOCK, Clock, VirtualClock
from mfa_simulators.ledger import Ledger, NoFreshCode
from mfa_simulators.randomness import SeededRandomness, SystemRandomness
from mfa_simulators.recovery_sheet import NoRecoveryCode, RecoverySheet
from mfa_simulators.totp import AuthenticatorApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.values import Session, TotpRegistration
    from mfa_simulators.passkey import VirtualPasskey
    from mfa_simulators.randomness import Randomness
    from mfa_simulators.totp import TotpAuthenticator

__all__ = ["Ledger", "Mail", "NoFreshCode", "NoRecoveryCode", "Person", "RecoverySheet"]

Route = Literal["authenticate", "register"]
Factor = Literal["app", "passkey", "recovery_code"]

WALL_CLOCK_GUARD_SECONDS: Final = 2.0
"""How near the end of a time step a code is not used while time is real: it might arrive in the next."""


class Mail(Protocol):
    """An e-mail with a code in it."""

    @property
    def code(self) -> str:
        """The code."""
        ...


class Person:
    """One human who signs up, enrols and passes MFA; usable alone, without a server of ours.

    Args:
        email: her address; by default one that nobody else has.
        clock: the true time; her phone's may be wrong (`person.app.drift(...)`).
        seed: fixes her address and her passkeys' keys, where no randomness is given.
        randomness: the same, from a source.
        inbox: reads the newest code sent to her.
        mailbox: gives all mail of an address, oldest first; another way to say `inbox`.
        drift_steps: how many time steps the server lets a code be off by.
        refuses_older: the server refuses time steps before the last one accepted (RFC 6238 5.2).
        guard_seconds: she uses no code so near the end of its step; by default 2 s, and 0 on a VirtualClock.
        wait: called with the seconds when she has to wait for a fresh code, and must let them pass
            (`clock.advance`); without it she raises `NoFreshCode`.
    """

    def __init__(
        self,
        email: str | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        seed: int | str | None = None,
        randomness: Randomness | None = None,
        inbox: Callable[[], str] | None = None,
        mailbox: Callable[[str], Sequence[Mail]] | None = None,
        drift_steps: int = 1,
        refuses_older: bool = True,
        guard_seconds: float | None = None,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        if randomness is None:
            randomness = SystemRandomness() if seed is None else SeededRandomness(seed)
        self.randomness = randomness
        self.email = email or f"person-{randomness.bytes(6, 'email').hex()}@example.org"
        self.clock = clock
        self.inbox = inbox
        self.mailbox = mailbox
        self.phone = AuthenticatorApp(clock=clock)
        self.app: TotpAuthenticator | None = None
        self.passkeys: list[VirtualPasskey] = []
        self.sheet = RecoverySheet()
        self.ledger = Ledger()
        self.drift_steps = drift_steps
        self.refuses_older = refuses_older
        if guard_seconds is None:
            guard_seconds = 0.0 if isinstance(clock, VirtualClock) else WALL_CLOCK_GUARD_SECONDS
        self.guard_seconds = guard_seconds
        self.wait = wait

    def __repr__(self) -> str:
        return f"Person({self.email!r})"

    # What she has.

    @property
    def key(self) -> VirtualPasskey:
        """Her first passkey authenticator; she gets one when it is first asked for."""
        return self.passkeys[0] if self.passkeys else self.new_key()

    def new_key(self, **options: Any) -> VirtualPasskey:
        """Gets one more passkey authenticator; options are VirtualPasskey's."""
        from mfa_simulators.passkey import VirtualPasskey  # noqa: PLC0415 -- loaded by who uses passkeys

        seed = None  # real keys, unless she herself follows from a seed
        if not isinstance(self.randomness, SystemRandomness):
            seed = int.from_bytes(self.randomness.bytes(8, "passkey seed", self.email))
        key = VirtualPasskey(**{"clock": self.clock, "seed": seed, **options})
        self.passkeys.append(key)
        return key

    def read_mail(self) -> str:
        """The newest code in her inbox.

        Raises:
            LookupError: no mail came, or nothing says how to read it.
        """
        if self.inbox is not None:
            return self.inbox()
        if self.mailbox is None:
            raise LookupError(f"{self.email} has no inbox: give the person an inbox or a mailbox")
        mails = self.mailbox(self.email)
        if not mails:
            raise LookupError(f"no mail with a code came for {self.email}: was one sent?")
        return mails[-1].code

    def fresh_code(
        self,
        *,
        drift_steps: int | None = None,
        refuses_older: bool | None = None,
        app: TotpAuthenticator | None = None,
    ) -> str:
        """A code of her app that was never used: the oldest one that the server can still take.

        So enrolment takes the older step where the drift allows, and one minute is good for three codes.

        Args:
            drift_steps: how many steps the server lets a code be off by; hers by default.
            refuses_older: the server refuses steps before the last one accepted; hers by default.
            app: another account than `person.app`.

        Raises:
            NoFreshCode: none is left now, and no `wait` lets time pass; it says how long to wait.
            LookupError: she has no app.
        """
        app = app or self._app()
        drift = self.drift_steps if drift_steps is None else drift_steps
        older = self.refuses_older if refuses_older is None else refuses_older
        while True:
            try:
                return self.ledger.spend_fresh(
                    app, drift_steps=drift, refuses_older=older, guard_seconds=self.guard_seconds
                )
            except NoFreshCode as none_left:
                before = self.clock.now()
                if self.wait is not None:
                    self.wait(none_left.seconds_to_wait)
                if self.clock.now() <= before:  # nobody waits, or not by her clock
                    raise

    def code(self, step: int = 0) -> str:
        """The code that her app shows, or that of a neighbouring step, fresh or not; it counts as used."""
        app = self._app()
        number = app.step + step
        self.ledger.spend(app.secret, number)
        return app.code_of(number)

    # What she does.

    def sign_up(self, client: Client) -> Session:
        """Signs up by e-mail: the first sign-in of an address makes its account."""
        return self.sign_in(client)

    def sign_in(self, client: Client, *, allow_new_mfa_linking: bool = False) -> Session:
        """Signs in by e-mail: asks for a code, reads it, types it in."""
        verification = client.send_email_otp(self.email)
        return client.verify_otp(verification, self.read_mail(), allow_new_mfa_linking=allow_new_mfa_linking)

    def enrol_app(self, client: Client, *, route: Route = "authenticate", acknowledge: bool = True) -> None:
        """Enrols an authenticator app, whole: scans, confirms with a code, writes the recovery codes down.

        Args:
            client: signed in.
            route: how the app is confirmed; see `confirm_app`.
            acknowledge: say that the codes were written down, where the server waits for it.
        """
        registration = self.scan(client)
        self.confirm_app(client, registration, route=route)
        self.write_down_codes(client)
        if acknowledge:
            self.acknowledge_codes(client)

    def scan(self, client: Client) -> TotpRegistration:
        """Asks for a registration and scans its QR code, as leniently as phones do.

        Raises:
            TotpUriError: not even a phone could read it.
        """
        registration = client.register_totp_mfa_device()
        self.app = self.phone.add(registration.uri, lenient=True)
        return registration

    def confirm_app(
        self, client: Client, registration: TotpRegistration, *, route: Route = "authenticate"
    ) -> None:
        """Types a code of the app just scanned.

        Args:
            client: signed in.
            registration: what was scanned.
            route: "authenticate" (web SDKs: meets the challenge as well), or "register" (native SDKs: the
                session is left as it was, and is made anew after it).
        """
        code = self.fresh_code()
        if route == "authenticate":
            client.authenticate_totp_mfa_device(code, device_id=registration.id)
        else:
            client.verify_totp_mfa_device(code)
            client.refresh_auth()

    def enrol_passkey(
        self, client: Client, *, key: VirtualPasskey | None = None, acknowledge: bool = True
    ) -> Session:
        """Registers a passkey and, where recovery codes came with it, writes them down."""
        session = client.register_passkey(passkey=key or self.key)
        if client.is_pending_recovery_codes_acknowledgment():
            self.write_down_codes(client)
            if acknowledge:
                self.acknowledge_codes(client)
        return session

    def write_down_codes(self, client: Client) -> RecoverySheet:
        """Copies the recovery codes that the client shows on to a new sheet."""
        self.sheet = RecoverySheet(client.get_mfa_recovery_codes())
        return self.sheet

    def renew_codes(self, client: Client) -> RecoverySheet:
        """Has new recovery codes made, on a new sheet; the old one is returned."""
        old, self.sheet = self.sheet, RecoverySheet(client.create_new_mfa_recovery_codes())
        return old

    def acknowledge_codes(self, client: Client) -> None:
        """Says that she has written the codes down, where the server waits for it."""
        if client.is_pending_recovery_codes_acknowledgment():
            client.acknowledge_recovery_codes()

    def pass_mfa(
        self,
        client: Client,
        *,
        using: Factor | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge: with her app, else a passkey, else a recovery code.

        Args:
            client: signed in.
            using: one of these by name.
            create_mfa_token: ask for an MFA token, single-use or not.
            requested_scopes: of an elevated token.

        Raises:
            LookupError: she has nothing of the kind.
            NoFreshCode: her app has no unused code now.
        """
        wishes: dict[str, Any] = {"create_mfa_token": create_mfa_token, "requested_scopes": requested_scopes}
        using = using or ("app" if self.app else "passkey" if self.passkeys else "recovery_code")
        if using == "app":
            return client.authenticate_totp_mfa_device(self.fresh_code(), **wishes)
        if using == "passkey":
            return client.authenticate_passkey_mfa(passkey=self.key, **wishes)
        return client.authenticate_mfa_recovery_code(self.sheet.take(), **wishes)

    def _app(self) -> TotpAuthenticator:
        if self.app is None:
            raise LookupError(f"{self.email} has no authenticator app: enrol one first")
        return self.app
