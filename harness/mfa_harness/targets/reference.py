"""The reference server in process: no sockets, a clock for each scenario, and faults if asked for."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.targets.capabilities import nearest
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.environment import WireEnvironment
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked, ScenarioError
from mfa_simulators.client.faults import CLIENT_FAULTS, PREFIX
from mfa_simulators.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_simulators.clock import Clock
    from mfa_simulators.server import ReferenceServer
    from mfa_simulators.server.environment import Environment as ServerEnvironment

_GIVEN: Final = (
    *(
        "clock",
        "settings_change",
        "admin_reset",
        "external_jwt",
        "sms_sign_in",
        "notices",
        "log",
        "client_sdk",
    ),
)
START: Final = "2026-01-01T00:00:07Z"
"""Where every scenario's clock begins: a few seconds into a time step, as people do."""


class KeptLog(logging.Handler):
    """Everything that is logged in this process, kept to be read."""

    _only: KeptLog | None = None

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self._lines: list[str] = []

    @classmethod
    def of_this_process(cls) -> KeptLog:
        """The one that listens to the root logger; it does from the first call on."""
        if cls._only is None:
            cls._only = cls()
            logging.getLogger().addHandler(cls._only)
        return cls._only

    @property
    def length(self) -> int:
        """How many lines there are so far."""
        return len(self._lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())

    def since(self, start: int) -> str:
        """The lines from a number on."""
        return "\n".join(self._lines[start:])


class ReferenceEnvironment(WireEnvironment):
    """One environment of the server in process."""

    signs_every_device = False

    def __init__(self, inside: ServerEnvironment, clock: Clock, *, log: KeptLog, **common: Any) -> None:
        super().__init__(inside.base_url, inside.id, clock=clock, **common)
        self._inside = inside
        self._log = log
        self._logged_before = log.length

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest code from the server's own outbox."""

        def read() -> str:
            mails = self._inside.mailbox(email)
            if not mails:
                raise Blocked(f"read the e-mail code of {email}", "the server sent none")
            return mails[-1].code

        return read

    def seen_by_server(self) -> list[dict[str, Any]]:
        """The server's own transcript."""
        return self._inside.transcript(unmasked=True)

    def new_phone(self) -> tuple[str, str]:
        """A number whose messages the server's own outbox keeps."""
        return self.next_phone()

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:
        """A token that externalAuth/signin accepts, with a scope externalAuth/verify."""
        return self._inside.external_jwt(sub=email, email=email, scope=scope)

    def advance(self, seconds: float) -> None:
        """Move the scenario's clock, which is the server's too."""
        self._inside.advance(seconds)

    def change(self, **settings: Any) -> None:
        """Change settings of the living environment."""
        self._inside.update(**settings)
        self.settings = {**self.settings, **settings}

    def log(self) -> str:
        """What was logged in this process since the environment was made."""
        return self._log.since(self._logged_before)

    def notices(self, user_id: str) -> list[str]:
        """The kinds of notices in the server's own outbox."""
        return [notice.kind for notice in self._inside.notices(user_id)]

    def reset_mfa(self, user_id: str) -> None:
        """The administrator's 'Reset MFA'."""
        self._inside.reset_mfa(user_id)


class ReferenceTarget:
    """`reference` and `reference:FAULT[,FAULT]`.

    Args:
        faults: slugs of the faults to build in.
        seed: of the run.
        profile: what it is held to; its own by default.
        note: told what a person should know.
        server: one to share between targets; by default a new one.
    """

    def __init__(
        self,
        faults: Sequence[str] = (),
        *,
        seed: str = "0",
        profile: Profile | None = None,
        note: Callable[[str], None] | None = None,
        server: ReferenceServer | None = None,
    ) -> None:
        self.faults = tuple(faults)
        self._server_faults = tuple(slug for slug in faults if not slug.startswith(PREFIX))
        self._client_fault = next((slug for slug in faults if slug.startswith(PREFIX)), "")
        self.name = ":".join(("reference", ",".join(self.faults))) if self.faults else "reference"
        self.label = "our reference server, not yours"
        if self.faults:
            self.label += (
                f", with {'the fault' if len(self.faults) == 1 else 'the faults'} {', '.join(self.faults)}"
            )
        self.profile = (profile or Profile.default()).amended(**dict.fromkeys(_GIVEN, True))
        self._seed = seed
        self._contact = Contact(note=note) if note else Contact()
        self._server = server
        self._log = KeptLog.of_this_process()
        self._arranged: Counter[str] = Counter()

    environment_class: type[ReferenceEnvironment] = ReferenceEnvironment
    may_be_copied = True
    """Whether a process that is forked may carry on with it, before anything is arranged: it is all in memory."""

    def open(self) -> None:
        """See that it can be made; the server itself is made for the first environment.

        Raises:
            TargetError: a fault is not known; names the nearest.
        """
        from mfa_harness.faults import ALL_FAULTS  # noqa: PLC0415 - loads the whole server

        for slug in self.faults:
            if self.faults.count(slug) > 1:
                raise TargetError(f"target {self.name!r}", f"it names {slug} twice", "Name each fault once")
            if slug not in ALL_FAULTS:
                raise TargetError(
                    f"target {self.name!r}",
                    f"there is no fault {slug!r}{nearest(slug, ALL_FAULTS)}",
                    "`mfa-harness list faults` prints them all",
                )

    def _running(self) -> ReferenceServer:
        if self._server is None:
            from mfa_simulators.server import ReferenceServer  # noqa: PLC0415

            self._server = ReferenceServer(seed=self._seed)
        return self._server

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> ReferenceEnvironment:
        """A new environment, its clock at `START`, its random choices fixed by seed and scenario.

        Raises:
            ScenarioError: a setting that does not exist.
        """
        from mfa_simulators.server.settings import SettingsError  # noqa: PLC0415

        server = self._running()
        # Faults are part of it: with one server for many targets, no two environments may be alike.
        seed = "/".join((self._seed, ",".join(self.faults), scenario))
        self._arranged[scenario] += 1
        if self._arranged[scenario] > 1:
            seed += f"/{self._arranged[scenario]}"
        declared = {**self.profile.server_settings(), **settings}  # it behaves as its profile says
        clock = self.new_clock(declared)
        try:
            inside = server.environment(clock=clock, seed=seed, faults=self._server_faults, **declared)
        except SettingsError as error:
            raise ScenarioError(str(error)) from error
        origin, rp_id = self.profile.site(declared)
        environment = self.environment_class(
            inside,
            clock,
            log=self._log,
            origin=origin,
            rp_id=rp_id,
            settings=settings,
            inner=server.transport,
            contact=self._contact,
            profile=self.profile,
            seed=seed,
            locks_out=locks_out,
        )
        if self._client_fault:
            environment.client_class = CLIENT_FAULTS[self._client_fault].override
        return environment

    def new_clock(self, settings: Mapping[str, Any]) -> Clock:  # noqa: ARG002 - for who has real time
        """The clock of a new environment, the people's too."""
        return VirtualClock(START)

    def would_refuse(
        self,
        settings: Mapping[str, Any],  # noqa: ARG002 - never
        *,
        locks_out: bool,  # noqa: ARG002
        scenario: str = "",  # noqa: ARG002
    ) -> str:
        """It refuses nothing."""
        return ""

    def close(self) -> list[str]:
        """Let go of the server and of all that is in it; it is part of this process, so nothing is to be stopped."""
        self._server = None
        return []
