"""Voice minutes, and which sessions a server holds"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_minutes",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_voice_minutes_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "month", name=op.f("pk_voice_minutes")),
    )
    with op.batch_alter_table("voice_minutes") as batch:
        batch.create_index(op.f("ix_voice_minutes_person_id_month"), ["person_id", "month"])
    op.create_table(
        "session_leases",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_leases_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_leases")),
    )
