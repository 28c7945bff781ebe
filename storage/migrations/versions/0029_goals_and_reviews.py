"""Goals, and when a completed lesson is to be looked at again"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(40)),
        sa.Column("due_on", sa.Date()),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_goals_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
    )
    op.create_index("ix_goals_person_id_status_created_at", "goals", ["person_id", "status", "created_at"])
    op.add_column("lesson_progress", sa.Column("review_at", sa.DateTime(timezone=True)))
    op.add_column("lesson_progress", sa.Column("reviews", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_lesson_progress_person_id_review_at", "lesson_progress", ["person_id", "review_at"])
