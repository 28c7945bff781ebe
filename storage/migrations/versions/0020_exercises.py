"""Code exercises of lessons"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _lesson(**more: object) -> sa.Column[str]:
    return sa.Column("lesson_id", sa.String(40), sa.ForeignKey("lessons.id", ondelete="CASCADE"), **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "exercises",
        _lesson(primary_key=True),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("starter", sa.Text, nullable=False),
        sa.Column("cases", sa.JSON, nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(40), primary_key=True),
        _lesson(nullable=False),
        sa.Column("person_id", sa.String(40), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_submissions_person_id_lesson_id_at", "submissions", ["person_id", "lesson_id", "at"])
    op.create_index("ix_submissions_lesson_id", "submissions", ["lesson_id"])
