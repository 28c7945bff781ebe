"""Jobs: work that goes on after its request"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.String(40), sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("message", sa.String(300), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
    )
    for columns in (("state", "created_at"), ("subject",), ("owner_id",)):
        op.create_index(f"ix_jobs_{'_'.join(columns)}", "jobs", list(columns))
