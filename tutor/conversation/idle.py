"""When nobody speaks: wait, then say something, a little more each time, and in the end goodbye."""

from dataclasses import dataclass

from lms_core.companions import Patience
from tutor.brain.base import Purpose
from tutor.conversation.endpointing import Expect
from tutor.conversation.turn_events import Policy

_PATIENCE = {Patience.LOW: 0.8, Patience.NORMAL: 1.0, Patience.HIGH: 1.6}
_THOUGHT = 1.5
"""A question that takes thought lengthens the quiet before a nudge by this factor."""


@dataclass(slots=True)
class Idle:
    """How long it has been quiet, and how far up the policy's ladder that has led."""

    since: float | None = None
    """Clock time in seconds at which the quiet began; None while somebody has the floor."""
    _steps: int = 0

    def restart(self) -> None:
        """The learner took a turn: the ladder begins again."""
        self._steps = 0

    def deadline(self, policy: Policy, expect: Expect) -> float | None:
        """When the next step is due."""
        if self.since is None or self._steps >= len(policy.idle_ladder):
            return None
        thought = _THOUGHT if expect in (Expect.EXPLAIN, Expect.COMPUTE) else 1.0
        return self.since + policy.idle_ladder[self._steps][0] * _PATIENCE[policy.patience] * thought

    def climb(self, policy: Policy) -> Purpose:
        """Take the step that is due."""
        self._steps += 1
        return policy.idle_ladder[self._steps - 1][1]
