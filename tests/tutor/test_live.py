"""Sessions of one process: opened, parked, resumed, drained, on a real database with null engines."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from audio.silero import SileroBatch
from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.courses import Lesson
from lms_core.errors import NotAuthenticated, NotFound, NotPermitted, QuotaReached, TooBusy
from lms_core.people import Permission, Principal, Role, TokenKind
from lms_core.plans import Plan, Quota, Talked
from storage.accounts import AccountStore
from storage.billing import BillingStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.first_run import first_run
from storage.minutes import MinuteStore
from storage.personal import PersonalStore
from storage.plans import PlanStore
from storage.recordings import RecordingStore
from storage.sessions import SessionStore
from storage.supervision import SupervisionStore
from storage.tables import people
from storage.writer import SessionWriter
from tests.null_engines import NullEars, NullMind, NullMouth
from tutor.auth import Authenticator
from tutor.billing import Stripe, StripeAccount
from tutor.conversation.events import SessionEvent
from tutor.conversation.ports import Engines
from tutor.journal import DatabaseJournal
from tutor.leaving import Leaving
from tutor.live import LiveSessions
from tutor.metrics import Metrics
from tutor.recordings.keeper import Recordings
from tutor.speech_load import SpeechLoad
from tutor.supervising import TeacherCalls

COMPANION = "ada-fractions"


class SlowCompanions(CompanionStore):
    """Lessons are handed out only while `open` is set; `asked` says that somebody waits for one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.open = asyncio.Event()
        self.asked = asyncio.Event()
        self.open.set()

    async def lesson(self, lesson_id: str | None) -> Lesson | None:
        self.asked.set()
        await self.open.wait()
        return await super().lesson(lesson_id)


class House:
    """Everything around `LiveSessions`, and two people."""

    def __init__(
        self, database: Database, silero: SileroBatch, folder: Path, most: int, grace: float
    ) -> None:
        self.accounts = AccountStore(database)
        self.companions = SlowCompanions(database)
        self.writer = SessionWriter(database)
        self.metrics, self.load = Metrics(), SpeechLoad(1.0)
        self.sessions = SessionStore(database)
        self.recordings = Recordings(
            store=RecordingStore(database), folder=folder / "recordings", possible=True, keep_days=30
        )
        self.live = LiveSessions(
            engines=Engines(NullEars(), NullMind(), NullMouth(), silero), companions=self.companions,
            sessions=self.sessions, accounts=self.accounts, journal=DatabaseJournal(self.writer), minutes=MinuteStore(database),
            metrics=self.metrics, load=self.load, recordings=self.recordings, calls=TeacherCalls(SupervisionStore(database)), most=most, grace_seconds=grace,
        )  # fmt: skip

    async def person(self, name: str, plan: Plan = Plan.PRO) -> Principal:
        person = await self.accounts.add_person(name, Role.LEARNER)
        async with self.accounts.database.write() as connection:
            await connection.execute(update(people).where(people.c.id == person.id).values(plan=plan))
        return Principal(person.id, Role.LEARNER, TokenKind.API_KEY)


@asynccontextmanager
async def house(folder: Path, most: int = 10, grace: float = 60) -> AsyncIterator[House]:
    database, silero = Database(f"sqlite:///{folder / 'viva.db'}"), SileroBatch()
    await database.migrate()
    made = House(database, silero, folder, most, grace)
    await first_run(made.accounts, made.companions, folder)
    writing, ready = asyncio.create_task(made.writer.run()), asyncio.Event()
    holding = asyncio.create_task(made.live.run(ready.set))
    await ready.wait()
    try:
        yield made
        await made.live.drain(0)
        async with asyncio.timeout(60):
            await holding
    finally:
        for task in (holding, writing):
            task.cancel()
        await asyncio.gather(holding, writing, return_exceptions=True)
        await silero.aclose()
        await database.aclose()


