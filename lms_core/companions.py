"""A companion: who talks with the learner, about what, and how."""

from dataclasses import dataclass
from enum import StrEnum

RESERVED_SLUGS = frozenset({"new", "preview-turn", "recent"})
"""Last parts of addresses under /companions and /teach/companions that mean something else."""


class Subject(StrEnum):
    MATHS = "maths"
    LANGUAGE = "language"
    SCIENCE = "science"
    HISTORY = "history"
    CODING = "coding"
    GEOGRAPHY = "geography"
    ECONOMICS = "economics"
    FINANCE = "finance"
    BUSINESS = "business"


class Style(StrEnum):
    FORMAL = "formal"
    CASUAL = "casual"
    SOCRATIC = "socratic"
    ENCOURAGING = "encouraging"


class Patience(StrEnum):
    """How long the companion waits before it takes a pause for the end of the learner's turn."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class CompanionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Companion:
    """`voice` is a voice id of the mouth in use ("" is its default); `speed` 1.0 is normal;
    `language` is BCP 47. It teaches from a lesson, or from the learner's next lesson of a module or course: the
    closest of `lesson_id`, `module_id` and `course_id` that is set."""

    id: str
    slug: str
    name: str
    subject: Subject
    topic: str
    style: Style = Style.CASUAL
    voice: str = ""
    duration_minutes: int = 15
    language: str = "en"
    speed: float = 1.0
    patience: Patience = Patience.NORMAL
    status: CompanionStatus = CompanionStatus.PUBLISHED
    author_id: str | None = None
    lesson_id: str | None = None
    course_id: str | None = None
    module_id: str | None = None

    @property
    def archived(self) -> bool:
        return self.status is CompanionStatus.ARCHIVED


class CompanionSort(StrEnum):
    NAME = "name"
    NAME_DOWN = "-name"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionFilter:
    """Which companions, in what order. Without `status` and `mine`, those that are published; `everything`: all that the viewer may see, drafts and archived ones too.

    `search` is looked for in name and topic; pages count from 1.
    """

    subject: Subject | None = None
    status: CompanionStatus | None = None
    mine: bool = False
    everything: bool = False
    search: str = ""
    sort: CompanionSort = CompanionSort.NAME
    page: int = 1
    limit: int = 20
