"""The server's settings, for admins."""

from datetime import datetime

from pydantic import BaseModel, Field

from lms_core.errors import Conflict, NotFound
from lms_core.people import Permission
from tutor.api.routing import Call, Model, Page, Paging, Route
from tutor.live_settings import Knob, LiveSettings
from tutor.settings import Source

_Value = str | int | float | bool | None


class SettingOut(BaseModel):
    """`value` of a secret is null; `given` tells whether there is one. `base`: what holds if no admin sets it."""

    name: str
    description: str
    value: _Value
    base: _Value
    secret: bool
    given: bool
    source: Source
    changeable: bool
    changed_at: datetime | None
    changed_by: str | None


class SettingIn(Model):
    value: str | int | float | bool = Field(union_mode="smart")


def routes(live: LiveSettings) -> list[Route]:
    async def listed(call: Call[Paging, None]) -> Page:
        found = live.all()
        return Page([_out(one) for one in call.query.of(found)], len(found))

    async def change(call: Call[None, SettingIn]) -> SettingOut:
        return _out(await live.change(call.path["name"], call.body.value))

    async def reset(call: Call[None, None]) -> SettingOut:
        return _out(await live.reset(call.path["name"]))

    may = Permission.RUN_SERVER
    return [
        Route(
            method="GET", path="/admin/settings", permission=may, handle=listed, query=Paging, answers=SettingOut,
            summary="All settings, those that can be changed while the server runs first; secrets are not shown.",
        ),
        Route(
            method="PUT", path="/admin/settings/{name}", permission=may, handle=change, body=SettingIn,
            answers=SettingOut, summary="Change a setting, in all server processes, without a restart.",
            errors=(NotFound, Conflict),
        ),
        Route(
            method="DELETE", path="/admin/settings/{name}", permission=may, handle=reset, answers=SettingOut,
            summary="Let a setting be again what the file or the default says.", errors=(NotFound, Conflict),
        ),
    ]  # fmt: skip


def _out(knob: Knob) -> SettingOut:
    stored = knob.stored
    return SettingOut(
        name=knob.name, description=knob.description, value=knob.value, base=knob.base, secret=knob.secret,
        given=knob.given, source=knob.source, changeable=knob.changeable,
        changed_at=stored.changed_at if stored else None, changed_by=stored.changed_by if stored else None,
    )  # fmt: skip
