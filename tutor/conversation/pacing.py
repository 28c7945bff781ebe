"""The companion's duration as a plan: opening, body, wrap-up notice, summary, end."""

from dataclasses import dataclass

from tutor.brain.base import Phase


@dataclass(frozen=True, slots=True)
class Pacing:
    """`duration` in seconds. All `talked` are seconds of session in which a learner was connected."""

    duration: float

    @property
    def wrap_up_at(self) -> float:
        """The notice comes when a fifth of the time is left, but at most three minutes before the end."""
        return self.duration - min(180.0, self.duration * 0.2)

    @property
    def summary_at(self) -> float:
        """Time to sum up: the last 30 seconds, less in very short sessions."""
        return self.duration - min(30.0, self.duration * 0.08)

    @property
    def end_at(self) -> float:
        """Enforced even if the learner talks on: half a minute, or a tenth, over the duration."""
        return self.duration + min(30.0, self.duration * 0.1)

    def phase(self, talked: float) -> Phase:
        if talked >= self.end_at:
            return Phase.ENDED
        if talked >= self.summary_at:
            return Phase.SUMMARY
        if talked >= self.wrap_up_at:
            return Phase.WRAP_UP
        return Phase.OPENING if talked < min(60.0, self.duration * 0.1) else Phase.BODY

    def remaining(self, talked: float) -> float:
        """Seconds left until the duration is used up, never negative."""
        return max(0.0, self.duration - talked)

    def next_change(self, talked: float) -> float | None:
        """The `talked` at which something is due next, or None after the end."""
        moments = (self.wrap_up_at, self.summary_at, self.end_at)
        return min((moment for moment in moments if moment > talked), default=None)
