"""From what the client asks for and how patient the companion is to the numbers of turn-taking."""

from lms_core.companions import Patience
from tutor.brain.base import Purpose
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.turn_events import Policy

_EAGERNESS = {"low": Patience.HIGH, "medium": Patience.NORMAL, "high": Patience.LOW}


def policy_of(config: SessionConfig, patience: Patience) -> Policy:
    """`patience`: the companion's own, which holds unless the client asks for another eagerness."""
    ladder = Policy().idle_ladder if config.companion_leads else ()
    if config.idle_timeout_ms is not None:
        ladder = ((config.idle_timeout_ms / 1000, Purpose.HINT),)
    return Policy(
        patience=_EAGERNESS.get(config.eagerness, patience),
        fixed_silence=None if config.silence_ms is None else config.silence_ms / 1000,
        create_reply=config.create_reply,
        interrupt_reply=config.interrupt_reply,
        idle_ladder=ladder,
    )
