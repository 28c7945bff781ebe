"""A wrong setting stops the start with a sentence that says what to write instead."""

from pathlib import Path

import pytest

from tutor.cli import main
from tutor.errors import SettingsError
from tutor.settings import load


def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "viva.toml").write_text('port = 1111\nhost = "10.0.0.1"\nmind = "lesson"\n')
    monkeypatch.setenv("VIVA_HOST", "10.0.0.2")
    monkeypatch.setenv("VIVA_PORT", "2222")
    settings = load(data_dir=str(tmp_path), port=3333)
    assert (settings.port, settings.host, settings.mind) == (3333, "10.0.0.2", "lesson")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("VIVA_PORT", "many", "VIVA_PORT"),
        ("VIVA_LOG_LEVEL", "loud", "'debug', 'info'"),
        ("VIVA_DATABASE_URL", "mysql://x", "postgresql://user"),
        ("VIVA_MAX_SESSIONS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_value_is_explained(
    name: str, value: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says):
        load(data_dir=str(tmp_path))


def test_an_unknown_name_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "viva.toml").write_text("prot = 1\n")
    with pytest.raises(SettingsError, match="no setting 'prot'"):
        load(data_dir=str(tmp_path))


def test_an_unknown_engine_stops_the_start_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--data-dir", str(tmp_path), "--port", "0", "--ears", "trumpet"]) == 2
    assert "There is no ear called 'trumpet'" in capsys.readouterr().err
