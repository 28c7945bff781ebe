"""What a client of the Realtime protocol may say, and what the session makes of it.

`input_audio_buffer.append` is the hot path: fifty times a second and session. All else is rare, validated by
models, and answered with an `error` event if it cannot be carried out; a bad event never ends the session.
"""

import secrets
from collections.abc import Callable
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field

from lms_core.errors import VivaError
from tutor.transports import viva_events as viva
from tutor.transports.intake import Intake, converter, decoded
from tutor.transports.limits import Bucket
from tutor.transports.realtime import RealtimeDoor
from tutor.transports.response_request import parse_response, reply_options, take_output
from tutor.transports.wire_errors import WireError, validate
from tutor.transports.wire_items import item_from_wire, spoken_item_from_wire
from tutor.transports.wire_json import read_object

EVENTS_A_SECOND = 400.0
EVENTS_AT_ONCE = 6000.0
"""A minute of audio in frames of 10 ms, sent at once."""
BYTES_AN_EVENT = 4096
"""A longer message counts as several events."""
_MOST_REFUSED_SECONDS = 60.0
"""Audio that may be thrown away because it came too fast, until the client is sent away."""
_log = structlog.get_logger(__name__)

_Id = Annotated[str, Field(min_length=1, max_length=64)]


class _Event(BaseModel):
    """Unknown fields are let through: SDKs add their own."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _ItemCreate(_Event):
    item: dict[str, Any]
    previous_item_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class _ItemNamed(_Event):
    item_id: _Id


class _ItemTruncate(_ItemNamed):
    audio_end_ms: Annotated[int, Field(ge=0, le=86_400_000)]
    content_index: Literal[0] = 0


class _ResponseCancel(_Event):
    response_id: _Id | None = None


class ClientEvents:
    """Reads one client's messages. `receive` never raises and never blocks."""

    def __init__(
        self,
        door: RealtimeDoor,
        *,
        now: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Any],
    ) -> None:
        self._door = door
        self._session = door.session
        self._now = now
        self._events = Bucket(EVENTS_A_SECOND, EVENTS_AT_ONCE)
        self.intake = Intake(self._hear, output_rate=door.input_rate, now=now, call_later=call_later)
        self.intake.use_format(door.settings.input_format)
        self._told_too_fast = False
        self._handlers: dict[str, Callable[[dict[str, Any], str | None], None]] = {
            "session.update": self._session_update,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "conversation.item.create": self._item_create,
            "conversation.item.retrieve": self._item_retrieve,
            "conversation.item.delete": self._item_delete,
            "conversation.item.truncate": self._item_truncate,
            "response.create": self._response_create,
            "response.cancel": self._response_cancel,
            "output_audio_buffer.clear": self._output_clear,
        }
        if door.viva_client:
            self._handlers |= {
                "viva.playback": self._playback,
                "viva.session.end": self._end,
                "viva.patience": self._patience,
            }

    def receive(self, message: bytes | str) -> None:
        """One message as it came."""
        door = self._door
        if door.over:
            return
        if not self._events.take(self._now(), 1 + len(message) // BYTES_AN_EVENT):
            door.error("rate_limit_exceeded", "Too many events a second; the connection is closed.")
            door.leave(1008, "too many events a second")
            return
        try:
            event = read_object(message)
        except WireError as error:
            door.error(error.code, error.message)
            return
        if event.get("type") == "input_audio_buffer.append":
            self._append(event)
        elif self.intake.busy and event.get("type") != "response.cancel":
            self.intake.then(lambda: self._handle(event))
        else:
            self._handle(event)

    def close(self) -> None:
        """The client is gone."""
        self.intake.close()

    # --- audio ------------------------------------------------------------------------------------

    def _append(self, event: dict[str, Any]) -> None:
        audio = event.get("audio")
        if type(audio) is not str:
            self._refuse(
                event, WireError(*_bad_field("audio", "a base64 string", missing="audio" not in event))
            )
            return
        try:
            self.intake.append(audio)
            self._told_too_fast = False
        except WireError as error:
            self._append_refused(event, error)

    def _append_refused(self, event: dict[str, Any], error: WireError) -> None:
        if error.code != "input_audio_too_fast":
            self._refuse(event, error)
            return
        if not self._told_too_fast:
            self._told_too_fast = True
            self._refuse(event, error)
        if self.intake.refused_seconds > _MOST_REFUSED_SECONDS:
            self._door.leave(1008, "audio keeps coming much faster than real time")

    def _hear(self, pcm: bytes | memoryview) -> None:
        if not self._door.over:
            self._door.settings.input_used = True
            self._session.hear(pcm)

    # --- everything else --------------------------------------------------------------------------

    def _handle(self, event: dict[str, Any]) -> None:
        if self._door.over:
            return
        try:
            handler = self._handler(event)
            handler(event, _event_id(event))
        except WireError as error:
            self._refuse(event, error)
        except VivaError as error:
            self._door.error(error.code, error.message, None, _event_id(event))
        except Exception:  # a fault of ours must not cost the learner the session
            _log.exception("realtime.event_failed", event_type=str(event.get("type"))[:100])
            self._door.error(
                "internal_error", "Something went wrong here; the session goes on.", None, _event_id(event)
            )

    def _handler(self, event: dict[str, Any]) -> Callable[[dict[str, Any], str | None], None]:
        kind = event.get("type")
        if not isinstance(kind, str):
            raise WireError(*_bad_field("type", "a string", missing="type" not in event))
        handler = self._handlers.get(kind)
        if handler is None:
            known = ", ".join(f"'{name}'" for name in sorted((*self._handlers, "input_audio_buffer.append")))
            raise WireError(
                "invalid_value", f"Invalid value: '{kind[:100]}'. Supported values are: {known}.", "type"
            )
        return handler

    def _refuse(self, event: dict[str, Any], error: WireError) -> None:
        self._door.error(error.code, error.message, error.param, _event_id(event))

    def _session_update(self, event: dict[str, Any], _event_id: str | None) -> None:
        if "session" not in event:
            raise WireError(*_bad_field("session", "an object", missing=True))
        self.update_settings(event["session"])
        self._door.tell_session("session.updated")

    def update_settings(self, session: Any) -> None:
        """Change what a `session` object of the wire names. Raises WireError; then nothing has changed."""
        before = self._door.settings.input_format
        self._door.update_settings(session)
        if self._door.settings.input_format != before:
            self.intake.use_format(self._door.settings.input_format)

    def _commit(self, _event: dict[str, Any], event_id: str | None) -> None:
        self._session.commit_input(event_id)

    def _clear(self, _event: dict[str, Any], _event_id: str | None) -> None:
        self._session.clear_input()

    def _output_clear(self, event: dict[str, Any], _event_id: str | None) -> None:
        raise WireError(
            "invalid_value",
            f"'{event['type']}' is for WebRTC; over a WebSocket the client holds the audio: stop playing and "
            "send conversation.item.truncate.",
            "type",
        )

    # --- items ------------------------------------------------------------------------------------

    def _item_create(self, event: dict[str, Any], event_id: str | None) -> None:
        create = validate(_ItemCreate, event, "")
        fresh_id = f"item_{secrets.token_hex(10)}"
        if (spoken := spoken_item_from_wire(create.item, fresh_id)) is not None:
            convert = converter(self._door.settings.input_format, self._door.input_rate)
            sound = decoded(spoken[1], convert, "item.content[0].audio")
            self._session.add_spoken_item(spoken[0], sound, create.previous_item_id, event_id)
            return
        item = item_from_wire(create.item, "item", fresh_id)
        if isinstance(item, str):
            raise WireError(
                "invalid_value", "An item reference cannot be created; send the item itself.", "item.type"
            )
        self._session.add_item(item, create.previous_item_id, event_id)

    def _item_retrieve(self, event: dict[str, Any], event_id: str | None) -> None:
        self._session.retrieve_item(validate(_ItemNamed, event, "").item_id, event_id)

    def _item_delete(self, event: dict[str, Any], event_id: str | None) -> None:
        item_id = validate(_ItemNamed, event, "").item_id
        if self._door.is_being_said(item_id):
            raise WireError(
                "item_delete_invalid_item_id",
                f"The item '{item_id}' is still being made; send response.cancel first.",
                "item_id",
            )
        self._session.delete_item(item_id, event_id)

    def _item_truncate(self, event: dict[str, Any], event_id: str | None) -> None:
        truncate = validate(_ItemTruncate, event, "")
        self._session.truncate_item(truncate.item_id, truncate.audio_end_ms, event_id)

    # --- responses --------------------------------------------------------------------------------

    def _response_create(self, event: dict[str, Any], event_id: str | None) -> None:
        wanted = parse_response(event.get("response"))
        options = reply_options(wanted, self._session, event_id)
        take_output(wanted, self._door.settings)
        self._session.request_reply(options)

    def _response_cancel(self, event: dict[str, Any], event_id: str | None) -> None:
        self._session.cancel_reply(validate(_ResponseCancel, event, "").response_id, event_id)

    # --- viva.* -----------------------------------------------------------------------------------

    def _playback(self, event: dict[str, Any], _event_id: str | None) -> None:
        report = validate(viva.PlaybackReport, event, "")
        self._session.played(report.item_id, round(report.ms))

    def _end(self, _event: dict[str, Any], _event_id: str | None) -> None:
        self._session.end("closed")

    def _patience(self, event: dict[str, Any], _event_id: str | None) -> None:
        self._door.settings.be_patient(validate(viva.SetPatience, event, "").patience)


def _event_id(event: dict[str, Any]) -> str | None:
    given = event.get("event_id")
    return given[:512] if isinstance(given, str) else None


def _bad_field(name: str, wanted: str, *, missing: bool) -> tuple[str, str, str]:
    if missing:
        return "missing_required_parameter", f"Missing required parameter: '{name}'.", name
    return "invalid_type", f"Invalid type for '{name}': expected {wanted}.", name
