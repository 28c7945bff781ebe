"""viva migrate"""

import argparse
import asyncio

from tutor.commands import add_data_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_settings(parser)


def run(options: argparse.Namespace) -> None:
    from storage.database import Database
    from tutor import settings

    chosen = settings.load(**flags(options))
    chosen.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def migrate() -> None:
        database = Database(chosen.database)
        await database.migrate()
        await database.aclose()

    asyncio.run(migrate())
    print("The database is up to date.")
