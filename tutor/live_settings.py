"""Settings that admins change while the server runs.

A flag or the environment fixes a setting; over the file and the defaults, what an admin has set holds. It is stored in
the database, and every process looks there every few seconds.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import SecretStr

from lms_core.errors import Conflict, InvalidInput, NotFound, TooBusy
from storage.settings import SettingStore, StoredSetting
from tutor.errors import SettingsError
from tutor.settings import LIVE, PRIVATE, Settings, Source

_LOOKED_EVERY = 5.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Knob:
    """A setting as admins see it. `value` is None for a secret, of which only `given` tells whether there is one.

    `base` is what holds without what an admin has set; `stored` is that.
    """

    name: str
    description: str
    value: str | int | float | bool | None
    base: str | int | float | bool | None
    secret: bool
    given: bool
    source: Source
    live: bool
    changeable: bool
    stored: StoredSetting | None


class LiveSettings:
    """`now` are the settings in force. `apply` is called with them whenever they have changed."""

    def __init__(self, base: Settings, store: SettingStore, apply: Callable[[Settings], None]) -> None:
        self.base = self.now = base
        self._store, self._apply = store, apply
        self._stored: Mapping[str, StoredSetting] = {}

    async def run(self) -> None:
        """Until cancelled: what other processes change holds here too."""
        while True:
            try:
                await self.read()
            except TooBusy as error:
                _log.warning("settings.not_read", reason=error.message)
            except Exception:
                _log.exception("settings.not_read")  # those in force stay
            await asyncio.sleep(_LOOKED_EVERY)

    async def read(self) -> None:
        """What is stored holds from here on."""
        stored = await self._store.all()
        if stored == self._stored:
            return
        self._stored = stored
        now = self.base
        for name, one in stored.items():
            if not self.base_changeable(name):
                continue  # it is fixed here, or a later version's
            try:
                now = now.changed(name, one.value)
            except SettingsError as error:
                _log.warning("settings.not_applied", setting=name, reason=str(error))
        self.now = now
        self._apply(now)
        _log.info("settings.applied", changed=sorted(stored))

    def base_changeable(self, name: str) -> bool:
        return name in Settings.model_fields and self.base.changeable(name)

    def all(self) -> list[Knob]:
        """Those that can be changed live first, then as documented."""
        knobs = [self._knob(name) for name in Settings.model_fields]
        return sorted(knobs, key=lambda one: not one.live)

    def one(self, name: str) -> Knob:
        """Raises NotFound."""
        if name not in Settings.model_fields:
            raise NotFound(f"There is no setting '{name}'; GET /api/v1/admin/settings lists them.")
        return self._knob(name)

    async def change(self, name: str, value: Any) -> Knob:
        """It holds at once. Raises NotFound, Conflict if it cannot be changed now, InvalidInput."""
        self._check(name)
        try:
            checked = plain(getattr(self.base.changed(name, value), name))
            if isinstance(checked, float) and not math.isfinite(checked):
                raise SettingsError("Write a number with an end.")
        except SettingsError as error:
            raise InvalidInput(
                str(error), fields=[{"in": "body", "field": "value", "problem": str(error)}]
            ) from error
        await self._store.put(name, checked)
        await self.read()
        return self._knob(name)

    async def reset(self, name: str) -> Knob:
        """What it was before any admin changed it holds again. Raises NotFound, Conflict."""
        self._check(name)
        await self._store.forget(name)
        await self.read()
        return self._knob(name)

    def _check(self, name: str) -> None:
        known = self.one(name)
        if known.changeable:
            return
        if known.live:
            where = "the command line" if known.source is Source.FLAG else f"VIVA_{name.upper()}"
            raise Conflict(f"'{name}' is fixed by {where}; take it out there to change it here.")
        raise Conflict(
            f"'{name}' is read when the server starts; set VIVA_{name.upper()} and start it again."
        )

    def _knob(self, name: str) -> Knob:
        secret, value = name in PRIVATE, getattr(self.now, name)
        changeable, stored = self.base.changeable(name), self._stored.get(name)
        return Knob(
            name=name, description=Settings.model_fields[name].description or "",
            value=None if secret else plain(value), base=None if secret else plain(getattr(self.base, name)),
            secret=secret, given=bool(plain(value)),
            source=Source.ADMIN if changeable and stored else self.base.source(name),
            live=name in LIVE, changeable=changeable, stored=stored if changeable else None,
        )  # fmt: skip


def plain(value: Any) -> str | int | float | bool | None:
    """As it is stored and shown."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
