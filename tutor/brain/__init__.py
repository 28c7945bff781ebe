"""The companion's mind: any OpenAI-compatible model, or the built-in lesson tutor."""

from typing import TYPE_CHECKING, Any

from audio.engines import Choice, build
from audio.errors import EngineError
from tutor.errors import SettingsError

if TYPE_CHECKING:
    from tutor.brain.base import Mind

_MODEL = "gpt-4.1-mini"
"""What OpenAI's own endpoint is asked for if no model is named: quick to begin, as a voice needs it."""
_BETTER = (
    "A language model converses more freely: set an API key for OpenAI, or the base URL and model of a "
    "server of your own, such as Ollama (http://localhost:11434/v1)."
)


def create(
    name: str,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    model: str | None = None,
    **options: Any,
) -> "Mind":
    """The mind called `name`: `lesson`, `openai`, `openai:<model>` or `package.module:factory`.

    `options` go to `LanguageModelMind` (temperature, context_tokens, limits); a factory of anybody's own gets
    those of all arguments that it names. Raises SettingsError with what to write instead.
    """
    kind, _, named = name.partition(":")
    if name == "lesson":
        from tutor.brain.lesson_tutor import LessonTutor  # loaded only if it is chosen

        return LessonTutor()
    if kind == "openai":
        from tutor.brain.llm import LanguageModelMind  # the SDK takes most of a second to load

        chosen = named or model or (_MODEL if base_url is None else None)
        if not chosen:
            raise SettingsError(f"Which model should {base_url} use? Write the mind as openai:<model>.")
        if base_url is None and not api_key:
            raise SettingsError(
                "The mind 'openai' needs an API key, or the base URL of a server of your own."
            )
        return LanguageModelMind(chosen, base_url=base_url, api_key=api_key, **options)
    if not named:
        raise SettingsError(
            f"There is no mind '{name}'. Write lesson, openai, openai:<model> or package.module:factory."
        )
    try:
        mind: Mind = build(name, base_url=base_url, api_key=api_key, model=model, **options)
    except EngineError as error:
        raise SettingsError(str(error)) from error
    return mind


def auto(*, base_url: str | None = None, api_key: str | None = None, model: str | None = None) -> Choice:
    """The best mind that these settings allow, why, and what would be better."""
    if base_url:
        return Choice(f"openai:{model}" if model else "openai", f"a model's server is set: {base_url}")
    if api_key:
        return Choice(f"openai:{model or _MODEL}", "an API key for OpenAI is set")
    return Choice("lesson", "no model is set up; it works without one", _BETTER)
