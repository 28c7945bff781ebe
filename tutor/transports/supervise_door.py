"""One teacher's client that follows a session. Sans-I/O: messages in, messages out through `send`."""

import base64
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from audio.pcm import Resampler, from_pcm16, to_pcm16
from lms_core.errors import InvalidInput, VivaError
from tutor.conversation.audience import LearnerThere, SupervisorEvent, WhisperFollowed
from tutor.conversation.events import (
    Ended,
    Item,
    ItemAdded,
    ItemDeleted,
    ItemDone,
    ReplyAudio,
    ReplyItemDone,
    ReplyItemStarted,
    ReplyText,
    Role,
    SpeechDropped,
    SpeechStarted,
    StateChanged,
    Supervised,
    TranscriptCompleted,
)
from tutor.conversation.session import Session
from tutor.transports import supervise_events as words
from tutor.transports.limits import Bucket
from tutor.transports.viva_events import companion_to_wire

RATE = 24_000
_SHOWN_ITEMS = 200
_READ = TypeAdapter[words.FromTeacher](Annotated[words.FromTeacher, Field(discriminator="type")])


class SuperviseDoor:
    """`send_sound` may drop what it is given, `send` may not. Attach it with `session.join`."""

    def __init__(
        self,
        session: Session,
        *,
        teacher: str,
        learner: str,
        send: Callable[[bytes], None],
        send_sound: Callable[[bytes], None],
        close: Callable[[int, str], None],
        now: Callable[[], float],
    ) -> None:
        self.name = teacher
        self.listening = False
        self.over = False
        self._session, self._learner = session, learner
        self._send, self._send_sound, self._close, self._now = send, send_sound, close, now
        self.took_over = False
        """Set when they have; whoever notes it in the audit log clears it."""
        self._messages = Bucket(60, 200)
        self._sound_in = Bucket(1.2, 3.0)
        self._saying: dict[str, Role] = {}
        """Items that a teacher or an announcement is saying."""
        self._texts: dict[str, str] = {}
        """Of replies that are still being said."""
        self._resamplers: dict[str, tuple[int, Resampler]] = {}

    def greet(self) -> None:
        session = self._session
        said = [_said(item, item.said_by) for item in session.history.items[-_SHOWN_ITEMS:] if item.said_by]
        self._tell(
            words.Started(
                session.id, self._learner, companion_to_wire(session.companion), session.attached, said
            )
        )
        self._tell(words.State(session.state.value, session.phase.value, round(session.remaining_seconds, 1)))

    # --- from the teacher -----------------------------------------------------------------------------

    def receive(self, message: bytes | str) -> None:
        """One message as it came. Never raises."""
        if self.over:
            return
        if not self._messages.take(self._now()):
            self.leave(1008, "too many messages a second")
            return
        try:
            event = _READ.validate_json(message)
            self._do(event)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "message"
            self._tell(words.Refused("invalid_input", f"{where}: {first['msg']}"))
        except VivaError as error:
            self._tell(words.Refused(error.code, error.message))

    def leave(self, code: int, reason: str) -> None:
        """It is over for this teacher: they get and do nothing more."""
        self.over = True
        self._close(code, reason)

    def _do(self, event: words.FromTeacher) -> None:
        match event:
            case words.Listen(on=on):
                self.listening = on
            case words.Whisper(text=text):
                self._session.whisper(text)
            case words.Say(text=text):
                self._session.say(text)
            case words.TakeOver():
                self._session.take_over(self)
                self.took_over = True
            case words.HandBack():
                self._session.hand_back(self)
            case words.Voice(audio=audio):
                self._speak(audio)

    def _speak(self, audio: str) -> None:
        """What comes much faster than real time is dropped."""
        try:
            pcm = base64.b64decode(audio, validate=True)
        except ValueError as error:
            raise InvalidInput("audio: this is not base64.") from error
        if len(pcm) % 2:
            raise InvalidInput("audio: PCM16 has two bytes a sample.")
        if self._sound_in.take(self._now(), len(pcm) / 2 / RATE):
            self._session.teacher_speaks(self, pcm)

    # --- from the session -----------------------------------------------------------------------------

    def emit(self, event: SupervisorEvent) -> None:
        if self.over:
            return
        match event:
            case ReplyAudio(item_id=item_id, pcm=pcm):
                if self.listening:
                    of = "teacher" if self._saying.get(item_id) is Role.TEACHER else "tutor"
                    self._sound(of, item_id, pcm, self._session.output_rate)
            case SpeechStarted():
                self._tell(words.Silence())
            case StateChanged(state, phase, remaining):
                self._tell(words.State(state.value, phase.value, round(remaining, 1)))
            case Supervised(mode, teachers):
                self._tell(words.Teachers(mode, list(teachers)))
            case LearnerThere(there):
                self._tell(words.Learner(there))
            case WhisperFollowed(text):
                self._tell(words.Followed(text))
            case Ended(reason, summary):
                self._tell(words.Ended(reason, summary or None))
                self.leave(1000, f"talk ended: {reason}")
            case _:
                self._caption(event)

    def _caption(self, event: SupervisorEvent) -> None:
        match event:
            case ReplyText(item_id=item_id, text=text):
                self._texts[item_id] = self._texts.get(item_id, "") + text
                if item_id not in self._saying:
                    self._tell(words.Said(item_id, "tutor", self._texts[item_id], final=False))
            case ReplyItemStarted(item=item):
                if item.role is not None and item.role is not Role.TUTOR:
                    self._saying[item.id] = item.role
            case ReplyItemDone(item=item):
                self._texts.pop(item.id, None)
                self._saying.pop(item.id, None)
                self._item(item)
            case TranscriptCompleted(item_id=item_id, text=text):
                self._tell(words.Said(item_id, "learner", text, final=True))
            case ItemAdded(item=item) | ItemDone(item=item):
                self._item(item)
            case ItemDeleted(item_id=item_id) | SpeechDropped(item_id=item_id):
                self._tell(words.Unsaid(item_id))

    def _item(self, item: Item) -> None:
        if item.said_by:
            self._tell(words.Said(**_said(item, item.said_by), final=True))  # type: ignore[arg-type]

    def learner_sound(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        if not self.over:
            self._sound("learner", "learner", from_pcm16(pcm), rate)

    def _sound(self, of: Any, item_id: str, pcm: NDArray[np.int16], rate: int) -> None:
        if rate != RATE:
            known = self._resamplers.get(of)
            if known is None or known[0] != rate:
                known = self._resamplers[of] = rate, Resampler(rate, RATE)
            pcm = known[1].feed(pcm)
        if len(pcm):
            audio = base64.b64encode(to_pcm16(pcm)).decode()
            self._send_sound(orjson.dumps(words.to_wire(words.Audio(of, item_id, audio))))

    def _tell(self, event: words.ToTeacher) -> None:
        self._send(orjson.dumps(words.to_wire(event)))


def _said(item: Item, by: Role) -> dict[str, str]:
    return {"item_id": item.id, "role": by.value, "text": item.text}
