"""Which page is at which address, and who may see it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lms_core.people import Permission
from tutor.panel.views import (
    companions,
    courses,
    exercise_editing,
    goals,
    history,
    home,
    keys,
    learner,
    live,
    notifications,
    plans,
    profile,
    quiz_editing,
    quizzes,
    rewards,
    search,
    talk,
    teaching,
    welcome,
    writing,
)
from tutor.panel.views.admin import audit as admin_audit
from tutor.panel.views.admin import content as admin_content
from tutor.panel.views.admin import health as admin_health
from tutor.panel.views.admin import jobs as admin_jobs
from tutor.panel.views.admin import overview as admin_overview
from tutor.panel.views.admin import people as admin_people
from tutor.panel.views.admin import plans as admin_plans
from tutor.panel.views.admin import settings as admin_settings
from tutor.panel.visit import Visit

Load = Callable[[Visit], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """`load` gives what the template shows."""

    path: str
    template: str
    load: Load
    permission: Permission


_BY_PERMISSION: dict[Permission, tuple[tuple[str, str, Load], ...]] = {
    Permission.BROWSE: (
        ("/companions", "companions.html", companions.gallery),
        ("/companions/{slug}", "companion.html", companions.one),
        ("/courses", "courses.html", courses.catalogue),
        ("/courses/{slug}", "course.html", courses.one),
        ("/lessons/{id}", "lesson.html", courses.lesson),
        ("/search", "search.html", search.search),
    ),
    Permission.LEARN: (
        ("/home", "home.html", home.home),
        ("/talk/{slug}", "talk.html", talk.talk),
        ("/history", "history.html", history.sessions),
        ("/history/{id}", "transcript.html", history.transcript),
        ("/goals", "goals.html", goals.goals),
        ("/achievements", "achievements.html", rewards.achievements),
        ("/quizzes/{id}", "quiz.html", quizzes.one),
        ("/attempts/{id}", "attempt.html", quizzes.attempt),
        ("/notifications", "notifications.html", notifications.notifications),
        ("/plans", "plans.html", plans.plans),
        ("/leaderboard", "leaderboard.html", rewards.leaderboard),
    ),
    Permission.OWN_ACCOUNT: (
        ("/profile", "profile.html", profile.profile),
        ("/profile/keys", "keys.html", keys.keys),
    ),
    Permission.MAKE_COMPANIONS: (
        ("/companions/new", "companion_editor.html", teaching.new_companion),
        ("/companions/{slug}/edit", "companion_editor.html", teaching.companion),
    ),
    Permission.WRITE_COURSES: (
        ("/teach", "teach.html", teaching.overview),
        ("/teach/courses/new", "course_new.html", writing.new_course),
        ("/teach/courses/{slug}/edit", "course_editor.html", writing.course),
        ("/teach/lessons/{id}/quizzes/new", "quiz_new.html", quiz_editing.of_lesson),
        ("/teach/courses/{slug}/quizzes/new", "quiz_new.html", quiz_editing.of_course),
        ("/teach/lessons/{id}/exercise", "exercise_editor.html", exercise_editing.exercise),
        ("/teach/learners/{id}", "learner.html", learner.one),
        ("/teach/attempts/{id}", "learner_attempt.html", learner.attempt),
        ("/teach/quizzes/{id}", "quiz_editor.html", quiz_editing.quiz),
        ("/teach/quizzes/{id}/preview", "quiz_preview.html", quiz_editing.preview),
        ("/teach/lessons/{id}", "lesson_editor.html", writing.lesson),
        ("/teach/courses/{slug}", "class.html", teaching.school_class),
    ),
    Permission.PUBLISH_COMPANIONS: (
        ("/teach/companions/new", "companion_editor.html", teaching.new_companion),
        ("/teach/companions/{slug}", "companion_editor.html", teaching.companion),
    ),
    Permission.SUPERVISE: (
        ("/teach/live", "live.html", live.talks),
        ("/teach/live/{id}", "live_talk.html", live.talk),
    ),
    Permission.MANAGE_PEOPLE: (
        ("/welcome", "welcome/account.html", welcome.account),
        ("/welcome/voice", "welcome/voice.html", welcome.voice),
        ("/welcome/talk", "welcome/talk.html", welcome.talk),
        ("/welcome/later", "", welcome.later),
        ("/admin", "admin/overview.html", admin_overview.overview),
        ("/admin/users", "admin/people.html", admin_people.people),
        ("/admin/users/invitations", "admin/invitations.html", admin_people.invitations),
        ("/admin/users/{id}", "admin/person.html", admin_people.person),
    ),
    Permission.MANAGE_JOBS: (("/admin/jobs", "admin/jobs.html", admin_jobs.jobs),),
    Permission.CHANGE_PLANS: (("/admin/plans", "admin/plans.html", admin_plans.plans),),
    Permission.FEATURE_COURSES: (
        ("/admin/content", "admin/courses.html", admin_content.courses),
        ("/admin/content/companions", "admin/companions.html", admin_content.companions),
        ("/admin/content/feedback", "admin/feedback.html", admin_content.feedback),
    ),
    Permission.READ_AUDIT: (("/admin/audit", "admin/audit.html", admin_audit.log),),
    Permission.RUN_SERVER: (
        ("/admin/settings", "admin/settings.html", admin_settings.settings),
        ("/admin/health", "admin/health.html", admin_health.health),
    ),
}

PAGES = [Page(*row, permission) for permission, rows in _BY_PERMISSION.items() for row in rows]
