"""The documents keep up with the code."""

import re
from pathlib import Path

import pytest

from tutor.cli import COMMANDS, main
from tutor.settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
_README = (_ROOT / "README.md").read_text()


def test_every_setting_is_documented_with_its_description() -> None:
    page = (_ROOT / "docs" / "configure.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"`VIVA_{name.upper()}`" in page
        assert field.description is not None and field.description in page


def test_every_command_is_documented() -> None:
    pages = _README + (_ROOT / "docs" / "operate.md").read_text()
    for command in COMMANDS:
        assert f"viva {command}" in pages


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in (_ROOT / "README.md", *(_ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_file_that_a_decision_names_is_there() -> None:
    for page in (_ROOT / "docs" / "decisions").glob("0*.md"):
        for name in re.findall(r"`((?:audio|storage|tutor|tests)/[\w/.]*)`", page.read_text()):
            assert (_ROOT / name).exists(), f"{page.name}: {name}"


def test_the_commands_from_a_complaint_to_a_test_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_ROOT)
    page = (_ROOT / "docs" / "from-a-complaint-to-a-test.md").read_text()
    (_, printed, _), (example,) = _blocks(page, ""), _blocks(page, "python")
    outputs = []
    for command in "".join(_blocks(page, "sh")).splitlines():
        assert main(command.removeprefix("viva ").split()) == 0
        outputs.append(capsys.readouterr().out)
    assert printed in outputs[0] and "Every decision is the same." in outputs[0]
    assert all("decisions differ" in output for output in outputs[1:]) and len(outputs) == 3
    assert example in (_ROOT / "tests" / "conversation" / "test_complaints.py").read_text()


def _blocks(page: str, language: str) -> list[str]:
    """The page's fenced blocks of one language."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [text for of, text in blocks if of == language]
