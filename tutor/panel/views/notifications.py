"""What I was told."""

from collections.abc import Mapping
from typing import Any

from lms_core.gamification.achievements import ACHIEVEMENTS
from lms_core.notifications import Notification, NotificationKind
from tutor.panel.visit import PAGE_LENGTH, Visit

_LEADS_TO: Mapping[NotificationKind, str] = {
    NotificationKind.ACHIEVEMENT: "/achievements",
    NotificationKind.MILESTONE: "/achievements",
    NotificationKind.REMINDER: "/home",
    NotificationKind.NUDGE: "/home",
    NotificationKind.COURSE: "/courses",
}
_ACHIEVEMENTS = {one.id for one in ACHIEVEMENTS}


async def notifications(visit: Visit) -> dict[str, Any]:
    found, total = await visit.stores.notifications.listed(
        visit.viewer.person_id, unread=False, page=visit.page, limit=PAGE_LENGTH
    )
    return {
        "notifications": [_shown(visit, one) for one in found], "total": total, "page": visit.page,
        "limit": PAGE_LENGTH,
    }  # fmt: skip


def _shown(visit: Visit, one: Notification) -> dict[str, Any]:
    """Achievements and learners' calls have their words in every language; other notifications are as they were written."""
    title, body, earned = one.title, one.body, one.data.get("achievement_id")
    if one.kind is NotificationKind.ACHIEVEMENT and earned in _ACHIEVEMENTS:
        title, body = (visit.t(f"achievement.{earned}.{part}") for part in ("title", "description"))
    address, learner = _LEADS_TO.get(one.kind), one.data.get("learner")
    if learner and (session_id := one.data.get("session_id")):
        title, body = visit.t("live.asked", name=learner), visit.t("live.asked_body")
        address = f"/teach/live/{session_id}"
    return {"note": one, "title": title, "body": body, "address": address}
