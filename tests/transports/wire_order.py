"""What a strict client relies on: the order of the server's events on the wire, and which ids they name."""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]

_TRANSCRIPTION = "conversation.item.input_audio_transcription."


class WireOrder:
    """`take` every event of one connection in order, then `finish`; AssertionError at the first that is out of place."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known`: ids of the items that the conversation had when the client came."""
        self._items = set(known)
        self._event_ids: set[str] = set()
        self._speech: set[str] = set()
        """Announced utterances; they become items, or nothing."""
        self._speaking: str | None = None
        self._added: set[str] = set()
        self._done: set[str] = set()
        self._deleted: set[str] = set()
        self._responses: dict[str, _Response] = {}

    def take(self, event: Event) -> None:
        assert event["event_id"] not in self._event_ids, "an event id was used twice"
        self._event_ids.add(event["event_id"])
        kind = event["type"]
        if kind.startswith("response."):
            self._take_response(kind, event)
        elif kind.startswith("input_audio_buffer."):
            self._take_input(kind.removeprefix("input_audio_buffer."), event)
        elif kind.startswith("conversation.item."):
            self._take_item(kind, event)

    def finish(self) -> None:
        """The session is over, or quiet: nothing may be open."""
        assert not self._responses, "a response was never closed"
        assert self._added - self._deleted <= self._done, "an item was never acknowledged"

    # --- the learner's side -----------------------------------------------------------------------------------

    def _take_input(self, kind: str, event: Event) -> None:
        item = event.get("item_id")
        if kind == "speech_started":
            assert self._speaking is None, "speech began in speech"
            self._speaking = item
            self._speech.add(str(item))
        elif kind == "speech_stopped":
            assert item == self._speaking, "another speech stopped than began"
            self._speaking = None
        elif kind == "committed":
            self._check_previous(event)
            self._speech.add(str(item))

    # --- items ------------------------------------------------------------------------------------------------

    def _take_item(self, kind: str, event: Event) -> None:
        if kind.startswith(_TRANSCRIPTION):
            assert event["item_id"] in self._items | self._speech, "words of an unknown item"
            assert event["item_id"] not in self._deleted, "words of a deleted item"
            return
        name = kind.removeprefix("conversation.item.")
        item_id = event["item_id"] if "item_id" in event else event["item"]["id"]
        if name == "added":
            assert item_id not in self._added, "an item was added twice"
            self._check_previous(event)
            self._items.add(item_id)
            self._added.add(item_id)
            return
        assert item_id in self._items, f"{kind} of an unknown item"
        assert item_id not in self._deleted, f"{kind} of a deleted item"
        if name == "done":
            assert item_id not in self._done, "an item was acknowledged twice"
            assert event["item"]["status"] != "in_progress"
            for response in self._responses.values():
                assert item_id not in response.open_items, "an item was acknowledged before it was whole"
            self._done.add(item_id)
        elif name == "deleted":
            self._deleted.add(item_id)

    def _check_previous(self, event: Event) -> None:
        previous = event["previous_item_id"]
        assert previous is None or previous in self._items, f"{event['type']} after an unknown item"

    # --- responses --------------------------------------------------------------------------------------------

    def _take_response(self, kind: str, event: Event) -> None:
        if kind == "response.created":
            response = event["response"]
            of_conversation = response["conversation_id"] is not None
            others = [one for one in self._responses.values() if one.of_conversation]
            assert not (of_conversation and others), "a response began in another"
            assert response["status"] == "in_progress" and not response["output"]
            self._responses[response["id"]] = _Response(of_conversation)
        elif kind == "response.done":
            open_one = self._responses.pop(event["response"]["id"])
            assert not open_one.open_items, "a response ended before its item"
            assert [item["id"] for item in event["response"]["output"]] == open_one.done_items
        else:
            response_id = event["response_id"]
            assert response_id in self._responses, f"{kind} outside of a response"
            open_one = self._responses[response_id]
            if kind == "response.output_item.added" and not open_one.of_conversation:
                self._items.add(event["item"]["id"])
            open_one.take(kind, event)


class _Response:
    """One response that is not done."""

    def __init__(self, of_conversation: bool) -> None:
        self.of_conversation = of_conversation
        self.open_items: dict[str, str] = {}
        """Item to what came of it last: `item`, `part`, `closed` (its content is whole)."""
        self.done_items: list[str] = []

    def take(self, kind: str, event: Event) -> None:
        item_id = event["item_id"] if "item_id" in event else event["item"]["id"]
        name = kind.removeprefix("response.")
        if name == "output_item.added":
            assert event["output_index"] == len(self.done_items) + len(self.open_items)
            assert item_id not in self.open_items and item_id not in self.done_items
            self.open_items[item_id] = "item"
            return
        assert item_id in self.open_items, f"{kind} of an item that is not open"
        stage = self.open_items[item_id]
        if name == "output_item.done":
            call = event["item"]["type"] == "function_call"
            assert stage == ("item" if call else "closed"), "an item ended before its content"
            del self.open_items[item_id]
            self.done_items.append(item_id)
        elif name == "content_part.added":
            assert stage == "item"
            self.open_items[item_id] = "part"
        elif name == "content_part.done":
            assert stage == "part"
            self.open_items[item_id] = "closed"
        elif not name.startswith("function_call_arguments"):
            assert stage == "part", f"{kind} outside of a content part"


def check(events: Iterable[Event], known: Iterable[str] = (), *, finished: bool = True) -> None:
    """All events of one connection. `finished`: nothing may be open at the end."""
    order = WireOrder(known)
    for event in events:
        order.take(event)
    if finished:
        order.finish()
