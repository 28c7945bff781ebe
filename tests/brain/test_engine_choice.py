"""Which mind is made from which name."""

import pytest
from chat_server import ChatServer

from tutor.brain import choose, create
from tutor.brain.llm import LanguageModelMind
from tutor.errors import MindError, SettingsError


class Parrot:
    name = "parrot"

    def __init__(self, model: str | None, temperature: float = 1.0) -> None:
        self.model, self.temperature = model, temperature


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [
        ("openai", {"api_key": "k", "model": "m"}, "openai:m"),
        ("openai:llama3.2:3b", {"base_url": "http://localhost:1/v1", "model": "m"}, "openai:llama3.2:3b"),
    ],
)
async def test_a_language_model_is_made_by_name(name, given, made):
    mind = create(name, **given)
    assert isinstance(mind, LanguageModelMind) and mind.name == made
    await mind.aclose()


def test_anybodys_own_mind_gets_the_arguments_that_it_names():
    mind = create(f"{__name__}:Parrot", base_url="http://x", model="m", temperature=0.2)
    assert isinstance(mind, Parrot) and (mind.model, mind.temperature) == ("m", 0.2)


def test_the_built_in_tutor_needs_nothing():
    assert create("lesson").name


@pytest.mark.parametrize(
    ("name", "given", "advice"),
    [
        ("opnai", {}, "Write lesson, openai"),
        ("openai:m", {}, "API key"),
        ("openai", {"base_url": "http://x/v1"}, "VIVA_OPENAI_MODEL"),
        ("no.such.module:thing", {}, "package.module:factory"),
    ],
)
def test_a_wrong_name_says_what_to_write_instead(name, given, advice):
    with pytest.raises(SettingsError, match=advice):
        create(name, **given)


async def test_auto_takes_a_model_where_one_is_set_up_and_says_what_would_be_better():
    assert (await choose("auto")).name == "lesson" and "VIVA_OPENAI" in (await choose("auto")).better
    assert (await choose("auto", base_url="http://x/v1", api_key="secret", model="m")).name == "openai:m"
    assert (await choose("openai", api_key="secret", model="m")).name == "openai:m"
    assert "secret" not in repr(await choose("auto", api_key="secret", model="m"))


@pytest.mark.parametrize("name", ["auto", "openai"])
async def test_no_model_of_openais_is_guessed(name):
    with pytest.raises(SettingsError, match="VIVA_OPENAI_MODEL"):
        await choose(name, api_key="secret")


def listing(*names: str) -> tuple[int, dict]:
    return 200, {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


@pytest.mark.parametrize("name", ["auto", "openai"])
async def test_the_only_chat_model_of_a_server_is_taken(name):
    async with ChatServer().running() as server:
        server.models = listing("nomic-embed-text:latest", "llama3.2:3b", "whisper-1")
        choice = await choose(name, base_url=server.url)
    assert choice.name == "openai:llama3.2:3b" and "only chat model" in choice.why and not choice.better


async def test_of_several_the_first_is_taken_and_the_others_are_named():
    async with ChatServer().running() as server:
        server.models = listing("a", *"bcdefgh")
        choice = await choose("auto", base_url=server.url)
    assert choice.name == "openai:a" and "first of 8" in choice.why
    assert choice.better == "perhaps b, c, d, e, f and 2 more; set VIVA_OPENAI_MODEL to the one to take."


@pytest.mark.parametrize(
    ("models", "advice"),
    [
        ((404, {}), "does not list its models: name one in VIVA_OPENAI_MODEL"),
        (listing(), "no chat model: load one there"),
        (listing("bge-m3"), "no chat model"),
        ((200, {"data": [{"id": None}, 5]}), "no chat model"),
        ((200, []), "does not list"),
        ((401, {"error": {"message": "bad"}}), "API key"),
        ((500, {}), "failed"),
    ],
)
async def test_a_server_that_cannot_say_what_it_has_stops_the_start_with_what_to_do(models, advice):
    async with ChatServer().running() as server:
        server.models = models
        with pytest.raises(MindError, match=advice):
            await choose("auto", base_url=server.url)


async def test_a_server_that_does_not_run_is_told_so():
    async with ChatServer().running() as gone:
        url = gone.url
    with pytest.raises(MindError, match="cannot be reached"):
        await choose("auto", base_url=url)
