"""Hashes with the parameters of the day, off the event loop, and not without end."""

import asyncio

import pytest
from argon2 import PasswordHasher

from lms_core.errors import InvalidInput, TooBusy
from lms_core.passwords import check_password
from tutor.passwords import Passwords

_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_password_is_known_again_and_no_other_is() -> None:
    passwords = Passwords()
    stored = await passwords.hash("four words make one")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await passwords.check("four words make one", stored)).right
    for wrong, hashed in (("four words make two", stored), ("x", None), ("x", "no hash")):
        assert not (await passwords.check(wrong, hashed)).right


async def test_nobody_has_the_password_that_stands_in_for_unknown_people() -> None:
    passwords = Passwords(_CHEAP)
    passwords._nobodys = _CHEAP.hash("guessed")
    assert not (await passwords.check("guessed", None)).right


async def test_a_hash_of_old_parameters_is_renewed_when_its_password_comes_by() -> None:
    stored = _CHEAP.hash("four words make one")
    verdict = await Passwords().check("four words make one", stored)
    assert verdict.right and verdict.renewed is not None
    again = await Passwords().check("four words make one", verdict.renewed)
    assert again.right and again.renewed is None


async def test_too_many_at_once_are_refused_rather_than_kept_waiting() -> None:
    passwords = Passwords(_CHEAP)
    done = await asyncio.gather(*(passwords.hash("x") for _ in range(150)), return_exceptions=True)
    assert sum(isinstance(one, TooBusy) for one in done) == 50
    assert await passwords.hash("x")


@pytest.mark.parametrize(
    "bad", ["short", "a" * 30, "ababababab", "x" * 201, "lena4lena4!", "I am LENA4 and so"]
)
def test_a_password_that_is_easily_guessed_is_refused(bad: str) -> None:
    with pytest.raises(InvalidInput, match="Choose a password"):
        check_password(bad, "lena4", "Lena")


def test_a_short_name_does_not_forbid_its_letters() -> None:
    check_password("annual rainfall", "ann")
