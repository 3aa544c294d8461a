"""The database: SQLite in memory or in a file, and what a transaction is in each."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from mfa_simulators.server.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

_BUSY_SECONDS = 10.0
_MOST_CONNECTIONS = 64  # one for each thread that serves


class Database:
    """Tables for all environments.

    In memory there is one connection, so one transaction at a time, held by a lock (without it SQLite crashes
    under threads). A file is in WAL mode and a writing transaction begins IMMEDIATE: a deferred one that
    turns into a writer fails with "database is locked" instead of waiting.

    Args:
        path: a file; None keeps everything in memory.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._lock = threading.Lock() if path is None else None
        self._engine = _in_memory() if path is None else _in_file(path)
        self._reader = self._engine.execution_options(deferred=True)
        METADATA.create_all(self._engine)
        self._only = self._engine.connect() if path is None else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that writes; rolled back if it raises."""
        if self._lock is None or self._only is None:
            with self._engine.begin() as connection:
                yield connection
        else:
            with self._lock, self._only.begin():
                yield self._only

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        if self._lock is None or self._only is None:
            with self._reader.begin() as connection:
                yield connection
        else:
            with self._lock, self._only.begin():
                yield self._only

    def close(self) -> None:
        """Closes every connection."""
        if self._only is not None:
            self._only.close()
        self._engine.dispose()


def _in_memory() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    _begin_ourselves(engine)
    return engine


def _in_file(path: str | Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=_MOST_CONNECTIONS,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )
    _begin_ourselves(engine)
    return engine


def _begin_ourselves(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # pysqlite must not begin on its own
        connection.execute("PRAGMA journal_mode=WAL")  # "memory" stays what it is
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        deferred = connection.get_execution_options().get("deferred", False)
        connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
