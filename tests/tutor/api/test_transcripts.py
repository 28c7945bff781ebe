"""Who reads what another said is in the audit log."""

from storage.sessions import SessionStore
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def test_who_reads_anothers_transcript_is_noted_and_who_reads_their_own_is_not(ask: Asking) -> None:
    learner = await ask.add("lia")
    companion = (await ask("lia", "GET", "/companions/ada-fractions")).data["id"]
    await SessionStore(ask.database).open("sess_read", companion, learner, "realtime")
    assert (await ask("lia", "GET", "/sessions/sess_read")).status == 200
    assert (await ask("admin", "GET", "/admin/audit?act=transcript_read")).data == []
    assert (await ask("admin", "GET", "/sessions/sess_read")).status == 200
    (noted,) = (await ask("admin", "GET", "/admin/audit?act=transcript_read")).data
    assert noted["person_id"] == learner and noted["details"] == {"session_id": "sess_read"}
