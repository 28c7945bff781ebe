"""How this server process is, for admins."""

from datetime import datetime

from pydantic import BaseModel

from lms_core.people import Permission
from tutor.api.routing import Call, Route
from tutor.checkup import Checkup
from tutor.condition import Condition, Disk, Load, Part, Problem, Store
from tutor.latencies import Latency


class LatencyOut(BaseModel):
    """Of the last 15 minutes, or since the start. `counts[i]` took at most `bounds_seconds[i]`; the last one is for longer than all."""

    bounds_seconds: tuple[float, ...]
    counts: tuple[int, ...]
    count: int
    p50_seconds: float | None
    p95_seconds: float | None


class HealthOut(BaseModel):
    """The worst problem comes first."""

    version: str
    started_at: datetime
    problems: tuple[Problem, ...]
    engines: tuple[Part, ...]
    models: tuple[str, ...]
    database: Store
    disk: Disk
    load: Load
    latencies: dict[str, LatencyOut]


def routes(checkup: Checkup) -> list[Route]:
    async def look(_call: Call[None, None]) -> HealthOut:
        return _health(await checkup.look())

    return [
        Route(
            method="GET", path="/admin/health", permission=Permission.RUN_SERVER, handle=look, answers=HealthOut,
            summary="How this server process is: problems, engines, load, database, disk, latencies of the last 15 minutes.",
        ),
    ]  # fmt: skip


def _health(seen: Condition) -> HealthOut:
    return HealthOut(
        version=seen.version, started_at=seen.started_at, problems=seen.problems, engines=seen.engines,
        models=seen.models, database=seen.database, disk=seen.disk, load=seen.load,
        latencies={name: _latency(one) for name, one in seen.lately.latencies.items()},
    )  # fmt: skip


def _latency(one: Latency) -> LatencyOut:
    return LatencyOut(
        bounds_seconds=one.bounds, counts=one.counts, count=one.count, p50_seconds=one.quantile(0.5),
        p95_seconds=one.quantile(0.95),
    )  # fmt: skip
