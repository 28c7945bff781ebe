"""Bookmarks, recent companions, and what teachers see of sessions, asked of a real server."""

from typing import Any

from lms_core.people import Role
from storage.sessions import SessionStore
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def published(ask: Asking, author: str, name: str) -> Any:
    made = await ask(author, "POST", "/companions", {"name": name, "subject": "history", "topic": "Rome"})
    return (await ask(author, "POST", f"/companions/{made.data['id']}/publish")).data


async def test_twice_bookmarked_is_one_bookmark_and_twice_removed_is_none(ask: Asking) -> None:
    await ask.add("lena")
    for slug in ("ada-fractions", "nora-seasons", "ada-fractions"):
        assert (await ask("lena", "PUT", f"/companions/{slug}/bookmark")).status == 204
    listed = await ask("lena", "GET", "/me/bookmarks")
    assert [one["slug"] for one in listed.data] == ["nora-seasons", "ada-fractions"]
    assert listed.body["metadata"]["total"] == 2
    for _ in range(2):
        assert (await ask("lena", "DELETE", "/companions/nora-seasons/bookmark")).status == 204
    assert [one["slug"] for one in (await ask("lena", "GET", "/me/bookmarks")).data] == ["ada-fractions"]


async def test_what_one_may_not_see_cannot_be_bookmarked_and_leaves_the_list(ask: Asking) -> None:
    await ask.add("tina", Role.TEACHER)
    await ask.add("leo")
    made = await published(ask, "tina", "Clio")
    assert (await ask("leo", "PUT", f"/companions/{made['id']}/bookmark")).status == 204
    await ask("tina", "POST", f"/companions/{made['id']}/archive")
    assert (await ask("leo", "GET", "/me/bookmarks")).data == []
    assert (await ask("leo", "PUT", f"/companions/{made['id']}/bookmark")).status == 404


async def test_recent_companions_and_taught_sessions_tell_no_words(ask: Asking) -> None:
    await ask.add("tom", Role.TEACHER)
    await ask.add("tara", Role.TEACHER)
    learner_id = await ask.add("lia")
    first, second = await published(ask, "tom", "One"), await published(ask, "tom", "Two")
    sessions = SessionStore(ask.database)
    for number, companion in enumerate((first, second, first)):
        await sessions.open(f"sess_{number}", companion["id"], learner_id, "realtime")
    await sessions.open("sess_own", first["id"], ask.ids["tom"], "realtime")
    assert [one["name"] for one in (await ask("lia", "GET", "/companions/recent")).data[:2]] == ["One", "Two"]
    taught = await ask("tom", "GET", "/sessions/taught")
    assert [one["id"] for one in taught.data] == ["sess_2", "sess_1", "sess_0"]
    assert taught.data[0]["learner_name"] == "lia" and "summary" not in taught.data[0]
    one = await ask("tom", "GET", f"/sessions/taught?companion_id={second['id']}")
    assert [each["id"] for each in one.data] == ["sess_1"]
    assert (await ask("tara", "GET", "/sessions/taught")).data == []
    assert (await ask("tom", "GET", "/sessions/sess_0")).status == 404
    assert (await ask("lia", "GET", "/sessions/taught")).status == 403
