"""Passwords are hashed with Argon2id, in threads of their own and never too many at once."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms_core.errors import TooBusy

# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
_OWASP = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_THREADS = 2
_MOST_WAITING = 100
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`renewed` is a hash to store in place of the old one, whose parameters are no longer ours."""

    right: bool
    renewed: str | None = None


class Passwords:
    """Both methods raise TooBusy rather than let the queue grow."""

    def __init__(self, hasher: PasswordHasher = _OWASP) -> None:
        self._hasher = hasher
        self._pool = ThreadPoolExecutor(_THREADS, "viva-passwords")
        self._waiting = 0
        self._nobodys = hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        return await self._apart(lambda: self._hasher.hash(password))

    async def check(self, password: str, stored: str | None) -> Verdict:
        """`stored` None costs as much, so that nobody learns from the time who has an account."""
        return await self._apart(lambda: self._check(password, stored))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, password: str, stored: str | None) -> Verdict:
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if stored is None:
            return Verdict(right=False)
        renew = self._hasher.check_needs_rehash(stored)
        return Verdict(right=True, renewed=self._hasher.hash(password) if renew else None)

    async def _apart(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= _MOST_WAITING:
            raise TooBusy("Too many people sign in at this moment; try again in a few seconds.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
