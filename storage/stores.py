"""All stores on one database, made once: routes and pages take from here what they need."""

from storage.accounts import AccountStore
from storage.answered import AnsweredStore
from storage.attempts import AttemptStore
from storage.audit import AuditStore
from storage.billing import BillingStore
from storage.bookmarks import BookmarkStore
from storage.companions import CompanionStore
from storage.courses import CourseStore
from storage.database import Database
from storage.enrollments import EnrollmentStore
from storage.exercises import ExerciseStore
from storage.feedback import FeedbackStore
from storage.gamification import GamificationStore
from storage.goals import GoalStore
from storage.identities import IdentityStore
from storage.invitations import InvitationStore
from storage.jobs import JobStore
from storage.learners import LearnerStore
from storage.lessons import LessonStore
from storage.minutes import MinuteStore
from storage.notifications import NotificationStore
from storage.overview import OverviewStore
from storage.people import PeopleStore
from storage.personal import PersonalStore
from storage.plan_use import PlanUseStore
from storage.plans import PlanStore
from storage.preferences import PreferenceStore
from storage.progress import ProgressStore
from storage.quizzes import QuizStore
from storage.recordings import RecordingStore
from storage.search import SearchStore
from storage.sessions import SessionStore
from storage.settings import SettingStore
from storage.sign_ins import SignInStore
from storage.supervision import SupervisionStore
from storage.tries import TryStore
from storage.updates import UpdateStore
from storage.whole_courses import WholeCourseStore


class Stores:
    def __init__(self, database: Database) -> None:
        self.accounts = AccountStore(database)
        self.answered = AnsweredStore(database)
        self.attempts = AttemptStore(database)
        self.audit = AuditStore(database)
        self.billing = BillingStore(database)
        self.bookmarks = BookmarkStore(database)
        self.companions = CompanionStore(database)
        self.courses = CourseStore(database)
        self.enrollments = EnrollmentStore(database)
        self.exercises = ExerciseStore(database)
        self.feedback = FeedbackStore(database)
        self.gamification = GamificationStore(database)
        self.goals = GoalStore(database)
        self.identities = IdentityStore(database)
        self.invitations = InvitationStore(database)
        self.jobs = JobStore(database)
        self.learners = LearnerStore(database)
        self.lessons = LessonStore(database)
        self.minutes = MinuteStore(database)
        self.notifications = NotificationStore(database)
        self.overview = OverviewStore(database)
        self.people = PeopleStore(database)
        self.personal = PersonalStore(database)
        self.plan_use = PlanUseStore(database)
        self.plans = PlanStore(database)
        self.preferences = PreferenceStore(database)
        self.progress = ProgressStore(database)
        self.quizzes = QuizStore(database)
        self.recordings = RecordingStore(database)
        self.search = SearchStore(database)
        self.sessions = SessionStore(database)
        self.settings = SettingStore(database)
        self.sign_ins = SignInStore(database)
        self.supervision = SupervisionStore(database)
        self.tries = TryStore(database)
        self.updates = UpdateStore(database)
        self.whole_courses = WholeCourseStore(database)
