"""`asgi:` imports an application, runs its lifespan, and carries requests into its own event loop."""

from __future__ import annotations

from itertools import count
from textwrap import dedent
from typing import TYPE_CHECKING

import httpx
import pytest

from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import NamedEnvironment, Profile, SignIn
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Module = Callable[[str], str]

ID = "11111111-2222-4333-8444-555555555555"
PROFILE = Profile(environments=(NamedEnvironment(id=ID),), sign_in=SignIn(code="123456"), timeout=0.5)
_NUMBERS = count()

APP = """
import asyncio
log = []
SETTINGS = b'{"security":{"mfa":{}}}'

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["pool"] = "open"
        log.append("started")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        log.append("stopped")
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    if path.endswith("/raise"):
        raise ValueError("no such thing")
    if path.endswith("/sleep"):
        await asyncio.sleep(30)
    body = scope["state"]["pool"].encode() if path.endswith("/pool") else SETTINGS
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Writes a module into the working directory and returns its name, one never imported before."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)

    def make(text: str) -> str:
        name = f"users_app_{next(_NUMBERS)}"
        (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        return name

    return make


def test_an_application_is_reached_with_its_lifespan_around_it(module: Module) -> None:
    name = module(APP)
    target = open_target(f"asgi:{name}:app", PROFILE)
    target.open()
    log = __import__(name).log
    assert log == ["started"]
    environment = target.arrange({}, scenario="a.b.c", locks_out=False)
    assert environment.request("GET", "pool").body == b"open"
    assert target.close() == []
    assert log == ["started", "stopped"]


def test_an_exception_of_the_application_is_a_500_with_its_words_in_the_evidence(module: Module) -> None:
    target = open_target(f"asgi:{module(APP)}:app", PROFILE)
    target.open()
    environment = target.arrange({}, scenario="a.b.c", locks_out=False)
    assert environment.request("GET", "raise").status == 500
    assert "the application raised ValueError: no such thing at users_app_" in environment.exchanges[-1].note
    target.close()


def test_an_application_that_does_not_answer_is_a_time_out(module: Module) -> None:
    target = open_target(f"asgi:{module(APP)}:app", PROFILE)
    target.open()
    environment = target.arrange({}, scenario="a.b.c", locks_out=False)
    with pytest.raises(Exception, match=r"ReadTimeout no answer in 0\.5 s"):
        environment.request("GET", "sleep")
    target.close()


def test_an_application_without_lifespan_and_one_from_a_factory(module: Module) -> None:
    name = module(
        """
        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b'{"security":{"mfa":{}}}'})

        def create_app():
            return app
        """
    )
    for where in (f"asgi:{name}:app", f"asgi:{name}:create_app()"):
        target = open_target(where, PROFILE)
        target.open()
        target.close()


def test_requests_of_several_threads_are_in_the_application_at_once(module: Module) -> None:
    name = module(
        """
        import asyncio
        waiting = []

        async def app(scope, receive, send):
            if scope["type"] == "lifespan":
                raise NotImplementedError
            if scope["path"].endswith("/meet"):
                waiting.append(1)
                while len(waiting) < 4:
                    await asyncio.sleep(0.001)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b'{"security":{"mfa":{}}}'})
        """
    )
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    target = open_target(f"asgi:{name}:app", PROFILE)
    target.open()
    environment = target.arrange({}, scenario="a.b.c", locks_out=False)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: environment.request("GET", "meet").status, range(4)))
    assert answers == [200] * 4
    target.close()


@pytest.mark.parametrize(
    ("text", "what", "words"),
    [
        ("", "app", "has no 'app'. Name the variable"),
        ("app = 3", "app", "is a int, no application"),
        ("raise RuntimeError('no database')", "app", ".py:1: RuntimeError: no database. Mend the module"),
        ("import nowhere_at_all", "app", "there is no module 'nowhere_at_all'"),
        ("def app(:", "app", ".py:1: SyntaxError"),
        ("def app():\n    raise OSError('no file')", "app()", "app() failed at users_app_"),
        ("class app:\n    wsgi_app = 1", "app", "is a WSGI application"),
        ("app = 1", "", "does not say which application"),
        ("app = 1", "a-b", "does not say which application"),
        ("def app(environ, start): ...", "app", "cannot be called with scope, receive and send"),
        ("def app(): ...", "app", "a function that makes one is written app()"),
        ("from json import dumps as app", "app", "app is no ASGI application"),
    ],
)
def test_what_cannot_be_imported_is_told_without_a_traceback(
    module: Module, text: str, what: str, words: str
) -> None:
    with pytest.raises(TargetError) as refusal:
        open_target(f"asgi:{module(text)}:{what}", PROFILE).open()
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_module_that_is_not_there(module: Module) -> None:
    module("")
    with pytest.raises(TargetError, match=r"there is no module 'nowhere'\. Is it installed, or in "):
        open_target("asgi:nowhere.at:all", PROFILE).open()


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        (
            'await send({"type": "lifespan.startup.failed", "message": "no database"})',
            "start-up failed: no database",
        ),
        ('await receive()\n    raise OSError("no file")', "failed at start-up: OSError: no file"),
    ],
)
def test_an_application_that_cannot_start_is_told(module: Module, reaction: str, words: str) -> None:
    name = module(f"async def app(scope, receive, send):\n    {reaction}\n")
    with pytest.raises(TargetError, match=words):
        open_target(f"asgi:{name}:app", PROFILE).open()


def test_nothing_of_it_is_left_when_first_contact_fails(module: Module) -> None:
    name = module(APP.replace(b'{"security":{"mfa":{}}}'.decode(), "{}"))
    with pytest.raises(TargetError, match=r"holds no security\.mfa"):
        open_target(f"asgi:{name}:app", PROFILE).open()
    assert __import__(name).log == ["started", "stopped"]


def test_a_compressed_answer_is_read(module: Module) -> None:
    name = module(
        """
        import gzip

        async def app(scope, receive, send):
            headers = [(b"content-encoding", b"gzip")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": gzip.compress(b'{"security":{"mfa":{}}}')})
        """
    )
    target = open_target(f"asgi:{name}:app", PROFILE)
    target.open()
    assert isinstance(
        target.arrange({}, scenario="a", locks_out=False).request("GET", "x").headers, httpx.Headers
    )
    target.close()
