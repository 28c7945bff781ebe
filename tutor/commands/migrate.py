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
    chosen.make_data_dir()

    async def migrate() -> None:
        database = Database(chosen.database)
        await database.migrate()
        await database.aclose()

    asyncio.run(migrate())
    print("The database is up to date.")
