"""The first page of admins: what is here, what goes on, and what happened last."""

from datetime import UTC, datetime
from typing import Any

from lms_core.jobs import JobState
from storage.audit import AuditFilter
from tutor.panel.views.admin.audit import told
from tutor.panel.visit import Visit

_LATEST = 5


async def overview(visit: Visit) -> dict[str, Any]:
    entries, _ = await visit.stores.audit.entries(AuditFilter(), 1, _LATEST)
    school = await visit.stores.overview.school(datetime.now(UTC))
    seen = await visit.behind.checkup.look()
    _, failed = await visit.stores.jobs.listed(JobState.FAILED, page=1, limit=1)
    return {
        "school": school, "entries": await told(visit, entries), "problems": seen.problems, "failed_jobs": failed,
    }  # fmt: skip
