"""All recordings of this server: begun and ended with their sessions, deleted when their time is over or somebody asks."""

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from lms_core.errors import Conflict
from lms_core.recordings import expiry, may_record
from storage.recordings import RecordingStore
from tutor.recordings.opus_file import OpusFile
from tutor.recordings.recorder import SoundRecorder

_LOOK_SECONDS = 10.0
"""How long a recording may go on after its learner changed their mind at another server."""
_SWEEP_EVERY = 360
"""Looks; an hour."""
_LEAST_SECONDS = 1.0
"""A shorter recording is none."""
_ONE_LISTENING = 600.0
"""Seconds without a request until it counts as another."""
_WORKERS = 2
_AT_ONCE = 500
_log = structlog.get_logger(__name__)


class Recordings:
    """`folder` may be shared by several servers. `run` looks after it until it is cancelled."""

    def __init__(self, *, store: RecordingStore, folder: Path, possible: bool, keep_days: int) -> None:
        self.possible, self.keep_days = possible, keep_days
        self._store, self._folder = store, folder
        self._running: dict[str, SoundRecorder] = {}
        self._listening: dict[tuple[str, str], float] = {}
        self._workers = ThreadPoolExecutor(_WORKERS, "recording")

    @property
    def count(self) -> int:
        """Sessions that are being recorded now."""
        return len(self._running)

    def path(self, session_id: str) -> Path:
        return self._folder / f"{session_id}.ogg"

    # --- with a session ---------------------------------------------------------------------------------------

    async def begin(self, session_id: str, person_id: str, talked: float) -> SoundRecorder | None:
        """A recorder, if both agree and the disk does. `talked`: seconds of the talk that are over."""
        if not self.possible:
            return None
        try:
            consented_at = await self._store.consented_at(person_id)
            if not may_record(possible=self.possible, consented_at=consented_at):
                return None
            now = datetime.now(UTC)
            kept = await self._store.begin(session_id, round(talked * 1000), now, expiry(now, self.keep_days))
            file = await self._open(session_id)
        except Exception:  # no talk is refused because it cannot be recorded
            _log.exception("recording.not_begun", session_id=session_id)
            return None
        recorder = SoundRecorder(session_id, file, kept.begins_ms / 1000, self._workers)
        self._running[session_id] = recorder
        return recorder

    async def _open(self, session_id: str) -> OpusFile:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._workers, OpusFile, self.path(session_id))
        except Exception:
            if await self.file(session_id) is None:  # of an earlier one there may be
                await self._store.drop(session_id)
            raise

    async def finish(self, session_id: str) -> None:
        """The session is over, or is to be recorded no longer; nothing happens if it was not recorded. Never raises."""
        recorder = self._running.pop(session_id, None)
        if recorder is None:
            return
        await recorder.close()
        try:
            if recorder.seconds < _LEAST_SECONDS:
                await self._store.drop(session_id)
            await self._store.grown([_grown(recorder)], ended_at=datetime.now(UTC))
            if not await self._store.known([session_id]):
                await self._unlink([session_id])
        except Exception:
            _log.exception("recording.not_finished", session_id=session_id)

    # --- what people ask for ----------------------------------------------------------------------------------

    async def consent(self, person_id: str) -> None:
        """For a person by themself; their next session is recorded. Raises Conflict where nothing is."""
        if not self.possible:
            raise Conflict("This server records nothing; its operator can allow it with VIVA_RECORDINGS.")
        await self._store.consent(person_id)

    async def withdraw(self, person_id: str) -> None:
        """Nothing of this person is recorded from now on; what there is stays."""
        await self._store.withdraw(person_id)
        await self._look()

    async def file(self, session_id: str) -> Path | None:
        """None if it is not on this server."""
        path = self.path(session_id)
        return path if await asyncio.to_thread(path.is_file) else None

    async def heard(self, session_id: str, by: str) -> None:
        """Somebody else listens: that is noted once for all the ranges that a player asks for."""
        now = time.monotonic()
        self._listening = {who: at for who, at in self._listening.items() if now - at < _ONE_LISTENING}
        if (session_id, by) not in self._listening:
            await self._store.heard(session_id)
        self._listening[session_id, by] = now

    async def delete(self, person_id: str, session_id: str | None = None) -> bool:
        """Of one session of this person, or of all; False if there was none."""
        deleted = await self._store.delete(person_id, session_id)
        await self._look()
        await self._unlink(deleted)
        return bool(deleted)

    async def forget(self, session_ids: Iterable[str]) -> None:
        """Delete the files of sessions that are no more."""
        await self._unlink(session_ids)

    # --- looking after ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            try:
                if looks % _SWEEP_EVERY == 0:
                    await self.sweep(datetime.now(UTC))
                await self._look()
            except Exception:  # the database may be away; the next look finds the same
                _log.exception("recordings.not_looked_after")
            looks += 1
            await asyncio.sleep(_LOOK_SECONDS)

    async def sweep(self, now: datetime) -> None:
        """Delete what has expired, and files of which no row knows: what an interrupted deletion left."""
        expired = await self._store.expire(now, now - timedelta(days=self.keep_days))
        await self._unlink(expired)
        there = {path.stem for path in await asyncio.to_thread(self._files)} - self._running.keys()
        some = sorted(there)
        for start in range(0, len(some), _AT_ONCE):
            part = some[start : start + _AT_ONCE]
            await self._unlink(set(part) - await self._store.known(part))
        if expired:
            _log.info("recordings.expired", count=len(expired))

    async def _look(self) -> None:
        """End what is wanted no longer, whoever was told so; note how much there is of the others."""
        if not self._running:
            return
        wanted = await self._store.wanted(self._running.keys())
        for session_id in self._running.keys() - wanted:
            self._running[session_id].stop()
            await self.finish(session_id)
        if self._running:
            await self._store.grown([_grown(one) for one in self._running.values()])

    def _files(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    async def _unlink(self, session_ids: Iterable[str]) -> None:
        def unlink() -> None:
            for session_id in session_ids:
                for suffix in (".ogg", ".part"):
                    self.path(session_id).with_suffix(suffix).unlink(missing_ok=True)

        await asyncio.to_thread(unlink)

    def close(self) -> None:
        self._workers.shutdown(wait=False)


def _grown(recorder: SoundRecorder) -> tuple[str, int, int]:
    return recorder.session_id, round(recorder.seconds * 1000), recorder.size
