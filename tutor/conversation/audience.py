"""The teachers who follow one session as it happens."""

from dataclasses import dataclass
from typing import Protocol

from lms_core.errors import TooBusy
from tutor.conversation.events import SessionEvent, Supervised

MOST_SUPERVISORS = 4


@dataclass(frozen=True, slots=True)
class WhisperFollowed:
    """What the companion says now was shaped by this whisper."""

    text: str


@dataclass(frozen=True, slots=True)
class LearnerThere:
    """The learner's client has come, or its link was lost."""

    there: bool


SupervisorEvent = SessionEvent | WhisperFollowed | LearnerThere


class Supervisor(Protocol):
    """One teacher's client, seen from the session."""

    @property
    def name(self) -> str:
        """As the learner is told."""

    @property
    def listening(self) -> bool:
        """True if it wants the learner's sound."""

    def emit(self, event: SupervisorEvent) -> None:
        """Take one event; never blocks and never raises. One that does not read is closed by itself."""

    def learner_sound(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        """Little-endian PCM16 mono as it came, at `rate` Hz."""


class Audience:
    """Costs nothing where nobody follows."""

    def __init__(self) -> None:
        self._supervisors: list[Supervisor] = []

    def __bool__(self) -> bool:
        return bool(self._supervisors)

    def __contains__(self, supervisor: Supervisor) -> bool:
        return supervisor in self._supervisors

    def add(self, supervisor: Supervisor) -> None:
        """Raises TooBusy."""
        if len(self._supervisors) >= MOST_SUPERVISORS:
            raise TooBusy(f"{MOST_SUPERVISORS} teachers follow this talk already; try again later.")
        self._supervisors.append(supervisor)

    def remove(self, supervisor: Supervisor) -> None:
        self._supervisors.remove(supervisor)

    def emit(self, event: SupervisorEvent) -> None:
        for supervisor in self._supervisors:
            supervisor.emit(event)

    def hear(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        for supervisor in self._supervisors:
            if supervisor.listening:
                supervisor.learner_sound(pcm, rate)

    def shown(self, speaking: Supervisor | None) -> Supervised:
        """What the learner is told; `speaking`: who has taken over."""
        if speaking is not None:
            return Supervised("speaking", (speaking.name,))
        names = tuple(dict.fromkeys(supervisor.name for supervisor in self._supervisors))
        return Supervised("listening" if names else "nobody", names)
