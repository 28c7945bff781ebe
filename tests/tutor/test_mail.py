"""Letters through a real SMTP server."""

import pytest

from tests.tutor.mailbox import open_mailbox
from tutor.errors import MailFailed
from tutor.mail import Mail, SmtpServer, smtp_server


def mail(url: str) -> Mail:
    return Mail(smtp_server(url), "viva@school.org")


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with open_mailbox() as mailbox:
        await mail(f"smtp://viva:p%40ss@{mailbox.url}").send("lena@example.org", "Grüße", "Hallo Lena äöü\n")
    (letter,) = mailbox.letters
    assert mailbox.texts == ["Hallo Lena äöü\n"]
    assert (letter["From"], letter["To"]) == ("viva@school.org", "lena@example.org")
    assert letter["Message-ID"].endswith("@school.org>") and letter["Date"]
    assert mailbox.logins == [(b"viva", b"p@ss")]


async def test_a_password_is_not_sent_over_the_network_without_encryption() -> None:
    async with open_mailbox("127.0.0.2") as mailbox:  # of this computer, but by none of the names that say so
        with pytest.raises(MailFailed):
            await mail(f"smtp://viva:p%40ss@{mailbox.url}").send("lena@example.org", "Hello", "")
        assert not mailbox.logins and not mailbox.letters
        await mail(f"smtp://{mailbox.url}").send("lena@example.org", "Hello", "")
        assert len(mailbox.letters) == 1


@pytest.mark.parametrize("login", ["viva:wrong@", ""])
async def test_what_the_mail_server_refuses_is_said_without_the_password(login: str) -> None:
    async with open_mailbox() as mailbox:
        url = f"smtp://{login}{mailbox.url}"
        if login:
            with pytest.raises(MailFailed, match="VIVA_SMTP_URL") as caught:
                await mail(url).send("lena@example.org", "Hello", "")
            assert "wrong" not in caught.value.message
    with pytest.raises(MailFailed):
        await mail(url).send("lena@example.org", "Hello", "")


@pytest.mark.parametrize("to", ["lena@example.org\nBcc: all@example.org", "a@b\r\nX: y"])
async def test_an_address_cannot_add_headers(to: str) -> None:
    async with open_mailbox() as mailbox:
        with pytest.raises((MailFailed, ValueError)):
            await mail(f"smtp://{mailbox.url}").send(to, "Hello", "")
        assert not mailbox.letters


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://h", SmtpServer("h", 587, False)),
        ("smtps://u:p%40%3A@h", SmtpServer("h", 465, True, "u", "p@:")),
        ("smtp://u@h:25/", SmtpServer("h", 25, False, "u")),
    ],
)
def test_a_url_names_the_server(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize("url", ["h", "http://h", "smtp://", "smtp://h/path", "smtp://h:port"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        smtp_server(url)
