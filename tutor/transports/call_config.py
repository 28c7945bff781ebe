"""What a client secret says of the session that it opens, where the client is a phone."""

from collections.abc import Mapping
from typing import Any

from lms_core.errors import InvalidInput
from tutor.conversation.session import Session
from tutor.transports.wire_session import WireSession


def check_call(config: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a `session` object of the wire that no phone can live with."""
    if config.get("tools"):
        raise InvalidInput("This client secret has tools, which a phone cannot answer; make one without.")
    if config.get("output_modalities") == ["text"]:
        raise InvalidInput("This client secret is for text; a phone needs output_modalities ['audio'].")
    if "turn_detection" in (sound := _input(config)) and sound["turn_detection"] is None:
        raise InvalidInput(
            "This client secret turns turn detection off; a phone cannot say that a turn is over."
        )


def configure_call(session: Session, config: Mapping[str, Any]) -> None:
    """As the realtime door would; the audio formats are for it alone, the line has its own."""
    settings = {name: value for name, value in config.items() if name != "model"}
    WireSession(session, session.companion.slug).update(settings)


def _input(config: Mapping[str, Any]) -> Mapping[str, Any]:
    sound: Mapping[str, Any] = (config.get("audio") or {}).get("input") or {}
    return sound
