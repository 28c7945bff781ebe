"""How the server is, over HTTP."""

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


async def test_an_admin_sees_how_the_server_is_and_nobody_else_does(house: House) -> None:
    for _ in range(3):
        await house.ask("GET", "/companions", by=Role.LEARNER)
    status, answer = await house.ask("GET", "/admin/health", by=Role.ADMIN)
    seen = answer["data"]
    assert status == 200 and seen["problems"] == []
    assert [one["part"] for one in seen["engines"]] == ["ears", "mind", "mouth", "end_of_turn"]
    assert seen["database"]["kind"] == "SQLite" and seen["database"]["size_bytes"] > 0
    assert seen["database"]["revision"] and seen["database"]["connections_most"] > 0
    api = seen["latencies"]["api"]
    assert api["count"] >= 3 and 0 < api["p50_seconds"] <= api["p95_seconds"]
    assert len(api["counts"]) == len(api["bounds_seconds"]) + 1
    assert seen["latencies"]["query"]["count"] > 0
    assert (await house.ask("GET", "/admin/health", by=Role.TEACHER))[0] == 403


async def test_what_failed_lately_needs_somebody(house: House) -> None:
    house.server.metrics.engine_failed("mouth")
    house.server.metrics.sessions_refused.labels("speech").inc()
    _, answer = await house.ask("GET", "/admin/health", by=Role.ADMIN)
    found = [(one["trouble"], one["part"], one["number"]) for one in answer["data"]["problems"]]
    assert found == [("engine_fails", "mouth", 1), ("refused", "", 1)]
