"""A course out of a real server and in again, with everything in it."""

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from lms_core.media import recognise
from lms_core.people import Role
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.api.test_courses import COURSE
from tests.tutor.archives import cartridge_files
from tests.tutor.media_tools.made import film, photo, png, until_worked_on

PNG = png()
ITEMS = {
    "items": [
        {
            "kind": "short_answer",
            "question": "What bends light?",
            "answer": "glass",
            "accept": ["a lens"],
            "points": 3,
        },
        {
            "kind": "matching",
            "question": "Match",
            "pairs": [["red", "long"], ["blue", "short"]],
            "hints": ["waves"],
        },
        {"kind": "cloze", "question": "Light is ___.", "answers": ["fast|quick"], "explanation": "Very."},
    ]
}


async def send(ask: Asking, who: str, path: str, data: bytes) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {ask.keys[who]}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{ask.server.url}/api/v1{path}", data=data) as answer:
            return answer.status, await answer.json()


async def full_course(ask: Asking, teacher: str) -> str:
    """Its path: two modules, four lessons, two quizzes, a picture that is named three times."""
    _, picture = await send(ask, teacher, "/media?name=leaf%20ä.png", PNG)
    leaf = f"media:{picture['data']['id']}"
    fields = COURSE | {"description": f"![]({leaf})", "sequential": True, "language": "de", "thumbnail": leaf}
    here = f"/courses/{(await ask(teacher, 'POST', '/courses', fields)).data['id']}"
    for number in range(2):
        module = (
            await ask(teacher, "POST", f"{here}/modules", {"title": f"M{number}", "description": "*"})
        ).data["id"]
        for title in ("One", "One"):
            fields = {
                "title": title, "content": f"# Hi\r\n\n![leaf]({leaf}) é\n", "kind": "video",
                "metadata": {"x": [1, None, {"y": "z"}]}, "free_preview": True,
            }  # fmt: skip
            lesson = (await ask(teacher, "POST", f"/modules/{module}/lessons", fields)).data["id"]
    for path, quiz in (
        (f"/lessons/{lesson}/quiz", {"title": "Q", "pass_percent": 80}),
        (f"{here}/quizzes", {"title": "Final", "time_limit_seconds": 600, "max_attempts": 2}),
    ):
        made = await ask(teacher, "POST", path, quiz)
        assert made.status == 201, made.body
        put = await ask(teacher, "PUT", f"/quizzes/{made.data['id']}/items", ITEMS, If_Match="*")
        assert put.status == 200, put.body
    exercise = {
        "task": "Say hi.",
        "cases": [{"name": "says", "expected": "hi", "hidden": True}],
        "starter": "...",
    }
    put = await ask(teacher, "PUT", f"/lessons/{lesson}/exercise/source", exercise, If_Match="*")
    assert put.status == 200, put.body
    return here


async def test_a_course_comes_back_equal_with_its_media_and_quizzes(ask: Asking) -> None:
    for name in ("tina", "tom"):
        await ask.add(name, Role.TEACHER)
    await ask.add("lena")
    here = await full_course(ask, "tina")
    await ask("tina", "POST", f"{here}/publish")
    out = await ask("tina", "GET", f"{here}/archive")
    assert (out.status, out.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(out.body)) as archive:
        contents = json.loads(archive.read("course.json"))
        assert contents["modules"][-1]["lessons"][-1]["exercise"]["cases"][0]["hidden"]
        (picture,) = contents["media"]
        assert picture["name"] == "leaf ä.png" and archive.read(picture["file"]) == PNG
        assert archive.read("lessons/one-4.md").decode() == f"# Hi\r\n\n![leaf]({picture['file']}) é\n"
    status, made = await send(ask, "tom", "/courses/import", out.body)
    assert status == 201, made
    course = made["data"]["course"]
    assert (
        made["data"]["left_out"] == [] and not course["published"] and course["author_id"] == ask.ids["tom"]
    )
    again = await ask("tom", "GET", f"/courses/{course['id']}/archive")
    assert again.body == out.body
    assert (await ask("tom", "GET", f"{here}/archive")).status == 404
    assert (await ask("lena", "GET", f"{here}/archive")).status == 403


