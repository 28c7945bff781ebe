"""All rows of a database as text, one JSON object a line, the same on SQLite and PostgreSQL; and back.

Tables are read off the database itself, so that a dump fits the schema that it was made with, whatever this version's is.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, MetaData, Table, func, inspect, select, text

from storage.tables import metadata

_DERIVED = ("search_documents",)
"""Made anew from the other tables at the next start."""
_AT_ONCE = 500


class Digest:
    """Of rows in any order: their number, and the sum of their hashes."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line.encode()).digest())) % 2**256

    @property
    def text(self) -> str:
        return f"{self._sum:064x}"


def tables_of(connection: Connection) -> list[Table]:
    """Viva's tables, each after those that it refers to."""
    there = set(inspect(connection).get_table_names())
    found = MetaData()
    found.reflect(
        connection, only=[name for name in metadata.tables if name in there and name not in _DERIVED]
    )
    return [
        table for table in found.sorted_tables if table.name in metadata.tables and table.name not in _DERIVED
    ]


def lines_of(connection: Connection, table: Table) -> Iterator[str]:
    """Within a transaction: rows come some at a time."""
    for row in connection.execute(select(table).execution_options(yield_per=_AT_ONCE)):
        plain = {name: _plain(value) for name, value in row._mapping.items()}
        yield json.dumps(plain, sort_keys=True, separators=(",", ":"))


def insert_lines(connection: Connection, table: Table, lines: Iterable[str]) -> None:
    for column in table.c:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    some: list[dict[str, Any]] = []
    for line in lines:
        some.append(_row(connection, table, json.loads(line)))
        if len(some) == _AT_ONCE:
            connection.execute(table.insert(), some)
            some = []
    if some:
        connection.execute(table.insert(), some)
    _move_sequence(connection, table)


def drop_all(connection: Connection) -> None:
    """All of Viva's tables; others that may be in the same database stay."""
    there = set(inspect(connection).get_table_names())
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in ("search_index", *metadata.tables, "alembic_version"):
        if name in there:
            connection.execute(text(f'DROP TABLE "{name}"{cascade}'))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value


def _row(connection: Connection, table: Table, plain: dict[str, Any]) -> dict[str, Any]:
    times = {name for name in plain if isinstance(table.c[name].type, DateTime)}
    return {
        name: _time(connection, value) if name in times and value is not None else value
        for name, value in plain.items()
    }


def _time(connection: Connection, value: str) -> datetime:
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at


def _move_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL counts on from the highest number."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        named = select(func.pg_get_serial_sequence(table.name, column.name))
        sequence = connection.scalar(named) if column.type.python_type is int else None
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(select(func.setval(sequence, highest)))
