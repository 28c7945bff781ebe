"""Databases and stores for the tests of `storage`."""

import pytest

from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.sessions import SessionStore
from tests.postgres import *  # noqa: F403


@pytest.fixture
def accounts(database: Database) -> AccountStore:
    return AccountStore(database)


@pytest.fixture
def companions(database: Database) -> CompanionStore:
    return CompanionStore(database)


@pytest.fixture
def sessions(database: Database) -> SessionStore:
    return SessionStore(database)
