"""What is in uploaded files, and what was made of them"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("media") as batch:
        batch.add_column(sa.Column("width", sa.Integer))
        batch.add_column(sa.Column("height", sa.Integer))
        batch.add_column(sa.Column("duration_ms", sa.Integer))
        batch.add_column(sa.Column("codecs", sa.String(60)))
    op.create_table(
        "media_parts",
        sa.Column("part_id", sa.String(40), sa.ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("media_id", sa.String(40), sa.ForeignKey("media.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.UniqueConstraint("media_id", "role", name="uq_media_parts_media_id_role"),
    )
