"""What an empty database gets: demo companions with their lessons, an admin, and the local API key."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lms_core.errors import NotAuthenticated
from lms_core.people import Person, Role, TokenKind
from storage.accounts import EXPIRED_KEPT, AccountStore, insert_person, oldest_admin
from storage.companions import CompanionStore
from storage.demo import demo_lessons

_LINK_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Welcome:
    """Values to show once: the API key of this machine, and the token of a fresh one-time sign-in link."""

    api_key: str
    sign_in_token: str


async def first_run(accounts: AccountStore, companions: CompanionStore, data_dir: Path) -> Welcome:
    """Seed an empty database; on later starts only make a new sign-in link (older ones stop working)."""
    admin = await _seeded(accounts, companions)
    await accounts.forget_expired(datetime.now(UTC) - EXPIRED_KEPT)
    await accounts.revoke(admin.id, TokenKind.SIGN_IN)
    link, _ = await accounts.issue(admin.id, TokenKind.SIGN_IN, lasts=_LINK_LASTS)
    return Welcome(await _local_key(accounts, admin, data_dir / "api_key"), link)


async def _seeded(accounts: AccountStore, companions: CompanionStore) -> Person:
    """The admin. One transaction seeds all, so that a crash leaves no half of it and two servers make no two."""
    database = accounts.database
    async with database.write() as connection:
        await database.lock(connection)
        admin = await oldest_admin(connection)
        if admin is not None:
            return admin
        for demo in demo_lessons():
            if not await companions.exists(connection, demo.companion.id):
                await companions.insert(connection, demo.companion, demo.lesson)
        return await insert_person(connection, "Admin", Role.ADMIN)


async def _local_key(accounts: AccountStore, admin: Person, path: Path) -> str:
    """The same key at every start, so that clients which reconnect after a crash are still known."""
    key = await asyncio.to_thread(_read, path)
    if key is not None:
        try:
            await accounts.authenticate(key, TokenKind.API_KEY)
        except NotAuthenticated:
            pass
        else:
            return key
    key, _ = await accounts.issue(admin.id, TokenKind.API_KEY, name="local")
    await asyncio.to_thread(_write_private, path, key)
    return key


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even while it is written."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
