"""viva doctor: tries every part for real and says what to do about what does not work."""

import argparse
import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from tutor.commands import add_settings, flags

_LEAST_FREE = 1 << 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser)


def run(options: argparse.Namespace) -> int:
    from tutor import logs, settings

    chosen = settings.load(**flags(options))
    logs.configure("error", "text")
    return asyncio.run(_Doctor(chosen).run())


class _Doctor:
    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._problems = 0

    async def run(self) -> int:
        from audio.errors import AudioError
        from lms_core.errors import VivaError
        from tutor.engines import choose, make_engines
        from tutor.metrics import Metrics

        await self._check("data directory", self._data_dir)
        await self._check("database", self._database)
        await self._check("port", self._port)
        try:
            chosen = await choose(self._settings)
            engines = make_engines(self._settings, chosen, Metrics().jobs)
        except (VivaError, AudioError) as error:
            print(f"  PROBLEM  engines: {error}")
            return 1
        spoken: list[Any] = []
        try:
            await self._check(f"mouth ({chosen.mouth.name})", lambda: self._mouth(engines.mouth, spoken))
            await self._check(
                f"ears ({chosen.ears.name})", lambda: self._ears(engines.ears, engines.mouth, spoken)
            )
            await self._check(f"mind ({chosen.mind.name})", lambda: self._mind(engines.mind))
            if engines.end_of_turn is not None:
                await self._check(
                    f"end of turn ({chosen.end_of_turn.name})",
                    lambda: self._end_of_turn(engines.end_of_turn, engines.mouth, spoken),
                )
        finally:
            for engine in (engines.mouth, engines.ears, engines.mind, engines.silero, engines.end_of_turn):
                if engine is not None:
                    await engine.aclose()
        await self._check("sound devices (only for viva call with a microphone)", self._devices, needed=False)
        for choice in (chosen.ears, chosen.mind, chosen.mouth, chosen.end_of_turn):
            if choice.better:
                print(f"  hint     {choice.better}")
        return 1 if self._problems else 0

    async def _check(self, what: str, look: Callable[[], Awaitable[str]], *, needed: bool = True) -> None:
        try:
            async with asyncio.timeout(60):
                print(f"  ok       {what}: {await look()}")
        except TimeoutError:
            self._problems += needed
            print(f"  PROBLEM  {what}: it did not finish within a minute")
        except Exception as error:  # a doctor reports whatever is wrong
            self._problems += needed
            print(f"  {'PROBLEM ' if needed else 'missing '} {what}: {error or type(error).__name__}")

    async def _data_dir(self) -> str:
        return await asyncio.to_thread(self._look_at_disk)

    def _look_at_disk(self) -> str:
        folder = self._settings.data_dir
        self._settings.make_data_dir()
        if not os.access(folder, os.W_OK):
            raise RuntimeError(f"{folder} is not writable; change its owner or VIVA_DATA_DIR")
        for private in (folder / "api_key", folder / "viva.db", folder / "viva.toml"):
            if private.exists() and folder.stat().st_mode & 0o077 and private.stat().st_mode & 0o007:
                raise RuntimeError(f"others can read {private}; chmod -R go= {folder}")
        free = shutil.disk_usage(folder).free
        if free < _LEAST_FREE:
            raise RuntimeError(f"{folder} has only {free >> 20} MB free; make room")
        return f"{folder.absolute()}, {free >> 30} GB free"

    async def _database(self) -> str:
        from storage.database import Database

        database = Database(self._settings.database)
        try:
            await database.migrate()
            await database.check()
        finally:
            await database.aclose()
        shared = not database.is_sqlite and not self._settings.secret_key.get_secret_value()
        hint = "; who can read it can sign tokens, unless VIVA_SECRET_KEY is set" if shared else ""
        return f"connected, up to date{hint}"

    async def _port(self) -> str:
        """Free, or already Viva's own."""
        import aiohttp

        host, port = self._settings.host, self._settings.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            return f"{host}:{port} is free"
        except OSError as error:
            reason = error.strerror
        local = self._settings.model_copy(update={"public_url": ""}).address
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
                async with http.get(f"{local}/readyz") as answer:
                    ready = (await answer.json())["ready"]
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
            raise RuntimeError(f"{host}:{port}: {reason}; choose another with --host and --port") from None
        return (
            f"Viva runs on {host}:{port} and is {'ready' if ready else 'not ready, see ' + local + '/readyz'}"
        )

    async def _mouth(self, mouth: Any, spoken: list[Any]) -> str:
        await mouth.start()
        async for piece in mouth.synthesize("Go forward ten meters.", voice="", speed=1.0, language="en"):
            spoken.append(piece.pcm)  # noqa: PERF401
        seconds = sum(map(len, spoken)) / mouth.sample_rate
        if not seconds:
            raise RuntimeError("it said nothing")
        return f"spoke for {seconds:.1f} s"

    async def _ears(self, ears: Any, mouth: Any, spoken: list[Any]) -> str:
        await ears.start()
        stream = ears.open(language="en")
        stream.feed(_at_16_khz(mouth, spoken))
        transcript = await stream.transcribe()
        if not transcript.text.strip():
            raise RuntimeError("it heard nothing where the mouth spoke")
        return f"heard “{transcript.text}” where the mouth said “Go forward ten meters.”"

    async def _end_of_turn(self, model: Any, mouth: Any, spoken: list[Any]) -> str:
        await model.start()
        return f"{await model.probability(_at_16_khz(mouth, spoken)):.0%} sure that the mouth had finished"

    async def _mind(self, mind: Any) -> str:
        from storage.demo import demo_lessons
        from tutor.brain.base import MindRequest, Purpose, TextDelta

        await mind.start()
        await mind.warm_up()
        demo = demo_lessons()[0]
        said = ""
        async for event in mind.reply(MindRequest(Purpose.GREETING, demo.companion, demo.lesson)):
            said += event.text if isinstance(event, TextDelta) else ""
        if not said:
            raise RuntimeError("it had nothing to say")
        return f"“{said.strip()[:60]}…”"

    async def _devices(self) -> str:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise RuntimeError("pip install -e '.[sound]', and apt-get install libportaudio2") from error
        return str(sounddevice.query_devices(kind="input")["name"])


def _at_16_khz(mouth: Any, spoken: list[Any]) -> Any:
    """What the mouth said, for the ears."""
    if not spoken:
        raise RuntimeError("not tried, for the mouth says nothing")
    import numpy as np

    from audio.pcm import Resampler

    resampler = Resampler(mouth.sample_rate, 16_000)
    return np.concatenate([*(resampler.feed(pcm) for pcm in spoken), resampler.flush()])
