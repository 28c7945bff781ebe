"""One request for a page: who asks, in which language, and where what they see is stored."""

from dataclasses import dataclass

from aiohttp import web

from lms_core.people import Person, Principal, SignUp
from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.bookmarks import BookmarkStore
from storage.companions import CompanionStore
from storage.courses import CourseStore
from storage.database import Database
from storage.enrollments import EnrollmentStore
from storage.gamification import GamificationStore
from storage.lessons import LessonStore
from storage.notifications import NotificationStore
from storage.plans import PlanStore
from storage.progress import ProgressStore
from storage.quizzes import QuizStore
from storage.sessions import SessionStore
from storage.sign_ins import SignInStore
from tutor.media_links import NamedFiles
from tutor.panel.languages import Strings
from tutor.previews import Previews

PAGE_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Doors:
    """By which ways people come in: who may sign up, whether letters are sent, whether an OpenID provider logs in."""

    sign_up: SignUp
    letters: bool
    openid: bool


class PanelStores:
    """What the pages read. Changes go through the REST API."""

    def __init__(self, database: Database, files: NamedFiles, previews: Previews) -> None:
        self.files, self.previews = files, previews
        self.accounts = AccountStore(database)
        self.attempts = AttemptStore(database)
        self.bookmarks = BookmarkStore(database)
        self.companions = CompanionStore(database)
        self.courses = CourseStore(database)
        self.enrollments = EnrollmentStore(database)
        self.gamification = GamificationStore(database)
        self.lessons = LessonStore(database)
        self.notifications = NotificationStore(database)
        self.plans = PlanStore(database)
        self.progress = ProgressStore(database)
        self.quizzes = QuizStore(database)
        self.sessions = SessionStore(database)
        self.sign_ins = SignInStore(database)


@dataclass(frozen=True, slots=True)
class Visit:
    request: web.Request
    viewer: Principal
    person: Person
    t: Strings
    stores: PanelStores

    @property
    def page(self) -> int:
        """The page of a list that the address names, from 1; what is no number is the first."""
        text = self.request.query.get("page", "")
        return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1

    def asked(self, name: str, longest: int = 100) -> str:
        """A word of the address's query, shortened."""
        return self.request.query.get(name, "").replace("\0", "").strip()[:longest]
