"""From Markdown to what can be taught by voice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Verdict
from lms_core.courses import Lesson
from storage.demo import demo_lessons
from tutor.brain.lesson_plan import lesson_plan
from tutor.brain.lesson_text import parts, plain, sentences

DEMOS = {demo.companion.slug: demo.lesson for demo in demo_lessons()}
VOLCANOES = """
Some words before the first heading.

# What a volcano is

A volcano is an opening in the Earth's crust. **Magma** is molten rock below the ground!
When it comes out, we call it lava.

![a picture](fire.png) See [this page](https://example.org/x?y) for more.

## Famous ones

- Etna is in Italy
- Mount Fuji is 3776 metres high
  and stands in Japan
1. Krakatoa erupted in 1883.

| name | height |
|---|---|
| Etna | 3357 |

```python
print("not to be read aloud")
```

> Dr. Smith says: do not go near, e.g. on a holiday. It is hot.

---
### Key points
* Magma is below the ground.
* Lava is above it.
"""


def lesson(content: str, *quiz: QuizItem) -> Lesson:
    return Lesson("l", "l", "Volcanoes", content, quiz=quiz)


def spoken(content: str) -> list[str]:
    return [sentence for chunk in lesson_plan(lesson(content)).chunks for sentence in chunk.sentences]


def test_markdown_becomes_sentences() -> None:
    assert spoken(VOLCANOES) == [
        "Some words before the first heading.",
        "A volcano is an opening in the Earth's crust.",
        "Magma is molten rock below the ground!",
        "When it comes out, we call it lava.",
        "See this page for more.",
        "Etna is in Italy.",
        "Mount Fuji is 3776 metres high and stands in Japan.",
        "Krakatoa erupted in 1883.",
        "Dr. Smith says: do not go near, e.g. on a holiday.",
        "It is hot.",
    ]


def test_sections_keep_their_headings_and_their_markdown() -> None:
    sections = lesson_plan(lesson(VOLCANOES)).sections
    assert [section.heading for section in sections] == ["", "What a volcano is", "Famous ones"]
    assert "**Magma**" in sections[1].body


def test_the_closing_section_gives_the_key_points_and_is_not_taught() -> None:
    points = [point for _, point in lesson_plan(lesson(VOLCANOES)).key_points]
    assert points == ["Magma is below the ground.", "Lava is above it."]


def test_terms_are_found_where_they_are_defined() -> None:
    plan = lesson_plan(lesson(VOLCANOES))
    assert {definition.term for definition in plan.definitions} == {"volcano", "Magma"}
    found = plan.definition("the magma")
    assert found is not None
    assert found.rest == "molten rock below the ground"


@pytest.mark.parametrize(
    ("slug", "words", "expected"),
    [
        ("ada-fractions", "numerator", "top number"),
        ("ada-fractions", "common denominators", "both fractions can share"),
        ("milo-photosynthesis", "chlorophil", "catches the light"),
        ("milo-photosynthesis", "why leaves are green", "bounces back"),
        ("milo-photosynthesis", "respiration", "breaking sugar down"),
        ("nora-seasons", "axes", "imaginary line"),
        ("nora-seasons", "why is it warmer in summer", "high in the sky"),
        ("nora-seasons", "polaris", "Polaris"),
    ],
)
def test_a_passage_is_found_for_what_the_lesson_speaks_of(slug: str, words: str, expected: str) -> None:
    assert expected in " ".join(lesson_plan(DEMOS[slug]).passage(words))


@pytest.mark.parametrize(
    "words", ["dinosaurs", "the sky blue", "who invented the telephone", "my homework", "", "the"]
)
@pytest.mark.parametrize("slug", DEMOS)
def test_nothing_is_made_up_for_what_it_does_not_speak_of(slug: str, words: str) -> None:
    assert lesson_plan(DEMOS[slug]).passage(words) == ()


@pytest.mark.parametrize("slug", DEMOS)
def test_every_question_of_the_teacher_has_a_place_where_it_was_taught(slug: str) -> None:
    plan = lesson_plan(DEMOS[slug])
    own = [question for question in plan.questions if not question.made]
    assert [question.item for question in own] == list(DEMOS[slug].quiz)
    for question in own:
        if question.item.kind is QuizKind.SHORT_ANSWER:
            taught = [sentence for chunk in plan.chunks[: question.chunk + 1] for sentence in chunk.sentences]
            assert any(judge(sentence, question.item).verdict is Verdict.RIGHT for sentence in taught)


@pytest.mark.parametrize("slug", DEMOS)
def test_without_a_quiz_questions_are_made_from_the_text(slug: str) -> None:
    demo = DEMOS[slug]
    plan = lesson_plan(Lesson(demo.id, demo.slug, demo.title, demo.content))
    assert len(plan.questions) >= 8
    for question in plan.questions:
        assert judge(question.item.answer, question.item).verdict is Verdict.RIGHT
        assert question.item.kind is QuizKind.TRUE_FALSE or not re.search(
            rf"\b{re.escape(question.item.answer)}\b", question.item.question, re.I
        )


@pytest.mark.parametrize("slug", DEMOS)
def test_chunks_are_short_enough_to_listen_to(slug: str) -> None:
    for chunk in lesson_plan(DEMOS[slug]).chunks:
        assert 1 <= len(chunk.sentences) <= 3
        assert sum(len(sentence.split()) for sentence in chunk.sentences) <= 50


@pytest.mark.parametrize(
    "content", ["", "   \n\n", "# Only a heading", "```\ncode\n```", "| a |\n|---|", "![x](y.png)"]
)
def test_a_lesson_without_text_still_has_a_plan(content: str) -> None:
    plan = lesson_plan(lesson(content))
    assert plan.chunks
    assert plan.passage("volcano") in ((), plan.chunks[0].sentences[:2])


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and _soft_ and `code`", "bold and soft and code"),
        ("x^2 + 3x = 5", "x^2 + 3x = 5"),
        ("snake_case", "snake_case"),
        ("[a link](http://x.org)", "a link"),
        ("$a^2$ here", "a^2 here"),
        ("a <b>tag</b>", "a tag"),
        ("note[^1] this", "note this"),
        ("1/4 of 3 * 4", "1/4 of 3 4"),
    ],
)
def test_marks_are_taken_out_and_formulae_stay(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_every_sentence_ends_with_a_mark() -> None:
    assert sentences("One. Two! And three") == ("One.", "Two!", "And three.")


@given(st.text(alphabet=st.sampled_from("abcAB #*_`|>-[]()!.?\n1/$\\~"), max_size=400))
def test_any_text_makes_a_plan(content: str) -> None:
    plan = lesson_plan(lesson(content))
    assert plan.chunks
    assert all(sentence.strip() for chunk in plan.chunks for sentence in chunk.sentences)
    assert all(question.chunk < len(plan.chunks) for question in plan.questions)


@given(st.text(max_size=400))
def test_no_markdown_mark_is_left_to_be_spoken(content: str) -> None:
    for part in parts(content):
        for paragraph in part.paragraphs:
            assert not re.search(r"[*`#|\[\]~]", " ".join(paragraph.sentences))
