"""For supervisors and dashboards: is it alive, can it take learners, and what it measured."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from lms_core.errors import TooBusy
from storage.database import Database
from tutor.condition import FULL
from tutor.metrics import Metrics


def routes(
    database: Database, data_dir: Path, draining: Callable[[], bool], metrics: Metrics
) -> list[web.RouteDef]:
    """`/healthz`, `/readyz` and `/metrics`; open to whoever reaches the port, they tell of nobody."""

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        parts = {"database": "ok", "engines": "ok", "sessions": "draining" if draining() else "ok"}
        free = (await asyncio.to_thread(shutil.disk_usage, data_dir)).free
        parts["disk"] = "ok" if free > FULL else f"Only {free >> 20} MB are free; make room."
        try:
            await database.check()
        except TooBusy as error:
            parts["database"] = error.message
        ready = all(state == "ok" for state in parts.values())
        return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)

    async def measured(_request: web.Request) -> web.Response:
        return web.Response(
            body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    return [web.get("/healthz", health), web.get("/readyz", ready), web.get("/metrics", measured)]
