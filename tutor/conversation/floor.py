"""What turn-taking knows of the two who speak. Moments are in seconds of the caller's clock."""

from dataclasses import dataclass


@dataclass(slots=True)
class Spoken:
    """What the learner says, from its first sound until it is a turn or nothing."""

    began: float
    speaking: bool = True
    announced: bool = False
    ended: float = 0.0
    snapshot: int = 0
    """Of the latest `Transcribe`; 0: none is under way or wanted."""
    asked_at: float = 0.0
    text: str | None = None
    """Transcript of all that was said so far; None while it is outdated or missing."""
    partial: str = ""
    wait: float = 0.0
    forced: bool = False
    """It is too long: commit as soon as there is a transcript."""
    interrupted: bool = False
    """It went on over a reply for so long that the reply was stopped."""

    @property
    def over_at(self) -> float:
        """When the learner fell silent, or was taken to have finished."""
        return self.asked_at if self.speaking else self.ended


@dataclass(slots=True)
class Answer:
    """The reply that has the floor, or will have it."""

    number: int
    answers: bool = False
    """It answers a spoken turn, so it may have come too early."""
    whole: bool = False
    """It is heard to its end, whatever is said meanwhile."""
    playing_since: float | None = None
    paused: bool = False
