"""Letters to people, over the SMTP server that the operator names."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from tutor.errors import MailFailed

_TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    implicit_tls: bool
    user: str = ""
    password: str = ""


def smtp_server(url: str) -> SmtpServer:
    """`smtp://` turns TLS on where the server offers it, `smtps://` begins with it. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("write smtp://user:password@host:587 or smtps://user:password@host:465")
    return SmtpServer(
        parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "smtps",
        unquote(parts.username or ""), unquote(parts.password or ""),
    )  # fmt: skip


class Mail:
    """`sender` may be set at any time."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server, self.sender = server, sender

    async def send(self, to: str, subject: str, text: str) -> None:
        """Off the event loop. Raises MailFailed."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, to, " ".join(subject.split())
        letter["Date"], letter["Message-ID"] = (
            formatdate(),
            make_msgid(domain=self.sender.rpartition("@")[2]),
        )
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        try:
            await asyncio.to_thread(self._send, letter)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailFailed(
                f"{self._server.host} took no letter: {type(error).__name__}. Check VIVA_SMTP_URL and VIVA_MAIL_FROM."
            ) from error

    def _send(self, letter: EmailMessage) -> None:
        server, trust = self._server, ssl.create_default_context()
        if server.implicit_tls:
            link: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=_TIMEOUT_SECONDS, context=trust
            )
        else:
            link = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
        with link:
            if not server.implicit_tls:
                link.ehlo()
                encrypted = link.has_extn("starttls")
                if encrypted:
                    link.starttls(context=trust)
                elif server.user and server.host not in LOOPBACK:
                    raise smtplib.SMTPNotSupportedError("no TLS, so the password stays here")
            if server.user:
                link.login(server.user, server.password)
            link.send_message(letter)
