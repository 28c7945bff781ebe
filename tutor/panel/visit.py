"""One request for a page: who asks, in which language, and where what they see is stored."""

from dataclasses import dataclass

from aiohttp import web

from lms_core.people import Person, Principal, SignUp
from lms_core.plans import Plan
from storage.stores import Stores
from tutor.checkup import Checkup
from tutor.live_settings import LiveSettings
from tutor.media_links import NamedFiles
from tutor.panel.languages import Strings
from tutor.previews import Previews
from tutor.recordings.keeper import Recordings
from tutor.supervising import Supervising

PAGE_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Doors:
    """By which ways people come in: who may sign up, whether letters are sent, whether an OpenID provider logs in."""

    sign_up: SignUp
    letters: bool
    openid: bool


@dataclass(frozen=True, slots=True)
class Behind:
    """What the pages read from. Changes go through the REST API. `sold`: the plans that one can pay for here."""

    stores: Stores
    files: NamedFiles
    previews: Previews
    checkup: Checkup
    recordings: Recordings
    live_settings: LiveSettings
    sold: frozenset[Plan]
    supervising: Supervising


@dataclass(frozen=True, slots=True)
class Visit:
    request: web.Request
    viewer: Principal
    person: Person
    t: Strings
    behind: Behind

    @property
    def stores(self) -> Stores:
        return self.behind.stores

    @property
    def page(self) -> int:
        """The page of a list that the address names, from 1; what is no number is the first."""
        text = self.request.query.get("page", "")
        return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1

    def asked(self, name: str, longest: int = 100) -> str:
        """A word of the address's query, shortened."""
        return self.request.query.get(name, "").replace("\0", "").strip()[:longest]
