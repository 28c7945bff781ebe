"""Common Cartridges: what is taken, and what is told to be left out."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.courses import LessonKind
from lms_core.errors import InvalidInput
from lms_core.media_references import archived
from storage.quiz_rows import PlacedItem
from tests.tutor.archives.cartridge_files import files
from tutor.archives.apart import unpack_cartridge_apart
from tutor.archives.cartridge import unpack_cartridge
from tutor.archives.unpacked import Unpacked
from tutor.archives.xml import parse
from tutor.archives.zips import ZipReader


def packed(folder: Path, contents: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "a.imscc", "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return folder / "a.imscc"


def unpacked(folder: Path, contents: Mapping[str, bytes]) -> Unpacked:
    with ZipReader(packed(folder, contents)) as reader:
        return unpack_cartridge(reader)


def test_it_is_read_in_a_process_of_its_own_as_here(tmp_path: Path) -> None:
    there, here = unpack_cartridge_apart(packed(tmp_path, files())), unpacked(tmp_path, files())
    assert (there.media, there.left_out, list(there.whole.texts())) == (
        here.media, here.left_out, list(here.whole.texts()),
    )  # fmt: skip


def test_pages_that_keep_the_parser_busy_are_given_up(tmp_path: Path) -> None:
    """This one, of 400 KB, takes more than five minutes."""
    endless = packed(tmp_path, files() | {"pages/light.html": b"<a>x" * 100_000})
    with pytest.raises(InvalidInput, match="cannot be read within 5 s"):
        unpack_cartridge_apart(endless, seconds=5)


def test_what_is_wrong_with_it_is_told_from_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no Common Cartridge"):
        unpack_cartridge_apart(packed(tmp_path, {"imsmanifest.xml": b"<manifest/>"}))


def test_a_page_that_no_parser_takes_is_left_out(tmp_path: Path) -> None:
    found = unpacked(tmp_path, files() | {"pages/light.html": b"<![" * 9})
    assert ("What is light?", "The page cannot be read.") in [
        (one.part, one.reason) for one in found.left_out
    ]


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_its_structure_becomes_modules_and_lessons(tmp_path: Path, version: str) -> None:
    found = unpacked(tmp_path, files(version))
    course = found.whole.course
    assert (course.title, course.description, course.language) == (
        "Light & Colour",
        "All about light",
        "en-GB",
    )
    assert [(one.module.title, [(x.lesson.title, x.lesson.kind) for x in one.lessons]) for one in found.whole.modules] == [
        ("Light & Colour", [("Welcome", LessonKind.TEXT)]),
        ("Week 1", [
            ("What is light?", LessonKind.TEXT), ("A film", LessonKind.VIDEO), ("A [link]", LessonKind.TEXT), ("Quiz", LessonKind.QUIZ),
        ]),
    ]  # fmt: skip
    slugs = [x.lesson.slug for one in found.whole.modules for x in one.lessons]
    assert slugs == ["welcome", "what-is-light", "a-film", "a-link", "quiz"]


def test_pages_become_markdown_and_name_their_files(tmp_path: Path) -> None:
    found = unpacked(tmp_path, files())
    page, film, link, _ = (one.lesson.content for one in found.whole.modules[1].lessons)
    leaf, movie = (name for name, _ in sorted(found.media.items(), key=lambda one: one[1][1], reverse=True))
    assert found.media == {
        leaf: ("web_resources/leaf one.png", "leaf one.png"),
        movie: ("film.mp4", "film.mp4"),
    }
    assert page == (
        "## Light\n\nIt is **fast**: [see](https://example.org/?a=1&b=2) or click.\n\n"
        f"![a leaf]({leaf}) nothing\n\n- red\n- blue\n\n[video]({movie})"
    )
    assert film == f"[film.mp4]({movie})" and link == "[A [link]](<https://example.org/light?x=1&y=2>)"
    assert archived(found.whole.texts()) == {leaf, movie}


def test_quizzes_have_the_items_of_the_kinds_that_we_have(tmp_path: Path) -> None:
    quiz = unpacked(tmp_path, files()).whole.modules[1].lessons[3].quiz
    assert quiz is not None
    assert (quiz.quiz.title, quiz.quiz.time_limit_seconds, quiz.quiz.max_attempts) == ("Quiz", 900, 2)
    assert quiz.items == tuple(
        PlacedItem(one, 2)
        for one in (
            QuizItem(
                "What is faster ?",
                "light",
                QuizKind.MULTIPLE_CHOICE,
                choices=("sound", "light"),
                explanation="Because.",
            ),
            QuizItem(
                "Which are colours?",
                kind=QuizKind.MULTIPLE_ANSWER,
                choices=("red", "loud", "blue"),
                answers=("red", "blue"),
            ),
            QuizItem("Light is a wave.", "true", QuizKind.TRUE_FALSE),
            QuizItem("Grass is", "green", accept=("Green coloured",)),
        )
    )


def test_what_is_not_taken_is_told_with_the_reason(tmp_path: Path) -> None:
    left = {one.part: one.reason for one in unpacked(tmp_path, files()).left_out}
    assert "cc.essay.v0p1" in left["Quiz, item 5"] and "the answer is one of them" in left["Quiz, item 6"]
    assert "imsdt_xmlv1p3" in left["Talk about it"] and "imsbasiclti_xmlv1p0" in left["A tool"]
    assert "no content" in left["Just a heading"] and "gone.html" in left["Gone"]
    assert "table of contents" in left["run.exe"]
    assert len(left) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"imsmanifest.xml": b"<manifest"},
        {"imsmanifest.xml": b"<manifest><metadata><schema>ADL SCORM</schema></metadata></manifest>"},
        {"imsmanifest.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><manifest>&a;</manifest>'},
        {"imsmanifest.xml": b"<a>" * 1000 + b"</a>" * 1000},
        {
            "imsmanifest.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><manifest/>'.encode(
                "utf-16"
            )
        },
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused(tmp_path: Path, wrong: dict[str, bytes]) -> None:
    with pytest.raises(InvalidInput):
        unpacked(tmp_path, wrong)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("quiz.xml", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'), ("quiz.xml", b"<questestinterop/>"),
        ("quiz.xml", b"\xff"), ("link.xml", b'<webLink><url href="javascript:x"/></webLink>'), ("link.xml", b"<webLink/>"),
        ("pages/light.html", b"<div>" * 5000), ("film.mp4", b"MZ"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_leaves_the_others(tmp_path: Path, name: str, data: bytes) -> None:
    found = unpacked(tmp_path, files() | {name: data})
    assert sum(len(one.lessons) for one in found.whole.modules) == 4
    titles = {
        "quiz.xml": "Quiz",
        "link.xml": "A [link]",
        "pages/light.html": "What is light?",
        "film.mp4": "A film",
    }
    assert titles[name] in [one.part for one in found.left_out]


def test_namespaces_do_not_matter() -> None:
    assert parse(b'<a:x xmlns:a="urn:1"><y xmlns="urn:2" a:z="1"/></a:x>', "x").find("y").attrib == {"z": "1"}  # type: ignore[union-attr]
