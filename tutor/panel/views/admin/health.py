"""How the server is, with its latencies drawn."""

from dataclasses import dataclass
from typing import Any

from tutor.latencies import Latency
from tutor.panel.languages import Strings
from tutor.panel.visit import Visit

WIDTH, HEIGHT = 320.0, 90.0
_GAP = 2.0
GROUPS = {
    "talk": ("answer", "turn_end", "transcript", "first_token", "first_audio"),
    "engines": ("ears", "mouth", "ears_wait", "mouth_wait"),
    "server": ("api", "page", "query"),
}
_TICKS = (0.001, 0.01, 0.1, 1.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart, such as a tick of its axis or a quantile, with what stands at it."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A histogram as it is drawn, WIDTH by HEIGHT; each bucket is as wide as any other."""

    name: str
    count: int
    bars: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    half: Mark | None
    most: Mark | None
    rows: tuple[tuple[str, int], ...]


async def health(visit: Visit) -> dict[str, Any]:
    seen = await visit.behind.checkup.look()
    measured = seen.lately.latencies
    return {
        "seen": seen, "uptime": (seen.seen_at - seen.started_at).total_seconds(),
        "groups": {
            group: [chart(name, measured[name], visit.t) for name in names] for group, names in GROUPS.items()
        },
    }  # fmt: skip


def chart(name: str, measured: Latency, t: Strings) -> Chart:
    step = WIDTH / len(measured.counts)
    tallest = max(measured.counts) or 1
    bars = tuple(
        Bar(
            number * step + _GAP / 2, HEIGHT - HEIGHT * count / tallest, step - _GAP, HEIGHT * count / tallest
        )
        for number, count in enumerate(measured.counts)
        if count
    )
    ticks = tuple(
        Mark((number + 1) * step, duration(bound, t))
        for number, bound in enumerate(measured.bounds)
        if bound in _TICKS
    )
    half, most = (_quantile(measured, share, step, t) for share in (0.5, 0.95))
    return Chart(name, measured.count, bars, ticks, half, most, _rows(measured, t))


def _quantile(measured: Latency, share: float, step: float, t: Strings) -> Mark | None:
    place, seconds = measured.place(share), measured.quantile(share)
    if place is None or seconds is None:
        return None
    return Mark(min(place * step, WIDTH), duration(seconds, t))


def _rows(measured: Latency, t: Strings) -> tuple[tuple[str, int], ...]:
    """The buckets in words, without those that nothing fell into."""
    words = [t("health.up_to", seconds=duration(bound, t)) for bound in measured.bounds]
    words.append(t("health.beyond", seconds=duration(measured.bounds[-1], t)))
    return tuple((word, count) for word, count in zip(words, measured.counts, strict=True) if count)


def duration(seconds: float, t: Strings) -> str:
    """Two digits are enough: 0.5 ms, 85 ms, 1.2 s, 10 s."""
    value, unit = (seconds * 1000, "ms") if seconds < 0.9995 else (seconds, "s")
    number = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return f"{number.removesuffix('.0').replace('.', t('health.point'))}\N{NO-BREAK SPACE}{unit}"
