"""Who reads what another said is in the audit log."""

import aiohttp

from lms_core.people import Role
from storage.sessions import SessionStore
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def test_who_reads_anothers_transcript_is_noted_and_who_reads_their_own_is_not(ask: Asking) -> None:
    learner = await ask.add("lia")
    companion = (await ask("lia", "GET", "/companions/ada-fractions")).data["id"]
    await SessionStore(ask.database).open("sess_read", companion, learner, "realtime")
    assert (await ask("lia", "GET", "/sessions/sess_read")).status == 200
    noted = f"/admin/audit?act=transcript_read&person_id={learner}"
    assert (await ask("admin", "GET", noted)).data == []
    assert (await ask("admin", "GET", "/sessions/sess_read")).status == 200
    (entry,) = (await ask("admin", "GET", noted)).data
    assert entry["person_id"] == learner and entry["details"] == {"session_id": "sess_read"}


async def test_who_teaches_no_longer_reads_no_talk_and_changes_nothing_that_all_see(ask: Asking) -> None:
    """Their companions and courses stay theirs, and so do the links in their browser's history."""
    learner, teacher = await ask.add("lou"), await ask.add("tess", Role.TEACHER)
    course = (await ask("tess", "POST", "/courses", {"title": "Fractions"})).data["id"]
    assert (await ask("tess", "PUT", f"/courses/{course}/learners/{learner}")).status == 200
    body = {"name": "Max", "subject": "maths", "topic": "long division"}
    companion = (await ask("tess", "POST", "/companions", body)).data["id"]
    assert (await ask("tess", "POST", f"/companions/{companion}/publish")).status == 200
    await SessionStore(ask.database).open("sess_lou", companion, learner, "realtime")
    wish = {"name": "kiosk", "scopes": ["learn"]}
    ask.keys["kiosk"] = (await ask("tess", "POST", "/me/api-keys", wish)).data["value"]
    ask.keys["admin's kiosk"] = (await ask("admin", "POST", "/me/api-keys", wish)).data["value"]

    async def reads(who: str) -> int:
        head = {"Authorization": f"Bearer {ask.keys[who]}"}
        async with aiohttp.ClientSession(headers=head) as http:
            return (await http.get(f"{ask.server.url}/history/sess_lou")).status

    assert [await reads(who) for who in ("lou", "tess", "admin")] == [200, 200, 200]
    assert [await reads(who) for who in ("kiosk", "admin's kiosk")] == [404, 404]  # these keys are for talks
    demoted = await ask("admin", "PATCH", f"/admin/users/{teacher}", {"role": "learner"}, If_Match="*")
    assert demoted.status == 200
    assert await reads("tess") == 404
    edit = await ask("tess", "PATCH", f"/companions/{companion}", {"topic": "anything"}, If_Match="*")
    assert edit.status == 404
