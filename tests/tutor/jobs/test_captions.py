"""A film that speaks gets captions by the bundled ears; while they are needed for talks, it waits."""

import asyncio
import shutil
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from audio.stt.pocketsphinx import PocketsphinxEars
from lms_core.jobs import JobState
from lms_core.media import CAPTIONS_JOB, JOB, PartRole
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.jobs import JobStore
from storage.media import MediaStore
from storage.media_parts import MediaParts
from tests.postgres import sqlite_template as sqlite_template
from tests.speech import read_wav
from tests.storage.test_media import chunks
from tutor.jobs.captions import CaptionJobs
from tutor.jobs.jobs import Jobs
from tutor.jobs.media import MediaJobs


async def ended(store: JobStore, kind: str, media_id: str) -> JobState:
    async with asyncio.timeout(80):
        while True:
            job = (await store.about(kind, [media_id])).get(media_id)
            if job and job.state in (JobState.COMPLETED, JobState.FAILED):
                return job.state
            await asyncio.sleep(0.05)


async def test_what_is_said_is_written_down_when_nobody_talks(tmp_path: Path, sqlite_template: Path) -> None:
    said = tmp_path / "said.wav"
    with wave.open(str(said), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        silence = np.zeros(16_000 * 12, np.int16)
        file.writeframes(np.concatenate((read_wav("cards_001"), silence, read_wav("cards_003"))).tobytes())
    shutil.copy(sqlite_template, tmp_path / "viva.db")
    url = f"sqlite:///{tmp_path / 'viva.db'}"
    database, busy = Database(url), True
    jobs, media = JobStore(database), MediaStore(database, tmp_path / "media", largest=10 << 20)
    parts, ears = MediaParts(database, media), PocketsphinxEars(workers=1)
    kinds = [
        MediaJobs(media, parts, jobs, captions=True).kind,
        CaptionJobs(media, parts, ears, lambda: busy).kind,
    ]
    owner = await AccountStore(database).add_person("Tara", Role.TEACHER)
    await ears.start()
    async with Jobs(jobs, kinds, lambda *_: None, url=url, data_dir=tmp_path).running():
        stored = await media.add(owner.id, "said.wav", whole(said.read_bytes()))
        assert await ended(jobs, JOB, stored.id) is JobState.COMPLETED
        async with asyncio.timeout(60):
            message = ""
            while not message.startswith("Captions wait"):
                await asyncio.sleep(0.05)
                waiting = (await jobs.about(CAPTIONS_JOB, [stored.id])).get(stored.id)
                message = waiting.message if waiting else ""
        assert PartRole.CAPTIONS not in (await parts.of([stored.id])).get(stored.id, {})
        busy = False
        assert await ended(jobs, CAPTIONS_JOB, stored.id) is JobState.COMPLETED
    captions = media.path((await parts.of([stored.id]))[stored.id][PartRole.CAPTIONS].sha256).read_text()
    assert captions.startswith("WEBVTT\n\n00:00:0") and "ten of clubs" in captions
    assert "00:00:1" in captions.split("ten of clubs")[1]  # the second speaks twelve seconds later
    assert not list((tmp_path / "media" / "incoming").iterdir())
    await ears.aclose()
    await database.aclose()


async def whole(data: bytes) -> AsyncIterator[bytes]:
    async for chunk in chunks(data, 1 << 16):
        yield chunk
