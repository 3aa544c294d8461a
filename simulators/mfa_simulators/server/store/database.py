"""The database: SQLite in memory or in a file, and what a transaction is in each."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, delete, event
from sqlalchemy.pool import QueuePool, StaticPool

from mfa_simulators.server.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection, Engine

_BUSY_SECONDS: Final = 10.0
_MOST_CONNECTIONS: Final = 64  # one for each thread that serves


class Database:
    """Tables for all environments.

    Args:
        path: a file; None keeps everything in memory.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._kept = _InMemory() if path is None else _InFile(path)
        self._close = weakref.finalize(self, self._kept.close)

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction that writes; rolled back if it raises."""
        return self._kept.write()

    def read(self) -> AbstractContextManager[Connection]:
        """One transaction that only reads."""
        return self._kept.read()

    def forget(self, environment_id: str) -> None:
        """Deletes what a file may hold of an environment of the same id, from an earlier run of that seed."""
        if isinstance(self._kept, _InFile):
            with self.write() as connection:
                for table in METADATA.tables.values():
                    connection.execute(delete(table).where(table.c.environment_id == environment_id))

    def close(self) -> None:
        """Closes every connection; happens by itself when the database is no longer used."""
        self._close()


class _InMemory:
    """One connection for all threads, and one lock: without it SQLite crashes.

    SQLAlchemy is left within a transaction of its own that never ends, and the real ones are begun and ended
    on the driver's connection: that saves a third of a short transaction.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine = create_engine(
            "sqlite://", hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        _begin_nothing(self._engine)
        METADATA.create_all(self._engine)
        self._connection = self._engine.connect()
        self._driver: Any = self._connection.connection.dbapi_connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._lock:
            try:
                self._driver.execute("BEGIN")
                yield self._connection
                self._driver.execute("COMMIT")
            except BaseException:  # an interrupt, too, and at any point: nothing may stay open
                if self._driver.in_transaction:
                    self._driver.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._lock:
            yield self._connection

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class _InFile:
    """A connection a thread, in WAL mode.

    A writing transaction begins IMMEDIATE: a deferred one that turns into a writer fails with "database is
    locked" instead of waiting.
    """

    def __init__(self, path: str | Path) -> None:
        self._engine = create_engine(
            f"sqlite:///{path}",
            hide_parameters=True,  # errors go to the log
            poolclass=QueuePool,
            pool_size=_MOST_CONNECTIONS,
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        _begin_nothing(self._engine)
        event.listen(self._engine, "begin", _begin)
        self._reader = self._engine.execution_options(deferred=True)
        METADATA.create_all(self._engine)

    def write(self) -> AbstractContextManager[Connection]:
        return self._engine.begin()

    def read(self) -> AbstractContextManager[Connection]:
        return self._reader.begin()

    def close(self) -> None:
        self._engine.dispose()


def _begin_nothing(engine: Engine) -> None:
    """Keeps the driver from beginning transactions on its own."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")  # "memory" stays what it is
        connection.execute("PRAGMA synchronous=NORMAL")


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    deferred = connection.get_execution_options().get("deferred", False)
    driver.execute("BEGIN" if deferred else "BEGIN IMMEDIATE")
