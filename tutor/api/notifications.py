"""My notifications."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from lms_core.errors import NotFound
from lms_core.notifications import Notification, NotificationKind, Urgency
from lms_core.people import Permission
from storage.notifications import NotificationStore
from tutor.api.routing import Call, Page, Paging, Route


class NotificationQuery(Paging):
    unread: bool = False


class NotificationOut(BaseModel):
    """`data`: what it is about, such as `{"achievement_id": ...}`."""

    id: str
    kind: NotificationKind
    urgency: Urgency
    title: str
    body: str
    data: dict[str, Any]
    deliver_at: datetime
    read_at: datetime | None


class UnreadOut(BaseModel):
    unread: int


def routes(store: NotificationStore) -> list[Route]:
    async def listed(call: Call[NotificationQuery, None]) -> Page:
        query = call.query
        found, total = await store.listed(
            call.principal.person_id, unread=query.unread, page=query.page, limit=query.limit
        )
        return Page([_out(one) for one in found], total)

    async def unread(call: Call[None, None]) -> UnreadOut:
        return UnreadOut(unread=await store.unread(call.principal.person_id))

    async def read(call: Call[None, None]) -> NotificationOut:
        return _out(await store.read(call.principal.person_id, call.path["id"]))

    async def read_all(call: Call[None, None]) -> UnreadOut:
        await store.read_all(call.principal.person_id)
        return await unread(call)

    learn = Permission.LEARN
    return [
        Route(
            method="GET", path="/notifications", summary="My notifications, the newest first.", permission=learn,
            handle=listed, query=NotificationQuery, answers=NotificationOut,
        ),
        Route(
            method="GET", path="/notifications/unread", summary="How many I have not read.", permission=learn,
            handle=unread, answers=UnreadOut,
        ),
        Route(
            method="POST", path="/notifications/read", summary="I have read them all.", permission=learn,
            handle=read_all, answers=UnreadOut,
        ),
        Route(
            method="POST", path="/notifications/{id}/read", summary="I have read this one.", permission=learn,
            handle=read, answers=NotificationOut, errors=(NotFound,),
        ),
    ]  # fmt: skip


def _out(one: Notification) -> NotificationOut:
    return NotificationOut(**{name: getattr(one, name) for name in NotificationOut.model_fields})
