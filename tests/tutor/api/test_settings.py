"""Settings over HTTP: they hold at once, and nobody but admins changes them."""

from datetime import UTC, datetime, timedelta

from lms_core.audit import Act
from lms_core.people import Role
from storage.audit import AuditFilter, note
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import PASSWORD, House
from tests.tutor.api.house import house as house


async def test_who_may_sign_up_changes_at_once_and_the_log_knows(house: House) -> None:
    new = {"name": "Lena", "email": "lena@example.org", "password": PASSWORD}
    assert (await house.ask("POST", "/auth/sign-up", new))[0] == 403
    status, changed = await house.ask("PUT", "/admin/settings/sign_up", {"value": "open"}, by=Role.ADMIN)
    assert (status, changed["data"]["value"], changed["data"]["source"]) == (200, "open", "admin")
    assert changed["data"]["changed_by"] == house.people[Role.ADMIN].id
    assert (await house.ask("POST", "/auth/sign-up", new))[0] == 200
    assert 'name="invitation"' not in await (await house.http.get("/join")).text()
    _, log = await house.ask("GET", "/admin/audit?act=setting_changed", by=Role.ADMIN)
    assert log["data"][0]["details"] == {"setting": "sign_up", "value": "open"}
    assert (await house.ask("DELETE", "/admin/settings/sign_up", by=Role.ADMIN))[1]["data"][
        "value"
    ] == "invite"
    assert (await house.ask("POST", "/auth/sign-up", {**new, "email": "l2@example.org"}))[0] == 403


async def test_what_is_changed_reaches_the_part_that_it_is_for(house: House) -> None:
    server = house.server
    for name, value in (
        ("max_sessions", 3), ("grace_seconds", 30), ("max_speech_wait", 0.5), ("max_upload_mb", 7),
        ("record_events", True), ("ear_hints", True), ("recording_days", 5),
    ):  # fmt: skip
        assert (await house.ask("PUT", f"/admin/settings/{name}", {"value": value}, by=Role.ADMIN))[0] == 200
    assert (server.live.most, server.live.grace_seconds, server.live.ear_hints) == (3, 30, True)
    assert (server.load.most, server.media.largest, server.recordings.keep_days) == (0.5, 7 << 20, 5)
    assert server.live.record_to is not None
    _, seen = await house.ask("GET", "/admin/health", by=Role.ADMIN)
    assert seen["data"]["load"]["most_sessions"] == 3


async def test_all_are_listed_the_changeable_first_and_wrong_ones_refused(house: House) -> None:
    _, listed = await house.ask("GET", "/admin/settings?limit=100", by=Role.ADMIN)
    names = [one["name"] for one in listed["data"]]
    assert "sign_up" in names[:13] and "port" in names[13:] and listed["metadata"]["total"] == len(names)
    by = {"by": Role.ADMIN}
    assert (await house.ask("PUT", "/admin/settings/sign_up", {"value": "maybe"}, **by))[0] == 400
    assert (await house.ask("PUT", "/admin/settings/port", {"value": 1}, **by))[0] == 409
    assert (await house.ask("PUT", "/admin/settings/prot", {"value": 1}, **by))[0] == 404
    for method, path in (("GET", ""), ("PUT", "/sign_up"), ("DELETE", "/sign_up")):
        body = {"value": "open"} if method == "PUT" else None
        assert (await house.ask(method, f"/admin/settings{path}", body, by=Role.TEACHER))[0] == 403


async def test_the_audit_log_is_kept_as_long_as_the_setting_says(house: House) -> None:
    server = house.server
    async with server.database.write() as connection:
        await note(connection, Act.ERASED, whom=None)
    await server.retention.once(datetime.now(UTC) + timedelta(days=40))
    assert (await server.stores.audit.entries(AuditFilter(act=Act.ERASED), 1, 1))[1] == 1
    await server.live_settings.change("audit_days", 30)
    await server.retention.once(datetime.now(UTC) + timedelta(days=40))
    assert (await server.stores.audit.entries(AuditFilter(), 1, 1))[1] == 0
