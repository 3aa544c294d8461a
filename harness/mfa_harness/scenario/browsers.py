"""The browsers that a person is signed in from, and the ways to sign in with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.target import Environment
    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.values import OtpVerification, Session
    from mfa_simulators.person import Person


class Browsers:
    """The sessions of one person; the newest is in front of her unless she went back to another."""

    environment: Environment
    profile: Profile
    person: Person

    def __init__(self) -> None:
        self.sessions: list[Client] = []
        self.sign_ins = 0
        self.user_id = ""
        self.phone: tuple[str, str] | None = None
        self.last_mail: tuple[OtpVerification, str] | None = None

    @property
    def client(self) -> Client:
        """The browser in front of her."""
        if not self.sessions:
            self.open_browser()
        return self.sessions[-1]

    def open_browser(self) -> Client:
        """Another browser, signed out, which becomes the one in front of her; settings are read in the first."""
        client = self.environment.connect(passkey=self.person.key)
        if not self.sessions:
            client.initialize()
        self.sessions.append(client)
        return client

    @property
    def full_session(self) -> Client | None:
        """Another session of hers that is fully signed in, if there is one."""
        for client in self.sessions[:-1]:
            user = client.state.user
            if user is not None and "user:basic" in user.scopes:
                return client
        return None

    def sign_in(self, **options: Any) -> Session:
        """Sign in from another browser, by e-mail unless the profile says otherwise; the first time she signs up."""
        if self.profile.sign_in.how == "external-jwt":
            return self.sign_in_externally()
        return self.sign_in_from_another_browser(lambda client: self._give_email_code(client, **options))

    def sign_in_here(self, **options: Any) -> Session:
        """Sign in by e-mail from the browser in front of her."""
        return self._signed_in(self._give_email_code(self.client, **options))

    def _give_email_code(self, client: Client, **options: Any) -> Session:
        mail = client.send_email_otp(self.person.email)
        self.last_mail = mail, self.person.read_mail()
        return client.verify_otp(*self.last_mail, **options)

    def sign_in_by_passkey(self, **options: Any) -> Session:
        """Sign in by passkey from another browser."""
        return self.sign_in_from_another_browser(lambda client: client.sign_in_with_passkey(**options))

    def sign_in_by_sms(self) -> Session:
        """Sign in with a code by text message from another browser; the first time she gets a number for it."""
        return self.sign_in_from_another_browser(self.give_sms_code)

    def give_sms_code(self, client: Any) -> Session:
        """Have a code sent to her phone and give it: to sign in, or to prove the number again."""
        country_code, number = self.phone or self.environment.new_phone()
        self.phone = country_code, number
        verification = client.send_sms_otp(country_code, number)
        code = self.environment.inbox(f"+{country_code}{number}")()
        session: Session = client.verify_otp(verification, code)
        return session

    def sign_in_externally(self) -> Session:
        """Sign in through the customer's own identity provider from another browser."""
        jwt = self.environment.external_jwt(self.person.email)
        return self.sign_in_from_another_browser(lambda client: client.sign_in_with_external_jwt(jwt))

    def sign_in_from_another_browser(self, way: Callable[[Client], Session]) -> Session:
        """Sign in from another browser in some way; where that fails she closes it, and is where she was."""
        client = self.open_browser()
        try:
            return self._signed_in(way(client))
        except ClientError:
            if len(self.sessions) > 1:
                self.sessions.remove(client)
            raise

    def _signed_in(self, session: Session) -> Session:
        self.sign_ins += 1
        self.user_id = session.user.id
        return session
