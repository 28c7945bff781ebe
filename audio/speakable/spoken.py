"""What is said, and where in the original text each piece of it comes from."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Segment:
    """`spoken`, one word or several, is said for `original[start:end]`."""

    spoken: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """Segments in the order of the original, none overlapping; what nobody says belongs to none."""

    segments: tuple[Segment, ...]
    _places: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places, place = [], 0
        for segment in self.segments:
            places.append(place)
            place += len(segment.spoken) + 1
        object.__setattr__(self, "_places", tuple(places))

    @property
    def text(self) -> str:
        """What the synthesiser gets: the segments, one space between."""
        return " ".join(segment.spoken for segment in self.segments)

    def index_at(self, place: int) -> int:
        """Which segment holds character `place` of `text`; the space after a segment counts as its own."""
        return max(0, bisect_right(self._places, place) - 1)
