"""Films, sounds and pictures of all kinds, and of bad ones."""

import asyncio
import io
import os
import signal
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from lms_core.errors import InvalidInput
from lms_core.media_plans import FilmPlan, Looked, check, film_plan, fitted
from tests.tutor.media_tools import made
from tutor.media_tools import films, looking, pictures, sounds
from tutor.media_tools.runner import run


def test_a_film_that_browsers_play_is_kept_and_begins_at_once_and_tells_nothing_of_where_it_was(
    tmp_path: Path,
) -> None:
    film, out = made.film(tmp_path / "a.mp4"), tmp_path / "out.mp4"
    assert b"loci" in film.read_bytes() and b"Emma" in film.read_bytes()
    looked = looking.look(str(film), "video/mp4")
    assert (looked.video, looked.sound, looked.width, looked.height) == ("h264", "aac", 320, 180)
    assert looked.seconds == pytest.approx(2.0, abs=0.1)
    assert film_plan(looked) == FilmPlan("mp4", keep_video=True, keep_sound=True)
    films.join(str(film), "video/mp4", "mp4", None, "", str(out))
    raw = out.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat") and b"loci" not in raw and b"Emma" not in raw
    assert made.looked_at(out) == ("h264", "aac", pytest.approx(2.0, abs=0.1), 20)


@pytest.mark.parametrize(
    ("name", "media_type", "video", "sound", "pixels"),
    [
        ("a.avi", "video/x-msvideo", "mpeg4", "pcm_s16le", "yuv420p"),
        ("a.mov", "video/quicktime", "prores_ks", "pcm_s16le", "yuv422p10le"),
        ("a.mp4", "video/mp4", "mpeg4", None, "yuv420p"),
    ],
)
def test_a_film_that_browsers_cannot_play_is_made_anew_in_parts(
    tmp_path: Path, name: str, media_type: str, video: str, sound: str | None, pixels: str
) -> None:
    film = made.film(tmp_path / name, video=video, sound=sound, pixels=pixels, size=(1600, 900), seconds=3)
    looked = looking.look(str(film), media_type)
    plan = film_plan(looked)
    assert not plan.keep_video and plan.container == "mp4"
    parts = [str(tmp_path / f"{number}.mkv") for number in range(3)]
    counts = [
        films.part(str(film), media_type, start, start + 1, parts[start])["pictures"] for start in range(3)
    ]
    heard = str(tmp_path / "s.mp4") if sound else None
    if heard:
        sounds.sound(str(film), media_type, "mp4", heard)
    out = tmp_path / "out.mp4"
    films.join(str(film), media_type, "mp4", parts, heard, str(out))
    assert sum(counts) == 30
    assert made.looked_at(out) == ("h264", "aac" if sound else "", pytest.approx(3.0, abs=0.15), 30)
    with av.open(str(out)) as file:
        shades = [int(frame.to_ndarray(format="gray").mean()) for frame in file.decode(file.streams.video[0])]
        assert (file.streams.video[0].width, file.streams.video[0].height) == fitted(1600, 900, 1280)
    assert shades == sorted(shades)  # the parts follow each other


def test_webm_stays_webm_and_its_foreign_sound_is_made_opus(tmp_path: Path) -> None:
    film = made.film(tmp_path / "a.mkv", video="libvpx", sound="aac", container="matroska")
    plan = film_plan(looking.look(str(film), "video/webm"))
    assert plan == FilmPlan("webm", keep_video=True, keep_sound=False)
    heard, out = tmp_path / "s.webm", tmp_path / "o.webm"
    sounds.sound(str(film), "video/webm", "webm", str(heard))
    films.join(str(film), "video/webm", "webm", None, str(heard), str(out))
    assert made.looked_at(out)[:2] == ("vp8", "opus") and b"Emma" not in out.read_bytes()


def test_a_poster_shows_what_is_there_at_its_time(tmp_path: Path) -> None:
    film, out = made.film(tmp_path / "a.mp4", size=(1920, 1080)), tmp_path / "p.jpg"
    assert films.poster(str(film), "video/mp4", 1.0, str(out)) == {"width": 960, "height": 540}
    assert np.asarray(Image.open(out).convert("L")).mean() == pytest.approx(128, abs=12)
    films.poster(str(film), "video/mp4", 99.0, str(out))  # a film that is shorter than it says


def test_a_photo_is_upright_smaller_and_tells_nothing_of_its_place(tmp_path: Path) -> None:
    photo, out = made.photo(tmp_path / "a.jpg"), tmp_path / "o.jpg"
    assert pictures.picture(str(photo), "image/jpeg", str(out)) == {"width": 1536, "height": 2048}
    with Image.open(out) as shown:
        assert shown.format == "JPEG" and not dict(shown.getexif()) and "comment" not in shown.info
    assert b"Emma" not in out.read_bytes() and b"Fonyo" not in out.read_bytes()


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_pictures_too(tmp_path: Path, form: str) -> None:
    photo, out = made.photo(tmp_path / "a", (300, 200), turned=1, form=form), tmp_path / "o"
    pictures.picture(str(photo), f"image/{form.lower()}", str(out))
    with Image.open(out) as shown:
        assert shown.size == (300, 200) and not dict(shown.getexif())
    assert b"Fonyo" not in out.read_bytes()


