"""The sessions that run in this process: opened, resumed, counted, drained."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from lms_core.companions import Companion
from lms_core.errors import NotAuthenticated, NotFound, NotPermitted, QuotaReached, TooBusy
from lms_core.people import SESSIONS_ONLY, Permission, Principal, Role, TokenKind
from lms_core.plans import Quota
from lms_core.ports import Minutes
from lms_core.sessions import to_give_up
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.sessions import SessionStore
from tutor.conversation.ports import Engines, Journal, Restored, Snapshot
from tutor.conversation.session import Session
from tutor.conversation.session_config import SessionConfig
from tutor.hints import hints_for
from tutor.journal import restore
from tutor.meter import Meter
from tutor.metrics import Metrics
from tutor.recording import EventFile
from tutor.recordings.keeper import Recordings
from tutor.recordings.recorder import SoundRecorder
from tutor.speech_load import SpeechLoad
from tutor.supervising import TeacherCalls

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    """A session, whose it is, and when it can be attached to and is saved."""

    session: Session
    person_id: str
    started: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class LiveSessions:
    """`run` owns every session's task; `open` hands out running sessions.

    `most`, `grace_seconds`, `record_to` and `ear_hints` may be set at any time, and hold for sessions begun from then on.
    """

    def __init__(
        self,
        *,
        engines: Engines,
        companions: CompanionStore,
        sessions: SessionStore,
        accounts: AccountStore,
        journal: Journal,
        minutes: Minutes,
        metrics: Metrics,
        load: SpeechLoad,
        recordings: Recordings,
        calls: TeacherCalls,
        most: int,
        grace_seconds: float,
        record_to: Path | None = None,
        ear_hints: bool = False,
    ) -> None:
        """`ear_hints`: tell the ears the lesson's words. `record_to`: folder for the sessions' turn-taking events, None to record nothing."""
        self._engines, self._companions, self._sessions, self._accounts = (
            engines,
            companions,
            sessions,
            accounts,
        )
        self._journal, self._metrics, self._load = journal, metrics, load
        self._recordings, self._calls = recordings, calls
        self._minutes, self._meter = minutes, Meter(minutes)
        self.ear_hints = ear_hints
        self.most, self.grace_seconds, self.record_to = most, grace_seconds, record_to
        self._live: dict[str, _Running] = {}
        self._resuming: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._opening = 0
        self._group: asyncio.TaskGroup | None = None
        self.draining = False

    @property
    def count(self) -> int:
        return len(self._live)

    def running(self) -> dict[str, Session]:
        """What runs in this process, by id."""
        return {one: running.session for one, running in self._live.items() if running.session.ended is None}

    async def run(self, ready: Callable[[], None]) -> None:
        """Hold the sessions until `drain` has ended them all."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._drained = asyncio.Event()
            counting = group.create_task(self._meter.run())
            ready()
            await self._drained.wait()
            counting.cancel()  # each session's rest is counted as it ends

    async def drain(self, seconds: float) -> None:
        """No new sessions; those that run are saved, told, and can be resumed elsewhere."""
        self.draining = True
        deadline = time.monotonic() + seconds
        while any(running.session.busy for running in self._live.values()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # let the sentence that is being spoken end
        for running in list(self._live.values()):
            running.session.end("draining")
        self._drained.set()

    async def open(
        self, companion_ref: str, principal: Principal, /, *, resume_id: str | None = None, door_kind: str
    ) -> Session:
        """A running session that waits for `attach`; see `tutor.transports.ports.LiveSessions`."""
        self._check_open()
        _check_door(principal, door_kind)
        if resume_id is not None:
            # One at a time: a client that connects twice must not get two sessions that write one transcript.
            lock = self._resuming.setdefault(resume_id, asyncio.Lock())
            async with lock:
                return await self._resume(resume_id, principal)
        self._check_load()
        async with self._place():
            companion = await self._companions.seen(principal, companion_ref)
            if companion is None or companion.archived:
                raise NotFound(f"There is no companion '{companion_ref}'; GET /api/v1/companions lists them.")
            _check_bound(principal, companion)
            session_id = f"sess_{secrets.token_hex(12)}"
            lesson_id = await self._companions.lesson_to_teach(principal, companion)
            await self._count_in(session_id, companion, lesson_id, principal, door_kind)
            try:
                if principal.kind is TokenKind.CLIENT_SECRET:
                    await self._spend(principal, session_id)
                pauses = await self._sessions.last_pauses(principal.person_id)
                fresh = Restored((), Snapshot(pauses=pauses)) if pauses else None
                session = await self._start(session_id, companion, lesson_id, principal.person_id, fresh)
            except BaseException:
                if session_id not in self._live:
                    await self._sessions.discard(session_id)
                raise
            self._metrics.sessions_started.labels(door_kind).inc()
            return session

    async def _count_in(
        self,
        session_id: str,
        companion: Companion,
        lesson_id: str | None,
        principal: Principal,
        door_kind: str,
    ) -> None:
        """Store the new session, if need be in place of one that the same person has left. Raises QuotaReached."""
        row = session_id, companion.id, principal.person_id, door_kind
        limited = principal.role is not Role.ADMIN
        try:
            await self._sessions.open(*row, lesson_id=lesson_id, limited=limited)
        except QuotaReached as reached:
            if reached.details["quota"] != Quota.CONCURRENT_SESSIONS or not await self._give_up_one(
                principal.person_id
            ):
                raise
            await self._sessions.open(*row, lesson_id=lesson_id, limited=limited)

    async def _give_up_one(self, person_id: str) -> bool:
        """End a session that this person has left, as its grace time would have done."""
        mine = await self._sessions.still_open(person_id)
        attached = {one for one, running in self._live.items() if running.session.attached}
        left = to_give_up(
            mine, attached=attached, waiting=self._live.keys() - attached,
            quiet_since=datetime.now(UTC) - timedelta(seconds=self.grace_seconds),
        )  # fmt: skip
        if left is None:
            return False
        if left in self._live:
            self._live[left].session.end("learner_left")
        await self._sessions.end(left, "learner_left")
        return True

    async def end_of(self, person_id: str) -> None:
        """End what a person has running in this process; returns when all of it is saved."""
        theirs = [running for running in self._live.values() if running.person_id == person_id]
        for running in theirs:
            running.session.end("closed")
        for running in theirs:
            await running.over.wait()

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """Room for one more while it is being opened. Raises TooBusy."""
        if len(self._live) + self._opening >= self.most and not self._park_one():
            self._metrics.sessions_refused.labels("sessions").inc()
            raise TooBusy(f"All {self.most} sessions are taken; try again later.")
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1

    def _check_load(self) -> None:
        """Raises TooBusy if one more learner would make those stutter who talk already; they may still resume."""
        now = time.monotonic()
        if self._load.is_full(now):
            _log.warning("sessions.refused", reason="speech", mean_wait=round(self._load.mean_wait(now), 2))
            self._metrics.sessions_refused.labels("speech").inc()
            raise TooBusy("The speech engines are busy with those who talk already; try again in a minute.")

    def _check_open(self) -> asyncio.TaskGroup:
        """Raises TooBusy if the server goes down."""
        if self.draining or self._group is None:
            raise TooBusy("The server is going down; connect again in a moment.")
        return self._group

    def _park_one(self) -> bool:
        """Free the place of the session that has waited longest for its learner; it stays resumable."""
        for running in self._live.values():
            if not running.session.attached and running.session.ended is None:
                running.session.end("draining")
                return True
        return False

    async def _resume(self, session_id: str, principal: Principal) -> Session:
        """The running session, or one made from what is stored. Raises NotFound if it is over or another's."""
        if principal.kind is TokenKind.CLIENT_SECRET and principal.session_id != session_id:
            raise NotFound(f"A client secret resumes only the session that it opened, not '{session_id}'.")
        running = self._live.get(session_id)
        if running is not None and principal.person_id == running.person_id:
            if running.session.ended is None:
                return running.session
            await running.over.wait()  # it may just be parked; what it saves is what we go on from
        stored = await self._sessions.find(session_id, principal.person_id)
        if stored is None or stored.ended_at is not None:
            raise NotFound(f"There is no session '{session_id}' to go on with; it is over or not yours.")
        async with self._place():
            companion = await self._companions.find(stored.companion_id)
            if companion is None:
                raise NotFound("The companion of this session is no longer there.")
            await self._sessions.reopen(
                session_id, stored.person_id, limited=principal.role is not Role.ADMIN
            )
            restored = await restore(self._sessions, stored)
            return await self._start(session_id, companion, stored.lesson_id, stored.person_id, restored)

    async def _spend(self, secret: Principal, session_id: str) -> None:
        """Raises NotAuthenticated if it was used."""
        if not await self._accounts.spend(secret.digest, session_id):
            raise NotAuthenticated("This client secret was already used; get a new one for each session.")

    async def _start(
        self,
        session_id: str,
        companion: Companion,
        lesson_id: str | None,
        person_id: str,
        restored: Restored | None,
    ) -> Session:
        lesson = await self._companions.lesson(lesson_id)
        left = await self._minutes.left(person_id)
        call = await self._calls.reach(session_id)
        recorder, restored = await self._recorder(session_id, person_id, restored)
        try:
            group = self._check_open()  # again: one begun after `drain` has ended the others would never end
        except TooBusy:
            await self._recordings.finish(session_id)
            raise
        hints = hints_for(companion, lesson) if self.ear_hints else ()
        config = SessionConfig(language=companion.language, speed=companion.speed, hints=hints)
        record = EventFile(self.record_to / f"{session_id}.jsonl") if self.record_to is not None else None
        session = Session(
            id=session_id, companion=companion, lesson=lesson, engines=self._engines, journal=self._journal, observer=self._metrics,
            config=config, now=asyncio.get_running_loop().time, grace_seconds=self.grace_seconds, restored=restored,
            record=record, recorder=recorder,
        )  # fmt: skip
        session.reach_teachers(call)
        if recorder is not None:
            recorder.on_stopped = session.recording_changed
        self._meter.add(session, person_id, left)
        running = self._live[session_id] = _Running(session, person_id)
        self._metrics.sessions_active.set(len(self._live))
        group.create_task(self._hold(running, record))
        await running.started.wait()
        return session

    async def _recorder(
        self, session_id: str, person_id: str, restored: Restored | None
    ) -> tuple[SoundRecorder | None, Restored | None]:
        """If the session is recorded, the recorder; and how it goes on: what can be heard was said, even if a crash
        came before it was stored."""
        talked = restored.snapshot.talked_seconds if restored is not None else 0.0
        recorder = await self._recordings.begin(session_id, person_id, talked)
        if recorder is not None and restored is not None and recorder.until > talked:
            restored = replace(restored, snapshot=replace(restored.snapshot, talked_seconds=recorder.until))
        return recorder, restored

    async def _hold(self, running: _Running, record: EventFile | None) -> None:
        session = running.session
        try:
            structlog.contextvars.bind_contextvars(session_id=session.id)
            _log.info("session.started", companion=session.companion.slug)
            asyncio.get_running_loop().call_soon(running.started.set)
            await session.run()
        except Exception:
            _log.exception("session.failed")
        finally:
            running.started.set()
            await self._recordings.finish(session.id)  # before anybody resumes it
            self._live.pop(session.id, None)
            running.over.set()
            self._metrics.sessions_active.set(len(self._live))
            self._metrics.sessions_ended.labels(session.ended or "failed").inc()
            await self._meter.remove(session)
            if record is not None:
                await asyncio.to_thread(record.close)
            _log.info("session.ended", reason=session.ended or "failed")


def may_see_all(principal: Principal) -> bool:
    return principal.role is Role.ADMIN


def _check_door(principal: Principal, door_kind: str) -> None:
    """Raises NotPermitted."""
    if principal.kind not in SESSIONS_ONLY and not principal.may(Permission.LEARN):
        raise NotPermitted("This API key has not the scope learn.", permission=Permission.LEARN)
    if principal.kind is TokenKind.PHONE and door_kind != "phone":
        raise NotPermitted("A phone token opens phone sessions and nothing else.")


def _check_bound(principal: Principal, companion: Companion) -> None:
    """Raises NotPermitted for a client secret that was made for another companion."""
    bound = (principal.config or {}).get("model")
    if bound is not None and bound not in (companion.id, companion.slug):
        raise NotPermitted(f"This client secret is for the companion '{bound}'.")
