"""A fresh database for each test, on SQLite and on PostgreSQL: the fixtures `database_url` and `database`.

PostgreSQL is the server that VIVA_TEST_POSTGRES_URL names (its user may create databases), or a private one
that is started once a test session where its programs are installed. Where there is none the test is skipped;
with VIVA_NO_SKIPS=1 it fails instead.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from storage.database import Database

_NAMES = count(1)
_ABSENT = (
    "no PostgreSQL: install it (Debian: apt-get install postgresql) or set VIVA_TEST_POSTGRES_URL to "
    "postgresql://user:password@host/name"
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server's maintenance database."""
    given = os.environ.get("VIVA_TEST_POSTGRES_URL")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if given:
        yield given
    elif programs:
        yield from _private_server(programs[-1].parent)
    else:
        pytest.skip(_ABSENT)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty database; copying it is much faster than migrating."""
    name = f"viva_template_{os.getpid()}"
    _away(_execute(postgres_server, f"CREATE DATABASE {name}"))
    _away(_migrate(_with_database(postgres_server, name)))
    yield name
    _away(_execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "viva.db"
    _away(_migrate(f"sqlite:///{path}"))
    return path


DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database, which is gone after the test."""
    yield from fresh_database(request.param, request, tmp_path)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.aclose()


def fresh_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """`database_url` for fixtures with parameters of their own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "viva.db")
        yield f"sqlite:///{tmp_path / 'viva.db'}"
    else:
        yield from _temporary(request, template=request.getfixturevalue("postgres_template"))


@pytest.fixture(params=DATABASES)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without a schema, as a newcomer has it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'viva.db'}"
    else:
        yield from _temporary(request, template="template1")


def _temporary(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    server = request.getfixturevalue("postgres_server")
    name = f"viva_test_{os.getpid()}_{next(_NAMES)}"
    _away(_execute(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _with_database(server, name)
    _away(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _private_server(programs: Path) -> Iterator[str]:
    """Listens on a socket in a folder of its own. PostgreSQL refuses to run as root, so root lends it a user."""
    folder = Path(tempfile.mkdtemp(prefix="viva-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", folder / "data", *arguments]
        done = subprocess.run(
            command,
            user=user,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stdout.decode()}"

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        # -F: what tests write need not survive a power cut; no TCP: nothing to collide with
        options = f"-F -k {folder} -c listen_addresses= -c max_connections=60"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(program: Path) -> int:
    name = program.parent.parent.name
    return int(name) if name.isdigit() else 0


def _with_database(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


async def _execute(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.aclose()


def _away(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread, so that the test's own event loop is none of our business."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
