"""Quizzes, with the items that stood in lessons"""

import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("lesson_id", sa.String(40), sa.ForeignKey("lessons.id", ondelete="CASCADE"), unique=True),
        sa.Column("course_id", sa.String(40), sa.ForeignKey("courses.id", ondelete="CASCADE")),
        sa.Column("pass_percent", sa.Integer, nullable=False),
        sa.Column("time_limit_seconds", sa.Integer),
        sa.Column("max_attempts", sa.Integer),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("ix_quizzes_course_id", "quizzes", ["course_id"])
    op.create_table(
        "quiz_items",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("quiz_id", sa.String(40), sa.ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_quiz_items_quiz_id_position", "quiz_items", ["quiz_id", "position"])
    op.create_table(
        "quiz_attempts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("quiz_id", sa.String(40), sa.ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_id", sa.String(40), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("submitted_at", _TIME),
        sa.Column("score", sa.Integer),
        sa.Column("session_id", sa.String(40), sa.ForeignKey("sessions.id", ondelete="SET NULL")),
        sa.UniqueConstraint("quiz_id", "person_id", "number"),
    )
    op.create_index("ix_quiz_attempts_person_id_started_at", "quiz_attempts", ["person_id", "started_at"])
    op.create_index("ix_quiz_attempts_session_id", "quiz_attempts", ["session_id"])
    op.create_table(
        "quiz_answers",
        sa.Column(
            "attempt_id",
            sa.String(40),
            sa.ForeignKey("quiz_attempts.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "item_id", sa.String(40), sa.ForeignKey("quiz_items.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("answered_at", _TIME, nullable=False),
    )
    op.create_index("ix_quiz_answers_item_id", "quiz_answers", ["item_id"])
    _move_items()
    op.execute("ALTER TABLE lessons DROP COLUMN quiz")  # not by batch: that would drop the table's triggers


def _move_items() -> None:
    connection = op.get_bind()
    texts = [sa.column(name, sa.String) for name in ("id", "title", "lesson_id")]
    quizzes = sa.table(
        "quizzes", *texts, sa.column("pass_percent", sa.Integer), sa.column("created_at", _TIME)
    )
    items = sa.table(
        "quiz_items", *(sa.column(name, sa.String) for name in ("id", "quiz_id", "kind", "question")),
        sa.column("position", sa.Integer), sa.column("points", sa.Integer), sa.column("body", sa.JSON),
    )  # fmt: skip
    for lesson_id, title, quiz in connection.execute(
        sa.text("SELECT id, title, quiz FROM lessons ORDER BY id")
    ):
        found = json.loads(quiz) if isinstance(quiz, str) else quiz
        if not found:
            continue
        quiz_id = f"quiz_{secrets.token_hex(10)}"
        connection.execute(
            quizzes.insert().values(
                id=quiz_id, title=title, lesson_id=lesson_id, pass_percent=60, created_at=datetime.now(UTC)
            )
        )
        for position, item in enumerate(found):
            body = {name: value for name, value in item.items() if name not in ("kind", "question")}
            connection.execute(
                items.insert().values(
                    id=f"item_{secrets.token_hex(10)}", quiz_id=quiz_id, position=position, points=1,
                    kind=item["kind"], question=item["question"], body=body,
                )
            )  # fmt: skip
