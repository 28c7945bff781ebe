"""Notifications, and which of them come by e-mail"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("person_id", sa.String(40), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("urgency", sa.String(10), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("deliver_at", _TIME, nullable=False),
        sa.Column("read_at", _TIME),
        sa.Column("told_at", _TIME),
        sa.Column("emailed_at", _TIME),
    )
    for columns in (("person_id", "deliver_at"), ("told_at", "deliver_at"), ("emailed_at", "deliver_at")):
        op.create_index(f"ix_notifications_{'_'.join(columns)}", "notifications", list(columns))
    with op.batch_alter_table("preferences") as batch:
        batch.add_column(sa.Column("email_from", sa.String(10), nullable=False, server_default="high"))
        batch.add_column(sa.Column("muted", sa.JSON, nullable=False, server_default="[]"))
