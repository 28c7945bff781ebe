"""What the learner wants to reach, and what they reached."""

from typing import Any

from lms_core.goals import GoalStatus
from tutor.panel.visit import PAGE_LENGTH, Visit


async def goals(visit: Visit) -> dict[str, Any]:
    mine = visit.viewer.person_id
    active, _ = await visit.stores.goals.listed(mine, GoalStatus.ACTIVE, limit=50)
    reached, total = await visit.stores.goals.listed(
        mine, GoalStatus.COMPLETED, page=visit.page, limit=PAGE_LENGTH
    )
    return {"active": active, "reached": reached, "page": visit.page, "limit": PAGE_LENGTH, "total": total}
