"""`mfa-harness serve`: the reference server for other programs and for people."""

from __future__ import annotations

import errno
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_harness.served import ServedEnvironment
    from mfa_simulators.server import Environment, ReferenceServer


def serve(  # noqa: PLR0917 - typer passes options by name
    port: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=65535,
            help="The port; 0, the default, takes a free one.",
            show_default=False,
        ),
    ] = 0,
    control: Annotated[
        bool, typer.Option("--control", help="With the control plane: settings, clock and mail for tests.")
    ] = False,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Build in a fault (see list faults). Repeatable.")
    ] = None,
    environments: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Start with these [[environments]]; by default one is ready."),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep users in this SQLite file; by default in memory."),
    ] = None,
    tls: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Serve https, by a CA of its own that is kept there (ca.pem)."),
    ] = None,
) -> None:
    """Run our reference server on this machine until Ctrl-C.

    The first line out is JSON, all else goes to standard error:
    {"url": ..., "environments": [{"id": ..., "settings": ..., "faults": ...}]}

    \b
      mfa-harness serve
      mfa-harness serve --port 8080 --control
      mfa-harness serve --fault recovery-code-reusable
      mfa-harness serve --tls certificates/
    """  # noqa: D301 - click reads the \b
    from mfa_harness import served  # noqa: PLC0415

    given = served.read(environments) if environments else (served.NEWCOMERS,)
    wanted = _wanted(given, fault or (), environments)
    with _serving(
        wanted, port, control=control, database=database, tls=tls, faults=_slugs(*(fault or ()))
    ) as (
        server,
        made,
    ):
        _announce(server, wanted, made)
        sys.stderr.writelines(f"{line}\n" for line in _invitation(server.url, made, control=control))
        if tls is not None:
            sys.stderr.write(
                f'Clients are to trust {tls / "ca.pem"}; in a profile: ca = "{tls / "ca.pem"}"\n'
            )
        sys.stderr.flush()
        _until_stopped()
    sys.stderr.write("Stopped.\n")


def _made(server: ReferenceServer, wanted: ServedEnvironment) -> Environment:
    return server.environment(
        environment_id=wanted.id or None, seed=wanted.seed, faults=wanted.faults, **wanted.settings
    )


def _wanted(
    environments: Sequence[ServedEnvironment], faults: Sequence[str], file: Path | None
) -> list[ServedEnvironment]:
    """The environments with the command line's faults in each, all looked at before the server starts."""
    import msgspec  # noqa: PLC0415

    from mfa_harness import served  # noqa: PLC0415

    wanted: list[ServedEnvironment] = []
    served.check(served.ServedEnvironment(faults=tuple(faults)), "--fault")
    for number, each in enumerate(environments, start=1):
        served.check(each, f"{file}, environment {number}" if file else "the environment")
        wanted.append(msgspec.structs.replace(each, faults=_slugs(*faults, *each.faults)))
    return wanted


def _slugs(*faults: str) -> tuple[str, ...]:
    """Faults by slug, each once."""
    from mfa_simulators.server.faults import find  # noqa: PLC0415

    return tuple(dict.fromkeys(find(name).slug for name in faults))


@contextmanager
def _serving(
    wanted: Sequence[ServedEnvironment],
    port: int,
    *,
    control: bool,
    database: Path | None,
    tls: Path | None,
    faults: Sequence[str],
) -> Iterator[tuple[ReferenceServer, list[Environment]]]:
    """The server, served, and its environments: made first, for whoever waits until it answers asks for them next.

    Raises:
        UsageError: the port is taken, or the database or the folder for TLS cannot be used.
    """
    from mfa_simulators.server import ReferenceServer  # noqa: PLC0415

    with _explained(port, database=database, tls=tls):
        server = ReferenceServer(control=control, database=database, port=port, tls=tls, faults=faults)
    made = [_made(server, each) for each in wanted]
    with _explained(port, database=database, tls=tls):
        server.__enter__()
    try:
        yield server, made
    finally:
        server.__exit__(None, None, None)


@contextmanager
def _explained(port: int, *, database: Path | None, tls: Path | None) -> Iterator[None]:
    """Say why it cannot be served, and what to do."""
    from sqlalchemy.exc import DatabaseError  # noqa: PLC0415

    from mfa_harness.usage import UsageError  # noqa: PLC0415

    try:
        yield
    except ValueError as error:
        raise UsageError(f"--tls {tls}: {error}", "Name a folder of ours, or a new one.") from error
    except OSError as error:
        if tls is not None and error.filename is not None:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"--tls {tls}: {reason}", "Name a folder that can be written to.") from error
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is taken", "Choose another --port; 0 takes a free one.") from error
        if error.errno == errno.EACCES:
            raise UsageError(f"port {port} may not be used", "Choose a --port above 1023.") from error
        raise
    except DatabaseError as error:
        raise UsageError(
            f"the database {database} cannot be used: {error.orig}", "Name a file of ours, or a new one."
        ) from error


def _announce(
    server: ReferenceServer, wanted: Sequence[ServedEnvironment], made: Sequence[Environment]
) -> None:
    """The first line out; an environment's settings are those that were asked for, as in a profile."""
    import msgspec  # noqa: PLC0415

    document = {
        "url": server.url,
        "environments": [
            {"id": environment.id, "settings": asked.settings, "faults": asked.faults}
            for asked, environment in zip(wanted, made, strict=True)
        ],
    }
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
    sys.stdout.flush()  # whoever started us waits for this line


def _invitation(url: str, environments: Sequence[Environment], *, control: bool) -> Iterator[str]:
    yield f"Reference server on {url} (Ctrl-C stops it)"
    for each in environments:
        code = f"  e-mail code of everybody: {each.settings.email_code}" if each.settings.email_code else ""
        with_faults = f"  with the fault {', '.join(each.faults)}" if each.faults else ""
        yield f"  environment {each.id}{code}{with_faults}"
        yield f"    for a backend: keys (JWKS) {each.keys_url}"
        yield f"                   issuer {each.issuer}  audience {each.origin}"
    yield "Check it from another terminal:"
    if control:
        yield f"  mfa-harness check {url}"
        yield f"  mfa-harness check {url} --backend http://localhost:3000 --request 'GET /me'"
        return
    first = environments[0]
    yield f"  mfa-harness init {url} --environment {first.id} --output reference.toml"
    if first.settings.email_code:
        yield f'  (in reference.toml, under [sign_in], write: code = "{first.settings.email_code}")'
    yield f"  mfa-harness check {url} --profile reference.toml"


def _until_stopped() -> None:
    """Wait for Ctrl-C, or for whoever started us to send SIGTERM."""
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while not stop.wait(0.5):  # with a limit, or Windows would not see Ctrl-C
            pass
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    finally:
        signal.signal(signal.SIGTERM, before)
