"""Talks that are under way, for who may follow them."""

from typing import Literal

from pydantic import BaseModel

from lms_core.people import Permission
from tutor.api.routing import Call, Page, Paging, Route
from tutor.conversation.events import Item
from tutor.supervising import Followed, Supervising

_LINE = 300


class LearnerOut(BaseModel):
    id: str
    name: str


class CompanionOut(BaseModel):
    id: str
    slug: str
    name: str
    subject: str
    topic: str


class LineOut(BaseModel):
    """What was said last, shortened."""

    role: Literal["learner", "tutor", "teacher", "announcement"]
    text: str


class LiveOut(BaseModel):
    """`talked_seconds`: how long the learner was connected. `attached`: they are now; if not, they may come back.

    `supervised`: whether teachers follow it already, `speaking` if one has taken over.
    """

    id: str
    learner: LearnerOut
    companion: CompanionOut
    talked_seconds: float
    remaining_seconds: float
    attached: bool
    supervised: Literal["nobody", "listening", "speaking"]
    last_line: LineOut | None


def routes(supervising: Supervising) -> list[Route]:
    async def list_live(call: Call[Paging, None]) -> Page:
        found = await supervising.live(call.principal)
        return Page([live_out(one) for one in call.query.of(found)], len(found))

    return [
        Route(
            method="GET", path="/sessions/live", summary="Talks under way that I may follow, the longest first.",
            permission=Permission.SUPERVISE, handle=list_live, query=Paging, answers=LiveOut,
        ),
    ]  # fmt: skip


def live_out(one: Followed) -> LiveOut:
    session, companion = one.session, one.session.companion
    last = next((item for item in reversed(session.history.items) if item.said_by), None)
    return LiveOut(
        id=session.id, learner=LearnerOut(id=one.learner_id, name=one.learner_name),
        companion=CompanionOut(
            id=companion.id, slug=companion.slug, name=companion.name, subject=companion.subject.value,
            topic=companion.topic,
        ),
        talked_seconds=round(session.talked_seconds, 1), remaining_seconds=round(session.remaining_seconds, 1),
        attached=session.attached, supervised=session.supervised.mode, last_line=_line(last) if last else None,
    )  # fmt: skip


def _line(item: Item) -> LineOut:
    assert item.said_by is not None
    return LineOut(role=item.said_by.value, text=item.text.strip()[:_LINE])
