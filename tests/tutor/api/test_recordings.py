"""Consent, listening in ranges, deleting: whose it is, and what others get."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_core.audit import Act
from lms_core.people import Role
from storage.audit import AuditFilter
from tests.postgres import sqlite_template as sqlite_template
from tests.storage.rows import ADA
from tests.tutor.api.house import House, open_house
from tests.tutor.recordings.listening import played
from tests.tutor.recordings.test_keeper import talk
from tutor.recordings.timeline import RATE

CONSENT = "/me/recording-consent"


@pytest.fixture
async def house(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, sqlite_template, recordings=True) as house:
        await house.server.stores.companions.add(ADA)
        yield house


async def record(house: House, session_id: str, who: Role = Role.LEARNER) -> bytes:
    """Four seconds of the learner; returns the file."""
    person = house.people[who]
    await house.server.stores.sessions.open(session_id, ADA.id, person.id, "realtime")
    recorder = await house.server.recordings.begin(session_id, person.id, 0)
    assert recorder is not None
    talk(recorder, 4)
    await house.server.recordings.finish(session_id)
    return house.server.recordings.path(session_id).read_bytes()


async def get(house: House, path: str, by: Role, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    headers["Authorization"] = f"Bearer {house.keys[by]}"
    async with house.http.get(f"/api/v1{path}", headers=headers) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


async def test_consent_is_off_until_a_learner_gives_it_for_themself(house: House) -> None:
    _, body = await house.ask("GET", CONSENT, by=Role.LEARNER)
    assert body["data"] == {"possible": True, "given_at": None, "keep_days": 30, "kept": 0}
    status, body = await house.ask("PUT", CONSENT, {"given": True}, by=Role.LEARNER)
    assert status == 200 and body["data"]["given_at"]
    for other in (Role.ADMIN, Role.TEACHER):
        assert (await house.ask("GET", CONSENT, by=other))[1]["data"]["given_at"] is None
    await house.ask("PUT", CONSENT, {"given": False}, by=Role.LEARNER)
    assert (await house.ask("GET", CONSENT, by=Role.LEARNER))[1]["data"]["given_at"] is None


async def test_nobody_consents_where_the_operator_records_nothing(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with open_house(tmp_path, sqlite_template) as house:
        assert not (await house.ask("GET", CONSENT, by=Role.LEARNER))[1]["data"]["possible"]
        assert (await house.ask("PUT", CONSENT, {"given": True}, by=Role.LEARNER))[0] == 409
        assert (await house.ask("PUT", CONSENT, {"given": False}, by=Role.LEARNER))[0] == 200


async def test_a_learner_hears_their_talk_whole_and_in_ranges(house: House) -> None:
    await house.ask("PUT", CONSENT, {"given": True}, by=Role.LEARNER)
    whole = await record(house, "sess_1")
    path = "/sessions/sess_1/recording"
    status, content, headers = await get(house, path, Role.LEARNER)
    assert (status, content, headers["Content-Type"]) == (200, whole, "audio/ogg")
    assert abs(played(content).shape[1] / RATE - 4) < 0.1
    status, part, headers = await get(house, path, Role.LEARNER, Range="bytes=100-199")
    assert (status, part) == (206, whole[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    (_, body) = await house.ask("GET", "/sessions/sess_1", by=Role.LEARNER)
    shown = body["data"]["recording"]
    assert shown["size"] == len(whole) and abs(shown["duration_ms"] - 4000) < 50 and not shown["running"]


async def test_what_one_said_is_not_anothers_and_an_admin_who_listens_is_noted_once(house: House) -> None:
    for who in (Role.LEARNER, Role.ADMIN):
        await house.ask("PUT", CONSENT, {"given": True}, by=who)
    await record(house, "sess_1")
    await record(house, "sess_2", Role.ADMIN)
    path = "/sessions/sess_1/recording"
    assert (await get(house, path, Role.TEACHER))[0] == 404
    assert (await get(house, "/sessions/sess_2/recording", Role.LEARNER))[0] == 404
    assert (await house.ask("DELETE", path, by=Role.TEACHER))[0] == 404
    assert (await house.ask("DELETE", path, by=Role.ADMIN))[0] == 404
    await get(house, "/sessions/sess_2/recording", Role.ADMIN)
    for first in (0, 500, 1000):
        assert (await get(house, path, Role.ADMIN, Range=f"bytes={first}-"))[0] == 206
    heard, total = await house.server.stores.audit.entries(AuditFilter(act=Act.RECORDING_HEARD), 1, 10)
    assert total == 1 and heard[0].actor_id == house.people[Role.ADMIN].id
    assert heard[0].person_id == house.people[Role.LEARNER].id
    assert heard[0].details == {"session_id": "sess_1"}


async def test_a_learner_deletes_one_or_all_and_keeps_the_transcripts(house: House) -> None:
    await house.ask("PUT", CONSENT, {"given": True}, by=Role.LEARNER)
    for session_id in ("sess_1", "sess_2", "sess_3"):
        await record(house, session_id)
    assert (await house.ask("GET", CONSENT, by=Role.LEARNER))[1]["data"]["kept"] == 3
    assert (await house.ask("DELETE", "/sessions/sess_1/recording", by=Role.LEARNER))[0] == 204
    assert (await house.ask("DELETE", "/sessions/sess_1/recording", by=Role.LEARNER))[0] == 404
    assert (await get(house, "/sessions/sess_1/recording", Role.LEARNER))[0] == 404
    assert (await house.ask("DELETE", "/me/recordings", by=Role.LEARNER))[0] == 204
    assert list(house.server.settings.recordings_folder.iterdir()) == []
    status, body = await house.ask("GET", "/sessions/sess_2", by=Role.LEARNER)
    assert status == 200 and body["data"]["recording"] is None
