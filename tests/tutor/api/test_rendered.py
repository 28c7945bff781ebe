"""How a text looks before it is saved."""

import asyncio

import aiohttp

from lms_core.people import Role
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


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
    assert f'src="/api/v1/media/{stored["id"]}/content' in shown.data["html"]
    assert [one["id"] for one in (await ask("nina", "GET", "/media")).data] == [stored["id"]]


async def test_previews_are_not_asked_for_without_end(ask: Asking) -> None:
    await ask.add("pia", Role.TEACHER)
    course = (await ask("pia", "POST", "/courses", {"title": "Fast"})).data["id"]
    asked = (ask("pia", "POST", f"/courses/{course}/preview", {"text": "a"}) for _ in range(60))
    answers = await asyncio.gather(*asked)
    assert {one.status for one in answers} == {200, 429}
