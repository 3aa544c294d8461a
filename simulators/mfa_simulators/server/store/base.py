"""What every part of the store has, and the statements' common form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, Connection, Executable, Table
    from sqlalchemy.sql import ColumnElement

    from mfa_simulators.server.store.database import Database


def here(table: Table) -> ColumnElement[bool]:
    """The condition that a row is of this environment."""
    return table.c.environment_id == bindparam("env")


def value(name: str) -> BindParameter[Any]:
    """A parameter of a statement; prefixed, since a name that is a column's would be set by an UPDATE."""
    return bindparam(f"p_{name}")


class StoreBase:
    """A part of one environment's store: each public method is one transaction.

    Methods that begin with an underscore and take a connection are steps of a transaction, named so that
    each decision in SQL stands alone.
    """

    def __init__(self, database: Database, environment_id: str) -> None:
        self.database = database
        self.environment_id = environment_id

    def _run(self, connection: Connection, statement: Executable, **values: object) -> int:
        """Runs a statement in this environment and counts the rows it changed."""
        return connection.execute(statement, self._parameters(values)).rowcount

    def _row(self, connection: Connection, statement: Executable, **values: object) -> Any | None:
        return connection.execute(statement, self._parameters(values)).first()

    def _rows(self, connection: Connection, statement: Executable, **values: object) -> Any:
        return connection.execute(statement, self._parameters(values)).all()

    def _parameters(self, values: dict[str, object]) -> dict[str, object]:
        named: dict[str, object] = {f"p_{name}": each for name, each in values.items()}
        named["env"] = self.environment_id
        return named
