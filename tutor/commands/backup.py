"""viva backup FILE"""

import argparse
import asyncio
from pathlib import Path

from tutor.commands import add_data_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup to write, such as viva-2026-11-21.zip")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")
    add_data_settings(parser)


def run(options: argparse.Namespace) -> None:
    from storage.backup import Folders, backup
    from storage.database import Database
    from tutor import settings

    chosen = settings.load(**flags(options))

    async def act() -> None:
        database = Database(chosen.database)
        try:
            folders = Folders(chosen.media_dir or chosen.data_dir / "media", chosen.recordings_folder)
            told = await backup(database, folders, options.file, force=options.force)
        finally:
            await database.aclose()
        print(
            f"{told.rows} rows, {told.files} uploaded files and {told.recordings} recordings are in {options.file}."
        )
        if told.missing:
            print(f"{told.missing} files were not on the disk; what names them shows nothing.")

    asyncio.run(act())
