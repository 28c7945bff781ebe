"""Recordings of a server: begun only where both agree, gone on with, ended when somebody changes their mind, deleted in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from lms_core.errors import Conflict
from lms_core.people import Principal
from storage.recordings import RecordingStore
from tests.tutor.recordings.listening import played
from tests.tutor.test_live import COMPANION, House, house
from tutor.conversation.session import Session
from tutor.recordings.keeper import Recordings
from tutor.recordings.recorder import SoundRecorder
from tutor.recordings.timeline import RATE

TONE = (np.sin(np.arange(RATE // 50) * 0.1) * 8000).astype("<i2").tobytes()


def talk(recorder: SoundRecorder, seconds: float) -> None:
    begins = recorder.until
    for number in range(1, round(seconds * 50) + 1):
        recorder.learner(begins + number * 0.02, TONE, RATE)


async def opened(made: House, who: Principal) -> tuple[Session, SoundRecorder]:
    session = await made.live.open(COMPANION, who, door_kind="realtime")
    return session, made.recordings._running[session.id]


async def test_nothing_is_recorded_without_both_words(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia, ben = await made.person("Mia"), await made.person("Ben")
        await made.recordings.consent(ben.person_id)
        session = await made.live.open(COMPANION, mia, door_kind="realtime")
        assert not session.recorded and not (tmp_path / "recordings").exists()
        store = RecordingStore(made.accounts.database)
        never = Recordings(store=store, folder=tmp_path / "recordings", possible=False, keep_days=30)
        assert await never.begin(session.id, ben.person_id, 0) is None
        with pytest.raises(Conflict, match="VIVA_RECORDINGS"):
            await never.consent(mia.person_id)


async def test_a_session_that_is_resumed_after_a_restart_has_one_recording(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        mia = await first.person("Mia")
        await first.recordings.consent(mia.person_id)
        session, recorder = await opened(first, mia)
        assert session.recorded
        talk(recorder, 5)
    async with house(tmp_path) as second:
        store = RecordingStore(second.accounts.database)
        found = await store.find(session.id, mia.person_id)
        assert found is not None and found.ended_at is not None and abs(found.duration_ms - 5000) < 50
        again = await second.live.open("", mia, resume_id=session.id, door_kind="realtime")
        assert abs(again.talked_seconds - 5) < 0.1, "what can be heard was talked"
        talk(second.recordings._running[session.id], 3)
        await second.live.end_of(mia.person_id)
        whole = await store.find(session.id, mia.person_id)
        path = second.recordings.path(session.id)
        assert whole is not None and whole.size == path.stat().st_size
        assert abs(played(path).shape[1] / RATE - 8) < 0.1 and abs(whole.duration_ms - 8000) < 100


async def test_who_changes_their_mind_is_recorded_no_longer_and_told_so(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia, ben = await made.person("Mia"), await made.person("Ben")
        for who in (mia, ben):
            await made.recordings.consent(who.person_id)
        (mias, tape), (bens, _) = await opened(made, mia), await opened(made, ben)
        talk(tape, 4)
        await made.recordings.withdraw(mia.person_id)
        assert not mias.recorded and mias.ended is None and bens.recorded
        assert abs(played(made.recordings.path(mias.id)).shape[1] / RATE - 4) < 0.1, "what there is stays"
        assert await made.recordings.delete(mia.person_id) and not made.recordings.path(mias.id).exists()
        assert made.recordings.path(bens.id).exists()


async def test_a_recording_that_is_deleted_while_it_runs_leaves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        await made.recordings.consent(mia.person_id)
        session, tape = await opened(made, mia)
        talk(tape, 4)
        assert not await made.recordings.delete("somebody else", session.id)
        assert await made.recordings.delete(mia.person_id, session.id)
        assert not session.recorded and list((tmp_path / "recordings").iterdir()) == []


async def test_too_short_to_be_heard_is_no_recording(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        await made.recordings.consent(mia.person_id)
        await opened(made, mia)
        await made.live.end_of(mia.person_id)
        assert list((tmp_path / "recordings").iterdir()) == []
        assert await RecordingStore(made.accounts.database).count(mia.person_id) == 0


async def test_the_sweep_deletes_what_expired_and_what_nobody_knows(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        await made.recordings.consent(mia.person_id)
        session, tape = await opened(made, mia)
        talk(tape, 4)
        await made.live.end_of(mia.person_id)
        kept = made.recordings.path(session.id)
        for name in ("sess_gone.ogg", "sess_gone.part"):
            (tmp_path / "recordings" / name).write_bytes(b"left over")
        now = datetime.now(UTC)
        await made.recordings.sweep(now + timedelta(days=29))
        assert list((tmp_path / "recordings").iterdir()) == [kept]
        await made.recordings.sweep(now + timedelta(days=31))
        assert list((tmp_path / "recordings").iterdir()) == []


async def test_a_disk_that_takes_nothing_costs_the_recording_and_not_the_talk(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        mia = await made.person("Mia")
        await made.recordings.consent(mia.person_id)
        (tmp_path / "recordings").write_text("no folder")
        session = await made.live.open(COMPANION, mia, door_kind="realtime")
        assert session.ended is None and not session.recorded
        assert await RecordingStore(made.accounts.database).count(mia.person_id) == 0
