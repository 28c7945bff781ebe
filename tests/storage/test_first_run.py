"""The first start and the later ones."""

import asyncio
import stat
from pathlib import Path

import pytest

from lms_core.companions import CompanionFilter
from lms_core.errors import NotAuthenticated
from lms_core.people import Principal, Role, TokenKind
from storage import first_run as first_run_module
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.demo import demo_lessons
from storage.first_run import first_run

ADMIN = Principal("pers_admin", Role.ADMIN, TokenKind.API_KEY)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


async def test_an_empty_database_gets_companions_an_admin_and_a_key(
    accounts: AccountStore, companions: CompanionStore, data_dir: Path
) -> None:
    welcome = await first_run(accounts, companions, data_dir)
    assert (await companions.listed(ADMIN, CompanionFilter()))[1] == len(demo_lessons()) >= 3
    for value, kind in ((welcome.api_key, TokenKind.API_KEY), (welcome.sign_in_token, TokenKind.SIGN_IN)):
        assert (await accounts.authenticate(value, kind)).role is Role.ADMIN
    admin = await accounts.first_admin()
    assert admin is not None
    assert [key.name for key in await accounts.tokens_of(admin.id, TokenKind.API_KEY)] == ["local"]


async def test_a_restart_keeps_the_key_and_makes_a_new_link(
    accounts: AccountStore, companions: CompanionStore, data_dir: Path
) -> None:
    first = await first_run(accounts, companions, data_dir)
    second = await first_run(accounts, companions, data_dir)
    assert second.api_key == first.api_key
    assert (await companions.listed(ADMIN, CompanionFilter()))[1] == len(demo_lessons())
    await accounts.authenticate(second.sign_in_token, TokenKind.SIGN_IN)
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(first.sign_in_token, TokenKind.SIGN_IN)


async def test_only_the_owner_can_read_the_key_even_if_the_file_was_open_to_all(
    accounts: AccountStore, companions: CompanionStore, data_dir: Path
) -> None:
    path = data_dir / "api_key"
    path.write_text("viva_left_over_from_another_database")
    path.chmod(0o644)
    welcome = await first_run(accounts, companions, data_dir)
    assert path.read_text() == welcome.api_key != "viva_left_over_from_another_database"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in data_dir.iterdir()] == ["api_key"]  # noqa: ASYNC240


async def test_a_crash_while_seeding_leaves_nothing_and_the_next_start_seeds(
    accounts: AccountStore, companions: CompanionStore, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def power_cut(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(first_run_module, "insert_person", power_cut)
        with pytest.raises(OSError):
            await first_run(accounts, companions, data_dir)
    assert (await companions.listed(ADMIN, CompanionFilter()))[1] == 0
    await first_run(accounts, companions, data_dir)
    assert (await companions.listed(ADMIN, CompanionFilter()))[1] == len(demo_lessons())


async def test_two_servers_that_start_at_once_seed_once(
    accounts: AccountStore, companions: CompanionStore, data_dir: Path, tmp_path: Path, database_url: str
) -> None:
    other = Database(database_url)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    welcomes = await asyncio.gather(
        first_run(accounts, companions, data_dir),
        first_run(AccountStore(other), CompanionStore(other), elsewhere),
    )
    people = {(await accounts.authenticate(one.api_key, TokenKind.API_KEY)).person_id for one in welcomes}
    assert len(people) == 1
    assert (await companions.listed(ADMIN, CompanionFilter()))[1] == len(demo_lessons())
    await other.aclose()
