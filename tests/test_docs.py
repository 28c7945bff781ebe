"""The documents keep up with the code."""

import re
from pathlib import Path

from tutor.cli import COMMANDS
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
