"""The audit log; people can be shut out, and have a language"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("deactivated_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("language", sa.String(20)))
        batch.create_index(op.f("ix_people_name_id"), ["name", "id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(30), nullable=False),
        sa.Column("actor_id", sa.String(40)),
        sa.Column("person_id", sa.String(40)),
        sa.Column("address", sa.String(45)),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_audit_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_audit_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_audit_act_id"), "audit", ["act", "id"])
    op.create_index(op.f("ix_audit_actor_id_id"), "audit", ["actor_id", "id"])
    op.create_index(op.f("ix_audit_person_id_id"), "audit", ["person_id", "id"])
