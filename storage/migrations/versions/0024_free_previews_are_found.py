"""Lessons that all may read are found by an index"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_lessons_free_preview", "lessons", ["free_preview"])
