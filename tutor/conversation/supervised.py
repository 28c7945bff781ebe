"""A talk that teachers may follow as it happens; the learner always knows that they do."""

from lms_core.errors import TooBusy
from tutor.conversation.audience import LearnerThere, Supervisor, WhisperFollowed
from tutor.conversation.events import State, Supervised
from tutor.conversation.ports import Door
from tutor.conversation.speaker import Delivery
from tutor.conversation.talk import Talk

_MOST_WHISPERS = 5
"""That wait to be followed."""


class SupervisedTalk(Talk):
    """Supervisors come and go; what they hear and read is what the learner's client is sent."""

    # --- coming and going -------------------------------------------------------------------------------------

    def join(self, supervisor: Supervisor) -> None:
        """A teacher follows the talk from now on. Raises TooBusy if too many do, or it is over."""
        if self.ended is not None:
            raise TooBusy("The talk is just ending.")
        self._audience.add(supervisor)
        self._emit(self.supervised)

    def leave(self, supervisor: Supervisor) -> None:
        if supervisor in self._audience:
            self._audience.remove(supervisor)
            self._emit(self.supervised)

    @property
    def supervised(self) -> Supervised:
        """By whom, as the learner is told."""
        return self._audience.shown()

    # --- what they may do -------------------------------------------------------------------------------------

    def whisper(self, text: str) -> None:
        """Shape what the companion says next; the learner does not hear it. Raises TooBusy if too many wait."""
        whispers = self._answering.whispers
        if len(whispers) >= _MOST_WHISPERS:
            raise TooBusy("The companion has not followed your last whispers yet; wait until it has spoken.")
        whispers.append(text)
        self._taking.whispered()

    def _reply_playing(self, delivery: Delivery) -> None:
        super()._reply_playing(delivery)
        for text in delivery.reply.request.whispers:
            if text in self._answering.whispers:
                self._answering.whispers.remove(text)
                self._audience.emit(WhisperFollowed(text))

    # --- what they see and hear -------------------------------------------------------------------------------

    @property
    def output_rate(self) -> int:
        """Hz of `ReplyAudio`."""
        return self._output_rate()

    @property
    def state(self) -> State:
        return self._state or State.LISTENING

    def hear(self, pcm: bytes | bytearray | memoryview) -> None:
        super().hear(pcm)
        if self._audience and self._door is not None:
            self._audience.hear(pcm, self._door.input_rate)

    def attach(self, door: Door) -> None:
        super().attach(door)
        self._audience.emit(LearnerThere(True))

    def detach(self, door: Door) -> None:
        super().detach(door)
        self._audience.emit(LearnerThere(self.attached))

    def _welcome(self) -> None:
        if self._audience:
            self._emit(self.supervised)
        super()._welcome()
