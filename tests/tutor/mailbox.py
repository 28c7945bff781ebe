"""A real SMTP server on a free port of this computer, which keeps what it gets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class Mailbox:
    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.url = ""

    @property
    def texts(self) -> list[str]:
        parts = [letter.get_payload(decode=True) for letter in self.letters]
        return [part.decode().replace("\r\n", "\n") for part in parts if isinstance(part, bytes)]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: Any, login: Any) -> AuthResult:
        self.logins.append((login.login, login.password))
        return AuthResult(success=login.password == b"p@ss")


@asynccontextmanager
async def open_mailbox(host: str = "127.0.0.1") -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, authenticator=mailbox.check, auth_require_tls=False, hostname="mail.test"),
        host,
        0,
    )
    async with server:
        mailbox.url = f"{host}:{server.sockets[0].getsockname()[1]}"
        yield mailbox
