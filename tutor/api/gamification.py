"""XP, level, streak, achievements, leaderboard, and what a learner sets about them."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field

from lms_core.errors import Conflict, NotFound
from lms_core.gamification.achievements import ACHIEVEMENTS, Achievement
from lms_core.gamification.xp import Period, Reason
from lms_core.notifications import EmailFrom, NotificationKind
from lms_core.people import Permission
from storage.gamification import AchievementState, GamificationStore
from storage.preferences import Preferences, PreferenceStore
from tutor.api.routing import Call, Model, Page, Paging, Route


class XpOut(BaseModel):
    """`into_level` of `level_span` XP between this level and the next are there."""

    xp: int
    level: int
    into_level: int
    level_span: int
    streak_days: int
    longest_streak: int


class EntryOut(BaseModel):
    """`source`: the id of the session, lesson, quiz... that it was given for."""

    reason: Reason
    source: str
    amount: int
    at: datetime


class AchievementOut(BaseModel):
    """`requires`: how much of each measure earns it."""

    id: str
    title: str
    description: str
    badge: str
    points: int
    requires: dict[str, int]


class MyAchievementOut(AchievementOut):
    """`progress` 0 to 1; earned by itself at 1, claimed by hand for its points."""

    progress: float
    earned_at: datetime | None
    claimed_at: datetime | None


class LeaderboardQuery(Paging):
    """`course_id`: only what was learnt in that course."""

    period: Period = Period.WEEK
    course_id: str | None = Field(None, max_length=40)


class RankedOut(BaseModel):
    """`name` is a first name; equal XP share a rank."""

    rank: int
    name: str
    xp: int
    is_me: bool


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("no such time zone; write one like Europe/Berlin") from error
    return name


class PreferencesIn(Model):
    """`email_from`: notifications of this urgency and above come by e-mail too; `muted`: kinds that never come."""

    time_zone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_zone)] = "UTC"
    on_leaderboard: bool = True
    email_from: EmailFrom = EmailFrom.HIGH
    muted: Annotated[tuple[NotificationKind, ...], Field(max_length=len(NotificationKind))] = ()


class PreferencesOut(BaseModel):
    time_zone: str
    on_leaderboard: bool
    email_from: EmailFrom
    muted: list[NotificationKind]


def routes(store: GamificationStore, set_by_learners: PreferenceStore) -> list[Route]:
    async def my_xp(call: Call[None, None]) -> XpOut:
        mine = await store.standing(call.principal.person_id)
        return XpOut(
            xp=mine.xp, level=mine.level.number, into_level=mine.level.into, level_span=mine.level.span,
            streak_days=mine.streak_days, longest_streak=mine.longest_streak,
        )  # fmt: skip

    async def ledger(call: Call[Paging, None]) -> Page:
        found, total = await store.ledger(
            call.principal.person_id, page=call.query.page, limit=call.query.limit
        )
        return Page(
            [EntryOut(reason=one.reason, source=one.source, amount=one.amount, at=one.at) for one in found],
            total,
        )

    async def every(call: Call[Paging, None]) -> Page:
        return Page([_achievement(one) for one in call.query.of(ACHIEVEMENTS)], len(ACHIEVEMENTS))

    async def mine(call: Call[Paging, None]) -> Page:
        states = await store.achievements(call.principal.person_id)
        return Page([_state(one) for one in call.query.of(states)], len(states))

    async def claim(call: Call[None, None]) -> MyAchievementOut:
        return _state(await store.claim(call.principal.person_id, call.path["id"]))

    async def leaderboard(call: Call[LeaderboardQuery, None]) -> Page:
        query = call.query
        found, total = await store.leaderboard(
            call.principal, query.period, course_id=query.course_id, page=query.page, limit=query.limit
        )
        return Page(
            [RankedOut(rank=one.rank, name=one.name, xp=one.xp, is_me=one.is_me) for one in found], total
        )

    async def preferences(call: Call[None, None]) -> PreferencesOut:
        return _preferences(await set_by_learners.get(call.principal.person_id))

    async def set_preferences(call: Call[None, PreferencesIn]) -> PreferencesOut:
        wanted = Preferences(**call.body.model_dump())
        return _preferences(await set_by_learners.put(call.principal.person_id, wanted))

    learn = Permission.LEARN
    return [
        Route(
            method="GET", path="/me/xp", summary="My XP, level and streak.", permission=learn, handle=my_xp,
            answers=XpOut,
        ),
        Route(
            method="GET", path="/me/xp/entries", summary="What I was given XP for, the newest first.",
            permission=learn, handle=ledger, query=Paging, answers=EntryOut,
        ),
        Route(
            method="GET", path="/achievements", summary="All achievements there are.", permission=learn,
            handle=every, query=Paging, answers=AchievementOut,
        ),
        Route(
            method="GET", path="/me/achievements", summary="All achievements, and how far I am with each.",
            permission=learn, handle=mine, query=Paging, answers=MyAchievementOut,
        ),
        Route(
            method="POST", path="/achievements/{id}/claim", summary="Take the points of an earned achievement, once.",
            permission=learn, handle=claim, answers=MyAchievementOut, errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/leaderboard", summary="Who gained most XP in a week, a month or ever.",
            permission=learn, handle=leaderboard, query=LeaderboardQuery, answers=RankedOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/me/preferences", summary="My time zone, who sees me, and what I am told.",
            permission=learn, handle=preferences, answers=PreferencesOut,
        ),
        Route(
            method="PUT", path="/me/preferences", summary="Set my time zone, who sees me, and what I am told.",
            permission=learn, handle=set_preferences, body=PreferencesIn, answers=PreferencesOut,
        ),
    ]  # fmt: skip


def _achievement(one: Achievement) -> AchievementOut:
    return AchievementOut(
        id=one.id, title=one.title, description=one.description, badge=one.badge, points=one.points,
        requires={measure.value: wanted for measure, wanted in one.requires},
    )  # fmt: skip


def _state(state: AchievementState) -> MyAchievementOut:
    return MyAchievementOut(
        **_achievement(state.achievement).model_dump(), progress=round(state.progress, 2),
        earned_at=state.earned_at, claimed_at=state.claimed_at,
    )  # fmt: skip


def _preferences(found: Preferences) -> PreferencesOut:
    return PreferencesOut.model_validate(found, from_attributes=True)
