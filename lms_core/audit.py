"""Sensitive acts: what is kept of them, and nothing that is secret."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    SIGNED_UP = "signed_up"
    PERSON_ADDED = "person_added"
    LOGGED_IN = "logged_in"
    SIGN_INS_ENDED = "sign_ins_ended"
    REFRESH_REUSED = "refresh_reused"
    PASSWORD_SET = "password_set"  # noqa: S105  # the first one
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    LINK_MADE = "link_made"
    IDENTITY_LINKED = "identity_linked"
    INVITED = "invited"
    KEY_MADE = "key_made"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    ROLE_CHANGED = "role_changed"
    RENAMED = "renamed"
    ADDRESS_CHANGED = "address_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    PLAN_CHANGED = "plan_changed"
    PROFILE_CHANGED = "profile_changed"
    TOOK_OVER = "took_over"
    SUPERVISED = "supervised"
    EXPORTED = "exported"
    ERASED = "erased"
    SETTING_CHANGED = "setting_changed"
    RECORDING_ALLOWED = "recording_allowed"  # by the learner; forbidden: taken back
    RECORDING_FORBIDDEN = "recording_forbidden"
    RECORDING_HEARD = "recording_heard"  # by somebody else
    RECORDINGS_DELETED = "recordings_deleted"
    TRANSCRIPT_READ = "transcript_read"  # by somebody else
    ENROLLED = "enrolled"  # by a teacher, who from then on reads what they say of the course


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to whom, from where. `actor_id` None: the command line, a job, or somebody who is no longer known."""

    id: int
    at: datetime
    act: Act
    actor_id: str | None
    person_id: str | None
    address: str | None
    details: dict[str, Any]
