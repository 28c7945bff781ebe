"""What Prometheus scrapes is what happened, and every metric is documented."""

from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import RunningServer
from tutor.conversation.events import TurnMetrics
from tutor.metrics import Metrics

_OPERATE = Path(__file__).resolve().parents[2] / "docs" / "operate.md"


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and by their one label ("" if none)."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def test_a_turn_is_seen_stage_by_stage_with_the_overhead_beyond_the_chosen_delay() -> None:
    metrics = Metrics()
    metrics.turn(
        TurnMetrics(
            1,
            "item_1",
            "resp_1",
            endpoint_ms=500,
            endpoint_delay_ms=500,
            transcript_ms=300,
            first_sent_ms=512,
        )
    )
    metrics.turn(TurnMetrics(2, "item_2", "resp_2", endpoint_ms=400))
    seen = samples(metrics.text().decode())
    assert seen["viva_turns_total", ""] == 2
    assert seen["viva_turn_stage_seconds_sum", "endpoint"] == 0.9
    assert seen["viva_turn_stage_seconds_count", "transcript"] == 1
    assert ("viva_turn_stage_seconds_count", "first_token") not in seen
    assert round(seen["viva_turn_overhead_seconds_sum", ""], 6) == 0.012
    assert seen["viva_turn_overhead_seconds_count", ""] == 1


def test_a_reply_that_was_ready_before_the_turn_was_over_counts_as_no_time_not_as_negative_time() -> None:
    metrics = Metrics()
    metrics.turn(
        TurnMetrics(1, "item_1", "resp_1", endpoint_delay_ms=500, first_sent_ms=499, first_token_ms=-20)
    )
    seen = samples(metrics.text().decode())
    assert seen["viva_turn_overhead_seconds_sum", ""] == 0
    assert seen["viva_turn_stage_seconds_sum", "first_token"] == 0


def test_outcomes_are_counted_apart() -> None:
    metrics = Metrics()
    metrics.speculation(used=True)
    metrics.speculation(used=False)
    metrics.barge_in(real=False)
    metrics.engine_failed("ears")
    metrics.jobs("mouth")(0.25, 0.5)
    metrics.jobs("mouth")(0.25, None)
    seen = samples(metrics.text().decode())
    assert seen["viva_speculations_total", "used"] == seen["viva_speculations_total", "lost"] == 1
    assert seen["viva_barge_ins_total", "false"] == 1
    assert seen["viva_engine_failures_total", "ears"] == 1
    assert seen["viva_engine_wait_seconds_sum", "mouth"] == 0.5
    assert seen["viva_engine_work_seconds_sum", "mouth"] == 0.5
    assert seen["viva_engine_work_seconds_count", "mouth"] == 1


def test_two_servers_in_one_process_do_not_share_their_numbers() -> None:
    one, other = Metrics(), Metrics()
    one.engine_failed("mind")
    assert b'part="mind"' not in other.text()


async def test_every_metric_that_the_server_shows_is_documented(quick_server: RunningServer) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{quick_server.url}/metrics") as answer:
        text = await answer.text()
    names = {family.name for family in text_string_to_metric_families(text)}
    families = {name for name in names if not name.endswith("_created")}  # the library's times of first use
    assert len(families) > 10
    page = _OPERATE.read_text()
    assert not [name for name in families if f"`{name}`" not in page and f"`{name}_total`" not in page]
