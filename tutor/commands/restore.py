"""viva restore FILE"""

import argparse
import asyncio
from pathlib import Path

from tutor.commands import add_data_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a backup that viva backup wrote; stop the server first")
    parser.add_argument("--force", action="store_true", help="delete what is in the database")
    add_data_settings(parser)


def run(options: argparse.Namespace) -> None:
    from storage.backup import Folders, restore
    from storage.database import Database
    from tutor import settings

    chosen = settings.load(**flags(options))
    chosen.make_data_dir()

    async def act() -> None:
        database = Database(chosen.database)
        try:
            folders = Folders(chosen.media_dir or chosen.data_dir / "media", chosen.recordings_folder)
            told = await restore(database, folders, options.file, force=options.force)
        finally:
            await database.aclose()
        print(
            f"{told.rows} rows, {told.files} uploaded files and {told.recordings} recordings are back, compared with the backup and equal."
        )

    asyncio.run(act())
