"""The server's life: it takes its port, starts, serves, drains and stops."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import structlog
from aiohttp import web

from storage.first_run import Welcome, first_run
from tutor.app.parts import Parts
from tutor.app.web import web_app
from tutor.engines import started
from tutor.errors import SettingsError
from tutor.patience import IDLE_SECONDS, Patience

_BACKLOG = 512  # a school's bell rings for all classes at once
_log = structlog.get_logger(__name__)


class Server(Parts):
    """`run` returns when it was asked to stop."""

    async def run(self, on_ready: Callable[[str, Welcome], None]) -> None:
        """Serve until SIGTERM or SIGINT; `on_ready` gets the address and what to show once."""
        # First, and outside of the task group: a port that is taken is said at once and in a sentence.
        with contextlib.closing(_bind(self.settings.host, self.settings.port)) as bound:
            await self._run(bound, on_ready)

    async def _run(self, bound: socket.socket, on_ready: Callable[[str, Welcome], None]) -> None:
        await self.database.migrate()
        await self.stores.search.fill()
        welcome = await first_run(self.stores.accounts, self.stores.companions, self.settings.data_dir)
        parts = (
            self.writer, self.resets, self.recordings, self.checkup, self.live_settings, self.retention,
            self.auth.links,
        )  # fmt: skip
        working = [asyncio.create_task(part.run()) for part in parts]
        self.address = self.settings.address_at(bound.getsockname()[1])
        try:
            async with started(self.engines), self.jobs.running(), asyncio.TaskGroup() as group:
                ready = asyncio.Event()
                group.create_task(self.live.run(ready.set))
                group.create_task(self.updates.run())
                delivering = group.create_task(self.deliveries.run())
                await ready.wait()
                patience = Patience()
                runner = web.AppRunner(
                    web_app(self, patience.middleware), access_log=None, handle_signals=False, shutdown_timeout=3,
                    keepalive_timeout=IDLE_SECONDS,
                )  # fmt: skip
                await runner.setup()
                assert runner.server is not None
                serving = await asyncio.get_running_loop().create_server(
                    patience.watched(runner.server), sock=bound, backlog=_BACKLOG
                )
                _log.info("server.ready", address=self.address, database=self.database.name)
                on_ready(self.address, welcome)
                await self._until_signal()
                await asyncio.gather(
                    self.live.drain(self.live_settings.now.drain_seconds), self.jobs.aclose()
                )
                self.updates.close()
                serving.close()
                delivering.cancel()
                await runner.cleanup()
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            self.passwords.close()
            self.recordings.close()
            await self.database.aclose()
            _log.info("server.stopped")

    async def _until_signal(self) -> None:
        """The first SIGTERM or SIGINT asks to stop; a second one ends the process at once."""
        asked = asyncio.Event()

        def stop() -> None:
            if asked.is_set():
                _log.warning("server.stopped_at_once", sessions=self.live.count)
                os._exit(1)
            asked.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        await asked.wait()
        _log.info("server.draining", sessions=self.live.count)


def _bind(host: str, port: int) -> socket.socket:
    """The port is ours from here on; it accepts nobody before the engines are loaded. Raises SettingsError."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # do not wait for links of the last run
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Choose another with --host and --port; port 0 is a free one."
        ) from error
    return bound


def write_ready_file(path: Path, address: str, welcome: Welcome) -> None:
    """For supervisors and tests: written whole, readable by the owner only."""
    data = {
        "url": address,
        "sign_in_url": f"{address}/sign-in?token={welcome.sign_in_token}",
        "api_key": welcome.api_key,
    }
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(data, file)
    part.replace(path)
