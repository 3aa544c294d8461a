"""The reference server: the facade of everything in this package."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from mfa_simulators.clock import OffsetClock, VirtualClock
from mfa_simulators.randomness import SeededRandomness, SystemRandomness
from mfa_simulators.server.environment import Environment
from mfa_simulators.server.handdriven import HandDriven
from mfa_simulators.server.http.app import create_app
from mfa_simulators.server.http.gateway import Gateway
from mfa_simulators.server.keys import PROCESS_KEYS
from mfa_simulators.server.registry import Registry
from mfa_simulators.server.settings import make_settings
from mfa_simulators.server.store import Database
from mfa_simulators.server.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from litestar import Router

    from mfa_simulators.clock import Clock
    from mfa_simulators.server.serving import Serving

_IN_PROCESS = "http://localhost"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ReferenceServer:
    """An account MFA server with many environments, served on loopback or driven in process.

    Within `with`, it is served in a thread at `url`. Without, `transport` answers an `httpx.Client` in this
    process, and `asgi` is the application for anything else.

    Args:
        control: serve the control plane under `/control` (loopback only).
        database: a file for SQLite; None keeps everything in memory.
        seed: makes ids, secrets and codes repeat from run to run.
        clock: of environments that bring none; None gives each real time, which `advance` moves.
        port: to serve on; 0 takes a free one.
        tls: a folder with a certificate authority of its own, made if missing; served by https then.
        faults: slugs of the faults of every environment that names none of its own.
    """

    def __init__(
        self,
        *,
        control: bool = False,
        database: str | Path | None = None,
        seed: int | str | None = None,
        clock: Clock | str | None = None,
        port: int = 0,
        tls: Path | None = None,
        faults: Iterable[str] = (),
    ) -> None:
        self.registry = Registry()
        self._control = control
        self._database = Database(database)
        self._vault = Vault()
        self._pool = PROCESS_KEYS
        self._seed = seed
        self._clock = VirtualClock(clock) if isinstance(clock, str) else clock
        self._port = port
        self._tls = tls
        self._faults = tuple(faults)
        self._numbers = count()
        self._ids: dict[str, SeededRandomness] = {}
        self._serving: Serving | None = None
        self._asgi: Gateway | None = None
        self._transport: HandDriven | None = None

    @property
    def url(self) -> str:
        """Where it is served, as `http://localhost:PORT`; in process, `http://localhost`."""
        return _IN_PROCESS if self._serving is None else self._serving.url

    @property
    def asgi(self) -> Gateway:
        """The application, without sockets or threads."""
        if self._asgi is None:
            self._asgi = self._application(threads=False)
        return self._asgi

    @property
    def transport(self) -> HandDriven:
        """Answers an `httpx.Client(transport=...)` in this process, with no event loop."""
        if self._transport is None:
            self._transport = HandDriven(self.asgi)
        return self._transport

    def environment(
        self,
        *,
        clock: Clock | str | None = None,
        seed: int | str | None = None,
        faults: Iterable[str] | None = None,
        environment_id: str | None = None,
        **settings: Any,
    ) -> Environment:
        """Makes an environment, ready at once.

        Args:
            clock: a clock, or an instant for a clock that stands still.
            seed: makes the environment's ids, secrets and codes repeat.
            faults: slugs of faults that it shall have; by default the server's.
            environment_id: a UUID in lower case; by default a new one.
            settings: keywords of `Settings`.

        Raises:
            SettingsError: an unknown setting, or a value it cannot take.
            ValueError: an unknown fault; an id that is no such UUID, or is taken.
        """
        number = next(self._numbers)
        if seed is None and self._seed is not None:
            seed = f"{self._seed}/{number}"
        if clock is None:
            clock = self._clock or OffsetClock()
        environment_id = self._new_id(seed) if environment_id is None else self._free(environment_id)
        self._database.forget(environment_id)
        environment = Environment(
            environment_id,
            number=number,
            database=self._database,
            vault=self._vault,
            pool=self._pool,
            url=lambda: self.url,
            clock=VirtualClock(clock) if isinstance(clock, str) else clock,
            randomness=SystemRandomness() if seed is None else SeededRandomness(seed),
            settings=make_settings(settings),
            faults=self._faults if faults is None else tuple(faults),
        )
        self.registry[environment.id] = environment
        return environment

    def _free(self, environment_id: str) -> str:
        if not _UUID.fullmatch(environment_id):
            raise ValueError(f"the id {environment_id!r} is no UUID in lower case")
        if environment_id in self.registry:
            raise ValueError(f"there is an environment {environment_id} already")
        return environment_id

    def _new_id(self, seed: int | str | None) -> str:
        """A lower-case UUID; under a seed the next one of that seed, so that equal seeds do not collide."""
        if seed is None:
            return SystemRandomness().uuid("environment")
        return self._ids.setdefault(str(seed), SeededRandomness(seed)).uuid("environment")

    def _application(self, *, threads: bool) -> Gateway:
        more: Sequence[Router] = ()
        if self._control:
            from litestar import Router  # noqa: PLC0415

            from mfa_simulators.server.control import control_routes  # noqa: PLC0415  (off by default)

            # In a router: two handlers of one path, given to the application itself, are wrapped twice.
            more = [Router("/", route_handlers=control_routes(self, threads=threads))]
        return Gateway(create_app(threads=threads, more=more), self.registry, control=self._control)

    def __enter__(self) -> Self:
        """Serves on loopback, in a thread."""
        from mfa_simulators.server.serving import Serving  # noqa: PLC0415  (uvicorn only where it serves)

        certificate = None
        if self._tls is not None:
            from mfa_simulators.server.certificate import certificates  # noqa: PLC0415

            certificate = certificates(self._tls).server
        self._serving = Serving(self._application(threads=True), self._port, certificate=certificate)
        self._serving.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops serving."""
        if self._serving is not None:
            self._serving.stop()
            self._serving = None
