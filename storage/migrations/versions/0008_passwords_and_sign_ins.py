"""Passwords, and refresh tokens that change with each use"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE people SET email = lower(trim(email))")
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("password", sa.String(200)))
    with op.batch_alter_table("tokens") as batch:
        batch.add_column(sa.Column("rotation", sa.String(64)))
        batch.add_column(sa.Column("address", sa.String(45)))
