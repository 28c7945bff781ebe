"""Uploads are worked on: over REST and on the lesson's page, by a real server with real tools."""

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from lms_core.people import Role
from tests.e2e.conftest import RunningServer
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.media_tools import made


async def upload(ask: Asking, who: str, path: Path) -> Any:
    headers = {"Authorization": f"Bearer {ask.keys[who]}"}
    content = await asyncio.to_thread(path.read_bytes)
    async with aiohttp.ClientSession(headers=headers) as http:
        answer = await http.post(f"{ask.server.url}/api/v1/media?name={path.name}", data=content)
        assert answer.status == 201, await answer.text()
        return (await answer.json())["data"]


async def fetched(ask: Asking, url: str) -> bytes:
    async with aiohttp.ClientSession() as http, http.get(f"{ask.server.url}{url}") as answer:
        assert answer.status == 200
        return await answer.read()


async def lesson_with(ask: Asking, author: str, content: str) -> str:
    """A published one that everybody may read; its id."""
    course = (await ask(author, "POST", "/courses", {"title": "Films"})).data["id"]
    module = (await ask(author, "POST", f"/courses/{course}/modules", {"title": "One"})).data["id"]
    body = {"title": "Look", "content": content, "free_preview": True}
    lesson = (await ask(author, "POST", f"/modules/{module}/lessons", body)).data["id"]
    assert (await ask(author, "POST", f"/courses/{course}/publish")).status == 200
    return str(lesson)


async def page(ask: Asking, who: str, lesson: str) -> str:
    headers = {"Authorization": f"Bearer {ask.keys[who]}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        return await (await http.get(f"{ask.server.url}/lessons/{lesson}")).text()


async def test_a_photo_comes_to_learners_smaller_and_without_its_place(ask: Asking, tmp_path: Path) -> None:
    await ask.add("tess", Role.TEACHER)
    await ask.add("leo")
    stored = await upload(ask, "tess", made.photo(tmp_path / "tree.jpg"))
    assert stored["state"] == "pending"
    lesson = await lesson_with(ask, "tess", f"![a tree](media:{stored['id']})")
    done = await made.until_worked_on(ask, "tess", stored["id"])
    assert done["state"] == "completed" and (done["rendition"]["width"], done["rendition"]["height"]) == (
        1536,
        2048,
    )
    shown = await page(ask, "leo", lesson)
    (url,) = re.findall(r'<img src="([^"]+)" alt="a tree"', shown)
    raw = await fetched(ask, url.replace("&amp;", "&"))
    assert b"Fonyo" not in raw and Image.open(io.BytesIO(raw)).size == (1536, 2048)
    (named,) = (await ask("leo", "GET", f"/lessons/{lesson}/media")).data["files"]
    assert named["id"] == stored["id"] and stored["url"] not in shown and named["url"] != stored["url"]
    assert b"Fonyo" in await fetched(ask, stored["url"])  # the upload stays, for its owner
    assert [one["id"] for one in (await ask("tess", "GET", "/media")).data] == [stored["id"]]
    job = (await ask("tess", "GET", f"/jobs/{done['job_id']}")).data
    assert (job["kind"], job["subject"], job["progress"]) == ("media", stored["id"], 100)


def test_the_server_that_did_it_is_linked_to_nobody_outside(shared_server: RunningServer) -> None:
    """No telemetry, no control plane: whatever of it is linked, is linked to this machine."""
    here = Path(f"/proc/{shared_server.process.pid}")
    if not here.is_dir():
        pytest.skip("sockets can be looked at on Linux only")
    links = [str(one.readlink()) for one in (here / "fd").iterdir() if one.is_symlink()]
    rows = [
        line.split()
        for kind in ("tcp", "tcp6", "udp", "udp6")
        for line in (here / "net" / kind).read_text().splitlines()[1:]
    ]
    remotes = {row[2].split(":")[0] for row in rows if f"socket:[{row[9]}]" in links}
    assert remotes and remotes <= {"00000000", "0100007F", "0" * 32}


async def test_a_film_gets_a_poster_and_becomes_one_that_browsers_play(ask: Asking, tmp_path: Path) -> None:
    await ask.add("tim", Role.TEACHER)
    await ask.add("lia")
    stored = await upload(ask, "tim", made.film(tmp_path / "walk.avi", video="mpeg4", sound="pcm_s16le"))
    lesson = await lesson_with(ask, "tim", f"![a walk](media:{stored['id']})")
    done = await made.until_worked_on(ask, "tim", stored["id"])
    assert done["state"] == "completed", done["message"]
    assert (done["codecs"], done["duration_seconds"], done["width"]) == ("mpeg4/pcm_s16le", 2.0, 320)
    assert (done["rendition"]["media_type"], done["poster"]["media_type"]) == ("video/mp4", "image/jpeg")
    film = await fetched(ask, done["rendition"]["url"])
    assert film.index(b"moov") < film.index(b"mdat") and b"Emma" not in film
    shown = await page(ask, "lia", lesson)
    assert re.search(
        r'<video controls preload="metadata" src="[^"]+" aria-label="a walk" poster="[^"]+">', shown
    )
    removed = await ask("tim", "DELETE", f"/media/{stored['id']}")
    assert removed.status == 409  # the lesson shows it


async def test_a_broken_film_stays_says_what_to_do_and_is_shown_to_nobody(
    ask: Asking, tmp_path: Path
) -> None:
    await ask.add("tom", Role.TEACHER)
    broken = tmp_path / "x.mp4"
    broken.write_bytes(b"\0\0\0\x20ftypisom" + bytes(500))
    stored = await upload(ask, "tom", broken)
    lesson = await lesson_with(ask, "tom", f"![x](media:{stored['id']})")
    done = await made.until_worked_on(ask, "tom", stored["id"])
    assert done["state"] == "failed" and "export it again" in done["message"]
    assert await fetched(ask, stored["url"]) == broken.read_bytes()
    assert "/static/preparing.svg" in await page(ask, "tom", lesson)
    failed = (await ask("admin", "GET", "/admin/jobs?state=failed")).data
    assert [one["subject"] for one in failed] == [stored["id"]]


async def test_a_server_that_is_killed_in_the_midst_goes_on_and_makes_everything_once(
    ask: Asking, shared_server: RunningServer, tmp_path: Path
) -> None:
    await ask.add("tara", Role.TEACHER)
    film = made.film(tmp_path / "long.avi", video="mpeg4", sound=None, seconds=95, rate=5, size=(640, 360))
    stored = await upload(ask, "tara", film)
    async with asyncio.timeout(60):
        message = ""
        while "part 2" not in message:
            await asyncio.sleep(0.1)
            message = (await ask("tara", "GET", f"/media/{stored['id']}")).data["message"]
    shared_server.kill()
    scratch = shared_server.data_dir / "media" / "incoming" / stored["job_id"]
    first = (scratch / "part-0").stat().st_mtime_ns
    shared_server.start()
    async with asyncio.timeout(60):
        while (scratch / "part-0").exists() and not (scratch / "part-3").exists():
            assert (scratch / "part-0").stat().st_mtime_ns == first  # what was done is not done again
            await asyncio.sleep(0.05)
    done = await made.until_worked_on(ask, "tara", stored["id"])
    assert done["state"] == "completed", done["message"]
    out = tmp_path / "out.mp4"
    out.write_bytes(await fetched(ask, done["rendition"]["url"]))
    assert made.looked_at(out)[2:] == (pytest.approx(95, abs=0.5), 475) and not scratch.exists()
