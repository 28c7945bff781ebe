"""Courses with modules and lessons, enrollments, and progress in lessons"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID, _TIME = sa.String(40), sa.DateTime(timezone=True)


def upgrade() -> None:
    _courses()
    op.create_table(
        "modules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("course_id", _ID, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _reference("modules", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name="pk_modules"),
    )
    op.create_index("ix_modules_course_id_position", "modules", ["course_id", "position"])
    with op.batch_alter_table("lessons") as batch:
        batch.drop_constraint("uq_lessons_slug", type_="unique")
        batch.add_column(sa.Column("module_id", _ID))
        batch.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="text"))
        batch.add_column(sa.Column("metadata", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("free_preview", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key("fk_lessons_module_id", "modules", ["module_id"], ["id"], ondelete="CASCADE")
        batch.create_unique_constraint("uq_lessons_module_id_slug", ["module_id", "slug"])
        batch.create_index("ix_lessons_module_id_position", ["module_id", "position"])
    with op.batch_alter_table("companions") as batch:
        for part in ("course", "module"):
            column = f"{part}_id"
            batch.add_column(sa.Column(column, _ID))
            batch.create_foreign_key(
                f"fk_companions_{column}", f"{part}s", [column], ["id"], ondelete="SET NULL"
            )
            batch.create_index(f"ix_companions_{column}", [column])
    _learning()


def _courses() -> None:
    op.create_table(
        "courses",
        sa.Column("id", _ID, nullable=False),
        sa.Column("slug", sa.String(120), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("objectives", sa.JSON(), nullable=False),
        sa.Column("thumbnail", sa.String(500), nullable=False),
        sa.Column("banner", sa.String(500), nullable=False),
        sa.Column("category", sa.String(100), nullable=False),
        sa.Column("difficulty", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("author_id", _ID),
        sa.Column("published", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("featured", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("open_enrollment", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("sequential", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name="fk_courses_author_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
        sa.UniqueConstraint("slug", name="uq_courses_slug"),
    )
    for columns in (
        ["author_id"], ["published", "title"], ["published", "created_at"], ["published", "category", "title"],
    ):  # fmt: skip
        op.create_index(f"ix_courses_{'_'.join(columns)}", "courses", columns)
    op.create_table(
        "course_tags",
        sa.Column("course_id", _ID, nullable=False),
        sa.Column("tag", sa.String(50), nullable=False),
        _reference("course_tags", "course_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", "tag", name="pk_course_tags"),
    )
    op.create_index("ix_course_tags_tag_course_id", "course_tags", ["tag", "course_id"])
    op.create_table(
        "course_prerequisites",
        sa.Column("course_id", _ID, nullable=False),
        sa.Column("requires_id", _ID, nullable=False),
        _reference("course_prerequisites", "course_id", "courses"),
        _reference("course_prerequisites", "requires_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", "requires_id", name="pk_course_prerequisites"),
    )
    op.create_index("ix_course_prerequisites_requires_id", "course_prerequisites", ["requires_id"])


def _learning() -> None:
    op.create_table(
        "enrollments",
        sa.Column("course_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("access", sa.String(20), nullable=False),
        sa.Column("enrolled_at", _TIME, nullable=False),
        sa.Column("last_accessed_at", _TIME, nullable=False),
        sa.Column("completed_at", _TIME),
        _reference("enrollments", "course_id", "courses"),
        _reference("enrollments", "person_id", "people"),
        sa.PrimaryKeyConstraint("course_id", "person_id", name="pk_enrollments"),
    )
    op.create_index(
        "ix_enrollments_person_id_last_accessed_at", "enrollments", ["person_id", "last_accessed_at"]
    )
    op.create_table(
        "lesson_progress",
        sa.Column("lesson_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("last_accessed_at", _TIME),
        sa.Column("completed_at", _TIME),
        sa.Column("time_spent", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer()),
        _reference("lesson_progress", "lesson_id", "lessons"),
        _reference("lesson_progress", "person_id", "people"),
        sa.PrimaryKeyConstraint("lesson_id", "person_id", name="pk_lesson_progress"),
    )
    op.create_index("ix_lesson_progress_person_id_lesson_id", "lesson_progress", ["person_id", "lesson_id"])


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
