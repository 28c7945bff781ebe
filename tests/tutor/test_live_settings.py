"""What an admin sets holds in every process; what the environment or a flag fixes stays; what is wrong is refused."""

from pathlib import Path

import pytest

from lms_core.errors import Conflict, InvalidInput, NotFound
from lms_core.people import SignUp
from storage.database import Database
from storage.settings import SettingStore
from tests.postgres import *  # noqa: F403
from tutor.live_settings import LiveSettings
from tutor.settings import LIVE, Settings, Source, load


def process(database: Database, settings: Settings) -> tuple[LiveSettings, list[Settings]]:
    applied: list[Settings] = []
    return LiveSettings(settings, SettingStore(database), applied.append), applied


async def test_what_one_process_changes_another_applies_and_it_can_be_undone(
    database: Database, tmp_path: Path
) -> None:
    one, here = process(database, load(data_dir=str(tmp_path)))
    other, there = process(database, load(data_dir=str(tmp_path)))
    changed = await one.change("sign_up", "open")
    assert (changed.value, changed.base, changed.source) == ("open", "invite", Source.ADMIN)
    await one.change("max_sessions", "12")
    await other.read()
    await other.read()  # nothing new: nothing is applied
    assert [now.sign_up for now in there] == [SignUp.OPEN] and other.now.max_sessions == 12
    assert here[-1].max_sessions == 12 and one.base.max_sessions == 200
    back = await other.reset("sign_up")
    assert (back.value, back.source, back.stored) == ("invite", Source.DEFAULT, None)
    await one.read()
    assert one.now.sign_up is SignUp.INVITE and one.now.max_sessions == 12


async def test_the_environment_and_flags_win_and_say_so(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await SettingStore(database).put("sign_up", "open")
    await SettingStore(database).put("log_level", "debug")
    (tmp_path / "viva.toml").write_text("max_upload_mb = 50\n")
    monkeypatch.setenv("VIVA_SIGN_UP", "closed")
    live, _ = process(database, load(data_dir=str(tmp_path), log_level="error"))
    await live.read()
    assert (live.now.sign_up, live.now.log_level) == (SignUp.CLOSED, "error")
    with pytest.raises(Conflict, match="VIVA_SIGN_UP"):
        await live.change("sign_up", "open")
    with pytest.raises(Conflict, match="command line"):
        await live.reset("log_level")
    assert live.one("sign_up").source is Source.ENVIRONMENT and live.one("sign_up").stored is None
    assert live.one("max_upload_mb").source is Source.FILE
    assert (await live.change("max_upload_mb", 60)).base == 50  # what an admin sets wins over the file


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("sign_up", "sometimes", "open"),
        ("max_sessions", 0, "greater than or equal to 1"),
        ("mail_from", "the school", "no e-mail address"),
        ("audit_days", "soon", "integer"),
        ("max_speech_wait", "inf", "with an end"),
        ("grace_seconds", float("nan"), "less than|with an end"),
    ],
)
async def test_what_is_wrong_is_explained_and_not_kept(
    database: Database, tmp_path: Path, name: str, value: object, says: str
) -> None:
    live, applied = process(database, load(data_dir=str(tmp_path)))
    with pytest.raises(InvalidInput, match=says):
        await live.change(name, value)
    await live.read()
    assert applied == []


async def test_what_no_longer_fits_is_left_out(database: Database, tmp_path: Path) -> None:
    store = SettingStore(database)
    await store.put("sign_up", "by letter")  # as another version may have it
    await store.put("of_another_version", 1)
    await store.put("port", 1)
    await store.put("audit_days", 40)
    live, _ = process(database, load(data_dir=str(tmp_path)))
    await live.read()
    assert (live.now.sign_up, live.now.port, live.now.audit_days) == (SignUp.INVITE, 8080, 40)


async def test_secrets_are_not_shown_and_what_is_read_at_start_is_not_changed(
    database: Database, tmp_path: Path
) -> None:
    live, _ = process(database, load(data_dir=str(tmp_path), openai_api_key="sk-hidden"))
    assert "sk-hidden" not in repr(live.all())
    key = live.one("openai_api_key")
    assert (key.value, key.given, key.secret) == (None, True, True)
    for name in ("openai_api_key", "port"):
        with pytest.raises(Conflict, match="when the server starts"):
            await live.change(name, "1")
    with pytest.raises(NotFound):
        await live.change("prot", 1)


def test_what_can_be_changed_live_is_a_setting_and_no_secret() -> None:
    assert set(Settings.model_fields) >= LIVE
    assert not [name for name in LIVE if "secret" in name or "key" in name or "url" in name]
