"""Language-model minds and what they are asked, for tests against a real local server."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from chat_server import ChatServer, says

from lms_core.assessment.items import QuizItem
from lms_core.companions import Companion, Subject
from lms_core.courses import Lesson
from tutor.brain.base import (
    Message,
    MindRequest,
    Purpose,
    TextDelta,
    ToolSpec,
)
from tutor.brain.llm import LanguageModelMind, Limits
from tutor.errors import MindError

LIMITS = Limits(
    connect=30, first_token=30, between=30, whole=60, tail=0.2, retries=2, backoff=0.01, retry_after=0.5
)
COMPANION = Companion("c1", "cells", "Ada", Subject.SCIENCE, "plant cells")
LESSON = Lesson(
    "l1", "cells", "Plant cells",
    "A cell is small.\n\n# Walls\nThe cell wall is made of cellulose.\n\n# Green\nChloroplasts catch light.",
    quiz=(QuizItem("What is the wall made of?", "cellulose", hints=("It is in paper.",)),),
)  # fmt: skip
ASKED = MindRequest(Purpose.ANSWER, COMPANION, messages=(Message("learner", "What is a cell?"),))
LIGHT = ToolSpec("light", "Switch a lamp", {"type": "object", "properties": {"on": {"type": "boolean"}}})


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with ChatServer().running() as running:
        yield running


@pytest.fixture
async def mind(server: ChatServer) -> AsyncIterator[LanguageModelMind]:
    one = await warm(server, LIMITS)
    yield one
    await one.aclose()


async def warm(server: ChatServer, limits: Limits = LIMITS) -> LanguageModelMind:
    mind = LanguageModelMind("m", base_url=server.url, api_key="k", limits=limits)
    server.answer(says("Hello."))
    await mind.warm_up()
    server.bodies.clear()
    server.arrived.clear()
    return mind


async def impatient(server: ChatServer, **limits: float) -> LanguageModelMind:
    return await warm(server, replace(LIMITS, **limits))


async def events_of(mind: LanguageModelMind, request: MindRequest = ASKED) -> list:
    return [event async for event in mind.reply(request)]


def text_of(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def until_error(mind: LanguageModelMind, request: MindRequest = ASKED) -> tuple[str, str]:
    """What was said before the mind failed, and the error's text."""
    said = ""
    with pytest.raises(MindError) as failed:
        async for event in mind.reply(request):
            said += event.text if isinstance(event, TextDelta) else ""
    return said, str(failed.value)
