"""The documents name every event, close code and limit that the code has."""

from dataclasses import fields
from pathlib import Path
from typing import get_args

from tests.transports.strict import CLIENT_EVENTS, SERVER_EVENTS
from tutor.transports import viva_events as viva
from tutor.transports.links import REPLACED
from tutor.transports.realtime import CLOSE_CODES

_DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_viva_event_and_its_fields_are_documented() -> None:
    text = (_DOCS / "realtime.md").read_text()
    for event in get_args(viva.VivaServerEvent):
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{event.TYPE}`")]
        for field in fields(event):
            assert f"`{field.name}`" in row, f"{event.TYPE}.{field.name}"
    for event in get_args(viva.VivaClientEvent):
        (kind,) = get_args(event.model_fields["type"].annotation)
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{kind}`")]
        for name in set(event.model_fields) - {"type", "event_id"}:
            assert f"`{name}`" in row, f"{kind}.{name}"


def test_every_close_code_is_documented() -> None:
    for code in (*CLOSE_CODES.values(), REPLACED):
        assert f"| {code} |" in (_DOCS / "realtime.md").read_text()


def test_every_event_of_the_protocol_is_listed_and_what_is_never_sent_is_not_in_the_code() -> None:
    lines = (_DOCS / "realtime.md").read_text().splitlines()
    code = "".join(path.read_text() for path in (_DOCS.parent / "tutor" / "transports").glob("*.py"))
    for kind in SERVER_EVENTS:
        (row,) = [line for line in lines if line.startswith(f"| `{kind}` |")]
        assert row.endswith("| sent |") or f'"{kind}"' not in code, kind
    (clients,) = [line for line in lines if line.startswith("From the client all are handled")]
    assert all(f"`{kind}`" in clients for kind in CLIENT_EVENTS)
