"""The Realtime protocol, outwards: what a session tells, as JSON events in the order that clients expect."""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal

import orjson

from tutor import formulae
from tutor.conversation.events import (
    Ended,
    Item,
    ItemDone,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    ReplyItemStarted,
    ReplyStarted,
    ReplyText,
    Role,
    SessionEvent,
    Shown,
    SpeechDropped,
    StateChanged,
    Supervised,
    TranscriptCompleted,
    TranscriptDelta,
    Trouble,
    TurnMetrics,
)
from tutor.conversation.session import Session
from tutor.transports import viva_events as viva
from tutor.transports.input_wire import to_wire
from tutor.transports.reply_wire import ReplyWire
from tutor.transports.session_update import TELEPHONE_RATE
from tutor.transports.wire_errors import error_body
from tutor.transports.wire_items import item_to_wire
from tutor.transports.wire_session import WireSession

INPUT_RATE = 24_000
_REPLAYED_ITEMS = 200
"""Items that `viva.session.resumed` carries at most; the whole transcript is at `/api/v1/sessions/{id}`."""
CLOSE_CODES = {"draining": 1012, "failed": 1011}
"""By reason of `Ended`; all others are a normal end, 1000. SDKs reconnect on these two and can resume."""
_TOLD_OTHERWISE = ("transcription_failed",)
"""Troubles that have an event of their own; strict clients end on an `error` that they did not cause."""
RATE_LIMITS = (
    {"name": "requests", "limit": 10_000, "remaining": 9_999, "reset_seconds": 0.006},
    {"name": "tokens", "limit": 10_000_000, "remaining": 10_000_000, "reset_seconds": 0.0},
)
"""Viva limits sessions, not requests: a static budget that no client can use up."""


