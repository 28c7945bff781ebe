"""The audit log, in sentences."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from lms_core.audit import Act, AuditEntry
from lms_core.people import PeopleFilter
from storage.audit import AuditFilter
from tutor.panel.visit import PAGE_LENGTH, Visit

_MOST_PEOPLE = 100


async def log(visit: Visit) -> dict[str, Any]:
    """`who` is looked for among names, addresses and ids; days are those of UTC."""
    act, who = visit.asked("act"), visit.asked("who")
    since, until = _day(visit.asked("since")), _day(visit.asked("until"))
    wanted = AuditFilter(
        act=Act(act) if act in list(Act) else None, since=since, about=await _people(visit, who) if who else None,
        until=until + timedelta(days=1) if until else None,
    )  # fmt: skip
    found, total = await visit.stores.audit.entries(wanted, visit.page, PAGE_LENGTH)
    return {
        "entries": await told(visit, found), "total": total, "page": visit.page, "limit": PAGE_LENGTH, "acts": list(Act),
        "act": act, "who": who, "since": visit.asked("since", 10), "until": visit.asked("until", 10),
        "export": _export(wanted), "days": visit.behind.live_settings.now.audit_days,
    }  # fmt: skip


async def _people(visit: Visit, who: str) -> frozenset[str]:
    found, _ = await visit.stores.people.listed(PeopleFilter(who), 1, _MOST_PEOPLE)
    return frozenset({who, *(one.id for one in found)})


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _export(wanted: AuditFilter) -> str:
    """The query of the same entries as a table; the names that were looked for have no place in it."""
    asked = {
        "act": wanted.act,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }
    return urlencode({name: value for name, value in asked.items() if value})


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
