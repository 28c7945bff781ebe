"""Twilio Media Streams, the wire: JSON text messages with base64 mu-law at 8 kHz. Sans-I/O.

https://www.twilio.com/docs/voice/media-streams/websocket-messages; numbers in it are strings.
"""

import binascii
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from lms_core.errors import InvalidInput

RATE = 8_000


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class MediaFormat(_Wire):
    encoding: str = "audio/x-mulaw"
    sample_rate: int = Field(RATE, alias="sampleRate")
    channels: int = 1


class CallStart(_Wire):
    """`start` of the message `start`."""

    stream_sid: str = Field("", alias="streamSid", max_length=100)
    call_sid: str = Field("", alias="callSid", max_length=100)
    media_format: MediaFormat = Field(default_factory=MediaFormat, alias="mediaFormat")
    custom_parameters: dict[str, str] = Field(default_factory=dict, alias="customParameters")


def read(message: bytes | str) -> dict[str, Any]:
    """One message. Raises ValueError if it is no JSON object."""
    data = orjson.loads(message)
    if type(data) is not dict:
        raise ValueError("not a JSON object")
    return data


def read_start(message: dict[str, Any]) -> CallStart:
    """Raises InvalidInput with what is wrong."""
    try:
        start = CallStart.model_validate(message.get("start"))
    except ValueError as error:
        raise InvalidInput("The message 'start' is not one of Twilio Media Streams.") from error
    sid = start.stream_sid or str(message.get("streamSid", ""))[:100]
    media = start.media_format
    if not sid:
        raise InvalidInput("The message 'start' has no streamSid.")
    if (media.encoding, media.sample_rate, media.channels) != ("audio/x-mulaw", RATE, 1):
        raise InvalidInput("The call must be audio/x-mulaw, 8000 Hz, one channel.")
    return start.model_copy(update={"stream_sid": sid})


def media(stream_sid: str, mulaw: bytes) -> bytes:
    payload = binascii.b2a_base64(mulaw, newline=False).decode("ascii")
    return orjson.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark(stream_sid: str, name: str) -> bytes:
    """Comes back when all audio before it was played, or at once when it was cleared."""
    return orjson.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> bytes:
    """Drop all audio that waits to be played."""
    return orjson.dumps({"event": "clear", "streamSid": stream_sid})
