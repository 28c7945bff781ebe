"""Replies on the wire: responses with their items, content parts and deltas, in the protocol's order."""

import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.pcm import encode_alaw, encode_ulaw, to_pcm16
from tutor.conversation.events import (
    Item,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    ReplyItemStarted,
    ReplyOptions,
    ReplyStarted,
    ReplyText,
)
from tutor.transports.wire_items import begun_item_to_wire, item_to_wire
from tutor.transports.wire_session import WireSession

Emit = Callable[[dict[str, Any]], None]

_PIECE_MS = 400
"""Longest sound in one delta: some clients refuse messages of more than a megabyte, and all start sooner."""
_ENCODE: dict[str, Callable[[NDArray[np.int16]], bytes]] = {
    "audio/pcm": to_pcm16,
    "audio/pcmu": encode_ulaw,
    "audio/pcma": encode_alaw,
}


@dataclass(slots=True)
class _OpenItem:
    index: int
    kind: str
    """`output_audio`, `output_text` or `function_call`."""
    text: str = ""


@dataclass(slots=True)
class _OpenReply:
    options: ReplyOptions
    items: dict[str, _OpenItem] = field(default_factory=dict)


class ReplyWire:
    """News of replies that this client was never told of (from before it came) is left out."""

    def __init__(self, emit: Emit, settings: WireSession, conversation_id: str) -> None:
        self._emit = emit
        self._settings = settings
        self._conversation_id = conversation_id
        self._open: dict[str, _OpenReply] = {}

    def text_of(self, reply_id: str, item_id: str) -> str:
        """What was sent of an open item's text so far."""
        reply = self._open.get(reply_id)
        return reply.items[item_id].text if reply is not None and item_id in reply.items else ""

    def owns(self, reply_id: str, item_id: str) -> bool:
        reply = self._open.get(reply_id)
        return reply is not None and item_id in reply.items

    def has(self, item_id: str) -> bool:
        """True for an item of a response that is not done."""
        return any(item_id in reply.items for reply in self._open.values())

    def started(self, event: ReplyStarted) -> None:
        self._open[event.reply_id] = _OpenReply(event.options)
        response = self._response(event.reply_id, event.options, "in_progress", None, [])
        self._emit({"type": "response.created", "response": response})

    def item_started(self, event: ReplyItemStarted) -> None:
        reply = self._open.get(event.reply_id)
        if reply is None:
            return
        item = event.item
        kind = item.parts[0].kind if item.parts else "output_text"
        opened = _OpenItem(event.index, "function_call" if item.kind == "function_call" else kind)
        reply.items[item.id] = opened
        wire = begun_item_to_wire(item)
        head = {"response_id": event.reply_id, "output_index": event.index}
        self._emit({"type": "response.output_item.added", **head, "item": wire})
        if event.in_conversation:
            self._emit(
                {"type": "conversation.item.added", "previous_item_id": event.previous_item_id, "item": wire}
            )
        if opened.kind != "function_call":
            part = _part(opened.kind, "")
            self._emit(
                _place("response.content_part.added", event.reply_id, item.id, opened) | {"part": part}
            )

    def text(self, event: ReplyText) -> None:
        opened = self._item(event.reply_id, event.item_id)
        if opened is None or not event.text:
            return
        opened.text += event.text
        kind = (
            "response.output_audio_transcript.delta"
            if opened.kind == "output_audio"
            else "response.output_text.delta"
        )
        self._emit(_place(kind, event.reply_id, event.item_id, opened) | {"delta": event.text})

    def audio(self, event: ReplyAudio) -> None:
        opened = self._item(event.reply_id, event.item_id)
        if opened is None or not len(event.pcm):
            return
        self._settings.output_used = True
        encode = _ENCODE[self._settings.output_format]
        piece = self._settings.output_rate * _PIECE_MS // 1000
        head = _place("response.output_audio.delta", event.reply_id, event.item_id, opened)
        for start in range(0, len(event.pcm), piece):
            sound = encode(event.pcm[start : start + piece])
            self._emit(head | {"delta": binascii.b2a_base64(sound, newline=False).decode("ascii")})

    def item_done(self, event: ReplyItemDone) -> None:
        opened = self._item(event.reply_id, event.item.id)
        if opened is None:
            return
        if opened.kind == "function_call":
            self._call_done(event.reply_id, event.item, opened)
        else:
            self._content_done(event.reply_id, event.item, opened)
        head = {"response_id": event.reply_id, "output_index": opened.index}
        self._emit({"type": "response.output_item.done", **head, "item": item_to_wire(event.item)})

    def done(self, event: ReplyDone) -> None:
        if self._open.pop(event.reply_id, None) is None:
            return
        output = [item_to_wire(item) for item in event.items]
        response = self._response(event.reply_id, event.options, event.status, _status_details(event), output)
        response["usage"] = _usage(event.input_tokens, event.output_tokens)
        self._emit({"type": "response.done", "response": response})

    # --- inside -----------------------------------------------------------------------------------

    def _item(self, reply_id: str, item_id: str) -> _OpenItem | None:
        reply = self._open.get(reply_id)
        return None if reply is None else reply.items.get(item_id)

    def _content_done(self, reply_id: str, item: Item, opened: _OpenItem) -> None:
        here = (reply_id, item.id, opened)
        if opened.kind == "output_audio":
            self._emit(_place("response.output_audio.done", *here))
            self._emit(_place("response.output_audio_transcript.done", *here) | {"transcript": item.text})
        else:
            self._emit(_place("response.output_text.done", *here) | {"text": item.text})
        self._emit(_place("response.content_part.done", *here) | {"part": _part(opened.kind, item.text)})

    def _call_done(self, reply_id: str, item: Item, opened: _OpenItem) -> None:
        head = {
            "response_id": reply_id,
            "item_id": item.id,
            "output_index": opened.index,
            "call_id": item.call_id,
        }
        if item.arguments:
            self._emit({"type": "response.function_call_arguments.delta", **head, "delta": item.arguments})
        self._emit(
            {
                "type": "response.function_call_arguments.done", **head, "name": item.name,
                "arguments": item.arguments,
            }
        )  # fmt: skip

    def _response(
        self, reply_id: str, options: ReplyOptions, status: str, details: Any, output: list[Any]
    ) -> dict[str, Any]:
        settings = self._settings
        limit = options.max_output_tokens
        return {
            "object": "realtime.response",
            "id": reply_id,
            "status": status,
            "status_details": details,
            "output": output,
            "conversation_id": None if options.out_of_band else self._conversation_id,
            "output_modalities": list(options.modalities or (settings.modality,)),
            "max_output_tokens": settings.max_output_tokens if limit is None else limit,
            "audio": {
                "output": {
                    "format": {"type": settings.output_format}
                    | ({"rate": settings.output_rate} if settings.output_format == "audio/pcm" else {}),
                    "voice": settings.voice,
                }
            },
            "usage": None,
            "metadata": options.metadata,
        }


def _place(kind: str, reply_id: str, item_id: str, opened: _OpenItem) -> dict[str, Any]:
    return {
        "type": kind,
        "response_id": reply_id,
        "item_id": item_id,
        "output_index": opened.index,
        "content_index": 0,
    }


def _part(kind: str, text: str) -> dict[str, Any]:
    return {"type": "audio", "transcript": text} if kind == "output_audio" else {"type": "text", "text": text}


def _status_details(event: ReplyDone) -> dict[str, Any] | None:
    if event.status == "completed":
        return None
    if event.status == "failed":
        error = {
            "type": "server_error",
            "code": "mind_failed",
            "message": event.reason or "The reply failed.",
        }
        return {"type": "failed", "error": error}
    return {"type": event.status, "reason": event.reason}


def _usage(input_tokens: int, output_tokens: int) -> dict[str, Any]:
    """The mind counts text; speech costs no tokens here."""
    return {
        "total_tokens": input_tokens + output_tokens,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "input_token_details": {
            "text_tokens": input_tokens,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 0,
        },
        "output_token_details": {"text_tokens": output_tokens, "audio_tokens": 0},
    }
