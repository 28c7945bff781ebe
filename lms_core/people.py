"""Who uses Viva, and what a token lets them do."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lms_core.errors import Conflict, InvalidInput, NotPermitted
from lms_core.plans import Plan

_LONGEST_EMAIL = 254  # RFC 5321
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f,;<>]+@[^@\s\x00-\x1f,;<>]+"
)  # what is beyond this, only a message finds out


class Role(StrEnum):
    LEARNER = "learner"
    TEACHER = "teacher"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route may ask for. Whose rows one sees is decided in the queries, not here."""

    BROWSE = "browse"  # published companions
    LEARN = "learn"  # talk, and see one's own sessions
    OWN_ACCOUNT = "own_account"  # password, sign-ins, profile
    INVITE = "invite"  # new people
    WRITE_COURSES = "write_courses"  # courses, lessons, quizzes, and the media in them
    MAKE_COMPANIONS = "make_companions"  # for oneself
    PUBLISH_COMPANIONS = "publish_companions"  # put one's own before everybody
    SEE_TAUGHT_SESSIONS = (
        "see_taught_sessions"  # that others had with one's own companions, without their words
    )
    SUPERVISE = "supervise"  # follow others' talks as they happen, and step in
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    CHANGE_PLANS = "change_plans"  # anybody's
    FEATURE_COURSES = "feature_courses"  # put courses before everybody's eyes
    SEE_ALL_SESSIONS = "see_all_sessions"
    RUN_SERVER = "run_server"  # see how it is, change its settings
    MANAGE_JOBS = "manage_jobs"  # see background jobs, and try failed ones again


_LEARNER = frozenset({
    Permission.BROWSE, Permission.LEARN, Permission.OWN_ACCOUNT, Permission.MAKE_COMPANIONS,
})  # fmt: skip
_TEACHER = _LEARNER | {
    Permission.INVITE, Permission.WRITE_COURSES, Permission.PUBLISH_COMPANIONS, Permission.SEE_TAUGHT_SESSIONS,
    Permission.SUPERVISE,
}  # fmt: skip
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: _LEARNER,
    Role.TEACHER: _TEACHER,
    Role.ADMIN: frozenset(Permission),
}


class TokenKind(StrEnum):
    API_KEY = "api_key"  # machine clients; lasts until revoked
    SIGN_IN = "sign_in"  # the one-time link
    BROWSER = "browser"  # the cookie of a signed-in page
    REFRESH = "refresh"  # a signed-in machine client; each use changes its value
    ACCESS = "access"  # a JWT that a refresh token gave; not stored
    RESET = "reset"  # one new password
    INVITATION = "invitation"  # one new account; its bearer in our books is who invites
    CLIENT_SECRET = "client_secret"  # opens one session  # noqa: S105
    PHONE = "phone"  # of a telephone gateway; lasts until revoked


SESSIONS_ONLY = (TokenKind.CLIENT_SECRET, TokenKind.PHONE)  # nothing else is open to them
SIGN_INS = (TokenKind.BROWSER, TokenKind.REFRESH)


class SignUp(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


def may_invite(inviter: Role, invited: Role) -> bool:
    """Nobody hands out more than they have."""
    return inviter is Role.ADMIN or (inviter is Role.TEACHER and invited is Role.LEARNER)


def plain_email(written: str) -> str:
    """The one form in which an address is stored and looked up. Raises InvalidInput."""
    address = written.strip().lower()
    if len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise InvalidInput("This is no e-mail address; write it as name@example.org.", reason="no_address")
    return address


def plain_name(written: str) -> str:
    """A name as one line: it comes into subjects of letters, and into sentences."""
    line = " ".join(written.split())
    return "".join(one for one in line if unicodedata.category(one) != "Cc")


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: Role
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom an OpenID provider knows somebody; `email` in its plain form."""

    issuer: str
    subject: str
    name: str
    email: str | None
    email_verified: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A person with what admins may change of them. `active` False: they cannot come in."""

    id: str
    name: str
    role: Role
    email: str | None
    plan: Plan
    active: bool
    created_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """One that nobody has used. `name`: whom it is for, as who invited wrote it."""

    id: str
    role: Role
    name: str | None
    by_id: str
    by_name: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    search: str = ""
    role: Role | None = None
    active: bool | None = None


def check_admin_left(before: Account, after: Account, *, others: int) -> None:
    """Somebody must be able to let the others in again. Raises Conflict. `others`: active admins beside this one."""
    was = before.active and before.role is Role.ADMIN
    stays = after.active and after.role is Role.ADMIN
    if was and not stays and others == 0:
        raise Conflict("This is the last admin; make somebody else an admin first.", reason="last_admin")


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token; its value is known only to its bearer, we keep the SHA-256.

    `used_at` is set when a one-time token is spent, and `session_id` if it opened a session; `last_used_at` is
    right to ten minutes; `rotation` is the SHA-256 of the part of a refresh token that each use changes;
    `scopes` None is all that the role may.
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
    rotation: str | None = None
    address: str | None = None
    scopes: frozenset[Permission] | None = None

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
    scopes: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """What the role may, as far as the key's scopes go; a token that opens sessions may nothing else."""
        scoped = self.kind not in SESSIONS_ONLY and (self.scopes is None or permission in self.scopes)
        return scoped and permission in PERMISSIONS[self.role]

    def refused(self, permission: Permission) -> NotPermitted:
        """Why they may not, for who is to be told."""
        if permission in PERMISSIONS[self.role]:
            text = f"This key may not do this; make one that has the scope '{permission}'."
        else:
            text = f"This is not for the role '{self.role}'; an admin can give you another one."
        return NotPermitted(text, permission=permission)


def granted(asker: Principal, wanted: frozenset[Permission] | None) -> frozenset[Permission] | None:
    """The scopes of a key that the asker makes. Nobody hands out more than they have. Raises NotPermitted."""
    if wanted is None:
        return asker.scopes
    for scope in sorted(wanted):
        if not asker.may(scope):
            raise NotPermitted(f"You may not give the scope {scope}, for you do not have it.", scope=scope)
    return wanted
