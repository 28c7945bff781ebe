"""Work in the background, everybody's."""

from typing import Any

from lms_core.jobs import JobState
from tutor.panel.visit import PAGE_LENGTH, Visit


async def jobs(visit: Visit) -> dict[str, Any]:
    state = visit.asked("state")
    known = JobState(state) if state in list(JobState) else None
    found, total = await visit.stores.jobs.listed(known, page=visit.page, limit=PAGE_LENGTH)
    return {
        "jobs": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "state": state,
        "states": list(JobState),
    }  # fmt: skip
