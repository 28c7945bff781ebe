"""Looks at everything that an operator asks of a running server."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from audio import models
from lms_core.errors import TooBusy
from storage.database import Database
from storage.database_facts import facts
from tutor.condition import Condition, Disk, Load, Part, Store, problems
from tutor.engines import Chosen
from tutor.latencies import Lately
from tutor.metrics import Metrics
from tutor.settings import Settings

_NOTED_EVERY = 60.0


class Checkup:
    """`run` keeps the notes by which the last minutes are told from all that was before."""

    def __init__(
        self, *, settings: Settings, chosen: Chosen, database: Database, metrics: Metrics, load: Callable[[], Load]
    ) -> None:  # fmt: skip
        self._settings, self._database, self._metrics, self._load = settings, database, metrics, load
        self._engines = tuple(
            Part(part, choice.name, choice.why, choice.better)
            for part, choice in (
                ("ears", chosen.ears), ("mind", chosen.mind), ("mouth", chosen.mouth),
                ("end_of_turn", chosen.end_of_turn),
            )
        )  # fmt: skip
        self._started = datetime.now(UTC)
        self._lately = Lately()

    async def run(self) -> None:
        while True:
            self._lately.note(time.monotonic(), self._metrics.measured())
            await asyncio.sleep(_NOTED_EVERY)

    async def look(self) -> Condition:
        """Never fails: what does not answer is part of what it tells."""
        seen = Condition(
            version=_version(), started_at=self._started, seen_at=datetime.now(UTC), engines=self._engines,
            models=await asyncio.to_thread(self._models), database=await self._store(),
            disk=await asyncio.to_thread(self._disk), load=self._load(),
            lately=self._lately.since(self._metrics.measured()),
        )  # fmt: skip
        return replace(seen, problems=problems(seen))

    async def _store(self) -> Store:
        kind = "SQLite" if self._database.is_sqlite else "PostgreSQL"
        try:
            await self._database.check()
            found = await facts(self._database)
        except TooBusy as error:
            return Store(kind, self._database.name, error=error.message)
        return Store(
            kind, self._database.name, found.size_bytes, found.revision, found.connections_used,
            found.connections_most,
        )  # fmt: skip

    def _disk(self) -> Disk:
        usage = shutil.disk_usage(self._settings.data_dir)
        return Disk(str(self._settings.data_dir.absolute()), usage.free, usage.total)

    def _models(self) -> tuple[str, ...]:
        folder = self._settings.models_dir
        return tuple(model.name for model in models.CATALOGUE if models.is_installed(model, folder))


def _version() -> str:
    try:
        return version("viva")
    except PackageNotFoundError:  # run from a folder, without having been installed
        return "-"
