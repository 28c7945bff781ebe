"""viva demo-data"""

import argparse
import asyncio

from tutor.commands import add_data_settings, flags

_AMOUNTS = ("people", "courses", "enrollments", "progress", "sessions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_settings(parser)
    defaults = {"people": 200, "courses": 20, "enrollments": 1000, "progress": 8000, "sessions": 2000}
    for name in _AMOUNTS:
        parser.add_argument(f"--{name}", type=int, default=defaults[name], help=f"default: {defaults[name]}")


def run(options: argparse.Namespace) -> None:
    from lms_core.errors import InvalidInput
    from storage.database import Database
    from storage.demo.crowd import Size, fill
    from storage.search import SearchStore
    from tutor import settings

    size = Size(**{name: getattr(options, name) for name in _AMOUNTS})
    if size.people < 2 or size.courses < 1 or min(size.enrollments, size.progress, size.sessions) < 0:
        raise InvalidInput("There must be at least two people and one course, and nothing below zero.")
    if size.enrollments > size.courses * size.people // 2:
        raise InvalidInput("There are too many enrollments for so few people and courses.")
    chosen = settings.load(**flags(options))
    chosen.make_data_dir()

    async def act() -> None:
        database = Database(chosen.database)
        try:
            await database.migrate()
            await fill(database, size, lambda table, rows: print(f"{table}: {rows} rows"))
            await SearchStore(database).fill()
        finally:
            await database.aclose()

    asyncio.run(act())
