"""Bookmarks"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("companion_id", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bookmarks_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["companion_id"], ["companions.id"], name=op.f("fk_bookmarks_companion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "companion_id", name=op.f("pk_bookmarks")),
    )
    with op.batch_alter_table("bookmarks") as batch:
        batch.create_index(op.f("ix_bookmarks_companion_id"), ["companion_id"])
