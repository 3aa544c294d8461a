"""A user's ASGI application in process: its own event loop in a thread, its lifespan, no sockets."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.from_thread
import anyio.lowlevel
import httpx

from mfa_harness.targets.bounds import LARGEST_BODY, AnswerTooLong
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import UrlTarget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from anyio.from_thread import BlockingPortal

    from mfa_harness.targets.environment import WireEnvironment
    from mfa_harness.targets.profile import Profile

_BASE: Final = "http://localhost/api/v0"
_LIFESPAN_SECONDS: Final = 30.0
Application = Any
"""An ASGI 3 callable."""


class AsgiTarget:
    """`asgi:package.module:app`; a factory is written `asgi:package.module:create_app()`.

    Args:
        where: what stands after `asgi:`.
        profile: what the user says of it.
        seed: of the run.
        note: told what a person should know.
    """

    def __init__(
        self, where: str, *, profile: Profile | None = None, seed: str = "0", note: Callable[[str], None]
    ) -> None:
        self.name = f"asgi:{where}"
        self.label = f"the ASGI application {where}, in this process"
        self._where = where
        self._timeout = profile.timeout if profile else 10.0
        self._stack = ExitStack()
        self._transport = _PortalTransport(self._timeout)
        self._inner = UrlTarget(
            _BASE, profile=profile, seed=seed, note=note, transport=self._transport, name=self.name
        )
        self.profile = self._inner.profile

    def open(self) -> None:
        """Import the application, start its loop and lifespan, and make first contact.

        Raises:
            TargetError: it cannot be imported, started, or is no such API.
        """
        app = load(self._where)
        portal = self._stack.enter_context(anyio.from_thread.start_blocking_portal())
        self._stack.callback(self._transport.close)
        try:
            lifespan = Lifespan(app, self.name)
            self._stack.enter_context(portal.wrap_async_context_manager(lifespan.running()))
            self._transport.carry(portal, lifespan.application)
            self._inner.open()
            self.profile = self._inner.profile  # by now it knows what it can reach
        except BaseException:
            self._stack.close()
            raise

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> WireEnvironment:
        """As `UrlTarget.arrange`."""
        return self._inner.arrange(settings, scenario=scenario, locks_out=locks_out)

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool, scenario: str = "") -> str:
        """As `UrlTarget.would_refuse`."""
        return self._inner.would_refuse(settings, locks_out=locks_out, scenario=scenario)

    def close(self) -> list[str]:
        """End the lifespan and the loop."""
        left = self._inner.close()
        self._stack.close()
        return left


def load(where: str) -> Application:
    """Import `package.module:app`, looking in the working directory first, as servers do.

    Raises:
        TargetError: names what could not be imported and the line that failed.
    """
    tried = f"target 'asgi:{where}'"
    module_name, colon, name = where.partition(":")
    attribute = name.removesuffix("()")
    words = (*module_name.split("."), *attribute.split("."))
    if not colon or not all(map(str.isidentifier, words)):
        raise TargetError(tried, "it does not say which application", "Write asgi:package.module:app")
    found = _import(module_name, tried)
    for part in attribute.split("."):
        if not hasattr(found, part):
            mend = "Name the variable that holds the application"
            raise TargetError(tried, f"{module_name} has no {attribute!r}", mend)
        found = getattr(found, part)
    if name.endswith("()"):
        try:
            found = found()
        except Exception as error:
            found_wrong = f"{name} failed at {_place(error)}: {_words(error)}"
            raise TargetError(tried, found_wrong, "Mend the factory") from error
    if hasattr(found, "wsgi_app"):
        mend = "Serve it, and give its URL or exec:COMMAND"
        raise TargetError(tried, f"{name} is a WSGI application", mend)
    if not callable(found):
        raise TargetError(
            tried, f"{name} is a {type(found).__name__}, no application", "Name an ASGI callable"
        )
    if not _takes_three(found):
        raise TargetError(
            tried,
            f"{name} is no ASGI application: it cannot be called with scope, receive and send",
            f"Name one; a function that makes one is written {name}()",
        )
    return found


def _takes_three(app: Application) -> bool:
    try:
        inspect.signature(app).bind(None, None, None)
    except TypeError:
        return False
    except ValueError:  # it does not tell
        return True
    return True


def _import(module_name: str, tried: str) -> Any:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name + ".").startswith(error.name + "."):
            mend = f"Is it installed, or in {here}?"
        else:
            mend = f"{module_name} needs it: install it where mfa-harness is installed"
        raise TargetError(tried, f"there is no module {error.name!r}", mend) from error
    except Exception as error:
        found = f"importing {module_name} failed at {_place(error)}: {_words(error)}"
        raise TargetError(tried, found, "Mend the module") from error


def _place(error: BaseException) -> str:
    """File and line where an error was raised, the user's code being what a traceback ends in."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class Lifespan:
    """Runs an application's lifespan around its requests (ASGI lifespan protocol 2.0).

    An application that refuses the lifespan scope by raising is served without one, as servers do.
    """

    def __init__(self, app: Application, name: str) -> None:
        self._app = app
        self._name = name
        self._state: dict[str, Any] = {}
        self._started = anyio.Event()
        self._to_stop = anyio.Event()
        self._failure = ""
        self._understood = False

    async def application(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The application, given the lifespan's state with each request."""
        await self._app({**scope, "state": self._state.copy()}, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the application; stop it in the end.

        Raises:
            TargetError: it cannot start.
        """
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run)
            with anyio.move_on_after(_LIFESPAN_SECONDS) as waited:
                await self._started.wait()
            if waited.cancelled_caught:
                self._failure = f"its lifespan did not start in {_LIFESPAN_SECONDS:g} s"
            if self._failure:
                tasks.cancel_scope.cancel()
            else:
                yield
                self._to_stop.set()
                tasks.cancel_scope.deadline = anyio.current_time() + _LIFESPAN_SECONDS
        if self._failure:
            raise TargetError(f"target {self._name!r}", self._failure, "See what it does at start-up")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - the user's application may raise anything
            if self._understood and not self._started.is_set():
                self._failure = f"it failed at start-up: {_words(error)}"
        self._started.set()

    async def _receive(self) -> dict[str, str]:
        if not self._understood:
            self._understood = True
            return {"type": "lifespan.startup"}
        await self._to_stop.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Mapping[str, Any]) -> None:
        if not message["type"].startswith("lifespan."):
            raise ValueError(f"{message['type']} is no answer to a lifespan scope")  # as servers do
        if message["type"] == "lifespan.startup.failed":
            self._failure = (
                f"it says that its start-up failed: {message.get('message') or 'without a reason'}"
            )
        if message["type"].startswith("lifespan.startup."):
            self._started.set()


def _bounded(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The application; an answer of its that does not end is broken off."""

    async def bounded(scope: Any, receive: Any, send: Any) -> None:
        size = 0

        async def count(message: Mapping[str, Any]) -> None:
            nonlocal size
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise AnswerTooLong(f"its body is longer than {LARGEST_BODY // 2**20} MiB")
            await anyio.lowlevel.checkpoint()  # so that the deadline is seen to
            await send(message)

        await application(scope, receive, count)

    return bounded


class _PortalTransport(httpx.BaseTransport):
    """Carries requests into the application's event loop; usable from any thread."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._portal: BlockingPortal | None = None
        self._carrier: httpx.ASGITransport | None = None

    def carry(self, portal: BlockingPortal, application: Callable[..., Awaitable[None]]) -> None:
        """From now on, requests go to this application."""
        self._portal = portal
        self._carrier = httpx.ASGITransport(app=_bounded(application), raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request; an exception of the application's becomes a 500, as a server has it."""
        assert self._portal is not None, "the application is not started"
        request.read()
        return self._portal.call(self._handle, request)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        assert self._carrier is not None
        inside = httpx.Request(
            request.method, request.url, headers=request.headers.raw, content=request.content
        )
        try:
            with anyio.fail_after(self._timeout):
                response = await self._carrier.handle_async_request(inside)
                content = await response.aread()
        except TimeoutError:
            raise httpx.ReadTimeout(f"no answer in {self._timeout:g} s", request=request) from None
        except AnswerTooLong as error:
            error.request = request
            raise
        except Exception as error:  # noqa: BLE001 - the user's application may raise anything
            note = f"the application raised {_words(error)} at {_place(error)}"
            return httpx.Response(500, text="Internal Server Error", extensions={"note": note})
        raw = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
        return httpx.Response(response.status_code, headers=raw, content=content)

    def close(self) -> None:
        """The loop is about to end."""
        self._portal = None
