"""viva user add NAME | link | reset-link EMAIL"""

import argparse
import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor.commands import add_settings, flags

if TYPE_CHECKING:
    from lms_core.people import Person
    from storage.accounts import AccountStore

_LINK_LASTS = timedelta(hours=12)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a person and print their one-time sign-in link")
    add.add_argument("name", help="what companions call them")
    add.add_argument("--role", choices=["learner", "teacher", "admin"], default="learner")
    add.add_argument("--email", help="must be nobody else's")
    link = actions.add_parser("link", help="print a new one-time sign-in link for the admin")
    reset = actions.add_parser("reset-link", help="print a link with which a person sets a new password")
    reset.add_argument("email", help="the person's address")
    for action in (add, link, reset):
        add_settings(action)


def run(options: argparse.Namespace) -> None:
    from storage.accounts import AccountStore
    from storage.database import Database
    from tutor import settings

    chosen = settings.load(**flags(options))
    chosen.make_data_dir()

    async def act() -> None:
        database = Database(chosen.database)
        try:
            await database.migrate()
            accounts = AccountStore(database)
            if options.action == "reset-link":
                print(await _reset_link(accounts, chosen.address, options.email))
                return
            person = await _person(accounts, options)
            print(
                f"{person.name} ({person.role.value}) signs in once within 12 hours at\n\n"
                f"  {chosen.address}/sign-in?token={await _link(accounts, person)}\n"
            )
        finally:
            await database.aclose()

    asyncio.run(act())


async def _reset_link(accounts: "AccountStore", address: str, email: str) -> str:
    """Raises NotFound."""
    from lms_core.errors import NotFound
    from lms_core.people import plain_email
    from storage.sign_ins import SignInStore
    from tutor.resets import issue_link

    known = await SignInStore(accounts.database).credentials(email=plain_email(email))
    if known is None:
        raise NotFound(f"Nobody has the address {email}.")
    link, _ = await issue_link(accounts, address, known.person.id)
    return (
        f"{known.person.name} ({known.person.role.value}) sets a new password within an hour at\n\n  {link}\n"
    )


async def _person(accounts: "AccountStore", options: argparse.Namespace) -> "Person":
    """Whom the link is for.

    Raises NotFound on a database that no server has used yet: an admin added to it would keep the first start from
    making the demo companions. Raises Conflict if somebody has the e-mail address.
    """
    from lms_core.errors import NotFound
    from lms_core.people import Role

    admin = await accounts.first_admin()
    if admin is None:
        raise NotFound("Nobody has used this database yet; start the server once with viva serve.")
    if options.action == "link":
        return admin
    return await accounts.add_person(options.name, Role(options.role), options.email)


async def _link(accounts: "AccountStore", person: "Person") -> str:
    """A fresh link's token; the person's earlier links stop working."""
    from lms_core.people import TokenKind

    await accounts.revoke(person.id, TokenKind.SIGN_IN)
    token, _ = await accounts.issue(person.id, TokenKind.SIGN_IN, lasts=_LINK_LASTS)
    return token
