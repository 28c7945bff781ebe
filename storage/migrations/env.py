"""Alembic's entry; runs inside Viva, in the transaction that `storage.schema.upgrade` was given."""

from alembic import context

from storage.tables import metadata

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection, target_metadata=metadata, render_as_batch=_connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
