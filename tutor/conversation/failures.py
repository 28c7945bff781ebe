"""What is logged when an engine fails; what nobody foresaw with its traceback, for whoever mends it."""

import structlog

from audio.errors import AudioError
from tutor.errors import MindError

_log = structlog.get_logger(__name__)
_FORESEEN = (AudioError, MindError, TimeoutError)


def log_failure(event: str, error: Exception, *, attempt: int = 1) -> None:
    """`event` such as "ears.failed"; `attempt` counts from 1."""
    why = str(error) or type(error).__name__
    _log.warning(event, attempt=attempt, error=why, exc_info=not isinstance(error, _FORESEEN))
