"""Any OpenAI-compatible chat-completions endpoint as a mind: OpenAI, Ollama, vLLM, llama.cpp."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import openai
import structlog
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from tutor.brain.base import MindEvent, MindRequest, Purpose, Remember, TextDelta, ToolCall, ToolSpec, Usage
from tutor.brain.completion import Call, Completion
from tutor.brain.endpoint import Failure, failure, to_give_up, without
from tutor.brain.model_list import listed_models
from tutor.brain.prompting import CONTEXT_TOKENS, ChatMessage, chat_messages, tool_round
from tutor.brain.tools import Outcome, Tool, problem_with, tools_for, unknown, use
from tutor.errors import MindError

_ROUNDS = 4
"""How often in one reply the model may call tools of ours before it has to speak."""
_WITH_TOOLS = (Purpose.ANSWER, Purpose.WRAP_UP)
_log = structlog.get_logger(__name__)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, except `retries`. Only the time spent waiting for the endpoint counts, not the listener's."""

    connect: float = 5.0
    first_token: float = 15.0
    """Until the first sign of life of each completion, retries included: longer is not a conversation."""
    between: float = 10.0
    whole: float = 120.0
    tail: float = 0.5
    """For the usage that follows the last word."""
    retries: int = 2
    backoff: float = 0.4
    """Before the first retry; doubles with each."""
    retry_after: float = 5.0
    """An endpoint that asks for a longer wait is not asked again."""
    load: float = 300.0
    """Until the first word after the start, while the endpoint loads the model."""


