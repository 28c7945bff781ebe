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
        ("VIVA_HEARING_SECONDS", "0", "greater than or equal to 1"),
        ("VIVA_SMTP_URL", "mail.school.org", "smtp://user:password@host:587"),
        ("VIVA_MAIL_FROM", "the school", "no e-mail address"),
        ("VIVA_SECRET_KEY", "short", "32 characters"),
        ("VIVA_END_OF_TURN", "of", "auto .*, off, smart-turn"),
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


@pytest.mark.parametrize(
    "written",
    ["https://a.org, http://b:81", '["https://a.org", "http://b:81"]', "https://a.org,http://b:81,"],
)
def test_origins_are_read_as_people_write_lists(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_ALLOWED_ORIGINS", written)
    monkeypatch.setenv("VIVA_PUBLIC_URL", "https://viva.school.org/tutor/")
    settings = load(data_dir=str(tmp_path))
    assert settings.allowed_origins == ("https://a.org", "http://b:81")
    assert settings.origins == ("https://viva.school.org", "https://a.org", "http://b:81")


@pytest.mark.parametrize(
    ("host", "public", "address"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:9"),
        ("0.0.0.0", "", "http://127.0.0.1:9"),
        ("::", "", "http://127.0.0.1:9"),
        ("::1", "", "http://[::1]:9"),
        ("0.0.0.0", "https://viva.school.org/", "https://viva.school.org"),
    ],
)
def test_the_address_is_one_that_a_learner_can_open(
    host: str, public: str, address: str, tmp_path: Path
) -> None:
    assert load(data_dir=str(tmp_path), host=host, public_url=public, port=9).address == address


def test_a_key_is_not_shown_by_what_prints_the_settings(tmp_path: Path) -> None:
    assert "sk-hidden" not in repr(load(data_dir=str(tmp_path), openai_api_key="sk-hidden"))
