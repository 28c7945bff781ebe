"""What an empty database gets: demo companions with their lessons, an admin, and the local API key."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from lms_core.errors import NotAuthenticated
from lms_core.people import Person, Role, TokenKind
from storage.accounts import AccountStore
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
    admin = await accounts.first_admin()
    if admin is None:
        admin = await accounts.add_person("Admin", Role.ADMIN)
        for demo in demo_lessons():
            if await companions.find(demo.companion.id) is None:
                await companions.add(demo.companion, demo.lesson)
    await accounts.revoke(admin.id, TokenKind.SIGN_IN)
    link, _ = await accounts.issue(admin.id, TokenKind.SIGN_IN, lasts=_LINK_LASTS)
    return Welcome(await _local_key(accounts, admin, data_dir / "api_key"), link)


async def _local_key(accounts: AccountStore, admin: Person, path: Path) -> str:
    """The same key at every start, so that clients which reconnect after a crash are still known."""
    if path.is_file():
        key = path.read_text().strip()
        try:
            await accounts.authenticate(key, TokenKind.API_KEY)
        except NotAuthenticated:
            pass
        else:
            return key
    key, _ = await accounts.issue(admin.id, TokenKind.API_KEY)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
