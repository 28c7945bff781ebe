"""What jobs and engines say in English is known to the catalogue, and so is said in the language of the page."""

import ast
from pathlib import Path

import pytest

import tutor.panel
from audio import end_of_turn, stt, tts
from tests.brain.chat_server import ChatServer
from tutor import brain
from tutor.panel.languages import LANGUAGES

_ROOT = Path(tutor.panel.__file__).parents[2]
_SAYING = {"tell": 1, "pause_while": 2, "InvalidInput": 0}
"""Calls, and which of their arguments is a sentence about a job."""
GERMAN = LANGUAGES["de"]


def _text(node: ast.AST | None) -> str | None:
    """A string of the source, its gaps filled with something."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "something" for part in node.values
        )
    return None


def _sentences(path: Path) -> set[str]:
    found: set[str | None] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _SAYING:
                found |= {_text(one) for one in node.args[_SAYING[name] :][:1]}
            case ast.Dict():
                found |= {
                    _text(value)
                    for key, value in zip(node.keys, node.values, strict=True)
                    if _text(key) == "message"
                }
            case ast.Tuple(elts=[_, said]) | ast.Assign(value=said):
                found.add(_text(said))
            case ast.Call(func=ast.Name(id="Job")):
                found |= {_text(one) for one in node.args}
    return {text for text in found if text and text[0].isupper() and text.endswith(".")}


def test_every_sentence_about_a_job_is_known() -> None:
    files = [
        *(_ROOT / "tutor/jobs").glob("*.py"), *(_ROOT / "tutor/media_tools").glob("*.py"),
        _ROOT / "lms_core/media_plans.py", _ROOT / "storage/jobs.py",
    ]  # fmt: skip
    said = set().union(*(_sentences(path) for path in files))
    assert len(said) >= 24 and "It has begun." in said
    assert {text for text in said if GERMAN.told(text) is None} == set()


async def test_why_an_engine_was_taken_is_known(tmp_path: Path) -> None:
    chosen = [stt.auto(tmp_path), tts.auto(tmp_path), end_of_turn.auto(tmp_path), await brain.choose("auto")]
    async with ChatServer().running() as server:
        for models in ("a", "ab", "abcdefghij"):
            server.models = (
                200,
                {"object": "list", "data": [{"id": one, "object": "model"} for one in models]},
            )
            chosen.append(await brain.choose("auto", base_url=server.url))
    said = {text for one in chosen for text in (one.why, one.better) if text}
    assert {text for text in said if GERMAN.told(text) is None} == set()


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("The film is being prepared for browsers: part 2 of 5.", "Der Film wird für Browser vorbereitet: Teil 2 von 5."),
        ("it is the only chat model at http://a/v1", "das einzige Chat-Modell auf http://a/v1"),
        ("Something of an engine of one's own.", None), ("", None),
    ],
)  # fmt: skip
def test_a_sentence_is_told_with_what_is_in_its_gaps(english: str, german: str | None) -> None:
    assert GERMAN.told(english) == german
    assert LANGUAGES["en"].told(english) == (german and english)
