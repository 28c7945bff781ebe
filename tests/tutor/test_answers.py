"""What browsers are told with every answer."""

import pytest

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/home", 200), ("/nowhere", 404), ("/healthz", 200), ("/metrics", 200), ("/static/panel.css", 200),
        ("/worker.js", 200), ("/sign-in?token=x", 401), ("/language/de", 303), ("/api/v1/me", 200), ("/api/v1/me/export", 200),
        ("/api/v1/sessions", 200), ("/api/v1/sessions/sess_x", 404), ("/api/v1/admin/users", 403), ("/api/v1/docs", 200),
        ("/api/v1/openapi.json", 200), ("/api/v1/media/med_x/content?expires=1&signature=x", 403), ("/v1/realtime", 400),
        ("/v1/supervise/sess_x", 400), ("/api/v1/companions?limit=0", 400),
    ],
)  # fmt: skip
async def test_no_answer_is_sniffed_framed_or_kept(house: House, path: str, status: int) -> None:
    head = {"Authorization": f"Bearer {house.keys[Role.LEARNER]}"} if path != "/" else {}
    async with house.http.get(path, headers=head, allow_redirects=False) as answer:
        assert answer.status == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        policy, kept = answer.headers["Content-Security-Policy"], answer.headers["Cache-Control"]
        assert "default-src" in policy and "unsafe" not in policy
        ours = path.startswith(("/static/", "/worker.js"))
        assert kept == ("no-cache" if ours else "no-store")


async def test_what_is_unchanged_keeps_the_headers_that_it_came_with(house: House) -> None:
    async with house.http.get("/worker.js") as first:
        tag = first.headers["ETag"]
    async with house.http.get("/worker.js", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
        assert "Content-Security-Policy" not in again.headers and "Cache-Control" not in again.headers
