"""Who uses Viva, and what a token lets them do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    LEARNER = "learner"
    TEACHER = "teacher"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route may ask for. Whose rows one sees is decided in the queries, not here."""

    BROWSE = "browse"  # published companions
    LEARN = "learn"  # talk, and see one's own sessions
    WRITE_COURSES = "write_courses"  # courses, lessons, quizzes, and the media in them
    MAKE_COMPANIONS = "make_companions"  # for oneself
    PUBLISH_COMPANIONS = "publish_companions"  # put one's own before everybody
    SEE_TAUGHT_SESSIONS = (
        "see_taught_sessions"  # that others had with one's own companions, without their words
    )
    CHANGE_PLANS = "change_plans"  # anybody's
    SEE_ALL_SESSIONS = "see_all_sessions"


_LEARNER = frozenset({Permission.BROWSE, Permission.LEARN, Permission.MAKE_COMPANIONS})
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: _LEARNER,
    Role.TEACHER: _LEARNER
    | {Permission.WRITE_COURSES, Permission.PUBLISH_COMPANIONS, Permission.SEE_TAUGHT_SESSIONS},
    Role.ADMIN: frozenset(Permission),
}


class TokenKind(StrEnum):
    API_KEY = "api_key"  # machine clients; lasts until revoked
    SIGN_IN = "sign_in"  # the one-time link
    BROWSER = "browser"  # the cookie that the link gives
    CLIENT_SECRET = "client_secret"  # opens one session  # noqa: S105


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: Role
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token; its value is known only to its bearer, we keep the SHA-256.

    `used_at` is set when a one-time token is spent, and `session_id` if it opened a session; `last_used_at` is
    right to ten minutes.
    """

    digest: str
    kind: TokenKind
    person_id: str
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    config: dict[str, Any] | None = None
    name: str | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    session_id: str | None = None

    def opens(self, now: datetime) -> bool:
        """Whether it still lets its bearer in."""
        spent = self.used_at is not None or self.revoked_at is not None
        return not spent and (self.expires_at is None or self.expires_at > now)

    @property
    def resumes(self) -> bool:
        """Whether it lets its bearer back into the one session that it opened.

        As long as that session can be resumed at all: a talk outlasts the minutes that a client secret does.
        """
        return self.session_id is not None and self.revoked_at is None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `digest` is the token's, so that a client secret can be spent when the session opens;
    `session_id` is then the only session that it opens again."""

    person_id: str
    role: Role
    kind: TokenKind
    digest: str = ""
    config: dict[str, Any] | None = None
    session_id: str | None = None

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role]