class RealtimeDoor:
    """One client of the Realtime protocol. Sans-I/O: events leave through `send`, as UTF-8 JSON."""

    input_rate = INPUT_RATE
    """Always PCM's rate: the client may choose its format after the session has begun."""

    def __init__(
        self,
        session: Session,
        *,
        model: str,
        send: Callable[[bytes], None],
        close: Callable[[int, str], None],
        wall_clock: Callable[[], float],
        viva_client: bool = False,
    ) -> None:
        """`model` as the client named it; `close(code, reason)` closes the link after all that was sent."""
        self.session = session
        self.settings = WireSession(session, model)
        self.output_rate = self.settings.output_rate
        self.viva_client = viva_client
        self.reports_playback = viva_client
        self.over = False
        """True once the session is gone for this client."""
        self._send, self._close, self._wall_clock = send, close, wall_clock
        self._id_prefix = f"event_{secrets.token_hex(6)}"
        self._events = 0
        self._replies = ReplyWire(self.write, self.settings, f"conv_{session.id.removeprefix('sess_')}")
        self._current: str | None = None
        self._held: list[SessionEvent] | None = None

    @property
    def shows(self) -> bool:
        """A client that wants G.711 and no `viva.*` events is a telephone's gateway."""
        return self.viva_client or self.output_rate != TELEPHONE_RATE

    # --- for the shell ----------------------------------------------------------------------------

    def greet(self, *, resumed: bool) -> None:
        """The first events of a connection."""
        self.tell_session("session.created")
        if resumed and self.viva_client:
            items = self.session.history.items[-_REPLAYED_ITEMS:]
            self.write_viva(
                viva.Resumed(
                    [item_to_wire(item) for item in items],
                    [item.id for item in items if item.role is Role.TEACHER],
                )
            )

    def leave(self, code: int, reason: str) -> None:
        """The session is gone for this client: take no more, close the link."""
        self.over = True
        self._close(code, reason)

    def update_settings(self, session: Any) -> None:
        """Change what a `session` object of the wire names. Raises WireError; then nothing has changed."""
        self.settings.update(session)
        self.output_rate = self.settings.output_rate

    def is_being_said(self, item_id: str) -> bool:
        """True while the item belongs to a response that is not done."""
        return self._replies.has(item_id)

    def tell_session(self, kind: str) -> None:
        """`session.created` or `session.updated`, with the whole session object."""
        expires = int(self._wall_clock() + self.session.remaining_seconds)
        self.write({"type": kind, "session": self.settings.render(expires)})

    def error(self, code: str, message: str, param: str | None = None, event_id: str | None = None) -> None:
        self.write({"type": "error", "error": error_body(code, message, param, event_id)})

    def write(self, event: dict[str, Any]) -> None:
        """Send one event; gives it its id."""
        self._events += 1
        event["event_id"] = f"{self._id_prefix}_{self._events}"
        self._send(orjson.dumps(event))

    def write_viva(self, event: viva.VivaServerEvent) -> None:
        if self.viva_client:
            self.write(viva.to_wire(event))

    # --- from the session -------------------------------------------------------------------------

    def emit(self, event: SessionEvent) -> None:
        """Take one event of the session.

        On the wire, one response of the conversation follows the other: if a resumed reply begins before the
        interrupted one is closed (that waits for its row in the database), it is held back until then.
        """
        if self.over:
            return
        if self._held is not None and not self._belongs_to_current(event):
            self._held.append(event)
        elif isinstance(event, ReplyStarted) and not event.options.out_of_band and self._current is not None:
            self._held = [event]
        else:
            self._tell(event)
            if isinstance(event, ReplyDone) and event.reply_id == self._current:
                self._current = None
                self._let_go()

    def _belongs_to_current(self, event: SessionEvent) -> bool:
        if isinstance(event, ReplyDone):
            return event.reply_id == self._current
        return (
            isinstance(event, ItemDone)
            and self._current is not None
            and self._replies.owns(self._current, event.item.id)
        )

    def _let_go(self) -> None:
        held, self._held = self._held or [], None
        for event in held:
            self.emit(event)

    def _tell(self, event: SessionEvent) -> None:
        match event:
            case (
                ReplyAudio()
                | ReplyText()
                | ReplyStarted()
                | ReplyItemStarted()
                | ReplyItemDone()
                | ReplyDone()
            ):
                self._tell_reply(event)
            case StateChanged() | TurnMetrics() | Shown() | Supervised():
                self._tell_viva(event)
            case Trouble(code, message, event_id, param):
                if code not in _TOLD_OTHERWISE:
                    self.error(code, message, param, event_id)
            case Ended(reason, summary):
                self._tell_end(reason, summary)
            case SpeechDropped(item_id):
                self.write_viva(viva.Dropped(item_id))
            case _:
                self.write(to_wire(event))
                self._caption_learner(event)

    def _tell_reply(
        self, event: ReplyAudio | ReplyText | ReplyStarted | ReplyItemStarted | ReplyItemDone | ReplyDone
    ) -> None:
        replies = self._replies
        match event:
            case ReplyAudio():
                replies.audio(event)
                if event.words:
                    self._caption(event.item_id, replies.text_of(event.reply_id, event.item_id), event)
            case ReplyText():
                replies.text(event)
            case ReplyStarted():
                if not event.options.out_of_band:
                    self._current = event.reply_id
                replies.started(event)
                self.write({"type": "rate_limits.updated", "rate_limits": RATE_LIMITS})
            case ReplyItemStarted():
                replies.item_started(event)
            case ReplyItemDone():
                replies.item_done(event)
                if event.item.kind == "message":
                    self._caption_whole(event.item)
            case ReplyDone():
                replies.done(event)

    def _caption_whole(self, item: Item) -> None:
        role: Literal["tutor", "teacher"] = "teacher" if item.role is Role.TEACHER else "tutor"
        self.write_viva(viva.Caption(item.id, role, item.text, [], final=True))

    def _caption_learner(self, event: SessionEvent) -> None:
        match event:
            case TranscriptDelta(item_id, text):
                self.write_viva(viva.Caption(item_id, "learner", text, [], final=False))
            case TranscriptCompleted(item_id, text, words):
                wire_words = [viva.word_to_wire(word) for word in words]
                self.write_viva(viva.Caption(item_id, "learner", text, wire_words, final=True))

    def _caption(self, item_id: str, text: str, event: ReplyAudio) -> None:
        if self.viva_client:
            words = [viva.word_to_wire(word) for word in event.words]
            self.write_viva(viva.Caption(item_id, "tutor", text, words, final=False))

    def _tell_viva(self, event: StateChanged | TurnMetrics | Shown | Supervised) -> None:
        if not self.viva_client:
            return
        match event:
            case StateChanged(state, phase, remaining, recorded):
                companion = viva.companion_to_wire(self.session.companion)
                self.write_viva(
                    viva.SessionState(
                        state.value, phase.value, round(remaining, 1), self.session.id, companion, recorded
                    )
                )
            case TurnMetrics():
                self.write_viva(viva.Metrics(**asdict(event)))
            case Shown(kind, title, body, choices, choose, mark):
                mathml = formulae.shown(body) if kind == "formula" else None
                self.write_viva(viva.ShownBeside(kind, title, body, mathml, list(choices), choose, mark))
            case Supervised(mode, teachers):
                self.write_viva(viva.TeacherThere(mode, list(teachers)))

    def _tell_end(self, reason: str, summary: str) -> None:
        self.write_viva(viva.SessionEnded(reason, summary or None))
        self.leave(CLOSE_CODES.get(reason, 1000), f"session ended: {reason}")
