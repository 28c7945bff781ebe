"""The schema's history: Alembic, run by Viva itself at start."""

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.errors import NotStored
from storage.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to date, or to `revision`, inside the connection's transaction: all of it or nothing.

    Raises NotStored if the database was made by a newer Viva.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    before = MigrationContext.configure(connection).get_current_revision()
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise NotStored(
            f"The database does not fit this version of Viva, a newer one made it ({error}). "
            "Start that version, or restore a backup from before it."
        ) from error
    changed = MigrationContext.configure(connection).get_current_revision() != before
    if changed and connection.dialect.name == "sqlite":  # every row is looked at: not at each start
        _check_references(connection)


def differences(connection: Connection) -> list[object]:
    """What the migrations made, other than the tables say; empty when they agree."""
    options = {"compare_type": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def _is_ours(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
    """The words of the search index are kept in each database's own way (storage/tables/search.py)."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def _check_references(connection: Connection) -> None:
    """SQLite rebuilds tables to change them, which must happen with foreign keys off."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise NotStored(
            f"The migration would leave rows of {broken[0]} without what they refer to; nothing was changed."
        )
