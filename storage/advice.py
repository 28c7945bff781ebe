"""What to do when a database does not open, by the code that its driver gives; for an operator at three in the morning."""

import socket
from collections.abc import Iterator

_BY_CODE = {
    "SQLITE_CANTOPEN": "Make its folder, and let this user write there.",
    "SQLITE_READONLY": "Let this user write to the file and its folder.",
    "SQLITE_FULL": "Make room on its disk.",
    "SQLITE_NOTADB": "Another file has its name: name another path, or restore a backup there.",
    "SQLITE_CORRUPT": "Restore a backup.",
    "SQLITE_BUSY": "Another program holds it: end that one first.",
    "28P01": "Correct user or password.",
    "28000": "Correct user or password, or allow this user in the server's pg_hba.conf.",
    "3D000": "Make the database first: createdb NAME.",
    "42501": "Let this user own the database.",
    "53300": "The server has no connection left: raise its max_connections.",
}
"""By SQLite's error names and PostgreSQL's SQLSTATEs."""
_BY_KIND: tuple[tuple[type[BaseException], str], ...] = (
    (ConnectionRefusedError, "Start PostgreSQL, or correct host and port."),
    (socket.gaierror, "Correct the host's name."),
    (TimeoutError, "The host does not answer: correct its name, or let this machine through its firewall."),
)


def advice(error: BaseException) -> str:
    """A sentence, or "" for an error that nobody foresaw."""
    for one in _chain(error):
        name = getattr(one, "sqlite_errorname", None) or getattr(one, "sqlstate", None)
        found = _BY_CODE.get(str(name)) or next(
            (text for kind, text in _BY_KIND if isinstance(one, kind)), ""
        )
        if found:
            return found
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = getattr(error, "orig", None) or error.__cause__
