"""The built-in tutor: how it begins, what each purpose of a session gets, and what every reply keeps to."""

import json
import re
from typing import Any

import pytest

from lms_core.assessment.items import QuizKind
from lms_core.courses import Lesson
from tests.brain.tutor_talk import ADA, DEMOS, MILO, NORA, Talk, is_speakable, talk, until_question
from tutor.brain.base import Message, MindRequest, Phase, Purpose, Remember, Show, TextDelta, ToolSpec
from tutor.brain.lesson_tutor import LessonTutor
from tutor.brain.phrases import phrase, read, table


# --- the beginning -------------------------------------------------------------------------------------------
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


# --- purposes of the session ---------------------------------------------------------------------------------
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


# --- without a lesson ----------------------------------------------------------------------------------------
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


# --- the contract --------------------------------------------------------------------------------------------
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
