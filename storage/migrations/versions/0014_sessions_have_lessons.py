"""A session knows the lesson that is taught in it"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("lesson_id", sa.String(40)))
        batch.create_foreign_key(
            "fk_sessions_lesson_id", "lessons", ["lesson_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_index("ix_sessions_lesson_id", ["lesson_id"])
    op.execute(
        "UPDATE sessions SET lesson_id = "
        "(SELECT lesson_id FROM companions WHERE companions.id = sessions.companion_id)"
    )
