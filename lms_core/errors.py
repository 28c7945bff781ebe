"""Viva's error tree. Raised where they are known, turned into wire form in one place (`tutor/errors.py`).

VivaError                      code                 HTTP
├── InvalidInput               invalid_input        400
├── NotAuthenticated           not_authenticated    401
├── QuotaReached               quota_reached        402
├── NotPermitted               not_permitted        403
├── NotFound                   not_found            404
├── Conflict                   conflict             409
├── Changed                    changed              412
├── NotConditional             not_conditional      428
├── TooMany                    too_many             429
├── TooBusy                    too_busy             503
└── Unavailable                unavailable          501
"""

from typing import Any, ClassVar


class VivaError(Exception):
    """Its text is safe to show and says what to do; `details` is plain JSON."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(VivaError):
    """What was sent cannot be used; the text says what to send instead."""

    code = "invalid_input"


class NotAuthenticated(VivaError):
    """No valid token; sign in or send `Authorization: Bearer <token>`."""

    code = "not_authenticated"


class QuotaReached(VivaError):
    """The plan allows no more; `details` has quota, limit, used, plan, and `lifted_by`, the plan that allows more."""

    code = "quota_reached"


class NotPermitted(VivaError):
    """The token is valid, but this is not allowed with it."""

    code = "not_permitted"


class NotFound(VivaError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"


class Conflict(VivaError):
    """It clashes with what is there."""

    code = "conflict"


class Changed(VivaError):
    """Somebody else edited it since it was read; read it again, then send the edit with its new ETag."""

    code = "changed"


class NotConditional(VivaError):
    """An edit without `If-Match`; send the ETag that came with what is edited."""

    code = "not_conditional"


class TooMany(VivaError):
    """Asked too often; `details.retry_after_seconds` says how long to wait."""

    code = "too_many"


class TooBusy(VivaError):
    """The server is full or going down; try again later."""

    code = "too_busy"


class Unavailable(VivaError):
    """This installation cannot do it; the text says what the operator has to install or set."""

    code = "unavailable"
