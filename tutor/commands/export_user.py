"""viva export-user EMAIL"""

import argparse
import asyncio
import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from tutor.commands import add_data_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="the person's address")
    parser.add_argument(
        "--out", type=Path, help="the file to write, readable by you only; else it is printed"
    )
    parser.add_argument("--recordings", type=Path, help="a folder to copy the recordings of their talks to")
    add_data_settings(parser)


def run(options: argparse.Namespace) -> None:
    from lms_core.errors import InvalidInput, NotFound
    from lms_core.people import plain_email
    from storage.database import Database
    from storage.personal import PersonalStore
    from storage.sign_ins import SignInStore
    from tutor import settings

    chosen = settings.load(**flags(options))
    chosen.make_data_dir()

    async def act() -> dict[str, Any]:
        database = Database(chosen.database)
        try:
            await database.migrate()
            known = await SignInStore(database).credentials(email=plain_email(options.email))
            if known is None:
                raise NotFound(f"Nobody has the address {options.email}.")
            return await PersonalStore(database).export(known.person.id)
        finally:
            await database.aclose()

    found = asyncio.run(act())
    if options.recordings is not None:
        count = _copy(found["recordings"], chosen.recordings_folder, options.recordings)
        print(f"{count} recordings are in {options.recordings}.", file=sys.stderr)
    text = json.dumps(found, default=_plain, ensure_ascii=False, indent=1)
    if options.out is None:
        sys.stdout.write(text + "\n")
        return
    try:
        descriptor = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidInput(f"{options.out} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    print(f"Everything that is theirs is in {options.out}.")


def _copy(rows: list[dict[str, Any]], source: Path, target: Path) -> int:
    """Raises InvalidInput if the folder takes nothing."""
    from lms_core.errors import InvalidInput

    there = [path for row in rows if (path := source / f"{row['session_id']}.ogg").is_file()]
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in there:
            shutil.copy(path, target)
    except OSError as error:
        raise InvalidInput(f"{target} cannot be written: {error.strerror}.") from error
    return len(there)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
