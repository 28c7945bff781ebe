"""From a request to the messages of a chat completion. Pure.

Chat templates of open models are stricter than OpenAI's endpoint: many take one system message only, in
front, and want user and assistant to alternate, beginning with user. So what the conversation tells the model
goes into user messages, marked `[direction]`; learners' text cannot carry that mark.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import prompts
from tutor.brain.base import Message, MindRequest, Phase, Purpose
from tutor.brain.completion import Call
from tutor.brain.passages import excerpt
from tutor.brain.tools import open_question

CONTEXT_TOKENS = 8000
"""What a prompt may take by our estimate; models that run on a laptop rarely have more."""
_LESSON_SHARE = 0.4
_REPLY_TOKENS = 800
_FEWEST_TOKENS = 500
"""Room for the conversation even where lesson and client leave none."""
_INSTRUCTION_CHARS = 8000
_MARK = "[direction]"
_FORGED = re.compile(r"\[\s*direction\s*\]?", re.IGNORECASE)
_TAIL_CHARS = 60

ChatMessage = dict[str, Any]


def chat_messages(
    request: MindRequest, *, own_tools: bool = False, context_tokens: int = CONTEXT_TOKENS
) -> list[ChatMessage]:
    """The messages to send: the system prompt, then as much of the latest conversation as fits.

    `own_tools`: Viva's own tools (`tutor.brain.tools`) are offered with it.
    """
    system = _system_prompt(request, own_tools, context_tokens)
    direction = _direction(request, own_tools)
    room = max(context_tokens - tokens(system) - tokens(direction) - _REPLY_TOKENS, _FEWEST_TOKENS)
    spoken = _fitting(_units(request.messages), room)
    if direction:
        _append(spoken, _directed(direction))
    if not spoken or spoken[0]["role"] != "user":
        spoken.insert(0, _directed("The conversation begins here." if spoken else "Say what fits now."))
    if spoken[-1]["role"] == "assistant":
        spoken.append(_directed("Go on."))
    return [{"role": "system", "content": system}, *spoken]


def tool_round(text: str, answered: Sequence[tuple[Call, str]]) -> list[ChatMessage]:
    """What the model said and called within the reply that it is making, and what came out of the calls."""
    calls = [_wire_call(call.call_id, call.name, call.arguments) for call, _ in answered]
    outputs = [_wire_output(call.call_id, output) for call, output in answered]
    return [{"role": "assistant", "content": text or None, "tool_calls": calls}, *outputs]


def tokens(text: str) -> int:
    """An upper estimate: about 3.5 ASCII characters a token, one for any other character."""
    plain = sum(map(str.isascii, text))
    return math.ceil(plain / 3.5) + len(text) - plain


# --- the system prompt and what is asked for now --------------------------------------------------


def _system_prompt(request: MindRequest, own_tools: bool, context_tokens: int) -> str:
    companion, lesson = request.companion, request.lesson
    language = companion.language
    rule = f"language_{re.split('[-_]', language)[0].lower()}"
    # Only exact names of ours become file names; a language tag is somebody's input.
    rule = rule if re.fullmatch(r"language_[a-z]{2,3}", rule) and prompts.exists(rule) else "language_other"
    return prompts.render(
        "companion",
        name=_line(companion.name),
        subject=str(companion.subject),
        topic=_line(companion.topic),
        duration_minutes=companion.duration_minutes,
        style_rule=prompts.render(f"style_{companion.style}"),
        language_rule=prompts.render(rule, language=_line(language)[:35]),
        own_tools=own_tools,
        lesson_title=_line(lesson.title) if lesson else "",
        lesson_text=_lesson_text(request, int(context_tokens * _LESSON_SHARE)),
        instructions=(request.instructions or "").strip()[:_INSTRUCTION_CHARS],
    )


def _lesson_text(request: MindRequest, max_tokens: int) -> str:
    """Of a long lesson, what fits to the topic and to what was said last."""
    if request.lesson is None or not request.lesson.content.strip():
        return ""
    content = request.lesson.content
    max_chars = max_tokens * len(content) // tokens(content)
    said = [message.text for message in request.messages[-4:] if message.role in ("learner", "tutor")]
    return excerpt(_unmarked(content), " ".join((request.companion.topic, *said)), max_chars)


def _direction(request: MindRequest, own_tools: bool) -> str:
    """What the companion should do now, besides answering; "" for an ordinary answer."""
    parts: list[str] = []
    last = request.messages[-1] if request.messages else None
    if request.purpose in (Purpose.ANSWER, Purpose.WRAP_UP):
        waiting = open_question(request.lesson, request.memory) if own_tools else None
        if waiting and last is not None and last.role == "learner":
            number, item = waiting
            parts.append(
                f"Quiz question {number} is open: {json.dumps(_line(item.question), ensure_ascii=False)}. "
                "If the learner answers it, use grade_answer before you comment."
            )
    if request.purpose is not Purpose.ANSWER:
        parts.append(
            prompts.render(request.purpose, topic=_line(request.companion.topic), minutes=_minutes(request))
        )
    elif request.phase is Phase.WRAP_UP and (last is None or last.role == "learner"):
        parts.append(f"About {_minutes(request)} left: begin nothing new.")
    if request.teacher_called:
        parts.append(
            "The learner asked for their teacher, who is being told now. Say so, and go on until they come."
        )
    if request.whispers:
        parts.append(prompts.render("whisper", whispers=_unmarked("\n".join(request.whispers))))
    return "\n".join(parts)


def _minutes(request: MindRequest) -> str:
    whole = max(1, round(request.remaining_minutes))
    return "one minute is" if whole == 1 else f"{whole} minutes are"


# --- the conversation -----------------------------------------------------------------------------


def _units(messages: Sequence[Message]) -> list[list[ChatMessage]]:
    """Chat messages in groups that must not be torn apart: a call of tools and their outputs are one.

    Endpoints refuse a call without output and an output without call, so missing outputs are filled in, and
    outputs are put right behind their call, wherever they came.
    """
    outputs = {message.call_id: message.text for message in messages if message.role == "tool"}
    units: list[list[ChatMessage]] = []
    cut: str | None = None
    at_once = False
    for message in messages:
        if message.role == "tool":
            at_once = False
            continue
        if message.role == "tutor" and message.tool_name:
            _add_call(units, message, outputs.get(message.call_id), at_once=at_once)
            at_once = True
            continue
        if not message.text.strip():
            continue
        at_once = message.role == "tutor"
        if message.role == "tutor":
            chat: ChatMessage = {"role": "assistant", "content": message.text}
        elif message.role == "teacher":
            said = prompts.fenced(_unmarked(message.text), "teacher")
            chat = _directed(
                f"The learner's teacher, who had taken over from you, said to the learner: {said}"
            )
        elif message.role == "system":
            chat = _directed(f"Note of the app: {prompts.fenced(_unmarked(message.text), 'app')}")
        else:
            chat = {"role": "user", "content": _unmarked(message.text)}
        if cut is not None and chat["role"] == "user":
            chat = {"role": "user", "content": f"{_cut_note(cut)}\n{chat['content']}"}
        cut = message.text if message.interrupted else None
        units.append([chat])
    if cut is not None:
        units.append([_directed_text(_cut_note(cut))])
    return units


def _add_call(units: list[list[ChatMessage]], message: Message, output: str | None, *, at_once: bool) -> None:
    """`at_once`: it belongs to the assistant message before it, with what was said and called there."""
    call = _wire_call(message.call_id, message.tool_name, message.text)
    answer = _wire_output(message.call_id, "No output yet." if output is None else output)
    if at_once:
        units[-1][0].setdefault("tool_calls", []).append(call)
        units[-1].append(answer)
    else:
        units.append([{"role": "assistant", "content": None, "tool_calls": [call]}, answer])


def _fitting(units: Sequence[list[ChatMessage]], room: int) -> list[ChatMessage]:
    """The latest units that fit into `room` tokens, one speaker's merged; the last at least in part."""
    kept: list[list[ChatMessage]] = []
    for unit in reversed(units):
        cost = sum(_cost(message) for message in unit)
        if cost > room:
            if not kept:
                kept.append([_shortened(message, room // len(unit)) for message in unit])
            break
        room -= cost
        kept.append(unit)
    spoken: list[ChatMessage] = []
    for unit in reversed(kept):
        for message in unit:
            _append(spoken, message)
    if len(kept) < len(units):
        note = _directed("The earlier part of the conversation is left out.")
        rest, spoken = spoken, [note]
        for message in rest:
            _append(spoken, message)
    return spoken


def _append(spoken: list[ChatMessage], message: ChatMessage) -> None:
    """Add a message, or its text to the last one of the same speaker: a learner who was cut off goes on."""
    last = spoken[-1] if spoken else None
    if last is None or message["role"] == "tool" or last["role"] != message["role"] or "tool_calls" in last:
        spoken.append(dict(message))
        return
    directed = _MARK in message["content"] or _MARK in last["content"] if message["role"] == "user" else False
    texts = [text for text in (last["content"], message["content"]) if text]
    last["content"] = ("\n" if directed else " ").join(texts) if texts else None
    if "tool_calls" in message:
        last["tool_calls"] = message["tool_calls"]


def _cost(message: Mapping[str, Any]) -> int:
    calls = json.dumps(message["tool_calls"]) if "tool_calls" in message else ""
    return 4 + tokens(message["content"] or "") + tokens(calls)


def _shortened(message: ChatMessage, room: int) -> ChatMessage:
    """The end of a text says what is wanted now. Call arguments stay: half of a JSON text is none."""
    content, most = message["content"] or "", max(room, 20)
    # Between one and 3.5 characters are a token; one is safe for every script.
    return message if tokens(content) <= most else {**message, "content": f"... {content[-most:]}"}


def _directed(text: str) -> ChatMessage:
    return _directed_text(f"{_MARK} {text}")


def _directed_text(text: str) -> ChatMessage:
    return {"role": "user", "content": text}


def _cut_note(heard: str) -> str:
    """Said by us and not written behind the cut text: models imitate what stands in their own messages."""
    tail = json.dumps(_line(heard)[-_TAIL_CHARS:], ensure_ascii=False)
    return (
        f"{_MARK} You were interrupted. The last words of yours that the learner heard were {tail}. "
        "Do not begin again from the start."
    )


def _wire_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": _json_object(arguments)},
    }


def _wire_output(call_id: str, output: str) -> ChatMessage:
    return {"role": "tool", "tool_call_id": call_id, "content": output}


def _json_object(text: str) -> str:
    """llama.cpp and Ollama parse the arguments of past calls and fail on broken ones."""
    try:
        return text if isinstance(json.loads(text), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _unmarked(text: str) -> str:
    return _FORGED.sub("(direction)", text)


def _line(text: str) -> str:
    """A short text of a person's within a sentence of ours: on one line, without our mark."""
    return " ".join(_unmarked(text).split())