async def test_a_client_that_connects_twice_at_once_gets_one_session(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        mia = await first.person("Mia")
        session_id = (await first.live.open(COMPANION, mia, door_kind="realtime")).id
    async with house(tmp_path) as second:
        again, as_well = await asyncio.gather(
            *(second.live.open("", mia, resume_id=session_id, door_kind="realtime") for _ in range(2))
        )
        assert again is as_well
        assert second.live.count == 1


async def test_a_session_of_somebody_else_cannot_be_resumed_running_or_stored(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        mia, ben = await first.person("Mia"), await first.person("Ben")
        session_id = (await first.live.open(COMPANION, mia, door_kind="realtime")).id
        with pytest.raises(NotFound):
            await first.live.open("", ben, resume_id=session_id, door_kind="realtime")
    async with house(tmp_path) as second:
        with pytest.raises(NotFound):
            await second.live.open("", ben, resume_id=session_id, door_kind="realtime")


async def secret_of(made: House, person: Principal, model: str | None = None) -> str:
    config = None if model is None else {"model": model}
    value, _ = await made.accounts.issue(
        person.person_id, TokenKind.CLIENT_SECRET, lasts=timedelta(minutes=1), config=config
    )
    return value


async def test_a_client_secret_opens_one_session_and_resumes_that_one_alone_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as first:
        mia = await first.person("Mia")
        other = await first.live.open(COMPANION, mia, door_kind="realtime")
        value = await secret_of(first, mia)
        fresh = await first.accounts.authenticate(value, TokenKind.CLIENT_SECRET)
        with pytest.raises(NotFound):
            await first.live.open("", fresh, resume_id=other.id, door_kind="realtime")
        session_id = (await first.live.open(COMPANION, fresh, door_kind="realtime")).id
        with pytest.raises(NotAuthenticated):
            await first.live.open(COMPANION, fresh, door_kind="realtime")
    async with house(tmp_path) as second:
        spent = await second.accounts.authenticate(value, TokenKind.CLIENT_SECRET)
        with pytest.raises(NotFound):
            await second.live.open("", spent, resume_id=other.id, door_kind="realtime")
        resumed = await second.live.open("", spent, resume_id=session_id, door_kind="realtime")
        assert resumed.id == session_id


async def test_a_client_secret_for_one_companion_opens_no_other_and_is_not_spent_by_trying(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        secret = await made.accounts.authenticate(
            await secret_of(made, mia, COMPANION), TokenKind.CLIENT_SECRET
        )
        with pytest.raises(NotPermitted):
            await made.live.open("nora-seasons", secret, door_kind="realtime")
        assert (await made.live.open(COMPANION, secret, door_kind="realtime")).companion.slug == COMPANION


async def test_a_full_server_parks_who_waits_for_a_lost_link_and_that_session_can_come_back(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, most=1) as one_place:
        mia, ben = await one_place.person("Mia"), await one_place.person("Ben")
        parked = await one_place.live.open(COMPANION, mia, door_kind="realtime")
        await one_place.live.open(COMPANION, ben, door_kind="realtime")
        back = await one_place.live.open("", mia, resume_id=parked.id, door_kind="realtime")
        assert back.id == parked.id and back is not parked
        assert back.ended is None


class Client:
    """A door that takes everything."""

    input_rate = output_rate = 24_000
    reports_playback = False
    shows = True

    def emit(self, event: SessionEvent) -> None: ...


async def test_a_new_session_takes_the_place_of_one_that_the_same_person_left(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia, ben = await made.person("Mia", Plan.FREE), await made.person("Ben", Plan.FREE)
        bens = await made.live.open(COMPANION, ben, door_kind="realtime")
        left = await made.live.open(COMPANION, mia, door_kind="realtime")
        fresh = await made.live.open("nora-seasons", mia, door_kind="realtime")
        assert (bens.ended, left.ended, fresh.ended) == (None, "learner_left", None)
        with pytest.raises(NotFound):
            await made.live.open("", mia, resume_id=left.id, door_kind="realtime")
        stored = await made.sessions.find(left.id, mia.person_id)
        assert stored is not None and stored.ended_reason == "learner_left"


async def test_a_session_with_a_client_is_never_replaced(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia", Plan.FREE)
        talking, client = await made.live.open(COMPANION, mia, door_kind="realtime"), Client()
        talking.attach(client)
        with pytest.raises(QuotaReached):
            await made.live.open(COMPANION, mia, door_kind="realtime")
        assert talking.ended is None
        talking.detach(client)
        await made.live.open(COMPANION, mia, door_kind="realtime")
        assert talking.ended == "learner_left"


async def test_one_that_a_restart_left_is_replaced_when_its_grace_time_is_over(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        mia = await first.person("Mia", Plan.FREE)
        left = await first.live.open(COMPANION, mia, door_kind="realtime")
    async with house(tmp_path) as second:
        with pytest.raises(QuotaReached):
            await second.live.open(COMPANION, mia, door_kind="realtime")
    async with house(tmp_path, grace=0) as later:
        await later.live.open(COMPANION, mia, door_kind="realtime")
        stored = await later.sessions.find(left.id, mia.person_id)
        assert stored is not None and stored.ended_reason == "learner_left"


async def test_ears_that_keep_people_waiting_let_no_new_session_in_but_those_that_were_cut_off(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as first:
        mia = await first.person("Mia")
        session_id = (await first.live.open(COMPANION, mia, door_kind="realtime")).id
    async with house(tmp_path) as second:
        second.load.waited("ears", time.monotonic(), 2.0)
        with pytest.raises(TooBusy, match="speech engines are busy"):
            await second.live.open(COMPANION, mia, door_kind="realtime")
        assert b'viva_sessions_refused_total{reason="speech"} 1.0' in second.metrics.text()
        assert (await second.live.open("", mia, resume_id=session_id, door_kind="realtime")).id == session_id


async def test_no_session_begins_once_the_server_goes_down_not_even_one_half_opened(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        made.companions.open.clear()
        made.companions.asked.clear()
        opening = asyncio.create_task(made.live.open(COMPANION, mia, door_kind="realtime"))
        await made.companions.asked.wait()
        await made.live.drain(0)
        made.companions.open.set()
        with pytest.raises(TooBusy):
            await opening
        with pytest.raises(TooBusy):
            await made.live.open(COMPANION, mia, door_kind="realtime")
        assert made.live.count == 0
        usage = await PlanStore(made.accounts.database).usage(mia.person_id)
        assert usage.used[Quota.CONVERSATIONS] == 0  # its place was given back


async def test_sessions_are_counted_by_door_and_by_how_they_ended(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        await made.live.open(COMPANION, mia, door_kind="phone")
        assert b"viva_sessions_active 1.0" in made.metrics.text()
    text = made.metrics.text().decode()
    assert 'viva_sessions_started_total{door="phone"} 1.0' in text
    assert 'viva_sessions_ended_total{reason="draining"} 1.0' in text
    assert "viva_sessions_active 0.0" in text


async def test_a_draft_talks_with_its_author_and_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia, tom = await made.person("Mia"), await made.person("Tom")
        draft = Companion("", "", "Max", Subject.MATHS, "sums", status=CompanionStatus.DRAFT)
        own = await made.companions.create(mia, draft)
        await made.live.open(own.slug, mia, door_kind="realtime")
        with pytest.raises(NotFound):
            await made.live.open(own.slug, tom, door_kind="realtime")
        await made.companions.edit(mia, own.id, lambda one: replace(one, status=CompanionStatus.ARCHIVED))
        with pytest.raises(NotFound):
            await made.live.open(own.slug, mia, door_kind="realtime")


async def test_a_phone_token_opens_phone_sessions_and_a_key_without_the_scope_none(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        phone = replace(mia, kind=TokenKind.PHONE)
        assert await made.live.open(COMPANION, phone, door_kind="phone")
        for principal in (phone, replace(mia, scopes=frozenset({Permission.BROWSE}))):
            with pytest.raises(NotPermitted):
                await made.live.open(COMPANION, principal, door_kind="realtime")


async def test_who_deletes_their_account_while_they_talk_leaves_no_session_and_no_file(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as made:
        mia, ben = await made.person("Mia"), await made.person("Ben")
        for one in (mia, ben):
            await made.recordings.consent(one.person_id)
        mias, bens = [await made.live.open(COMPANION, one, door_kind="realtime") for one in (mia, ben)]
        events = tmp_path / "events"
        events.mkdir()
        for session in (mias, bens):
            (events / f"{session.id}.jsonl").touch()
        database = made.accounts.database
        leaving = Leaving(
            personal=PersonalStore(database), billing=BillingStore(database),
            stripe=Stripe(StripeAccount("", "", {})), live=made.live,
            auth=Authenticator(made.accounts, ()), recordings=made.recordings, events=events,
        )  # fmt: skip
        await leaving.erase(mia.person_id)
        assert mias.ended == "closed" and bens.ended is None
        for folder in (events, tmp_path / "recordings"):
            assert [file.stem for file in folder.iterdir()] == [bens.id]
        assert await made.sessions.find(mias.id, None) is None and await made.sessions.find(bens.id, None)


async def test_a_session_ends_when_its_learners_minutes_are_used_up(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia", Plan.FREE)
        minutes = MinuteStore(made.accounts.database)
        await minutes.meter([Talked("earlier", mia.person_id, 3599)])
        session = await made.live.open(COMPANION, mia, door_kind="realtime")
        session.attach(Client())
        async with asyncio.timeout(60):
            while made.live.count or await minutes.left(mia.person_id):  # noqa: ASYNC110  # counted after its end
                await asyncio.sleep(0.02)
        assert session.ended == "out_of_minutes"
        with pytest.raises(QuotaReached) as refused:
            await made.live.open(COMPANION, mia, door_kind="realtime")
        assert refused.value.details["quota"] == "voice_minutes"
