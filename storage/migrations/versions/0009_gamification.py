"""XP with sums by period, streaks, achievements, preferences"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _person() -> sa.Column[str]:
    return sa.Column(
        "person_id", sa.String(40), sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


def upgrade() -> None:
    op.create_table(
        "xp_entries",
        _person(),
        sa.Column("reason", sa.String(20), primary_key=True),
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("ix_xp_entries_person_id_at", "xp_entries", ["person_id", "at"])
    op.create_table(
        "xp_sums",
        _person(),
        sa.Column("scope", sa.String(40), primary_key=True),
        sa.Column("period", sa.String(10), primary_key=True),
        sa.Column("xp", sa.Integer, nullable=False),
    )
    op.create_index("ix_xp_sums_scope_period_xp", "xp_sums", ["scope", "period", "xp"])
    op.create_table(
        "streaks",
        _person(),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("longest", sa.Integer, nullable=False),
        sa.Column("counted_at", _TIME),
        sa.Column("offset_minutes", sa.Integer, nullable=False),
    )
    op.create_table(
        "earned_achievements",
        _person(),
        sa.Column("achievement_id", sa.String(40), primary_key=True),
        sa.Column("earned_at", _TIME, nullable=False),
        sa.Column("claimed_at", _TIME),
    )
    op.create_table(
        "preferences",
        _person(),
        sa.Column("time_zone", sa.String(64), nullable=False, server_default="UTC"),
        sa.Column("on_leaderboard", sa.Boolean, nullable=False, server_default=sa.true()),
    )
