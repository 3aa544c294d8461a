"""The profile: what the user tells us about the target, and what we may do to it.

One frozen value. `Profile.load` reads it from TOML; everything wrong with the file is a `ProfileError` of one
line that names the file and the key. docs/profile.md shows every key with an example.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from mfa_harness.targets.backend.declared import Backend
from mfa_harness.targets.capabilities import CAPABILITIES
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.tolerances import Tolerances

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ORIGIN = "http://localhost:4317"
DEFAULT_RP_ID = "localhost"
_Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
"""A day is more than anybody waits, and less than any clock of a machine overflows at."""


class ProfileError(TargetError):
    """A profile that cannot be used: which file and key, what is wrong, what to write instead (exit 2)."""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How fresh users sign in at a target whose mail we cannot read."""

    email: str = "mfa-harness+{unique}@example.org"
    """Addresses of fresh users: {unique} differs in every run, {n} counts from 1, {name} is the person's."""
    code: str | None = None
    """The one e-mail code that the target accepts for these addresses."""
    code_command: str | None = None
    """A program that prints the code sent to {email}; it may wait for the mail."""
    external_jwt_command: str | None = None
    """A program that prints a token for {email}, which externalAuth/signin accepts."""
    command_seconds: _Seconds = 60.0
    """How long these programs may take."""

    @property
    def how(self) -> Literal["email", "external-jwt", "unsaid"]:
        """How people sign in: by e-mail code where we can know it, else by external JWT."""
        if self.code is not None or self.code_command is not None:
            return "email"
        return "external-jwt" if self.external_jwt_command is not None else "unsaid"


class NamedEnvironment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An environment that is there already, and the dashboard's settings it has."""

    id: str = ""
    settings: dict[str, Any] = {}


class Arrange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A program that makes, or finds, an environment with the settings it reads as JSON on stdin."""

    command: str
    seconds: _Seconds = 120.0


class Allow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be done to a target that is not on this machine."""

    locks_out: bool = False
    """Scenarios tagged @locks-out, which guess until an account is limited."""
    fuzz: bool = False
    """Fuzzing."""
    sandbox: bool = False
    """Needed besides for the vendor's own hosts: it says that the environments named are sandboxes."""


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every key that a profile file may hold."""

    url: str | None = None
    origin: str = DEFAULT_ORIGIN
    rp_id: str = DEFAULT_RP_ID
    headers: dict[str, str] = {}
    ca: str | None = None
    proxy: str | None = None
    rate: Annotated[float, msgspec.Meta(ge=0.001, le=1_000_000)] | None = None
    timeout: _Seconds = 10.0
    longest_wait: _Seconds = 45.0
    """How long a scenario may wait in real time, in seconds; what takes longer is n/a."""
    sign_in: SignIn = SignIn()
    environments: tuple[NamedEnvironment, ...] = ()
    arrange: Arrange | None = None
    capabilities: dict[str, bool | str] = {}
    tolerances: Tolerances = Tolerances()
    allow: Allow = Allow()
    backend: Backend = Backend()
    """Of a backend, which `check --backend` tests."""


class Profile(Written, frozen=True, kw_only=True):
    """A profile as the harness uses it.

    Args:
        file: where it was read from; "" when nobody wrote one.
        folder: where its programs are started and its relative paths begin.
        secrets: values that came out of `${ENV}`: never shown.
        lacking: capabilities that the kind of target takes away, with the reason, whatever the file says; or
            gives, with True, unless the file says otherwise.
    """

    file: str = ""
    folder: Path = Path()
    secrets: tuple[str, ...] = ()
    lacking: dict[str, bool | str] = {}

    @classmethod
    def default(cls) -> Profile:
        """The profile of our reference server: every capability, and the strict side of each tolerance."""
        return cls(capabilities=dict.fromkeys(CAPABILITIES, True), tolerances=Tolerances.reference())

    @classmethod
    def load(cls, path: Path) -> Profile:
        """Read a profile.

        Raises:
            ProfileError: it cannot be read or holds something wrong; names file and key.
        """
        from mfa_harness.targets.profile_file import read  # noqa: PLC0415 - it imports us

        return read(path)

    def has(self, capability: str) -> bool:
        """Whether the target is to be judged by what needs this capability.

        Raises:
            KeyError: there is no such capability: a mistake in a scenario or in the harness.
        """
        return not self.why_not(capability)

    def why_not(self, capability: str) -> str:
        """Why the target lacks a capability, for people; "" when it has it.

        Raises:
            KeyError: there is no such capability.
        """
        known = CAPABILITIES[capability]
        by_kind = self.lacking.get(capability)
        if isinstance(by_kind, str):
            return by_kind
        said = self.capabilities.get(capability, by_kind)
        if said is None:
            return "" if known.assumed else f"the profile does not claim {capability!r}"
        if isinstance(said, str):
            return said
        return "" if said else f"the profile says {capability} = false"

    def server_settings(self) -> dict[str, Any]:
        """The settings under which our reference server is what this profile describes."""
        settings = self.tolerances.as_settings()
        if (self.origin, self.rp_id) != (DEFAULT_ORIGIN, DEFAULT_RP_ID):
            settings |= {"origins": [self.origin], "rp_id": self.rp_id}
        return settings

    def site(self, settings: Mapping[str, Any]) -> tuple[str, str]:
        """Origin and RP ID of the people's browsers: as an environment's settings say, else the profile."""
        concrete = [origin for origin in settings.get("origins", ()) if not origin.endswith(":*")]
        return (concrete[0] if concrete else self.origin), settings.get("rp_id", self.rp_id)

    def amended(self, **lacking: bool | str) -> Profile:
        """This profile for a target that gives (True) or lacks (a reason) capabilities; `_` is `-`."""
        named = {name.replace("_", "-"): value for name, value in lacking.items()}
        return msgspec.structs.replace(self, lacking={**self.lacking, **named})

    def __repr__(self) -> str:  # the fields hold secrets
        return f"Profile({self.file or 'default'!r})"