class _Broken(Exception):
    """The request or its stream failed; `failure` says whether another try makes sense."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


class LanguageModelMind:
    """A mind that keeps nothing but its connections, and what its endpoint turned out to refuse."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        temperature: float | None = 0.5,
        context_tokens: int = CONTEXT_TOKENS,
        limits: Limits | None = None,
    ) -> None:
        """`base_url` None is OpenAI's. `temperature` is for requests that name none; None leaves it open."""
        self.name = f"openai:{model}"
        self._model, self._temperature, self._context_tokens = model, temperature, context_tokens
        self._limits = limits or Limits()
        # Reading is limited by `Limits`, which knows what it waits for; the SDK's retries would add to ours.
        timeout = openai.Timeout(
            connect=self._limits.connect, read=None, write=10.0, pool=self._limits.connect
        )
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=timeout, max_retries=0
        )
        self._url = str(self._client.base_url).rstrip("/")
        # OpenAI's newer models refuse `max_tokens`, many other servers know nothing else.
        self._max_tokens = "max_completion_tokens" if base_url is None else "max_tokens"
        self._refused: frozenset[str] = frozenset()
        self._loading = False
        self._thinks_aloud: bool | None = None
        """Whether the model's texts begin with thoughts that no tag announces; None: not known yet."""

    async def start(self) -> None:
        """Ask for the list of models: is the endpoint there, is the key good? Raises MindError."""
        names = await listed_models(self._client, self._limits.connect * 2)
        if names and not {*names} & {self._model, f"{self._model}:latest"}:
            # Proxies often list less than they serve.
            _log.warning("mind.model_not_listed", model=self._model, url=self._url, listed=sorted(names)[:10])

    async def warm_up(self) -> None:
        """One short exchange: Ollama loads a model at its first request, and we learn how this one thinks."""
        messages = [{"role": "user", "content": "Say hello."}]
        body = {"model": self._model, "messages": messages, "stream": True}
        patience = _Patience(self._limits.load + self._limits.whole)
        self._loading = True
        try:
            async with aclosing(self._complete(body, patience)) as pieces:
                async for _ in pieces:
                    pass
        except MindError as error:
            _log.warning("mind.warm_up_failed", why=error.message)
        finally:
            self._loading = False

    async def aclose(self) -> None:
        await self._client.close()

    async def reply(self, request: MindRequest) -> AsyncGenerator[MindEvent, None]:
        """See `Mind.reply`. Calls of our own tools are answered here; calls of the client's end the reply."""
        own = self._own_tools(request)
        messages = chat_messages(request, own_tools=bool(own), context_tokens=self._context_tokens)
        patience = _Patience(self._limits.whole)
        memory, usage, said = request.memory, None, ""
        for turn in range(_ROUNDS + 1):
            completion = Completion()
            gap = bool(said) and not said[-1].isspace()  # between what is said before and after a tool
            body = self._body(request, messages, own, must_speak=turn == _ROUNDS)
            async with aclosing(self._complete(body, patience, keep_tools=bool(request.tools))) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Completion):
                        completion = piece
                    else:
                        yield TextDelta(f" {piece}" if gap else piece)
                        gap, said = False, said + piece
            usage = _sum(usage, completion.usage)
            for_client, ours = _sorted_calls(completion.calls, request.tools, own)
            answered = []
            for call in ours:
                outcome = _answer(call, own, request, memory)
                memory = outcome.memory
                answered.append((call, outcome.output))
                for show in outcome.shows:
                    yield show
            for call in for_client:
                yield ToolCall(call.call_id, call.name, call.arguments or "{}")
            if for_client or not ours:
                break
            messages += tool_round(completion.text, answered)
        if not said.strip() and not for_client:
            raise MindError(self._silence(completion))
        if memory != request.memory:
            yield Remember(memory)
        if usage:
            yield usage

    # --- one request ------------------------------------------------------------------------------

    def _own_tools(self, request: MindRequest) -> dict[str, Tool]:
        """None where a client forces or forbids calls or the model cannot call. A client's names win."""
        if request.purpose not in _WITH_TOOLS or request.tool_choice != "auto" or "tools" in self._refused:
            return {}
        taken = {tool.name for tool in request.tools}
        return {tool.spec.name: tool for tool in tools_for(request.lesson) if tool.spec.name not in taken}

    def _body(
        self,
        request: MindRequest,
        messages: Sequence[ChatMessage],
        own: Mapping[str, Tool],
        *,
        must_speak: bool,
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        temperature = self._temperature if request.temperature is None else request.temperature
        if temperature is not None:
            body["temperature"] = temperature
        if request.max_output_tokens is not None:
            body[self._max_tokens] = request.max_output_tokens
        specs = [*request.tools, *(tool.spec for tool in own.values())]
        if specs and request.purpose in _WITH_TOOLS:
            body["tools"] = [_wire_tool(spec) for spec in specs]
            body["tool_choice"] = "none" if must_speak else _wire_choice(request.tool_choice)
        return body

    async def _complete(
        self,
        body: Mapping[str, Any],
        patience: "_Patience",
        *,
        keep_tools: bool = False,
    ) -> AsyncGenerator[str | Completion, None]:
        """The words of one completion as they come, at last the completion; retried until it has begun."""
        first_token = self._limits.load if self._loading else self._limits.first_token
        opening = _Patience(first_token, within=patience)
        for attempt in itertools.count():
            completion = Completion(wary=self._thinks_aloud is not False)
            try:
                async with aclosing(self._stream(body, completion, opening, patience, keep_tools)) as words:
                    async for some in words:
                        yield some
                if not self._thinks_aloud and completion.thinks_aloud is not None:
                    self._thinks_aloud = completion.thinks_aloud
                if completion.finish_reason == "content_filter":
                    raise MindError(self._silence(completion))
                if completion.finish_reason == "length":
                    _log.info("mind.cut_at_token_limit", model=self._model)
                yield completion
                return
            except _Broken as broken:
                pause = self._pause(broken.failure, attempt)
                if completion.begun or pause is None or pause >= opening.left:
                    raise broken.failure.error from broken.__cause__
                _log.info("mind.retried", attempt=attempt + 1, pause=pause, why=broken.failure.error.message)
            except TimeoutError as error:
                what = "stopped in mid-answer" if completion.alive else "did not begin to answer in time"
                raise MindError(f"The model '{self._model}' at {self._url} {what}.") from error
            await opening.wait(asyncio.sleep(pause))

    async def _stream(
        self,
        body: Mapping[str, Any],
        completion: Completion,
        opening: "_Patience",
        patience: "_Patience",
        keep_tools: bool,
    ) -> AsyncGenerator[str, None]:
        """Feed `completion` from one HTTP request. Leaving it in any way ends the request."""
        stream = await opening.wait(self._open(body, keep_tools))
        try:
            while completion.finish_reason is None:
                waiting = self._next(stream)
                if completion.alive:
                    chunk = await patience.wait(waiting, self._limits.between)
                else:
                    chunk = await opening.wait(waiting)
                if chunk is None:
                    text = f"The model's server at {self._url} ended its answer in the middle."
                    raise _Broken(Failure(MindError(text), again=True))
                if words := completion.feed(chunk):
                    yield words
            await self._read_out(stream, completion)
        finally:
            await stream.close()

    async def _open(self, body: Mapping[str, Any], keep_tools: bool) -> AsyncStream[ChatCompletionChunk]:
        """Send the request; what the endpoint refuses is left out, and remembered once it works without."""
        create: Any = self._client.chat.completions.create
        needed = {"tools"} if keep_tools else set()
        refused = set(self._refused - needed)
        while True:
            smaller = without(body, refused)
            try:
                stream: AsyncStream[ChatCompletionChunk] = await create(**smaller)
            except openai.APIStatusError as error:
                given_up = to_give_up(error, smaller, needed)
                if given_up is None:
                    raise _Broken(failure(error, self._model, self._url)) from error
                refused.add(given_up)
            except openai.APIError as error:
                raise _Broken(failure(error, self._model, self._url)) from error
            else:
                if not refused <= self._refused:
                    _log.warning("mind.endpoint_refuses", url=self._url, left_out=sorted(refused))
                    self._refused |= refused
                return stream

    async def _next(self, stream: AsyncStream[ChatCompletionChunk]) -> object | None:
        try:
            return await anext(stream, None)
        except Exception as error:  # the SDK lets errors of its HTTP client and JSON parser through
            raise _Broken(failure(error, self._model, self._url)) from error

    async def _read_out(self, stream: AsyncStream[ChatCompletionChunk], completion: Completion) -> None:
        """Usage may follow the last word, and a stream read to its end keeps the connection for the next."""
        try:
            async with asyncio.timeout(self._limits.tail):
                while (chunk := await self._next(stream)) is not None:
                    completion.feed(chunk)
        except (_Broken, TimeoutError, MindError) as error:
            _log.debug("mind.no_proper_end", error=str(error))

    def _pause(self, failure: Failure, attempt: int) -> float | None:
        """Seconds to wait before asking again; None: do not."""
        if not failure.again or attempt >= self._limits.retries:
            return None
        pause = max(self._limits.backoff * 2.0**attempt, failure.after or 0.0)
        return pause if (failure.after or 0.0) <= self._limits.retry_after else None

    def _silence(self, completion: Completion) -> str:
        why = {
            "length": "used up its tokens before the first word; allow more or use one that thinks less",
            "content_filter": "was stopped by its content filter",
        }.get(completion.finish_reason or "", "said nothing")
        return f"The model '{self._model}' at {self._url} {why}."


class _Patience:
    """Seconds that we are still willing to wait for the endpoint; time between the waits does not count."""

    def __init__(self, seconds: float, *, within: "_Patience | None" = None) -> None:
        self._left, self._within = seconds, within

    @property
    def left(self) -> float:
        return self._left if self._within is None else min(self._left, self._within.left)

    async def wait(self, awaited: Awaitable[_Result], limit: float = float("inf")) -> _Result:
        """Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(min(limit, self.left)):
                return await awaited
        finally:
            self._spend(loop.time() - begun)

    def _spend(self, seconds: float) -> None:
        self._left -= seconds
        if self._within is not None:
            self._within._spend(seconds)


# --- calls ----------------------------------------------------------------------------------------


def _sorted_calls(
    calls: Sequence[Call], clients: Sequence[ToolSpec], own: Mapping[str, Tool]
) -> tuple[list[Call], list[Call]]:
    """The calls that the client answers, and those that we do: of our tools, of no tool, and broken ones."""
    known = {tool.name for tool in clients}
    for_client = [
        call
        for call in calls
        if call.name in known and call.name not in own and not problem_with(call.arguments)
    ]
    return for_client, [call for call in calls if call not in for_client]


def _answer(call: Call, own: Mapping[str, Tool], request: MindRequest, memory: Mapping[str, Any]) -> Outcome:
    if problem := problem_with(call.arguments):
        return Outcome(problem, memory=memory)
    tool = own.get(call.name)
    if tool is None:
        return Outcome(unknown(call.name), memory=memory)
    return use(tool, call.arguments, request.lesson, memory)


def _wire_tool(spec: ToolSpec) -> dict[str, Any]:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.parameters)}
    return {"type": "function", "function": function}


def _wire_choice(choice: str | Mapping[str, Any]) -> str | dict[str, Any]:
    """The Realtime protocol names a forced function flatly, chat completions in an object."""
    if isinstance(choice, str):
        return choice
    name = choice.get("name") or (choice.get("function") or {}).get("name")
    return {"type": "function", "function": {"name": name}} if name else "auto"


def _sum(first: Usage | None, second: Usage | None) -> Usage | None:
    if first is None or second is None:
        return first or second
    return Usage(first.input_tokens + second.input_tokens, first.output_tokens + second.output_tokens)
