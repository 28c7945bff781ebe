"""What was found in an archive."""

from dataclasses import dataclass, field

from storage.whole_courses import WholeCourse


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of an archive that could not be taken."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """`media`: for each name under which the course's texts know a file, its name in the zip and for people."""

    whole: WholeCourse
    media: dict[str, tuple[str, str]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
