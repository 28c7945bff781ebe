"""The last sessions of all are found without reading the others"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch:
        batch.create_index(op.f("ix_sessions_started_at"), ["started_at"])
