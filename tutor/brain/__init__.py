"""The companion's mind: any OpenAI-compatible model, or the built-in lesson tutor."""

from typing import TYPE_CHECKING, Any

from audio.engines import Choice, build
from audio.errors import EngineError
from tutor.errors import SettingsError

if TYPE_CHECKING:
    from tutor.brain.base import Mind

_BETTER = (
    "A language model converses more freely: set VIVA_OPENAI_BASE_URL to a server of your own, such as Ollama "
    "(http://localhost:11434/v1), or VIVA_OPENAI_API_KEY and VIVA_OPENAI_MODEL for OpenAI's."
)
_WHICH = (
    "Which model should be the tutor? Set VIVA_OPENAI_MODEL to its name, "
    "or VIVA_MIND=lesson for the built-in tutor, which needs none."
)
_OTHERS = 5
"""As many other models are named; some endpoints have hundreds."""


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

        chosen = named or model
        if not chosen:
            raise SettingsError(_WHICH)
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


async def choose(
    name: str, *, base_url: str | None = None, api_key: str | None = None, model: str | None = None
) -> Choice:
    """The mind to make, why, and what would be better. `name` is as for `create`, or `auto`.

    A server of the operator's own is asked for its models if none is named. Raises SettingsError or MindError.
    """
    if name not in ("auto", "openai"):
        return Choice(name, "it is configured")
    if name == "auto" and not base_url and not api_key:
        return Choice("lesson", "no model is set up; it works without one", _BETTER)
    if model:
        return Choice(f"openai:{model}", "it is configured")
    if not base_url:
        raise SettingsError(_WHICH)
    from tutor.brain.model_list import find_model

    first, others = await find_model(base_url, api_key)
    if not others:
        return Choice(f"openai:{first}", f"it is the only chat model at {base_url}")
    more = f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
    return Choice(
        f"openai:{first}",
        f"it is the first of {len(others) + 1} chat models at {base_url}",
        f"perhaps {', '.join(others[:_OTHERS])}{more}; set VIVA_OPENAI_MODEL to the one to take.",
    )
