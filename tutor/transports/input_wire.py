"""The learner's side and the conversation's items, as events of the Realtime protocol."""

from dataclasses import asdict
from typing import Any

from tutor.conversation.events import (
    InputCleared,
    InputCommitted,
    InputTimedOut,
    Item,
    ItemAdded,
    ItemDeleted,
    ItemDone,
    ItemRetrieved,
    ItemTruncated,
    SpeechStarted,
    SpeechStopped,
    TranscriptCompleted,
    TranscriptDelta,
    TranscriptFailed,
)  # fmt: skip
from tutor.transports.wire_items import item_to_wire

InputEvent = (
    SpeechStarted | SpeechStopped | InputCommitted | InputCleared | InputTimedOut
    | TranscriptDelta | TranscriptCompleted | TranscriptFailed
    | ItemAdded | ItemDone | ItemTruncated | ItemDeleted | ItemRetrieved
)  # fmt: skip
_TRANSCRIPTION = "conversation.item.input_audio_transcription"


def to_wire(event: InputEvent) -> dict[str, Any]:
    match event:
        case SpeechStarted(item_id, audio_ms):
            return {
                "type": "input_audio_buffer.speech_started",
                "audio_start_ms": audio_ms,
                "item_id": item_id,
            }
        case SpeechStopped(item_id, audio_ms):
            return {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": audio_ms, "item_id": item_id}
        case InputCommitted(item_id, previous):
            return {"type": "input_audio_buffer.committed", "previous_item_id": previous, "item_id": item_id}
        case InputCleared():
            return {"type": "input_audio_buffer.cleared"}
        case InputTimedOut():
            return {"type": "input_audio_buffer.timeout_triggered", **asdict(event)}
        case TranscriptDelta() | TranscriptCompleted() | TranscriptFailed():
            return _transcript(event)
        case ItemAdded(item, previous):
            return _placed("conversation.item.added", item, previous)
        case ItemDone(item, previous):
            return _placed("conversation.item.done", item, previous)
        case ItemRetrieved(item):
            return {"type": "conversation.item.retrieved", "item": item_to_wire(item)}
        case ItemDeleted(item_id):
            return {"type": "conversation.item.deleted", "item_id": item_id}
        case ItemTruncated(item_id, audio_end_ms):
            place = {"item_id": item_id, "content_index": 0}
            return {"type": "conversation.item.truncated", **place, "audio_end_ms": audio_end_ms}


def _placed(kind: str, item: Item, previous: str | None) -> dict[str, Any]:
    return {"type": kind, "previous_item_id": previous, "item": item_to_wire(item)}


def _transcript(event: TranscriptDelta | TranscriptCompleted | TranscriptFailed) -> dict[str, Any]:
    head = {"item_id": event.item_id, "content_index": 0}
    match event:
        case TranscriptDelta(_, text):
            return {"type": f"{_TRANSCRIPTION}.delta", **head, "delta": text}
        case TranscriptCompleted(_, text, _, seconds):
            usage = {"type": "duration", "seconds": round(seconds, 3)}
            return {"type": f"{_TRANSCRIPTION}.completed", **head, "transcript": text, "usage": usage}
        case TranscriptFailed(_, message):
            error = {
                "type": "transcription_error",
                "code": "transcription_failed",
                "message": message,
                "param": None,
            }
            return {"type": f"{_TRANSCRIPTION}.failed", **head, "error": error}
