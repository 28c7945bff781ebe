"""Which ears, mind, mouth and judge of turns run: what the settings name, or the best that can run here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from audio import end_of_turn, stt, tts
from audio.engines import Choice
from audio.errors import AudioError
from audio.pool import OnJob
from audio.silero import SileroBatch
from tutor import brain
from tutor.conversation.ports import Engines
from tutor.errors import SettingsError
from tutor.settings import Settings


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which ears, mind, mouth and judge of turns, and why."""

    ears: Choice
    mind: Choice
    mouth: Choice
    end_of_turn: Choice


async def choose(settings: Settings) -> Chosen:
    """What the settings name, or the best that can run here. Raises SettingsError or MindError with what to do."""
    base, key = settings.openai_base_url or None, settings.openai_api_key.get_secret_value() or None
    configured = "it is configured"
    return Chosen(
        stt.auto(settings.models_dir) if settings.ears == "auto" else Choice(settings.ears, configured),
        await brain.choose(settings.mind, base_url=base, api_key=key, model=settings.openai_model or None),
        tts.auto(settings.models_dir) if settings.mouth == "auto" else Choice(settings.mouth, configured),
        end_of_turn.auto(settings.models_dir) if settings.end_of_turn == "auto"
        else Choice(settings.end_of_turn, configured),
    )  # fmt: skip


def make_engines(settings: Settings, chosen: Chosen, jobs: Callable[[str], OnJob]) -> Engines:
    """`jobs` gives what a part's speech pool calls after each job. Raises SettingsError or AudioError for names that do not exist."""
    key = settings.openai_api_key.get_secret_value() or None
    speech: dict[str, Any] = {
        "models_dir": settings.models_dir,
        "workers": settings.engine_workers,
        "base_url": settings.speech_base_url or None,
        "api_key": key,
    }
    return Engines(
        ears=stt.create(chosen.ears.name, on_job=jobs("ears"), **speech),
        mind=brain.create(
            chosen.mind.name, base_url=settings.openai_base_url or None, api_key=key,
            model=settings.openai_model or None,
        ),
        mouth=tts.create(chosen.mouth.name, on_job=jobs("mouth"), **speech),
        silero=SileroBatch(),
        hearing_seconds=settings.hearing_seconds,
        end_of_turn=end_of_turn.create(
            chosen.end_of_turn.name, settings.models_dir, on_job=jobs("end_of_turn")
        ),
    )  # fmt: skip


@contextlib.asynccontextmanager
async def started(engines: Engines) -> AsyncIterator[None]:
    """Engines loaded, and closed again. Raises SettingsError with what to do if one cannot start."""
    parts: list[Any] = [engines.ears, engines.mind, engines.mouth]
    if engines.end_of_turn is not None:
        parts.append(engines.end_of_turn)
    running: list[Any] = []
    warming: asyncio.Task[None] | None = None
    try:
        for engine in parts:
            try:
                await engine.start()
            except AudioError as error:
                raise SettingsError(f"{engine.name} cannot start: {error}") from error
            running.append(engine)
        warming = asyncio.create_task(engines.mind.warm_up())
        yield
    finally:
        if warming is not None:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
        for engine in reversed(running):
            await engine.aclose()
        await engines.silero.aclose()
