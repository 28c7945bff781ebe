"""Rows for any table, made from its columns alone: a table of tomorrow is covered by the tests of today."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, Numeric, String, Table, insert

from storage.database import Database
from storage.personal import goes_with_a_person
from storage.tables import UtcTime, metadata

Rows = dict[str, dict[str, Any]]


async def seed(database: Database, name: str) -> Rows:
    """One row in every table for a person with that name; every text that goes with the person says the name."""
    rows: Rows = {}
    async with database.write() as connection:
        for table in metadata.sorted_tables:
            row = {
                column.name: _value(table, column, name, rows)
                for column in table.c
                if column is not table.autoincrement_column or not isinstance(column.type, Integer)
            }
            done = await connection.execute(insert(table).values(row))
            key = zip(table.primary_key, done.inserted_primary_key or (), strict=True)
            rows[table.name] = row | {column.name: value for column, value in key}
    return rows


def _value(table: Table, column: Column[Any], name: str, rows: Rows) -> Any:
    for key in column.foreign_keys:
        parent = key.column.table
        return None if parent is table else rows[parent.name][key.column.name]
    said = f"{name}-text" if goes_with_a_person(table) else f"text-{len(name)}"
    match column.type:
        case JSON():
            return {"said": said}
        case Date():
            return datetime.now(UTC).date()
        case UtcTime():
            return datetime.now(UTC)
        case Boolean():
            return True
        case Integer() | Float() | Numeric():
            return len(name)
        case String(length=length):
            return _KNOWN.get((table.name, column.name)) or said[:length]
    raise AssertionError(f"{table.name}.{column.name}: say here what a {column.type} may hold")


_KNOWN = {("people", "role"): "learner", ("people", "plan"): "free", ("companions", "status"): "published"}
