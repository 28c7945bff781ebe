"""The index of the lessons that all may read has only them"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_lessons_free_preview", "lessons")
    op.create_index(
        "ix_lessons_free_preview", "lessons", ["module_id"],
        sqlite_where=sa.text("free_preview = 1"),  # as SQLAlchemy writes it in queries, or SQLite would not see that it fits
        postgresql_where=sa.text("free_preview"),
    )  # fmt: skip
