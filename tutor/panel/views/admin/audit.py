"""The audit log, in sentences."""

from collections.abc import Sequence
from typing import Any

from lms_core.audit import AuditEntry
from tutor.panel.visit import Visit


async def told(visit: Visit, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Each entry with the names of who and whom; somebody who is gone, and the server itself, have none."""
    ids = {one for entry in entries for one in (entry.actor_id, entry.person_id) if one}
    names = await visit.stores.people.names(ids)
    return [
        {"entry": one, "actor": names.get(one.actor_id or ""), "whom": names.get(one.person_id or ""),
         "details": _details(visit, one)}
        for one in entries
    ]  # fmt: skip


def _details(visit: Visit, entry: AuditEntry) -> str:
    """What the log knows beside who and whom: a role, a plan, a kind; ids and digests are for the CSV."""
    t = visit.t
    shown = [
        t(f"{name}.{value}") if t.has(f"{name}.{value}") else str(value)
        for name, value in _in_words(entry.details)
    ]
    return " → ".join(shown)


def _in_words(details: dict[str, Any]) -> list[tuple[str, Any]]:
    """Values with the part of the catalogue in which they have a name."""
    if "setting" in details:
        return [
            ("setting", details["setting"]),
            *([("value", details["value"])] if "value" in details else []),
        ]
    named = {"role": "role", "before": "role", "after": "role", "plan": "plan", "kind": "token"}
    return [(named[name], value) for name, value in details.items() if name in named]
