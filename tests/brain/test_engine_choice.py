"""Which mind is made from which name."""

import pytest

from tutor.brain import auto, create
from tutor.brain.llm import LanguageModelMind
from tutor.errors import SettingsError


class Parrot:
    name = "parrot"

    def __init__(self, model: str | None, temperature: float = 1.0) -> None:
        self.model, self.temperature = model, temperature


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [
        ("openai", {"api_key": "k"}, "openai:gpt-4.1-mini"),
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
        ("openai", {}, "API key"),
        ("openai", {"base_url": "http://x/v1"}, "openai:<model>"),
        ("no.such.module:thing", {}, "package.module:factory"),
    ],
)
def test_a_wrong_name_says_what_to_write_instead(name, given, advice):
    with pytest.raises(SettingsError, match=advice):
        create(name, **given)


def test_auto_takes_a_model_where_one_is_set_up_and_says_what_would_be_better():
    assert auto().name == "lesson" and "API key" in auto().better
    assert auto(api_key="secret").name == "openai:gpt-4.1-mini"
    assert auto(base_url="http://x/v1", model="m").name == "openai:m"
    assert "secret" not in repr(auto(api_key="secret"))
