"""One phone call as a door: reply audio out with marks, marks back as the playback position. Sans-I/O."""

from collections.abc import Callable
from typing import Any

import structlog

from audio.pcm import encode_ulaw
from tutor.conversation.events import (
    Ended,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    SessionEvent,
    SpeechStarted,
)
from tutor.conversation.session import Session
from tutor.transports import twilio
from tutor.transports.intake import Intake
from tutor.transports.wire_errors import WireError

_LEAST_MARK_SAMPLES = twilio.RATE * 200 // 1000
_MARK_SAMPLES = twilio.RATE * 300 // 1000
"""Audio between two marks, at least and longest piece: between marks the position goes by the clock."""
_BURST_SECONDS = 10.0
_MOST_BAD = 20
"""Messages that make no sense, until the call is closed."""
_MOST_REFUSED_SECONDS = 30.0
_MOST_MARKS = 2000
_log = structlog.get_logger(__name__)


class PhoneDoor:
    """`send` takes whole messages; `close(code, reason)` closes the link after all that was sent."""

    input_rate = twilio.RATE
    output_rate = twilio.RATE
    reports_playback = True
    shows = False

    def __init__(
        self,
        session: Session,
        stream_sid: str,
        *,
        send: Callable[[bytes], None],
        close: Callable[[int, str], None],
        now: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Any],
    ) -> None:
        self.over = False
        self._session, self._sid, self._send, self._close = session, stream_sid, send, close
        self._intake = Intake(
            self._hear, output_rate=twilio.RATE, now=now, call_later=call_later, burst_seconds=_BURST_SECONDS
        )
        self._intake.use_format("audio/pcmu")
        self._marks: dict[str, tuple[str, int]] = {}
        self._named = 0
        self._reply: str | None = None
        self._unmarked: tuple[str, int] | None = None
        """Item and position of audio that was sent with no mark behind it yet."""
        self._since_mark = 0
        self._bad = 0

    # --- from the session -------------------------------------------------------------------------

    def emit(self, event: SessionEvent) -> None:
        if self.over:
            return
        match event:
            case ReplyAudio():
                self._play(event)
            case ReplyItemDone(item=item):
                if self._unmarked is not None and self._unmarked[0] == item.id:
                    self._mark(*self._unmarked)
            case SpeechStarted():
                self._silence()
            case ReplyDone(reply_id, status="cancelled") if reply_id == self._reply:
                self._silence()
            case Ended(reason):
                self.leave(1000, f"session ended: {reason}")
            case _:
                pass  # captions and the like: a phone shows nothing

    def leave(self, code: int, reason: str) -> None:
        """The session is gone for this caller: take no more, hang up."""
        self.over = True
        self._intake.close()
        self._close(code, reason)

    def _play(self, event: ReplyAudio) -> None:
        self._reply = event.reply_id
        for start in range(0, len(event.pcm), _MARK_SAMPLES):
            piece = event.pcm[start : start + _MARK_SAMPLES]
            self._send(twilio.media(self._sid, encode_ulaw(piece)))
            position = event.start_ms + (start + len(piece)) * 1000 // twilio.RATE
            self._unmarked = event.item_id, position
            self._since_mark += len(piece)
            if self._since_mark >= _LEAST_MARK_SAMPLES:
                self._mark(event.item_id, position)

    def _mark(self, item_id: str, position_ms: int) -> None:
        self._unmarked = None
        self._since_mark = 0
        if len(self._marks) >= _MOST_MARKS:  # a caller whose marks never come back
            return
        self._named += 1
        name = f"m{self._named}"
        self._marks[name] = item_id, position_ms
        self._send(twilio.mark(self._sid, name))

    def _silence(self) -> None:
        """Drop what the provider still holds. Its marks come back at once and mean nothing then."""
        self._unmarked = None
        self._since_mark = 0
        self._reply = None
        self._marks.clear()
        self._send(twilio.clear(self._sid))

    # --- from the caller --------------------------------------------------------------------------

    def receive(self, message: bytes | str) -> bool:
        """One message; False when the call is over. Nonsense is counted, and too much of it ends the call."""
        if self.over:
            return False
        try:
            event = twilio.read(message)
            kind = event.get("event")
            if kind == "start" or event.get("streamSid", self._sid) != self._sid:
                self._nonsense()  # one call a connection
            elif kind == "media":
                self._media(event["media"])
            elif kind == "mark":
                self._marked(event["mark"])
            elif kind == "dtmf":
                _log.info("phone.dtmf")
            elif kind == "stop":
                return False
        except (ValueError, KeyError, TypeError, AttributeError):
            self._nonsense()
        return not self.over

    def close(self) -> None:
        """The line is gone."""
        self.over = True
        self._intake.close()

    def _media(self, media: dict[str, Any]) -> None:
        if media.get("track", "inbound") != "inbound":
            return
        try:
            self._intake.append(media["payload"])
        except WireError as error:
            if error.code != "input_audio_too_fast":
                self._nonsense()
            elif self._intake.refused_seconds > _MOST_REFUSED_SECONDS:
                self.leave(1008, "audio comes much faster than real time")

    def _marked(self, mark: dict[str, Any]) -> None:
        name = mark["name"]
        if not isinstance(name, str):
            raise TypeError("a mark's name is a string")
        played = self._marks.pop(name, None)
        if played is not None:
            self._session.played(*played)

    def _hear(self, pcm: bytes | memoryview) -> None:
        if not self.over:
            self._session.hear(pcm)

    def _nonsense(self) -> None:
        self._bad += 1
        if self._bad > _MOST_BAD:
            self.leave(1008, "too many messages that are not Twilio Media Streams")