async def test_no_archive_tells_where_a_picture_or_film_was_taken(ask: Asking, tmp_path: Path) -> None:
    await ask.add("tore", Role.TEACHER)
    here = f"/courses/{(await ask('tore', 'POST', '/courses', COURSE)).data['id']}"
    files = photo(tmp_path / "school.jpg", (400, 300)), film(tmp_path / "way.mp4")
    ids = [
        (await send(ask, "tore", f"/media?name={one.name}", one.read_bytes()))[1]["data"]["id"]
        for one in files
    ]
    fields = {"description": " ".join(f"![](media:{one})" for one in ids)}
    assert (await ask("tore", "PATCH", here, fields, If_Match="*")).status == 200
    for one in ids:
        await until_worked_on(ask, "tore", one)
    out = await ask("tore", "GET", f"{here}/archive")
    assert out.status == 200
    with zipfile.ZipFile(io.BytesIO(out.body)) as archive:
        listed = json.loads(archive.read("course.json"))["media"]
        taken_out = {one["name"]: archive.read(one["file"]) for one in listed}
    assert set(taken_out) == {"school.jpg", "way.mp4"}
    with Image.open(io.BytesIO(taken_out["school.jpg"])) as picture:
        assert not picture.getexif() and "comment" not in picture.info
        assert picture.size == (300, 400), "upright"
    assert b"+53.5511" not in taken_out["way.mp4"] and b"Emma" not in taken_out["way.mp4"]
    _, made = await send(ask, "tore", "/courses/import", out.body)
    again = f"/courses/{made['data']['course']['id']}"
    for one in (await ask("tore", "GET", "/media")).data:
        await until_worked_on(ask, "tore", one["id"])
    assert (await ask("tore", "GET", f"{again}/archive")).body == out.body


async def test_a_course_is_duplicated_as_a_draft_by_who_may_change_it(ask: Asking) -> None:
    await ask.add("dora", Role.TEACHER)
    await ask.add("dan", Role.TEACHER)
    here = await full_course(ask, "dora")
    await ask("dora", "POST", f"{here}/publish")
    source = (await ask("dora", "GET", here)).data
    for who in ("dora", "admin"):
        copy = await ask(who, "POST", f"{here}/duplicate")
        assert copy.status == 201 and not copy.data["published"]
        assert (copy.data["title"], copy.data["tags"]) == (f"{source['title']} (copy)", source["tags"])
        outlines = [
            [lesson["title"] for module in shown.data["modules"] for lesson in module["lessons"]]
            for shown in [
                await ask(who, "GET", f"/courses/{one['id']}/outline") for one in (source, copy.data)
            ]
        ]
        assert outlines[0] == outlines[1] != []
    assert (await ask("dan", "POST", f"{here}/duplicate")).status == 404


async def test_the_files_that_a_lesson_names_are_for_who_reads_it(ask: Asking) -> None:
    await ask.add("tara", Role.TEACHER)
    await ask.add("tess", Role.TEACHER)
    await ask.add("leo")
    here = await full_course(ask, "tara")
    await ask("tara", "POST", f"{here}/publish")
    lesson = (await ask("leo", "GET", f"{here}/outline")).data["modules"][0]["lessons"][0]["id"]
    for one in (await ask("tara", "GET", "/media")).data:
        await until_worked_on(ask, "tara", one["id"])
    (leaf,) = (await ask("leo", "GET", f"/lessons/{lesson}/media")).data["files"]
    assert (
        leaf["name"] == "leaf ä.png"
        and f"media:{leaf['id']}" in (await ask("leo", "GET", f"/lessons/{lesson}")).data["content"]
    )
    (same,) = (await ask("leo", "GET", f"{here}/media")).data["files"]
    assert same["id"] == leaf["id"]
    async with aiohttp.ClientSession() as http, http.get(f"{ask.server.url}{leaf['url']}") as answer:
        assert recognise((await answer.read())[:16]) == "image/png"
    signed_in = {"Authorization": f"Bearer {ask.keys['leo']}"}
    async with (
        aiohttp.ClientSession(headers=signed_in) as http,
        http.get(f"{ask.server.url}/lessons/{lesson}") as page,
    ):
        assert f'<img src="{escape(leaf["url"])}" alt="leaf"' in await page.text()
    stolen = (
        await ask("tess", "POST", "/courses", {"title": "Mine", "description": f"media:{leaf['id']}"})
    ).data
    assert (await ask("tess", "GET", f"/courses/{stolen['id']}/media")).data["files"] == []


