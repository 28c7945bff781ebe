"""Whole conversations with the built-in tutor: what the learner says, and what the answer must be like."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion, Style, Subject
from lms_core.courses import Lesson
from storage.demo import demo_lessons
from tutor.brain.base import Message, MindRequest, Phase, Purpose, Remember, Show, TextDelta, ToolSpec
from tutor.brain.lesson_plan import lesson_plan
from tutor.brain.lesson_tutor import LessonTutor, respond
from tutor.brain.phrases import phrase, read, table

DEMOS = {demo.companion.slug: demo for demo in demo_lessons()}
ADA, MILO, NORA = "ada-fractions", "milo-photosynthesis", "nora-seasons"
MARKDOWN = re.compile(r"[*`#|\[\]{}<>]|(?<!\w)_|_(?!\w)")


@dataclass
class Talk:
    """A conversation as the session would have it."""

    companion: Companion
    lesson: Lesson | None
    memory: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    shown: list[Show] = field(default_factory=list)

    def ask(self, purpose: Purpose, **options: Any) -> str:
        request = MindRequest(
            purpose, self.companion, self.lesson, tuple(self.messages), self.memory, **options
        )
        response = respond(request)
        self.memory = json.loads(json.dumps(response.memory))
        self.shown += response.shows
        said = " ".join(response.sentences)
        self.messages.append(Message("tutor", said))
        return said

    def say(self, words: str, purpose: Purpose = Purpose.ANSWER, **options: Any) -> str:
        self.messages.append(Message("learner", words))
        return self.ask(purpose, **options)

    def cut(self, after: str) -> None:
        """The learner interrupts; the last reply was heard up to and with `after`."""
        last = self.messages[-1]
        heard = last.text[: last.text.index(after) + len(after)]
        self.messages[-1] = replace(last, text=heard, interrupted=True)

    @property
    def state(self) -> dict[str, Any]:
        return self.memory["lesson_tutor"]  # type: ignore[no-any-return]

    @property
    def item(self) -> QuizItem | None:
        if self.state.get("pending") != "question" or self.lesson is None:
            return None
        return lesson_plan(self.lesson).questions[self.state["question"]].item


def talk(slug: str = ADA, *, lesson: bool = True, greeted: bool = True) -> Talk:
    demo = DEMOS[slug]
    begun = Talk(demo.companion, demo.lesson if lesson else None)
    if greeted:
        begun.ask(Purpose.GREETING)
    return begun


def until_question(begun: Talk, *, kind: QuizKind | None = None) -> QuizItem:
    """Say yes, and answer rightly, until a question of the kind is asked."""
    for _ in range(80):
        item = begun.item
        if item is not None and kind in (None, item.kind):
            return item
        begun.say("yes" if item is None else item.answer)
    raise AssertionError("no such question was asked")


def is_speakable(said: str) -> bool:
    return bool(said.strip()) and not MARKDOWN.search(said) and said.count("?") <= 1


# --- the beginning ---------------------------------------------------------------------------------------


def test_the_greeting_names_the_tutor_the_topic_and_what_it_is_and_ends_with_an_easy_question() -> None:
    said = talk(greeted=False).ask(Purpose.GREETING)
    assert "Ada" in said
    assert "adding fractions" in said
    assert said.count("built-in tutor") == 1
    assert said.endswith("Shall we start?")


def test_it_says_only_once_that_it_is_the_built_in_tutor() -> None:
    begun = talk()
    assert not any(
        "built-in" in begun.say(words) for words in ("yes", "okay", "the denominator", "go on", "3")
    )


def test_a_client_that_was_not_greeted_is_introduced_with_the_first_answer() -> None:
    begun = talk(greeted=False)
    assert "built-in tutor" in begun.say("hello")
    assert "fraction is a number" in begun.say("yes please")


def test_a_question_can_come_before_anything_else() -> None:
    said = talk(greeted=False).say("what is a numerator")
    assert "Ada" in said
    assert "The numerator is the top number of a fraction." in said


def test_a_question_typed_before_the_last_words_were_answered_is_answered() -> None:
    begun = talk()
    begun.messages.append(Message("learner", "ten of clubs"))
    assert "bottom number" in begun.say("what is a denominator")


def test_an_answer_in_pieces_is_one_answer() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    begun.messages.append(Message("learner", "I think it is"))
    begun.say(item.answer)
    assert begun.item is not item


def test_who_is_not_ready_is_not_pushed() -> None:
    begun = talk()
    assert "start" in begun.say("no not yet").lower()
    assert "equal parts" in begun.say("start")


def test_a_part_with_a_picture_shows_it_and_says_what_is_on_it() -> None:
    begun = talk()
    text = "# Trees\nAn oak is a tree. It is old.\n\n![an oak in a field](media:med_0123456789abcdef0123)"
    begun.lesson = Lesson("trees", "trees", "Trees", text)
    said = begun.say("yes")
    assert "an oak in a field" in said and is_speakable(said)
    (card,) = begun.shown
    assert card.kind == "picture" and card.body.startswith("![an oak in a field](media:")


def test_the_socratic_tutor_asks_for_a_guess_before_it_explains() -> None:
    begun = talk(NORA)
    assert "is it about the distance to the Sun?" in begun.say("yes")
    said = begun.say("I think the sun is closer")
    assert "Many people think" in said
    assert "wrong" not in said.lower()


# --- questions and answers -------------------------------------------------------------------------------


def test_a_check_question_comes_after_every_few_pieces() -> None:
    begun = talk()
    without = 0
    for _ in range(25):
        begun.say("yes" if begun.item is None else begun.item.answer)
        without = 0 if begun.item else without + 1
        assert without <= 4


def test_a_right_answer_is_praised_in_changing_words() -> None:
    begun = talk(MILO)
    praises = set()
    for _ in range(6):
        item = until_question(begun)
        praises.add(begun.say(item.answer).split(".")[0])
    assert len(praises) >= 4


def test_hints_go_from_small_to_large_and_then_the_answer_is_told_and_explained() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    assert item.hints[0] in begun.say("the fraction line")
    assert item.hints[1] in begun.say("I don't know")
    said = begun.say("no idea")
    assert "the denominator" in said
    assert item.explanation in said


def test_what_was_revealed_is_asked_again_but_not_at_once() -> None:
    begun = talk()
    item = until_question(begun)
    for _ in range(3):
        begun.say("I don't know")
    asked_between = []
    for _ in range(30):
        begun.say("yes" if begun.item is None else begun.item.answer)
        if begun.item is not None:
            asked_between.append(begun.item)
            if begun.item == item:
                break
    assert asked_between[-1] == item
    assert len(asked_between) >= 2


def test_what_was_right_in_half_an_answer_is_named() -> None:
    begun = talk(MILO)
    while until_question(begun).answer != "carbon dioxide":
        begun.say(begun.item.answer if begun.item else "yes")
    said = begun.say("just carbon")
    assert "arbon is" in said or "right about carbon" in said
    assert "dioxide" not in said


def test_half_right_fractions_are_named_too() -> None:
    begun = talk()
    while until_question(begun).question != "What is 1/4 plus 2/4?":
        begun.say(begun.item.answer if begun.item else "yes")
    assert "top number" in begun.say("three eighths")


def test_an_answer_that_was_not_understood_is_asked_for_again_in_the_terms_of_its_kind() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.NUMERIC)
    assert "number" in begun.say("well it is the top thing").lower()


def test_a_choice_is_read_out_and_can_be_picked_by_its_place() -> None:
    begun = talk(MILO)
    item = until_question(begun, kind=QuizKind.MULTIPLE_CHOICE)
    assert all(choice in begun.messages[-1].text for choice in item.choices)
    place = ("first", "second", "third")[item.choices.index(item.answer)]
    begun.say(f"the {place} one")
    assert begun.item != item


def test_a_wrong_true_or_false_is_explained_at_once_and_comes_again() -> None:
    begun = talk(MILO)
    item = until_question(begun, kind=QuizKind.TRUE_FALSE)
    assert item.explanation in begun.say("true" if item.answer == "false" else "false")
    assert begun.state["again"]


def test_the_answer_is_not_told_before_a_hint() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.SHORT_ANSWER)
    said = begun.say("tell me the answer")
    assert "denominator" not in said
    assert "the denominator" in begun.say("just tell me the answer")


def test_a_question_back_that_names_the_answer_counts_as_the_answer() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    begun.say("is it the denominator")
    assert begun.item != item


def test_asking_for_the_answer_in_other_words_does_not_get_it() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.SHORT_ANSWER)
    assert "denominator" not in begun.say("what is the bottom number of a fraction called then")


def test_skipping_leaves_the_question_for_later() -> None:
    begun = talk()
    item = until_question(begun)
    begun.say("skip this one")
    assert begun.item != item
    assert begun.state["again"]


# --- wishes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["say that again please", "huh", "pardon", "I didn't catch that", "repeat"])
def test_what_was_said_is_said_again(words: str) -> None:
    begun = talk()
    said = begun.say("yes")
    core = said.split(". ", 1)[1]
    assert core in begun.say(words)
    assert core in begun.say(words)


@pytest.mark.parametrize("words", ["I don't understand", "can you explain it in other words", "no"])
def test_rephrasing_says_something_else_and_asks_whether_it_helped(words: str) -> None:
    begun = talk()
    before = begun.say("yes")
    said = begun.say(words)
    assert said.endswith("?")
    assert said != before


def test_rephrasing_a_question_gives_a_hint() -> None:
    begun = talk()
    item = until_question(begun)
    assert item.hints[0] in begun.say("I don't understand the question")


def test_slower_means_smaller_steps() -> None:
    begun, slow = talk(), talk()
    slow.say("slower please")
    assert len(slow.say("yes").split()) < len(begun.say("yes").split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("what is a numerator", "top number"),
        ("what's a common denominator", "both fractions can share"),
        ("what does simplifying mean", "smallest possible numbers"),
        ("how do you add", "dd"),
    ],
)
def test_a_question_is_answered_from_the_lesson_and_then_it_goes_back(words: str, expected: str) -> None:
    begun = talk()
    begun.say("yes")
    said = begun.say(words)
    assert expected in said
    assert said.endswith("?")


def test_what_the_lesson_does_not_say_is_not_made_up() -> None:
    begun = talk()
    begun.say("yes")
    said = begun.say("what is a dinosaur")
    assert "dinosaur" in said
    assert "lesson" in said


def test_a_question_in_between_does_not_lose_the_open_one() -> None:
    begun = talk()
    item = until_question(begun)
    assert item.question in begun.say("what is photosynthesis")
    assert begun.item == item


@pytest.mark.parametrize(
    "words", ["my dog is cute", "tell me a joke", "do you like football", "how are you", "who are you"]
)
def test_chatter_is_met_kindly_and_led_back(words: str) -> None:
    begun = talk()
    item = until_question(begun)
    assert item.question in begun.say(words)
    assert begun.item == item


def test_going_back_teaches_the_last_piece_again() -> None:
    begun = talk()
    begun.say("yes")
    assert "Picture a pizza" in begun.say("go back please")


def test_a_quiz_is_given_when_asked_for_even_at_the_very_start() -> None:
    begun = talk()
    assert begun.say("quiz me").endswith("?")
    assert begun.item is not None


def test_when_nothing_was_understood_twice_it_says_what_can_be_said() -> None:
    begun = talk()
    begun.say("um")
    assert "continue, repeat, or hint" in begun.say("")
    until_question(begun)
    begun.say("um")
    assert "hint, or skip" in begun.say("")


def test_stop_stops_and_continue_goes_on() -> None:
    begun = talk()
    item = until_question(begun)
    assert "?" not in begun.say("stop")
    assert begun.item is None
    begun.say("continue")
    assert begun.item == item


def test_goodbye_sums_up_and_asks_nothing() -> None:
    begun = talk()
    begun.say(until_question(begun).answer)
    said = begun.say("I have to go now")
    assert "Goodbye" in said
    assert "?" not in said


# --- interruptions ---------------------------------------------------------------------------------------


def test_what_an_interruption_cut_off_is_said_on_request() -> None:
    begun = talk()
    begun.say("yes")
    begun.cut("Picture a")
    said = begun.say("go on")
    assert "Picture a pizza" in said
    assert "A fraction is a number" not in said


def test_after_a_question_in_between_it_comes_back_to_what_was_not_heard() -> None:
    begun = talk()
    begun.say("yes")
    begun.cut("A fraction is a")
    said = begun.say("wait what is a numerator")
    assert said.index("top number") < said.index("Picture a pizza")


def test_an_answer_cannot_be_meant_for_a_question_that_was_not_heard() -> None:
    begun = talk()
    item = until_question(begun)
    begun.cut(begun.messages[-1].text.split(". ")[0])
    assert item.question in begun.say("and what about apples")
    assert begun.state.get("tries", 0) == 0


# --- purposes of the session -----------------------------------------------------------------------------


def test_a_back_channel_is_a_few_words_and_changes_nothing_else() -> None:
    begun = talk()
    item = until_question(begun)
    last = begun.state["spoken"]
    assert 2 <= len(begun.ask(Purpose.BACK_CHANNEL).split()) <= 4
    assert begun.item == item
    assert begun.state["spoken"] == last


def test_a_quiet_learner_gets_a_hint_and_then_a_way_out_but_not_the_answer() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    first, second = begun.ask(Purpose.HINT), begun.ask(Purpose.HINT)
    assert item.hints[0] in first
    assert "skip" in second
    assert "denominator" not in first + second.replace(item.question, "")
    assert begun.item == item


def test_the_time_left_is_mentioned_in_passing() -> None:
    begun = talk()
    item = until_question(begun)
    said = begun.say(item.answer, Purpose.WRAP_UP, remaining_minutes=2.8, phase=Phase.WRAP_UP)
    assert "3 minutes" in said
    assert not said.startswith("By the way")
    assert "minute" not in begun.say("yes")


def test_the_summary_judges_the_last_answer_names_what_went_well_and_what_to_look_at_again() -> None:
    begun = talk()
    hard = until_question(begun)
    for _ in range(3):
        begun.say("I don't know")
    easy = until_question(begun)
    said = begun.say(easy.answer, Purpose.SUMMARY)
    assert "2 questions" in said
    assert hard.explanation in said
    assert "Goodbye" in said
    assert "?" not in said


def test_a_summary_of_nothing_says_so() -> None:
    assert "only just begun" in talk().ask(Purpose.SUMMARY)


def test_the_last_goodbye_asks_nothing() -> None:
    assert "?" not in talk().ask(Purpose.GOODBYE)


def test_after_a_lost_line_it_takes_up_the_thread() -> None:
    begun = talk()
    begun.say("yes")
    assert "continue" in begun.ask(Purpose.HINT).lower()


# --- to the end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", DEMOS)
def test_a_good_learner_gets_through_the_lesson_and_is_asked_everything(slug: str) -> None:
    begun = talk(slug)
    said = [begun.say("yes" if begun.item is None else begun.item.answer) for _ in range(70)]
    outcomes = begun.state["outcomes"]
    assert len(outcomes) == len(lesson_plan(DEMOS[slug].lesson).questions)
    assert set(outcomes.values()) == {"right"}
    assert any("whole lesson" in one for one in said)
    assert f"all {len(outcomes)} questions" in begun.ask(Purpose.SUMMARY)


@pytest.mark.parametrize("slug", DEMOS)
@pytest.mark.parametrize("words", ["I don't know", "okay", "banana", "", "no", "next", "um yes"])
def test_whatever_a_learner_keeps_saying_the_talk_comes_to_its_end(slug: str, words: str) -> None:
    begun = talk(slug)
    begun.say("start")
    for _ in range(400):
        begun.say(words)
        if begun.state.get("through"):
            break
    assert begun.state["through"]


@pytest.mark.parametrize("slug", DEMOS)
def test_ten_minutes_are_never_twice_the_same_reply_in_a_row(slug: str) -> None:
    begun = talk(slug)
    before = ""
    for words in [
        "yes",
        "mm-hm",
        "I don't know",
        "what",
        "go on",
        "hint",
        "no",
        "banana",
        "thanks",
        "okay",
    ] * 6:
        said = begun.say(words)
        assert said != before
        before = said


def test_after_the_lesson_there_are_questions_answers_and_an_end() -> None:
    begun = talk(MILO)
    while not begun.state.get("through"):
        last = begun.say("yes" if begun.item is None else begun.item.answer)
    assert "a few questions" in last
    assert "catches the light" in begun.say("what is chlorophyll")
    assert begun.say("quiz me").endswith("?")
    while begun.item is not None:
        last = begun.say(begun.item.answer)
    assert "again" in last and last.endswith("?")
    first = begun.say("yes")
    assert begun.item is not None and begun.item.question in first
    begun.say(begun.item.answer)
    assert "hear again" in begun.say("no thanks") or "else" in begun.messages[-1].text
    assert "goodbye" in begun.say("no thanks")


def test_whoever_agrees_at_the_end_is_not_asked_the_same_thing_again_and_again() -> None:
    begun = talk(ADA)
    said = [begun.say("yes" if begun.item is None else begun.item.answer) for _ in range(90)]
    assert all(one != other for one, other in pairwise(said))
    begun.say("no thanks")
    offers = [begun.say("okay") for _ in range(2)]
    assert offers[0] != offers[1]


# --- what learners are like ------------------------------------------------------------------------------


def test_a_story_is_met_kindly_and_after_the_second_one_the_lesson_goes_on() -> None:
    begun = talk(MILO)
    story = "well you know my brother said that pizza is the best but yeah okay"
    assert begun.say(story).endswith("?") and not begun.state.get("chunk")
    assert "first part" in begun.say(story)
    until_question(begun)
    stories = [begun.say(story) for _ in range(3)]
    assert all("name for how plants make sugar" in one for one in stories)  # a question waits


def test_the_answer_in_a_long_speech_counts() -> None:
    begun = talk(MILO)
    while begun.item is None or begun.item.answer != "the roots":
        begun.say("yes" if begun.item is None else begun.item.answer)
    number = begun.state["question"]
    begun.say("my grandma waters her flowers every day and so I would say the roots or something like that")
    assert begun.state["outcomes"][str(number)] == "right"


def test_why_is_that_means_what_was_just_said() -> None:
    begun = talk(NORA)
    begun.say("yes")
    begun.say("go on")
    for words in ("why is that?", "how does it work"):
        assert "teacher" not in begun.say(words) and begun.state["pending"] == "clearer"
        begun.say("yes")
        if begun.item is not None:
            begun.say(begun.item.answer)


def test_who_is_not_understood_hears_what_helps_with_a_question() -> None:
    begun = talk(MILO)
    until_question(begun, kind=QuizKind.MULTIPLE_CHOICE)
    begun.say("the tilled of the ax is")
    assert "hint, or skip" in begun.say("for tea")


def test_who_does_not_know_is_asked_the_same_question_twice_at_most() -> None:
    begun = talk(MILO)
    answers: list[str] = []
    for _ in range(80):
        said = begun.say("I don't know")
        answers += re.findall(r"(?:The answer is|It is|looking for this:) (\w+)", said)
    assert answers.count("photosynthesis") <= 2
    assert "The sentence is false." in " ".join(message.text for message in begun.messages)


@pytest.mark.parametrize(
    ("misses", "expected"),
    [(0, "every one was right"), (1, "worked out the others"), (30, "worked them out")],
)
def test_the_score_is_honest(misses: int, expected: str) -> None:
    begun = talk(ADA)
    for _ in range(60):
        if begun.item is None:
            begun.say("yes")
        elif misses:
            misses -= 1
            begun.say("I don't know")
        else:
            begun.say(begun.item.answer)
        if len(begun.state.get("outcomes", ())) >= 3 and begun.item is None:
            break
    assert expected in begun.ask(Purpose.SUMMARY)


# --- without a lesson ------------------------------------------------------------------------------------


def test_without_a_lesson_it_says_so_listens_and_says_what_would_help() -> None:
    begun = talk(lesson=False, greeted=False)
    assert "No lesson is attached" in begun.ask(Purpose.GREETING)
    assert "quarter" in begun.say("a half is more than a quarter")
    replies = " ".join(
        begun.say(f"I also know about {word}") for word in ("slices", "apples", "cakes", "sharing")
    )
    assert "teacher" in replies
    assert "slices" in begun.ask(Purpose.SUMMARY)


def test_without_a_lesson_it_does_not_pretend_to_know() -> None:
    begun = talk(lesson=False)
    assert "lesson" in begun.say("what is a numerator")


# --- the contract ----------------------------------------------------------------------------------------


async def test_a_reply_comes_sentence_by_sentence_and_ends_with_its_memory() -> None:
    demo = DEMOS[MILO]
    begun = talk(MILO)
    begun.messages.append(Message("learner", "yes"))
    request = MindRequest(Purpose.ANSWER, demo.companion, demo.lesson, tuple(begun.messages), begun.memory)
    events = [event async for event in LessonTutor().reply(request)]
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(texts) >= 3
    assert all(text.endswith((". ", "! ", "? ")) for text in texts[:-1])
    assert isinstance(events[-1], Remember)
    assert any(isinstance(event, Show) and event.kind == "lesson" for event in events)


async def test_the_same_request_gets_the_same_reply_and_is_left_as_it_was() -> None:
    begun = talk()
    begun.messages.append(Message("learner", "okay"))
    before = json.dumps(begun.memory)
    request = MindRequest(Purpose.ANSWER, begun.companion, begun.lesson, tuple(begun.messages), begun.memory)
    mind = LessonTutor()
    await mind.start()
    first, second = [[event async for event in mind.reply(request)] for _ in range(2)]
    await mind.aclose()
    assert first == second
    assert json.dumps(begun.memory) == before


def test_a_quiz_card_shows_the_choices() -> None:
    begun = talk(MILO)
    item = until_question(begun, kind=QuizKind.MULTIPLE_CHOICE)
    card = next(show for show in reversed(begun.shown) if show.kind == "quiz")
    assert all(choice in card.body for choice in item.choices)


def test_memory_of_another_lesson_starts_anew_and_other_keys_are_kept() -> None:
    begun = talk(ADA)
    for _ in range(5):
        begun.say("yes")
    begun.memory["quiz"] = {"asked": [1]}
    other = Talk(DEMOS[MILO].companion, DEMOS[MILO].lesson, begun.memory)
    assert "get your energy" in other.say("start")
    assert other.memory["quiz"] == {"asked": [1]}


@pytest.mark.parametrize(
    "stored",
    [
        {"lesson_tutor": "nonsense"},
        {"lesson_tutor": {"chunk": -5}},
        {"lesson_tutor": {"chunk": "x", "again": 7}},
        {"other": 1},
        {
            "lesson_tutor": {
                "lesson": "lesson-ada-fractions",
                "chunk": 10**9,
                "question": 10**9,
                "pending": "question",
                "span": 99,
                "greeted": True,
                "again": [[999, 0]],
                "outcomes": {"999": "right"},
                "core": 50,
            }
        },
    ],
)
def test_broken_memory_does_no_harm(stored: dict[str, Any]) -> None:
    begun = talk(greeted=False)
    begun.memory = stored
    for words in ("hello", "yes", "what", "go back", "hint", "bye"):
        assert is_speakable(begun.say(words))


def test_system_and_tool_messages_are_not_what_the_learner_said() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    begun.messages += [
        Message("system", "Say banana."),
        Message("learner", item.answer),
        Message("tutor", "{}", call_id="c", tool_name="look"),
        Message("tool", "banana", call_id="c"),
    ]
    begun.ask(Purpose.ANSWER, instructions="Only say banana.", tools=(ToolSpec("look", "", {}),))
    assert begun.item != item
    assert "banana" not in begun.messages[-1].text


def test_every_phrase_is_short_plain_and_asks_at_most_one_question() -> None:
    for key, variants in table("en").items():
        for variant in variants:
            assert is_speakable(re.sub(r"\{\w+\}", "x", variant)), key
            assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.!?]) ", variant)), key


def test_phrases_take_turns_and_other_languages_fall_back_to_english() -> None:
    phrases = read("<!-- no -->\n## k\n- {a_start} one\n- two\n## k.casual\n- hey\n")
    assert [phrase(phrases, "k", "formal", turn, {"a": "x"}) for turn in range(3)] == [
        "X one",
        "two",
        "X one",
    ]
    assert phrase(phrases, "k", "casual", 5, {}) == "hey"
    assert table("xx") == table("en-GB")
    assert table("../../etc/passwd") == table("en")
    with pytest.raises(ValueError, match="neither"):
        read("stray")


# --- anything at all -------------------------------------------------------------------------------------

SAYINGS = (
    "yes",
    "no",
    "",
    "um",
    "I don't know",
    "hint",
    "what",
    "say that again",
    "I don't understand",
    "go on",
    "skip",
    "quiz me",
    "stop",
    "bye",
    "go back",
    "start over",
    "slower",
    "tell me the answer",
    "what is a numerator",
    "why are leaves green",
    "how much time is left",
    "is it the roots",
    "the second one",
    "three quarters",
    "the denominator",
    "true",
    "false",
    "seven",
    "my dog ate it",
    "thanks",
    "give me an example",
    "sum up",
    "this is too hard",
    "too easy",
    "is that right",
    "hello",
    "what is {x} [y](z) *w* ?",
    "what is ??? is it? why?",
    "a or b",
    "not photosynthesis",
    "because the light is spread out",
)
words = st.sampled_from(SAYINGS) | st.text(max_size=60)
turns = st.lists(st.tuples(st.sampled_from(Purpose), words, st.integers(0, 300) | st.none()), max_size=25)
lessons = st.sampled_from([*(demo.lesson for demo in DEMOS.values()), None]) | st.builds(
    Lesson,
    st.just("l"),
    st.just("l"),
    st.text(max_size=20),
    st.text(alphabet=st.sampled_from("abc *#-.?\n1"), max_size=200),
    quiz=st.lists(
        st.builds(
            QuizItem,
            st.text(max_size=30),
            st.text(max_size=20),
            st.sampled_from(QuizKind),
            choices=st.lists(st.text(max_size=10), max_size=3).map(tuple),
            hints=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


def plays(begun: Talk, script: Iterable[tuple[Purpose, str, int | None]]) -> Iterable[str]:
    for purpose, spoken, heard in script:
        yield (
            begun.say(spoken, purpose) if purpose in (Purpose.ANSWER, Purpose.WRAP_UP) else begun.ask(purpose)
        )
        if heard is not None:
            begun.messages[-1] = replace(
                begun.messages[-1], text=begun.messages[-1].text[:heard], interrupted=True
            )


@settings(max_examples=150, deadline=None)
@given(lesson=lessons, style=st.sampled_from(Style), script=turns)
def test_any_conversation_stays_speakable_and_its_memory_small(
    lesson: Lesson | None, style: Style, script: list[tuple[Purpose, str, int | None]]
) -> None:
    begun = Talk(Companion("c", "c", "Ada", Subject.MATHS, "numbers", style), lesson)
    for said in plays(begun, script):
        assert is_speakable(said), said
        assert len(json.dumps(begun.memory)) < 20_000


@settings(max_examples=60, deadline=None)
@given(
    slug=st.sampled_from(list(DEMOS)),
    before=st.integers(0, 30),
    tries=st.lists(
        st.sampled_from(["I don't know", "hint", "banana", "no", "help me", "I don't understand"]),
        min_size=1,
        max_size=2,
    ),
)
def test_the_answer_is_never_told_before_the_hints_are_used_up(
    slug: str, before: int, tries: list[str]
) -> None:
    begun = talk(slug)
    for _ in range(before):
        begun.say("yes" if begun.item is None else begun.item.answer)
    for _ in range(8):
        if begun.item is None:
            begun.say("yes")
    item = begun.item
    if item is None or item.kind is not QuizKind.SHORT_ANSWER or len(item.hints) < 2:
        return
    for words in tries:
        said = begun.say(words).lower().replace(item.question.lower(), "")
        assert begun.item == item
        assert item.answer.lower() not in said


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Message,
            st.sampled_from(["learner", "tutor", "system", "tool"]),
            st.text(max_size=40),
            tool_name=st.sampled_from(["", "t"]),
            interrupted=st.booleans(),
        ),
        max_size=8,
    ),
    st.sampled_from(Purpose),
)
def test_any_history_out_of_band_gets_a_reply(history: list[Message], purpose: Purpose) -> None:
    demo = DEMOS[ADA]
    response = respond(MindRequest(purpose, demo.companion, demo.lesson, tuple(history)))
    assert is_speakable(" ".join(response.sentences))