def test_sound_that_browsers_cannot_play_becomes_aac(tmp_path: Path) -> None:
    voice, out = made.sound(tmp_path / "a.m4a", "alac", container="mp4"), tmp_path / "o.m4a"
    looked = looking.look(str(voice), "audio/mp4")
    assert looked.sound == "alac" and not looked.video
    sounds.sound(str(voice), "audio/mp4", "mp4", str(out))
    assert made.looked_at(out)[:2] == ("", "aac")


def test_ears_get_16_khz_mono(tmp_path: Path) -> None:
    film, out = made.film(tmp_path / "a.mp4"), tmp_path / "o.pcm"
    assert sounds.pcm(str(film), "video/mp4", str(out))["samples"] == pytest.approx(32_000, abs=1500)


# --- bad ones ------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A picture of a few bytes that claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


async def test_a_picture_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png(60_000, 60_000))
    with pytest.raises(InvalidInput, match="million pixels"):
        await run("picture", path=str(bomb), media_type="image/png", out=str(tmp_path / "o"))


@pytest.mark.parametrize(
    ("tool", "media_type"), [("look", "video/mp4"), ("look", "audio/mpeg"), ("picture", "image/jpeg")]
)
async def test_a_broken_file_is_refused_with_what_to_do(tmp_path: Path, tool: str, media_type: str) -> None:
    broken = tmp_path / "x"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9)
    task: dict[str, Any] = {"out": str(tmp_path / "o")} if tool == "picture" else {}
    with pytest.raises(InvalidInput, match=r"export it again|neither sound"):
        check(Looked(**await run(tool, path=str(broken), media_type=media_type, **task)))


async def test_a_file_that_names_other_files_gets_none_of_them(tmp_path: Path) -> None:
    """ffmpeg follows play lists; we read an MP4 as an MP4, whatever it says."""
    secret = made.sound(tmp_path / "secret.wav", "pcm_s16le")
    for text in (f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n", f"ffconcat version 1.0\nfile {secret}\n"):
        trap = tmp_path / "trap.mp4"
        trap.write_text(text)
        for kind in ("video/mp4", "video/webm", "video/x-msvideo", "audio/wav", "audio/ogg", "audio/flac"):
            task = {"path": str(trap), "media_type": kind}
            with suppress(InvalidInput):
                check(Looked(**await run("look", **task)))
                assert await run("pcm", out=str(tmp_path / "o"), **task) == {"samples": 0}


async def test_a_tool_that_is_killed_says_what_to_do_and_one_that_fails_is_tried_again(
    tmp_path: Path,
) -> None:
    film = str(made.film(tmp_path / "a.mp4", sound=None))
    with pytest.raises(RuntimeError):
        await run("poster", path=film, media_type="video/mp4", at=0, out=str(tmp_path / "no" / "folder.jpg"))
    endless = tmp_path / "endless.mp4"
    os.mkfifo(endless)
    looking_at_it = asyncio.create_task(run("look", path=str(endless), media_type="video/mp4"))
    opened = await asyncio.to_thread(os.open, endless, os.O_WRONLY)  # returns when the tool reads
    for tool in _tools():
        os.kill(tool, signal.SIGKILL)  # as the kernel does to what takes too much
    with pytest.raises(InvalidInput, match="Export it again"):
        await looking_at_it
    os.close(opened)


def _tools() -> list[int]:
    """The processes that work for us now."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"tutor.media_tools" in (status.parent / "cmdline").read_bytes():
                found.append(int(status.parent.name))
    return found


def test_what_is_longer_larger_or_has_more_tracks_than_any_lesson_is_refused() -> None:
    for bad in (
        Looked(5 * 3600, "h264"),
        Looked(1, "h264", "", 16_384, 16_384),
        Looked(1, "h264", streams=99),
        Looked(1),
    ):
        with pytest.raises(InvalidInput):
            check(bad)


def test_cut_off_in_the_middle_a_film_ends_there(tmp_path: Path) -> None:
    whole = made.film(
        tmp_path / "a.mkv", video="libvpx", sound=None, container="matroska", seconds=4
    ).read_bytes()
    half = tmp_path / "h.webm"
    half.write_bytes(whole[: len(whole) // 2])
    looked = looking.look(str(half), "video/webm")
    assert 0 < looked.seconds < 4
    films.join(str(half), "video/webm", "webm", None, None, str(tmp_path / "o.webm"))


def test_a_file_for_two_readers_is_what_its_beginning_says(tmp_path: Path) -> None:
    """A JPEG with a web page behind it: what is shown is the picture alone."""
    both = io.BytesIO()
    Image.new("RGB", (64, 64)).save(both, "JPEG")
    path, out = tmp_path / "x.jpg", tmp_path / "o.jpg"
    path.write_bytes(both.getvalue() + b"<script>alert(1)</script>PK\x03\x04")
    pictures.picture(str(path), "image/jpeg", str(out))
    assert b"script" not in out.read_bytes()
