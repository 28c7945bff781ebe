"""How a text looks before it is saved."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp

from lms_core.people import Role
from storage.media import MediaStore
from storage.sessions import SessionStore
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.media_tools.made import png, until_worked_on

_PNG = png()


async def test_a_text_is_shown_as_learners_will_see_it_to_who_writes_the_course(ask: Asking) -> None:
    for name in ("tess", "tom"):
        await ask.add(name, Role.TEACHER)
    here = f"/courses/{(await ask('tess', 'POST', '/courses', {'title': 'Leaves'})).data['id']}/preview"
    shown = await ask("tess", "POST", here, {"text": "# Green\n\n<script>alert(1)</script>"})
    assert shown.status == 200 and "<h1>Green</h1>" in shown.data["html"]
    assert "<script>" not in shown.data["html"]
    assert (await ask("tom", "POST", here, {"text": "mine?"})).status == 404
    assert (await ask("tess", "POST", here, {"text": "x" * 200_001})).status == 400


async def test_what_an_admin_uploads_for_a_course_is_its_authors_and_shown(ask: Asking) -> None:
    for name in ("nina", "nora"):
        await ask.add(name, Role.TEACHER)
    course = (await ask("nina", "POST", "/courses", {"title": "Trees"})).data["id"]
    async with aiohttp.ClientSession(f"{ask.server.url}/api/v1/") as http:

        async def upload(who: str) -> aiohttp.ClientResponse:
            headers = {"Authorization": f"Bearer {ask.keys[who]}"}
            return await http.post(f"media?name=oak.png&course={course}", data=_PNG, headers=headers)

        stored = (await (await upload("admin")).json())["data"]
        assert (await upload("nora")).status == 404
    shown = await ask(
        "admin", "POST", f"/courses/{course}/preview", {"text": f"![an oak](media:{stored['id']})"}
    )
    assert 'src="/api/v1/media/med_' in shown.data["html"]  # the upload, or already what was made of it
    assert [one["id"] for one in (await ask("nina", "GET", "/media")).data] == [stored["id"]]


async def test_a_learner_sees_the_pictures_of_the_lesson_they_talk_about_and_no_others(ask: Asking) -> None:
    teacher, learner = await ask.add("odo", Role.TEACHER), await ask.add("lea")
    media = MediaStore(ask.database, ask.server.data_dir / "media", largest=1 << 20)
    oak, elm = [(await media.add(teacher, f"{name}.png", _drawn(name))).id for name in ("oak", "elm")]
    for one in (oak, elm):
        await until_worked_on(ask, "odo", one)
    course = (await ask("odo", "POST", "/courses", {"title": "Woods"})).data["id"]
    module = (await ask("odo", "POST", f"/courses/{course}/modules", {"title": "One"})).data["id"]
    told = {"title": "Oaks", "content": f"![an oak](media:{oak})"}
    lesson = (await ask("odo", "POST", f"/modules/{module}/lessons", told)).data["id"]
    await SessionStore(ask.database).open(
        "sess_woods", "companion-ada-fractions", learner, "realtime", lesson_id=lesson
    )
    here, text = "/sessions/sess_woods/rendered", f"**Look**: ![an oak](media:{oak}) ![an elm](media:{elm})"
    shown = (await ask("lea", "POST", here, {"text": text})).data["html"]
    assert "<strong>Look</strong>" in shown and re.search(
        r'src="/api/v1/media/med_\w+/content[^"]+" alt="an oak"', shown
    )
    assert shown.count("/api/v1/media/") == 1
    assert (await ask("odo", "POST", here, {"text": text})).status == 404


async def _drawn(name: str) -> AsyncIterator[bytes]:
    yield _PNG + name.encode()


async def test_previews_are_not_asked_for_without_end(ask: Asking) -> None:
    await ask.add("pia", Role.TEACHER)
    course = (await ask("pia", "POST", "/courses", {"title": "Fast"})).data["id"]
    asked = (ask("pia", "POST", f"/courses/{course}/preview", {"text": "a"}) for _ in range(60))
    answers = await asyncio.gather(*asked)
    assert {one.status for one in answers} == {200, 429}
