"""What is measured, for Prometheus. One object, made by the composition root and handed to who measures."""

import math
from collections.abc import Callable
from itertools import pairwise

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from audio.pool import OnJob
from tutor.conversation.events import TurnMetrics
from tutor.latencies import Latency, Measured

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_JOB_SECONDS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_QUERY_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)


class Metrics:
    """Also the sessions' `Observer`."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.sessions_active = Gauge("viva_sessions_active", "Sessions running now", registry=registry)
        self.sessions_started = Counter(
            "viva_sessions_started", "Sessions opened", ["door"], registry=registry
        )
        self.sessions_refused = Counter(
            "viva_sessions_refused", "New sessions refused", ["reason"], registry=registry
        )
        self.sessions_ended = Counter("viva_sessions_ended", "Sessions ended", ["reason"], registry=registry)
        self._turns = Counter("viva_turns", "Learner turns answered", registry=registry)
        self._stages = Histogram(
            "viva_turn_stage_seconds", "From the end of the learner's speech to the stage", ["stage"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._overhead = Histogram(
            "viva_turn_overhead_seconds", "First audio sent, beyond the endpointing delay", buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._speculations = Counter(
            "viva_speculations", "Replies prepared early", ["outcome"], registry=registry
        )
        self._barge_ins = Counter("viva_barge_ins", "Sounds over a reply", ["kind"], registry=registry)
        self._failures = Counter("viva_engine_failures", "Failed engine calls", ["part"], registry=registry)
        self._waits = Histogram(
            "viva_engine_wait_seconds", "Waiting for a speech worker", ["part"], buckets=_SECONDS, registry=registry
        )  # fmt: skip
        self._work = Histogram(
            "viva_engine_work_seconds", "One job of a speech worker", ["part"], buckets=_SECONDS, registry=registry
        )  # fmt: skip

        self._ended_jobs = Counter(
            "viva_jobs_ended", "Background jobs that ended", ["kind", "end"], registry=registry
        )
        self._job_seconds = Histogram(
            "viva_job_seconds", "A background job, from its start to its end", ["kind"], buckets=_JOB_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._queries = Histogram(
            "viva_database_query_seconds", "One statement, as its caller waits for it", ["query"],
            buckets=_QUERY_SECONDS, registry=registry,
        )  # fmt: skip

        self._requests = Histogram(
            "viva_http_seconds", "One request, from its first byte to the answer", ["part"], buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip

    def request(self, part: str, seconds: float) -> None:
        """`part` is `api` or `page`."""
        self._requests.labels(part).observe(seconds)

    def measured(self) -> Measured:
        """What an operator looks at, since the start."""
        stages, waits, work = self._stages, self._waits, self._work
        latencies = {
            "answer": _latency(stages, "first_sent"), "turn_end": _latency(stages, "endpoint"),
            "transcript": _latency(stages, "transcript"), "first_token": _latency(stages, "first_token"),
            "first_audio": _latency(stages, "first_audio"), "ears": _latency(work, "ears"),
            "mouth": _latency(work, "mouth"), "ears_wait": _latency(waits, "ears"),
            "mouth_wait": _latency(waits, "mouth"), "api": _latency(self._requests, "api"),
            "page": _latency(self._requests, "page"), "query": _latency(self._queries, buckets=_QUERY_SECONDS),
        }  # fmt: skip
        failures = {f"engine_{part}": count for part, count in _counts(self._failures).items()}
        refused = sum(_counts(self.sessions_refused).values())
        failed = _counts(self.sessions_ended).get("failed", 0)
        return Measured(latencies, {**failures, "refused": refused, "failed": failed})

    def query(self, kind: str, seconds: float) -> None:
        self._queries.labels(kind).observe(seconds)

    def job(self, kind: str, end: str, seconds: float) -> None:
        """A background job was `completed` or has `failed`."""
        self._ended_jobs.labels(kind, end).inc()
        self._job_seconds.labels(kind).observe(seconds)

    def turn(self, metrics: TurnMetrics) -> None:
        self._turns.inc()
        for stage in ("endpoint", "transcript", "first_token", "first_audio", "first_sent"):
            value = getattr(metrics, f"{stage}_ms")
            if value is not None:
                self._stages.labels(stage).observe(max(0.0, value / 1000))
        if metrics.first_sent_ms is not None and metrics.endpoint_delay_ms is not None:
            self._overhead.observe(max(0.0, (metrics.first_sent_ms - metrics.endpoint_delay_ms) / 1000))

    def speculation(self, *, used: bool) -> None:
        self._speculations.labels("used" if used else "lost").inc()

    def barge_in(self, *, real: bool) -> None:
        self._barge_ins.labels("real" if real else "false").inc()

    def engine_failed(self, part: str) -> None:
        self._failures.labels(part).inc()

    def jobs(self, part: str) -> OnJob:
        """What a speech pool calls after each job."""
        waits, work = self._waits.labels(part), self._work.labels(part)

        def observe(waited: float, worked: float | None) -> None:
            waits.observe(waited)
            if worked is not None:
                work.observe(worked)

        return observe

    def watch(self, name: str, what: str, read: Callable[[], float]) -> None:
        """A gauge that is read when asked for."""
        Gauge(name, what, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """The Prometheus exposition."""
        return generate_latest(self._registry)


def _latency(
    histogram: Histogram, label: str | None = None, buckets: tuple[float, ...] = _SECONDS
) -> Latency:
    """All of the histogram, or what has this label."""
    within: dict[float, float] = dict.fromkeys(buckets, 0.0) | {math.inf: 0.0}
    for family in histogram.collect():
        for sample in family.samples:
            if sample.name.endswith("_bucket") and label in (None, *sample.labels.values()):
                within[float(sample.labels["le"])] += sample.value
    bounds = sorted(within)
    sums = [int(within[bound]) for bound in bounds]
    counts = tuple(after - before for before, after in pairwise([0, *sums]))
    return Latency(tuple(bounds[:-1]), counts)


def _counts(counter: Counter) -> dict[str, int]:
    """By the counter's one label."""
    return {
        next(iter(sample.labels.values())): int(sample.value)
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }
