"""What a strict client relies on: the order of a session's events."""

from collections.abc import Iterable

from tutor.conversation.events import (
    ItemAdded,
    ItemDone,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    ReplyItemStarted,
    ReplyStarted,
    ReplyText,
    SessionEvent,
)


def check(events: Iterable[SessionEvent]) -> None:
    """Raises AssertionError at the first event that is out of place."""
    responses: dict[str, bool] = {}
    """Open responses: True for one of the conversation, False for an out-of-band one."""
    items: dict[str, str] = {}
    """Open reply items, with their response."""
    added: set[str] = set()
    acknowledged: set[str] = set()
    for event in events:
        match event:
            case ReplyStarted():
                of_conversation = not event.options.out_of_band
                assert not (of_conversation and True in responses.values()), "a response began in another"
                responses[event.reply_id] = of_conversation
            case ReplyItemStarted():
                assert event.reply_id in responses, "an item outside of a response"
                items[event.item.id] = event.reply_id
                added.add(event.item.id)
            case ReplyText() | ReplyAudio():
                assert items.get(event.item_id) == event.reply_id, "output of an item that is not open"
            case ReplyItemDone():
                assert items.pop(event.item.id) == event.reply_id
            case ReplyDone():
                assert event.reply_id not in items.values(), "a response ended before its item"
                del responses[event.reply_id]
            case ItemAdded():
                added.add(event.item.id)
            case ItemDone():
                assert event.item.id in added and event.item.id not in acknowledged
                assert event.item.id not in items, "acknowledged before it was whole"
                acknowledged.add(event.item.id)
