"""Notifications by e-mail, through a real SMTP server of the test."""

from datetime import UTC, datetime

from sqlalchemy import update

from lms_core.notifications import Notification, NotificationKind, Urgency
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.notifications import NotificationStore, notify
from storage.tables import people
from tests.tutor.mailbox import open_mailbox
from tutor.deliveries import Deliveries
from tutor.mail import Mail, smtp_server

NOW = datetime.now(UTC)


async def test_an_urgent_notification_arrives_once_even_if_the_mail_server_was_away(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    lena = await AccountStore(database).add_person("Lena", Role.LEARNER, "lena@example.org")
    urgent = Notification(
        lena.id, NotificationKind.MESSAGE, "Tomorrow", "No lesson tomorrow.", NOW, Urgency.HIGH
    )
    async with database.write() as connection:
        await connection.run_sync(lambda c: notify(c, urgent, now=NOW))
    store = NotificationStore(database)
    await Deliveries(store, Mail(smtp_server("smtp://127.0.0.1:1"), "viva@school.org")).once(NOW)
    async with open_mailbox() as mailbox:
        deliveries = Deliveries(store, Mail(smtp_server(f"smtp://{mailbox.url}"), "viva@school.org"))
        await deliveries.once(NOW)
        await deliveries.once(NOW)
        (letter,) = mailbox.letters
    assert (letter["To"], letter["Subject"]) == ("lena@example.org", "Tomorrow")
    assert "Hello Lena" in mailbox.texts[0] and "No lesson tomorrow." in mailbox.texts[0]
    await database.aclose()


async def test_a_name_with_a_line_break_stops_no_letter_and_who_is_shut_out_gets_none(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    accounts = AccountStore(database)
    for name in ("Tara", "Theo"):
        teacher = await accounts.add_person(name, Role.TEACHER, f"{name}@example.org")
        call = Notification(
            teacher.id, NotificationKind.MESSAGE, "Lena\nBcc: x asks for you", "Now.", NOW, Urgency.HIGH
        )
        async with database.write() as connection:
            await connection.run_sync(lambda c, one=call: notify(c, one, now=NOW))
    async with database.write() as connection:
        await connection.execute(update(people).where(people.c.id == teacher.id).values(deactivated_at=NOW))
    async with open_mailbox() as mailbox:
        mail = Mail(smtp_server(f"smtp://{mailbox.url}"), "viva@school.org")
        await Deliveries(NotificationStore(database), mail).once(NOW)
    (letter,) = mailbox.letters
    assert (letter["To"], letter["Subject"]) == ("tara@example.org", "Lena Bcc: x asks for you")
    await database.aclose()
