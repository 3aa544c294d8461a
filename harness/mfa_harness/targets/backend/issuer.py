"""Who makes the tokens that a backend is shown: an environment of a reference server with a control plane."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from mfa_harness.served import NEWCOMERS
from mfa_harness.targets.control import ControlPlane
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.reach import api_base, open_transport, root_of
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from mfa_simulators.server import ReferenceServer

ENVIRONMENT: Final = NEWCOMERS.id
"""The environment whose tokens a backend is shown unless the profile names one: to be configured once."""
_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Known:
    """What a backend has to know of an environment whose tokens it is to trust."""

    environment_id: str
    base_url: str
    jwks: str
    issuer: str
    audience: str
    keys_read: int


@dataclass
class Issuer:
    """Makes tokens.

    Args:
        http: reaches the server.
        control: its control plane.
        known: what the backend has to know.
        server: ours, if we serve it.
    """

    http: httpx.Client
    control: ControlPlane
    known: Known
    server: ReferenceServer | None = None
    _stranger: str = field(default="", init=False)

    @classmethod
    def find(cls, spec: str, profile: Profile) -> Self:
        """The issuer at a URL; for "" or `reference`, the one on the profile's port, served by us if nobody does.

        Raises:
            TargetError: what is there has no control plane, or is no URL.
        """
        http = httpx.Client(
            transport=open_transport(spec or "http://localhost", Profile()), trust_env=False, timeout=_SECONDS
        )
        try:
            return cls._find(spec, profile, http)
        except BaseException:
            http.close()
            raise

    @classmethod
    def _find(cls, spec: str, profile: Profile, http: httpx.Client) -> Self:
        server = None
        if spec in ("", "reference"):
            base_url = api_base(f"http://localhost:{profile.backend.port}")
            try:
                http.get(root_of(base_url))
            except httpx.ConnectError:
                server = _serve(profile)
            except httpx.RequestError:
                pass  # somebody is there; who, is told below
        elif spec.startswith(("http://", "https://")):
            base_url = api_base(spec)
        else:
            raise TargetError(
                f"target {spec!r}",
                "a backend is shown tokens of our reference server",
                "Leave TARGET out, or give the URL of one: mfa-harness serve --control --port 8765",
            )
        try:
            control = _control_plane(http, base_url)
            return cls(http, control, _known(control, profile), server)
        except BaseException:
            _stop(server)
            raise

    def token(self, environment_id: str = "", **order: Any) -> str:
        """A token to order: a full session's, unless something else is ordered (`mfa_simulators.server.minting`)."""
        return self.control.session_token(environment_id or self.known.environment_id, order)

    @property
    def stranger(self) -> Known:
        """Another environment, with a key of its own: who can have tokens signed, only not for this backend."""
        if not self._stranger:
            self._stranger = self.control.make_in_real_time({"own_key": True}).environment_id
        return next(each for each in environments(self.control) if each.environment_id == self._stranger)

    def published_keys(self, known: Known | None = None) -> list[dict[str, Any]]:
        """The keys that an environment publishes; by default the backend's."""
        keys: list[dict[str, Any]] = self.http.get((known or self.known).jwks).json()["keys"]
        return keys

    def revoke(self, token: str) -> bool:
        """Sign a session out, as its user would. Returns whether that was done."""
        url = f"{self.known.base_url}/sdk/{self.known.environment_id}/revoke"
        return self.http.post(url, headers={"authorization": f"Bearer {token}"}).is_success

    def keys_read(self) -> int:
        """How often anybody has read the published keys since the key in use signs."""
        return next(each.keys_read for each in environments(self.control) if each.jwks == self.known.jwks)

    def close(self) -> None:
        """Let go of the server, and stop it if it is ours."""
        self.http.close()
        _stop(self.server)


def environments(control: ControlPlane) -> list[Known]:
    """The environments of a server, the first one made first."""
    return [
        Known(
            environment_id=each["environmentId"],
            base_url=each["baseUrl"],
            jwks=each["jwks"],
            issuer=each["issuer"],
            audience=each["audience"],
            keys_read=each["keysRead"],
        )
        for each in control.environments()
    ]


def _control_plane(http: httpx.Client, base_url: str) -> ControlPlane:
    control = ControlPlane.find(http, base_url)
    if control is None:
        raise TargetError(
            f"the issuer {root_of(base_url)}",
            "it has no control plane, so no tokens can be ordered from it",
            "Start one: mfa-harness serve --control --port 8765; or free that port, or name another: [backend] port",
        )
    return control


def _known(control: ControlPlane, profile: Profile) -> Known:
    try:
        there = environments(control)
    except Blocked as error:
        mend = "Serve it with the same version of mfa-harness as this one"
        raise TargetError("the issuer", error.found, mend) from error
    wanted = [each.id for each in profile.environments]
    usual = [each for each in there if each.environment_id == ENVIRONMENT] or there
    chosen = [each for each in there if each.environment_id in wanted] if wanted else usual
    if not chosen:
        named = wanted[0] if wanted else "any environment"
        raise TargetError(
            "the issuer",
            f"it does not have {named}",
            "Start it with that one: mfa-harness serve --control --environments PROFILE.toml",
        )
    return chosen[0]


def _serve(profile: Profile) -> ReferenceServer:
    """Serve an issuer on the profile's port, with the profile's environment."""
    from mfa_simulators.server import ReferenceServer  # noqa: PLC0415 - loads the whole server

    port = profile.backend.port
    server = ReferenceServer(control=True, port=port)
    named = profile.environments[0].id if profile.environments else ""
    server.environment(environment_id=named or ENVIRONMENT)
    try:
        return server.__enter__()
    except OSError as error:
        raise TargetError(
            f"serving the issuer on port {port}",
            error.strerror or str(error),
            "Free the port, or name another: [backend] port",
        ) from error


def _stop(server: ReferenceServer | None) -> None:
    if server is not None:
        server.__exit__(None, None, None)
