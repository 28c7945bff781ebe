"""Logs: readable on a terminal, JSON otherwise; one session id through all of a session's lines; no secrets."""

import contextlib
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import structlog
from aiohttp.http import HttpProcessingError

_HIDDEN = "(hidden)"
_SECRET_NAMES = re.compile(r"token|secret|password|api_key|authorization|cookie", re.I)
_SECRET_VALUES = re.compile(
    r"\b(?:viva|in|br|ek|ph|inv|rst|rt)_[\w.-]{30,}"  # our own tokens: see storage/accounts.py
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"  # JWTs
    r"|\b(?:sk_(?:live|test)|whsec)_\w+"  # Stripe's
    r"|\bsk-[\w-]{12,}"  # OpenAI's keys
    r"|(?<=Bearer )\S+"
    r"|(?<=://)[^/@\s]+(?=@)"  # user and password of a database URL
)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what must not be in a log, by the name of the field or the shape of the value."""
    return {name: _without_secrets(name, value) for name, value in event.items()}


def _without_secrets(name: str, value: Any) -> Any:
    if isinstance(value, str | bytes) and _SECRET_NAMES.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return _SECRET_VALUES.sub(_HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: _without_secrets(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(name, part) for part in value]
    return value


class _Stderr:
    """Standard error as it is at the time of writing. A log that nobody reads any more must not end a session."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):  # a broken pipe, a full disk, a closed file
            return sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


_STDERR = _Stderr()


_least = logging.INFO
_NUMBERS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def set_level(level: str) -> None:
    """From now on, also for loggers that are in use already. `level` is debug, info, warning or error."""
    global _least  # logging is the process's own
    _least = _NUMBERS[level]
    logging.getLogger().setLevel(max(_least, logging.WARNING))


def _drop_below(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if _NUMBERS.get(method, logging.ERROR) < _least:
        raise structlog.DropEvent
    return event


def configure(level: str, form: str) -> None:
    """Set up structlog and the standard library's logging alike. `form` is auto, text or json."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        _drop_below,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # Before hide_secrets, so that what an exception says is searched too; and never with the values of local
        # variables, which hold tokens and what learners said.
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    renderer: Any = structlog.processors.JSONRenderer() if as_json else console
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _STDERR)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_STDERR)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    set_level(level)
    logging.getLogger("aiohttp.server").addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    """What is no HTTP is answered with 400 and fills no log: any stranger can send it."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)
