"""DBOS, embedded: it remembers which steps of a job are done and begins again where a dead server stopped.

It runs in threads of its own and keeps its books in a database of its own; jobs' steps run on the server's event loop. There is
one of it a process. docs/decisions/0015-dbos.md says what it is asked for and what not.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy.engine import make_url

from lms_core.jobs import AT_ONCE
from storage.errors import NotStored
from tutor.jobs.work import Lane

if TYPE_CHECKING:
    from dbos import DBOSConfig  # it takes half a second to import: in a thread, while engines start

_AT_ONCE_IN = {Lane.PATIENT: 1, Lane.HEAVY: 2, Lane.LIGHT: AT_ONCE - 3}
_SCHEMA = "viva_jobs"
_STEPS_VERSION = "1"
"""Jobs that are under way when it changes are not gone on with, but begun anew once they have been silent for long."""
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_AT_ONCE = 100
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class Durable:
    """`run` is called for each job, with its id and run, when its turn has come; see `tutor.jobs.work.Machine`."""

    def __init__(self, url: str, data_dir: Path, run: Callable[[str, int], Awaitable[None]]) -> None:
        """`url`: the server's own database; beside it the books are kept."""
        self._run = run
        self._loop: asyncio.AbstractEventLoop | None = None
        self._doing: set[asyncio.Task[Any]] = set()
        self._workflow: Any = None
        self._config: DBOSConfig = {
            "name": "viva", "application_version": _STEPS_VERSION, "dbos_system_schema": _SCHEMA,
            "executor_id": f"{socket.gethostname()}:{data_dir.absolute()}", "run_migrations": True,
            "system_database_url": _beside(url, data_dir), "sys_db_pool_size": 5, "enable_otlp": False, "log_level": "WARNING",
        }  # fmt: skip

    async def launch(self) -> None:
        """Jobs that a dead server left go on; once is enough. Raises NotStored with what to do."""
        if self._workflow is not None:
            return
        self._loop = asyncio.get_running_loop()
        try:
            # in a thread, where DBOS finds no event loop that it would take for its own
            await asyncio.to_thread(self._launch)
        except Exception as error:
            from dbos import DBOS

            await asyncio.to_thread(
                DBOS.destroy, destroy_registry=True
            )  # nothing half begun: it is tried again
            reason = str(getattr(error, "orig", None) or error).strip().rstrip(".")
            raise NotStored(
                f"The books of background jobs cannot be opened: {reason}. In PostgreSQL the database's user must be allowed to "
                f"make the schema {_SCHEMA}; with SQLite they are jobs.db in the data directory, which must be writable."
            ) from error

    async def aclose(self) -> None:
        """What is under way stops where it is and goes on at the next start. Idempotent."""
        if self._workflow is None:
            return
        from dbos import DBOS

        self._workflow = None
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)

    async def enqueue(self, job_id: str, run: int, lane: Lane) -> None:
        """Asked again for the same job and run, it does nothing."""
        from dbos import DBOS, SetWorkflowID

        def enqueue() -> None:
            with SetWorkflowID(f"{job_id}-{run}"):
                DBOS.enqueue_workflow(lane.value, self._workflow, job_id, run)

        await asyncio.to_thread(enqueue)

    async def forget_ended(self) -> None:
        """Nothing is kept of jobs that are over: our own table has what people want to know."""
        if self._workflow is None:
            return
        from dbos import DBOS

        def forget() -> None:
            over = DBOS.list_workflows(status=_OVER, limit=_AT_ONCE, load_input=False, load_output=False)
            if over:
                DBOS.delete_workflows([one.workflow_id for one in over])

        await asyncio.to_thread(forget)

    async def step(self, name: str, attempt: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        from dbos import DBOS

        async def there() -> dict[str, Any]:
            return await self.here(attempt)

        return await DBOS.run_step_async({"name": name}, there)

    async def sleep(self, seconds: float) -> None:
        from dbos import DBOS

        await DBOS.sleep_async(seconds)

    async def here(self, doing: Callable[[], Awaitable[T]]) -> T:
        assert self._loop is not None
        if asyncio.get_running_loop() is self._loop:
            return await doing()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._tracked(doing), self._loop))

    async def _tracked(self, doing: Callable[[], Awaitable[T]]) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._doing.add(task)
        try:
            return await doing()
        finally:
            self._doing.discard(task)

    def _launch(self) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer

        logger = logging.getLogger("dbos")
        logger.setLevel(logging.WARNING)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # or it brings its own, which writes as it likes
            logger.addFilter(
                lambda record: not record.getMessage().startswith("Asyncio task cancelled")
            )  # we stop

        async def job(job_id: str, run: int) -> None:
            await self._run(job_id, run)

        workflow = DBOS.workflow(name="job")(job)
        DBOS(config={**self._config, "serializer": DBOSPortableJSONSerializer()})  # pickles would run as code
        DBOS.launch()
        for lane, at_once in _AT_ONCE_IN.items():
            DBOS.register_queue(lane.value, worker_concurrency=at_once, on_conflict="always_update")
        self._workflow = workflow


def _beside(url: str, data_dir: Path) -> str:
    """SQLite has a file of its own, lest DBOS's writes wait for ours; PostgreSQL has a schema of its own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir.absolute() / 'jobs.db'}"
    query = {
        "sslmode" if name == "ssl" else name: value for name, value in parsed.query.items()
    }  # psycopg's word for it
    return parsed.set(drivername="postgresql", query=query).render_as_string(hide_password=False)
