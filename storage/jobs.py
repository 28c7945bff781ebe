"""Jobs as people see them: begun in the transaction of what they are for, told to their owner's pages as they move.

Every word of a running job names its run: what a server that was thought dead still says of an earlier one is not heard.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from lms_core.errors import Conflict, NotFound
from lms_core.jobs import MOST_STARTS, Job, JobState
from storage.database import Database
from storage.outbox import publish
from storage.tables import jobs

_COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]
_UNFINISHED = jobs.c.state.in_((JobState.PENDING.value, JobState.PROCESSING.value))
_AT_ONCE = 100
_LONGEST = 300


def begin(connection: Connection, kind: str, subject: str, owner_id: str | None) -> str:
    """A new job in this transaction; returns its id. It is taken up when the transaction is committed."""
    now = datetime.now(UTC)
    job = Job(
        f"job_{secrets.token_hex(10)}", kind, subject, owner_id, JobState.PENDING, 0, "It waits for its turn.", 1, now, now,
    )  # fmt: skip
    row = {name: getattr(job, name) for name in Job.__dataclass_fields__} | {"state": job.state.value}
    connection.execute(insert(jobs).values(**row, starts=0))
    _tell(connection, job)
    return job.id


class JobStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, kind: str, subject: str, owner_id: str | None) -> str:
        async with self._database.write() as connection:
            return await connection.run_sync(begin, kind, subject, owner_id)

    async def begin_once(self, kind: str, subject: str, owner_id: str | None) -> None:
        """Unless there is such a job about that subject already, whatever became of it."""
        same = (jobs.c.kind == kind) & (jobs.c.subject == subject)
        async with self._database.write() as connection:
            if await connection.scalar(select(jobs.c.id).where(same).limit(1)) is None:
                await connection.run_sync(begin, kind, subject, owner_id)

    async def about(self, kind: str, subjects: Iterable[str]) -> dict[str, Job]:
        """The job of that kind about each of these subjects that has one; the latest of several."""
        those = (jobs.c.kind == kind) & jobs.c.subject.in_(list(subjects))
        async with self._database.read() as connection:
            found = await connection.execute(select(*_COLUMNS).where(those).order_by(jobs.c.created_at))
            return {row.subject: _job(row) for row in found}

    # --- for people ------------------------------------------------------------------------------

    async def find(self, job_id: str, owner_id: str | None = None) -> Job | None:
        """None too if it is not that owner's; without one, whoever's it is."""
        wanted = jobs.c.id == job_id
        if owner_id is not None:
            wanted &= jobs.c.owner_id == owner_id
        async with self._database.read() as connection:
            row = (await connection.execute(select(*_COLUMNS).where(wanted))).one_or_none()
        return None if row is None else _job(row)

    async def listed(self, state: JobState | None, *, page: int, limit: int) -> tuple[list[Job], int]:
        """Everybody's, the newest first."""
        query, counted = select(*_COLUMNS), select(func.count()).select_from(jobs)
        if state is not None:
            query, counted = (
                query.where(jobs.c.state == state.value),
                counted.where(jobs.c.state == state.value),
            )
        ordered = query.order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit).offset((page - 1) * limit)
        async with self._database.read() as connection:
            rows = await connection.execute(ordered)
            total = await connection.scalar(counted)
        return [_job(row) for row in rows], total or 0

    async def retry(self, job_id: str) -> Job:
        """Begin a failed job anew. Raises NotFound, or Conflict if it has not failed."""
        async with self._database.write() as connection:
            failed = (jobs.c.id == job_id) & (jobs.c.state == JobState.FAILED.value)
            job = await connection.run_sync(_anew, failed)
            if job is not None:
                return job
        if await self.find(job_id) is None:
            raise NotFound(f"There is no job '{job_id}'.")
        raise Conflict("Only a job that has failed can be tried again.")

    # --- for those who do the work ---------------------------------------------------------------

    async def oldest(self, state: JobState) -> list[Job]:
        """Some of those in this state."""
        query = select(*_COLUMNS).where(jobs.c.state == state.value).order_by(jobs.c.created_at, jobs.c.id)
        async with self._database.read() as connection:
            return [_job(row) for row in await connection.execute(query.limit(_AT_ONCE))]

    async def start(self, job_id: str, run: int) -> Job | None:
        """It is taken up, perhaps again after its server died; None if nobody wants it (any more)."""
        async with self._database.write() as connection:
            started = update(jobs).where(_this(job_id, run), jobs.c.starts < MOST_STARTS)
            values = {
                "state": JobState.PROCESSING.value,
                "starts": jobs.c.starts + 1,
                "message": "It has begun.",
            }
            return await connection.run_sync(_move, started, values)

    async def tell(self, job_id: str, run: int, progress: int, message: str) -> None:
        """What a running job says of itself."""
        async with self._database.write() as connection:
            moved = update(jobs).where(_this(job_id, run))
            await connection.run_sync(_move, moved, {"progress": progress, "message": message[:_LONGEST]})

    async def end(self, job_id: str, run: int, state: JobState, message: str) -> None:
        async with self._database.write() as connection:
            values: dict[str, Any] = {"state": state.value, "message": message[:_LONGEST]}
            if state is JobState.COMPLETED:
                values["progress"] = 100
            await connection.run_sync(_move, update(jobs).where(_this(job_id, run)), values)

    async def revive(self, silent: timedelta) -> int:
        """Those whose server is gone wait for their turn again; returns how many."""
        lost = (jobs.c.state == JobState.PROCESSING.value) & (jobs.c.updated_at < datetime.now(UTC) - silent)
        async with self._database.write() as connection:
            ids = (await connection.scalars(select(jobs.c.id).where(lost).limit(_AT_ONCE))).all()
            for job_id in ids:
                await connection.run_sync(_anew, lost & (jobs.c.id == job_id), starts=jobs.c.starts)
        return len(ids)

    async def forget(self, kept: timedelta) -> None:
        """Those that were completed longer ago."""
        old = (jobs.c.state == JobState.COMPLETED.value) & (jobs.c.created_at < datetime.now(UTC) - kept)
        async with self._database.write() as connection:
            await connection.execute(delete(jobs).where(old))


def _this(job_id: str, run: int) -> ColumnElement[bool]:
    return (jobs.c.id == job_id) & (jobs.c.run == run) & _UNFINISHED


def _anew(connection: Connection, those: ColumnElement[bool], starts: Any = 0) -> Job | None:
    values = {
        "state": JobState.PENDING.value, "run": jobs.c.run + 1, "starts": starts, "progress": 0,
        "message": "It waits for its turn again.",
    }  # fmt: skip
    return _move(connection, update(jobs).where(those), values)


def _move(connection: Connection, change: Any, values: dict[str, Any]) -> Job | None:
    """None if it is not there, or of another run."""
    row = connection.execute(
        change.values(**values, updated_at=datetime.now(UTC)).returning(*_COLUMNS)
    ).one_or_none()
    if row is None:
        return None
    job = _job(row)
    _tell(connection, job)
    return job


def _tell(connection: Connection, job: Job) -> None:
    if job.owner_id is not None:
        told = {name: getattr(job, name) for name in ("id", "kind", "subject", "progress", "message")}
        publish(connection, job.owner_id, "job.changed", told | {"state": job.state.value})


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(**values | {"state": JobState(values["state"])})
