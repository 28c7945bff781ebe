"""The latencies of one turn, counted from the moment the learner fell silent."""

from dataclasses import dataclass

from tutor.conversation.events import TurnMetrics


@dataclass(slots=True)
class TurnClock:
    """Collects clock times in seconds; `metrics` turns them into ms from the end of speech."""

    turn: int
    item_id: str
    ended: float
    delay: float
    committed: float
    transcript: float | None = None
    speculations: int = 0
    speculations_lost: int = 0

    def metrics(
        self, reply_id: str, first_token: float | None, first_audio: float | None, first_sent: float | None
    ) -> TurnMetrics:
        def since(moment: float | None) -> float | None:
            return None if moment is None else round((moment - self.ended) * 1000, 1)

        return TurnMetrics(
            turn=self.turn, item_id=self.item_id, reply_id=reply_id, endpoint_ms=since(self.committed),
            endpoint_delay_ms=round(self.delay * 1000, 1), transcript_ms=since(self.transcript),
            first_token_ms=since(first_token), first_audio_ms=since(first_audio), first_sent_ms=since(first_sent),
            speculations=self.speculations, speculations_lost=self.speculations_lost,
        )  # fmt: skip
