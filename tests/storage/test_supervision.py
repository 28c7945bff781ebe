"""Teachers follow the talks with their companions and about their courses' lessons, and nobody else's."""

from dataclasses import replace
from datetime import UTC, datetime

from lms_core.audit import Act
from lms_core.people import Principal, Role
from storage.audit import AuditFilter, AuditStore
from storage.companions import CompanionStore
from storage.notifications import NotificationStore
from storage.sessions import SessionStore
from storage.supervision import SupervisionStore
from tests.storage.rows import ADA
from tests.storage.test_courses import School
from tests.storage.test_courses import lena as lena
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina
from tests.storage.test_talks_about_lessons import ada_of

RUNNING = ("sess_own", "sess_lesson", "sess_other", "sess_unknown")


async def talks(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> SupervisionStore:
    """One with Tina's companion, one about her lesson with a house companion, one that is nothing to her."""
    course = await school.course(tina, ("a",))
    ids = await school.ids(course, tina)
    await companions.add(ADA)
    own = await ada_of(companions, tina)
    sessions = SessionStore(school.database)
    await sessions.open("sess_own", own.id, lena.person_id, "realtime")
    await sessions.open("sess_lesson", ADA.id, lena.person_id, "realtime", lesson_id=ids["a"])
    await sessions.open("sess_other", ADA.id, lena.person_id, "realtime")
    return SupervisionStore(school.database)


async def test_a_teacher_follows_their_own_and_an_admin_all(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    store = await talks(school, companions, tina, lena)
    found = await store.among(tina, RUNNING)
    assert [one.id for one in found] == ["sess_own", "sess_lesson"]
    assert {one.learner_id for one in found} == {lena.person_id}
    assert [one.id for one in await store.among(tina, ["sess_lesson"])] == ["sess_lesson"]
    assert len(await store.among(replace(tina, person_id="nobody", role=Role.ADMIN), RUNNING)) == 3
    assert await store.among(lena, RUNNING) == [] == await store.among(tina, [])


async def test_who_follows_a_talk_is_in_the_audit_log_and_who_may_not_is_not(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    store = await talks(school, companions, tina, lena)
    assert (
        await store.note(tina, "sess_other", Act.SUPERVISED) is None
        and await store.note(tina, "sess_unknown", Act.SUPERVISED) is None
    )
    begun = await store.note(tina, "sess_own", Act.SUPERVISED)
    assert begun is not None and begun.learner_id == lena.person_id
    (entry,), total = await AuditStore(school.database).entries(AuditFilter(act=Act.SUPERVISED), 1, 10)
    assert total == 1
    assert (entry.actor_id, entry.person_id) == (tina.person_id, lena.person_id)
    assert entry.details == {"session": "sess_own"}


async def test_a_learner_calls_who_made_the_companion_or_the_lesson(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    store = await talks(school, companions, tina, lena)
    for session, found in (
        ("sess_own", {tina.person_id}),
        ("sess_lesson", {tina.person_id}),
        ("sess_other", set()),
    ):
        assert await store.teachers(session) == found
    for session in RUNNING:
        await store.call(session, datetime.now(UTC))
    told, total = await NotificationStore(school.database).listed(
        tina.person_id, unread=True, page=1, limit=10
    )
    assert total == 2 and {one.data["session_id"] for one in told} == {"sess_own", "sess_lesson"}
    assert all(one.data["learner"] in one.title for one in told)
