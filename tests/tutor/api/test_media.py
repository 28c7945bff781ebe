"""Files over HTTP: upload, links that expire, ranges."""

import io
import wave

import aiohttp
import pytest

from tests.e2e.conftest import RunningServer
from tests.tutor.api.asking import shared_server as shared_server


def wav(seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(bytes(range(256)) * int(seconds * 125))
    return file.getvalue()


async def test_a_file_goes_up_and_comes_down_in_ranges(shared_server: RunningServer) -> None:
    sound = wav()
    async with aiohttp.ClientSession(shared_server.url) as http:
        signed_in = {"Authorization": f"Bearer {shared_server.api_key}"}
        answer = await http.post(
            "/api/v1/media", params={"name": "vowels ä.wav"}, data=sound,
            headers={**signed_in, "Content-Type": "text/html"},
        )  # fmt: skip
        stored = (await answer.json())["data"]
        assert answer.status == 201, stored
        assert (stored["media_type"], stored["size"]) == ("audio/wav", len(sound))

        whole = await http.get(stored["url"])  # the link alone, without signing in
        assert (whole.status, whole.content_type, await whole.read()) == (200, "audio/wav", sound)
        assert "sandbox" in whole.headers["Content-Security-Policy"]
        part = await http.get(stored["url"], headers={"Range": "bytes=100-199"})
        assert (part.status, await part.read()) == (206, sound[100:200])
        assert part.headers["Content-Range"] == f"bytes 100-199/{len(sound)}"
        tail = await http.get(stored["url"], headers={"Range": "bytes=-10"})
        assert await tail.read() == sound[-10:]
        assert (await http.get(stored["url"], headers={"Range": "bytes=999999-"})).status == 416
        again = await http.get(stored["url"], headers={"If-None-Match": whole.headers["ETag"]})
        assert again.status == 304

        forged = stored["url"][:-64] + "".join(reversed(stored["url"][-64:]))
        for broken in (forged, stored["url"].replace("expires=", "expires=9")):
            assert (await http.get(broken)).status == 403
        assert (await http.get(f"/api/v1/media/{stored['id']}")).status == 401

        listed = await (await http.get("/api/v1/media", headers=signed_in)).json()
        assert [one["id"] for one in listed["data"]] == [stored["id"]] and listed["metadata"]["total"] == 1
        assert (await http.delete(f"/api/v1/media/{stored['id']}", headers=signed_in)).status == 204
        assert (await http.get(stored["url"])).status == 404


@pytest.mark.parametrize("body", [b"", b"<html>", b"MZ"])
async def test_what_is_no_medium_is_refused_with_what_to_send(
    shared_server: RunningServer, body: bytes
) -> None:
    headers = {"Authorization": f"Bearer {shared_server.api_key}"}
    async with aiohttp.ClientSession(shared_server.url) as http:
        answer = await http.post("/api/v1/media?name=x.png", data=body, headers=headers)
        assert answer.status == 400 and "send PNG" in (await answer.json())["error"]
