"""Uploaded files, and the keys that the server signs their links with"""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.String(40)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_media_owner_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"])
    op.create_index("ix_media_owner_id_created_at", "media", ["owner_id", "created_at"])
