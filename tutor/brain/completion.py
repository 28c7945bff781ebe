"""One streamed chat completion, put together chunk by chunk. No I/O."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from openai.types.chat import ChatCompletionChunk

from tutor.brain.base import Usage
from tutor.errors import MindError

_CALLS = 16
"""Most tool calls of one completion; more is a model that runs in circles."""
_ARGUMENTS_CHARS = 64_000
_NAMES = ("think", "thinking", "thought", "reasoning")
_TAG = re.compile(rf"<(/?)(?:{'|'.join(_NAMES)})>", re.IGNORECASE)
_LONGEST_TAG = max(map(len, _NAMES)) + len("</>")


class ThoughtFilter:
    """Takes a reasoning model's thoughts (`<think>...</think>`) out of its text, however it is cut.

    Some servers' templates put the opening tag into the prompt, so that the text begins with thoughts and shows
    only where they end. `wary`: this may be such a server, so nothing is spoken before a tag or the end.
    """

    def __init__(self, *, wary: bool = False) -> None:
        self._held = ""
        self._thinking = False
        self._wary = wary
        self.began_thinking = False
        """The text turned out to have begun with thoughts."""

    def feed(self, text: str) -> str:
        """What may be spoken by now; what could be the beginning of a tag is kept back."""
        said: list[str] = []
        rest = self._held + text
        while tag := _TAG.search(rest):
            closing = bool(tag.group(1))
            unopened = closing and not self._thinking
            self.began_thinking |= unopened
            if not self._thinking and not (unopened and self._wary):
                said.append(rest[: tag.start()])
            self._thinking, self._wary = not closing, False
            rest = rest[tag.end() :]
        cut = 0 if self._wary else _possible_tag(rest)
        if not self._thinking:
            said.append(rest[:cut])
        self._held = rest[cut:]
        return "".join(said)

    def flush(self, *, cut: bool = False) -> str:
        """The text is over: what was kept back was no tag. `cut`: it was to be longer, and may be all thoughts."""
        held, self._held = self._held, ""
        return "" if self._thinking or (self._wary and cut) else held


def _possible_tag(text: str) -> int:
    """Where a tag could be beginning at the end of `text`; its length if nowhere."""
    at = text.rfind("<", max(0, len(text) - _LONGEST_TAG))
    if at < 0:
        return len(text)
    begun = text[at + 1 :].removeprefix("/").lower()
    return at if any(name.startswith(begun) for name in _NAMES) else len(text)


@dataclass(slots=True)
class Call:
    """A tool call, possibly still growing; `arguments` is JSON text as the model wrote it."""

    index: int
    call_id: str
    name: str = ""
    arguments: str = ""


class Completion:
    """Grows with each chunk; `finish_reason` None means that the stream has not properly ended."""

    def __init__(
        self, new_id: Callable[[], str] = lambda: f"call_{uuid4().hex[:16]}", *, wary: bool = False
    ) -> None:
        """`new_id` names calls to which the server gave no id; it must be new in the whole session.
        `wary`: the text may begin with thoughts; see `ThoughtFilter`."""
        self._new_id = new_id
        self.text = ""
        self.calls: list[Call] = []
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.alive = False
        """The model has shown a sign of life: words, thoughts or a call."""
        self._thoughts = ThoughtFilter(wary=wary)

    @property
    def thinks_aloud(self) -> bool | None:
        """Whether the text began with thoughts that no tag announced; None: it was too short to tell."""
        if self._thoughts.began_thinking:
            return True
        return False if self.text and self.finish_reason else None

    @property
    def begun(self) -> bool:
        """Something was said or called, so the request cannot be repeated unnoticed."""
        return bool(self.text or self.calls)

    def feed(self, chunk: Any) -> str:
        """Take a chunk; returns the words to say. Raises MindError for what is no chunk.

        The SDK builds chunks without validation, so any field may be missing or of another type.
        """
        if not isinstance(chunk, ChatCompletionChunk):
            raise MindError("The model's server sent something that is no chat completion.")
        self._take_usage(getattr(chunk, "usage", None))
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list) or not choices:  # usage alone, or a content filter's report
            return ""
        delta = getattr(choices[0], "delta", None)
        said = ""
        for words in (getattr(delta, "content", None), getattr(delta, "refusal", None)):
            if isinstance(words, str) and words:
                self.alive = True
                said += self._thoughts.feed(words)
        if getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None):
            self.alive = True
        for fragment in getattr(delta, "tool_calls", None) or ():
            self._take_fragment(fragment)
        reason = getattr(choices[0], "finish_reason", None)
        if isinstance(reason, str):
            self.finish_reason = reason
            said += self._thoughts.flush(cut=reason == "length")
        return self._said(said)

    def _said(self, words: str) -> str:
        if not self.text:
            words = words.lstrip()  # the blank lines after the thoughts
        self.text += words
        return words

    def _take_usage(self, usage: Any) -> None:
        spent = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        if isinstance(spent[0], int) and isinstance(spent[1], int):
            self.usage = Usage(spent[0], spent[1])

    def _take_fragment(self, fragment: Any) -> None:
        self.alive = True
        call_id = getattr(fragment, "id", None)
        call = self._call(getattr(fragment, "index", None), call_id if isinstance(call_id, str) else "")
        function = getattr(fragment, "function", None)
        name, arguments = getattr(function, "name", None), getattr(function, "arguments", None)
        if isinstance(name, str) and not call.name:  # some servers repeat the name in every fragment
            call.name = name
        if isinstance(arguments, str):
            call.arguments += arguments
        if len(call.arguments) > _ARGUMENTS_CHARS:
            raise MindError("The model wrote a tool call without end.")

    def _call(self, index: Any, call_id: str) -> Call:
        """The call that a fragment belongs to. Ollama numbers all calls 0: a new id is a new call."""
        place = index if isinstance(index, int) else (self.calls[-1].index if self.calls else 0)
        for call in reversed(self.calls):
            if call.index == place and call_id in ("", call.call_id):
                return call
        if len(self.calls) == _CALLS:
            raise MindError("The model called more tools at once than it may.")
        self.calls.append(Call(place, call_id or self._new_id()))
        return self.calls[-1]
