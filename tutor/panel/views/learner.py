"""A learner of mine: how far they are, what they find hard, what they answered and talked about."""

from typing import Any

from tutor.panel.views.history import with_companions
from tutor.panel.views.quizzes import answered
from tutor.panel.visit import Visit

_ATTEMPTS = 20
_TALKS = 10


async def one(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless they take a course of the viewer's."""
    learners, viewer, person_id = visit.stores.learners, visit.viewer, visit.request.match_info["id"]
    learner = await learners.find(viewer, person_id)
    courses = await learners.courses(viewer, person_id)
    attempts, attempts_total = await learners.attempts(viewer, person_id, limit=_ATTEMPTS)
    talks, talks_total = await learners.talks(viewer, person_id, page=visit.page, limit=_TALKS)
    latest, _ = await learners.talks(viewer, person_id, limit=1)
    scores = [one.progress.score for one in courses if one.progress.score is not None]
    moments = [one.enrollment.last_accessed_at for one in courses] + [one.started_at for one in latest]
    return {
        "learner": learner, "courses": courses, "hardest": await learners.hardest(viewer, person_id),
        "attempts": attempts, "attempts_total": attempts_total, "talks": await with_companions(visit, talks),
        "talks_total": talks_total, "page": visit.page, "limit": _TALKS,
        "active": max(moments, default=None), "seconds": sum(one.progress.time_spent for one in courses),
        "score": round(sum(scores) / len(scores)) if scores else None,
    }  # fmt: skip


async def attempt(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless it was handed in, at a quiz of the viewer's."""
    learner, whole = await visit.stores.learners.attempt(visit.viewer, visit.request.match_info["id"])
    return {"learner": learner, **answered(visit, whole)}
