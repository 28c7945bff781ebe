"""A talk whose learner may see no page: that it is recorded, and who listens or speaks, they are told by voice."""

from collections.abc import Callable

from tutor.brain.base import Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.languages import LISTENS, RECORDED, SPEAKS, in_language
from tutor.conversation.ports import Door
from tutor.conversation.reply import Says
from tutor.conversation.speaker import Delivery
from tutor.conversation.supervised import SupervisedTalk


class AnnouncedTalk(SupervisedTalk):
    """An announcement is said in the next pause, before anything else, and to its end. Until then the companion does not
    greet, no teacher hears the learner, and the words of one who has taken over wait."""

    _told: frozenset[str] = frozenset()
    """What this client has heard."""
    _announcing: tuple[int, str] | None = None
    """The number of a reply, and what it tells."""
    _opening: tuple[Purpose, int] | None = None
    """What the companion would have begun with, and how many turns the learner had had by then."""
    _held: tuple[Callable[[], None], ...] = ()
    """What a teacher wants to say."""

    def _owed(self) -> list[str]:
        """What the learner has still to be told."""
        if self._door is None or self._door.shows:
            return []
        language, supervised = self.config.language, self.supervised
        follows = in_language(SPEAKS if supervised.mode == "speaking" else LISTENS, language)
        facts = [in_language(RECORDED, language)] if self._tape.running else []
        facts += [follows.format(name=name) for name in supervised.teachers]
        return [fact for fact in facts if fact not in self._told]

    def _say_next(self) -> None:
        owed = self._owed()
        if owed:
            if self._may_announce():
                self._announcing = self._taking.announce(Says(owed[0])), owed[0]
            return
        held, self._held = self._held, ()
        for then in held:
            super()._afterwards(then)
        self._open_late()
        super()._say_next()

    def _may_announce(self) -> bool:
        """Nobody is interrupted, but a learner who goes on and on while a teacher wants to speak."""
        turns = self._taking.turns
        if turns.teacher:
            teacher_heard = self._voice is not None and self._voice.speaking and not self._held
            free = turns.floor is not t.Floor.TUTOR and not teacher_heard
        else:
            free = turns.floor is t.Floor.IDLE
        return free and self._answering.under_way is None and self.ended is None

    def _open_late(self) -> None:
        """Unless the learner has begun meanwhile."""
        if self._opening is None:
            return
        purpose, turns = self._opening
        if turns != self._taking.taken:
            self._opening = None
        elif self._taking.turns.floor is t.Floor.IDLE and self._answering.under_way is None:
            self._opening = None
            super()._open(purpose)

    # --- when something happens -------------------------------------------------------------------------------

    def _stepped(self) -> None:
        super()._stepped()
        waits = self._held or self._opening is not None or self._owed()
        if waits and self._taking.turns.floor is not t.Floor.TUTOR:
            self._soon(self._say_next)

    def _reply_over(self, delivery: Delivery, said: str) -> None:
        if self._announcing is not None and self._announcing[0] == delivery.reply.number:
            self._told |= {self._announcing[1]}
            self._announcing = None
        super()._reply_over(delivery, said)

    def _show_supervised(self) -> None:
        super()._show_supervised()
        self._say_next()

    def _given_back(self) -> None:
        """Whoever takes over again is announced again."""
        self._told -= {
            in_language(SPEAKS, self.config.language).format(name=name) for name in self.supervised.teachers
        }
        super()._given_back()

    def _afterwards(self, then: Callable[[], None]) -> None:
        if self._owed():
            self._held += (then,)
        else:
            super()._afterwards(then)

    def _may_listen(self) -> bool:
        return not self._owed()

    def _open(self, purpose: Purpose) -> None:
        if self._owed():
            self._opening = purpose, self._taking.taken
        else:
            super()._open(purpose)

    def _welcome(self) -> None:
        super()._welcome()
        self._say_next()

    def attach(self, door: Door) -> None:
        self._told = frozenset()
        super().attach(door)

    def detach(self, door: Door) -> None:
        if door is self._door:
            self._announcing = self._opening = None
            self._held = ()
        super().detach(door)