def packed(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


LESSON = {"title": "T", "slug": "t"}


def course_json(**fields: Any) -> str:
    return json.dumps({"format": "viva-course", "version": 1, "course": {"title": "T"}, **fields})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"PK", b"PK\5\6" + bytes(18), packed(), packed(**{"course.json": "{"}), packed(**{"course.json": "[]"}),
        packed(**{"course.json": course_json(version=2)}), packed(**{"../course.json": course_json()}),
        packed(**{"course.json": course_json(modules=[{"title": "M", "lessons": [LESSON]}])}),
        packed(**{"course.json": course_json(modules=[{"title": "M", "lessons": [LESSON | {"slug": "../t"}]}])}),
        packed(**{"course.json": course_json(modules=[{"title": "M", "lessons": [LESSON, LESSON]}]), "lessons/t.md": ""}),
        packed(**{"course.json": course_json(quizzes=[{"title": "Q", "items": [{"kind": "ordering", "question": "?"}]}])}),
        packed(**{
            "course.json": course_json(
                course={"title": "T", "description": f"media/{'0' * 64}.png"},
                media=[{"file": f"media/{'0' * 64}.png", "name": "x"}],
            ),
            f"media/{'0' * 64}.png": "<html>",
        }),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_and_leaves_nothing(ask: Asking, body: bytes) -> None:
    lists = ("/courses?mine=true", "/media")
    before = [(await ask("admin", "GET", one)).body["metadata"]["total"] for one in lists]
    status, answer = await send(ask, "admin", "/courses/import", body)
    assert (status, answer["code"]) == (400, "invalid_input"), answer
    assert [(await ask("admin", "GET", one)).body["metadata"]["total"] for one in lists] == before


async def test_the_command_line_does_the_same(ask: Asking, tmp_path: Path) -> None:
    await ask.add("theo", Role.TEACHER)
    slug = (await ask("theo", "GET", await full_course(ask, "theo"))).data["slug"]
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"

    def round_trip() -> bool:
        command("export", slug, str(first))
        made = command("import", str(first))
        command("export", made.split("'")[3], str(second))
        return first.read_bytes() == second.read_bytes()

    def command(*arguments: str) -> str:
        whole = [
            sys.executable,
            "-m",
            "tutor.cli",
            "course",
            *arguments,
            "--data-dir",
            str(ask.server.data_dir),
        ]
        return subprocess.run(whole, capture_output=True, text=True, check=True).stdout

    assert await asyncio.to_thread(round_trip)


async def test_a_common_cartridge_comes_in_with_a_report(ask: Asking) -> None:
    await ask.add("tuva", Role.TEACHER)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in cartridge_files.files().items():
            archive.writestr(name, content)
    status, made = await send(ask, "tuva", "/courses/import", data.getvalue())
    assert status == 201, made
    course = made["data"]["course"]
    assert (course["title"], course["published"]) == ("Light & Colour", False)
    assert {"part": "Just a heading", "reason": "It has no content here."} in made["data"]["left_out"]
    outline = (await ask("tuva", "GET", f"/courses/{course['id']}/outline")).data["modules"]
    page, *_, quiz = outline[1]["lessons"]
    media = (await ask("tuva", "GET", f"/lessons/{page['id']}/media")).data["files"]
    assert [one["name"] for one in media] == ["leaf one.png", "film.mp4"]
    items = (await ask("tuva", "GET", f"/lessons/{quiz['id']}/quiz")).data
    assert items["max_attempts"] == 2
    for one in (await ask("tuva", "GET", "/media")).data:
        await until_worked_on(ask, "tuva", one["id"])
    out = await ask("tuva", "GET", f"/courses/{course['id']}/archive")
    status, again = await send(ask, "tuva", "/courses/import", out.body)
    assert (status, again["data"]["left_out"]) == (201, [])
