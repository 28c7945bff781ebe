"""All tables, for SQLite and PostgreSQL alike, one module an aggregate. Times are UTC."""

from storage.tables.answered import answered_requests
from storage.tables.audit import audit
from storage.tables.base import UtcTime, metadata
from storage.tables.billing import billing_events, subscriptions
from storage.tables.bookmarks import bookmarks
from storage.tables.companions import companions
from storage.tables.courses import (
    course_prerequisites,
    course_tags,
    courses,
    enrollments,
    lesson_feedback,
    lesson_progress,
    lessons,
    modules,
)
from storage.tables.exercises import exercises, submissions
from storage.tables.gamification import (
    earned_achievements,
    preferences,
    streaks,
    xp_entries,
    xp_sums,
)
from storage.tables.goals import goals
from storage.tables.identities import identities
from storage.tables.jobs import jobs
from storage.tables.live_updates import live_updates
from storage.tables.media import media, media_parts
from storage.tables.notifications import notifications
from storage.tables.people import people, tokens
from storage.tables.quizzes import quiz_answers, quiz_attempts, quiz_items, quizzes
from storage.tables.recordings import recording_consents, recordings
from storage.tables.search import search_documents
from storage.tables.secrets import secrets
from storage.tables.sessions import items, sessions, turn_metrics
from storage.tables.settings import settings
from storage.tables.tries import tries
from storage.tables.voice_minutes import session_leases, voice_minutes

__all__ = [
    "UtcTime",
    "answered_requests",
    "audit",
    "billing_events",
    "bookmarks",
    "companions",
    "course_prerequisites",
    "course_tags",
    "courses",
    "earned_achievements",
    "enrollments",
    "exercises",
    "goals",
    "identities",
    "items",
    "jobs",
    "lesson_feedback",
    "lesson_progress",
    "lessons",
    "live_updates",
    "media",
    "media_parts",
    "metadata",
    "modules",
    "notifications",
    "people",
    "preferences",
    "quiz_answers",
    "quiz_attempts",
    "quiz_items",
    "quizzes",
    "recording_consents",
    "recordings",
    "search_documents",
    "secrets",
    "session_leases",
    "sessions",
    "settings",
    "streaks",
    "submissions",
    "subscriptions",
    "tokens",
    "tries",
    "turn_metrics",
    "voice_minutes",
    "xp_entries",
    "xp_sums",
]
