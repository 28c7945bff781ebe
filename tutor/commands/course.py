"""viva course export COURSE FILE | import FILE"""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.commands import add_data_settings, flags

if TYPE_CHECKING:
    from lms_core.people import Principal
    from storage.accounts import AccountStore
    from tutor.archives.courses import CourseArchives


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    out = actions.add_parser("export", help="write a course with all its content into a zip file")
    out.add_argument("course", help="its id or slug")
    into = actions.add_parser(
        "import", help="make a course of a zip file; it is the admin's, and not published"
    )
    for action in (out, into):
        action.add_argument("file", type=Path)
        add_data_settings(action)


def run(options: argparse.Namespace) -> None:
    from storage.accounts import AccountStore
    from storage.database import Database
    from storage.jobs import JobStore
    from storage.media import MediaStore
    from storage.media_parts import MediaParts
    from storage.whole_courses import WholeCourseStore
    from tutor import settings
    from tutor.archives.courses import CourseArchives
    from tutor.archives.outgoing import Outgoing

    chosen = settings.load(**flags(options))
    chosen.make_data_dir()

    async def act() -> None:
        database = Database(chosen.database)
        try:
            await database.migrate()
            folder = chosen.media_dir or chosen.data_dir / "media"
            media = MediaStore(database, folder, largest=chosen.max_upload_mb << 20)
            outgoing = Outgoing(media, MediaParts(database, media), JobStore(database))
            archives = CourseArchives(
                WholeCourseStore(database), media, outgoing, chosen.data_dir / "archives"
            )
            await _act(archives, await _admin(AccountStore(database)), options)
        finally:
            await database.aclose()

    asyncio.run(act())


async def _act(archives: "CourseArchives", admin: "Principal", options: argparse.Namespace) -> None:
    if options.action == "export":
        course = await archives.export(admin, options.course, options.file)
        print(f"'{course.title}' is in {options.file}.")
        return
    course, left_out = await archives.take(admin, options.file)
    print(f"'{course.title}' is there as '{course.slug}'; publish it when you have looked it over.")
    for one in left_out:
        print(f"  left out: {one.part}: {one.reason}")


async def _admin(accounts: "AccountStore") -> "Principal":
    """Raises NotFound on a database that no server has used yet."""
    from lms_core.errors import NotFound
    from lms_core.people import Principal, TokenKind

    admin = await accounts.first_admin()
    if admin is None:
        raise NotFound("Nobody has used this database yet; start the server once with viva serve.")
    return Principal(admin.id, admin.role, TokenKind.API_KEY)
