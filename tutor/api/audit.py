"""The audit log, for admins: page by page, or as a table for a spreadsheet."""

import csv
import io
import json
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from lms_core.audit import Act, AuditEntry
from lms_core.people import Permission
from storage.audit import AuditFilter, AuditStore
from tutor.api.routing import Call, Model, Page, Paging, Route, Stream

_AT_ONCE, _MOST = 1000, 100_000
_COLUMNS = ("id", "at", "act", "actor_id", "person_id", "address", "details")


class AuditExportQuery(Model):
    """From `since` to before `until`."""

    act: Act | None = None
    actor_id: str | None = Field(None, max_length=40)
    person_id: str | None = Field(None, max_length=40)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditQuery(AuditExportQuery, Paging):
    """From `since` to before `until`."""


class AuditOut(BaseModel):
    id: int
    at: datetime
    act: Act
    actor_id: str | None
    person_id: str | None
    address: str | None
    details: dict[str, Any]


def routes(audit: AuditStore) -> list[Route]:
    async def entries(call: Call[AuditQuery, None]) -> Page:
        wanted = call.query.model_dump(exclude={"page", "limit"})
        found, total = await audit.entries(AuditFilter(**wanted), call.query.page, call.query.limit)
        return Page([AuditOut.model_validate(entry, from_attributes=True) for entry in found], total)

    async def table(call: Call[AuditExportQuery, None]) -> web.StreamResponse:
        wanted = AuditFilter(**call.query.model_dump())
        headers = {
            "Content-Disposition": 'attachment; filename="viva-audit.csv"',
            "Cache-Control": "no-store",
        }
        response = web.StreamResponse(headers=headers)
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(call.request)
        await response.write(_lines([_COLUMNS]))
        for page in range(1, _MOST // _AT_ONCE + 1):
            found, _ = await audit.entries(wanted, page, _AT_ONCE)
            await response.write(_lines([_row(one) for one in found]))
            if len(found) < _AT_ONCE:
                break
        await response.write_eof()
        return response

    may = Permission.READ_AUDIT
    return [
        Route(
            method="GET", path="/admin/audit", summary="Sensitive acts, the newest first.", permission=may,
            handle=entries, query=AuditQuery, answers=AuditOut,
        ),
        Route(
            method="GET", path="/admin/audit/export", permission=may, handle=table, query=AuditExportQuery,
            answers=Stream("text/csv"), summary="The same as CSV, at most the newest 100,000.",
        ),
    ]  # fmt: skip


def _lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(entry: AuditEntry) -> tuple[Any, ...]:
    """No cell begins with what a spreadsheet takes for a formula: details are JSON, the rest is ours."""
    details = json.dumps(entry.details, ensure_ascii=False)
    return (
        entry.id, entry.at.isoformat(), entry.act.value, entry.actor_id or "", entry.person_id or "",
        entry.address or "", details,
    )  # fmt: skip
