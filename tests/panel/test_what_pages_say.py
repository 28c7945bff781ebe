"""Words of pages that used to mislead a new user."""

from typing import Any

import pytest

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


async def page(house: House, path: str, role: Role) -> str:
    headers = {"Authorization": f"Bearer {house.keys[role]}"}
    async with house.http.get(path, headers=headers) as answer:
        assert answer.status == 200
        return " ".join((await answer.text()).split())


async def made(house: House, path: str, body: dict[str, Any]) -> dict[str, Any]:
    status, answer = await house.ask("POST", path, body, by=Role.TEACHER)
    assert status == 201, answer
    return dict(answer["data"])


@pytest.mark.parametrize("path", ["/profile", "/plans"])
async def test_quotas_say_how_much_of_them_is_used(house: House, path: str) -> None:
    text = await page(house, path, Role.LEARNER)
    assert '<strong>0</strong> <span class="soft">of 10 used</span>' in text
    assert 'max="10" value="0"' in text


async def test_an_admin_has_no_plan_but_no_limits(house: House) -> None:
    for path in ("/profile", "/plans"):
        text = await page(house, path, Role.ADMIN)
        assert "Whoever administers Viva has no limits" in text and "Your plan: Free" not in text, path
    assert text.count("card mine") == 0
    people = await page(house, "/admin/users", Role.ADMIN)
    assert people.count('<span class="state plan">no limits</span>') == 1
    person = await page(house, f"/admin/users/{house.people[Role.ADMIN].id}", Role.ADMIN)
    assert "Plan: Free" not in person and 'name="plan"' not in person


async def test_a_quiz_leads_back_to_the_editor_that_it_came_from(house: House) -> None:
    course = await made(house, "/courses", {"title": "Light"})
    module = await made(house, f"/courses/{course['id']}/modules", {"title": "Rays"})
    lesson = await made(house, f"/modules/{module['id']}/lessons", {"title": "Shadows"})
    back = f'<a href="/teach/lessons/{lesson["id"]}">←'
    assert back in await page(house, f"/teach/lessons/{lesson['id']}/quizzes/new", Role.TEACHER)
    quiz = await made(house, f"/lessons/{lesson['id']}/quiz", {"title": "Shadows"})
    assert back in await page(house, f"/teach/quizzes/{quiz['id']}", Role.TEACHER)
    further = await made(house, f"/courses/{course['id']}/quizzes", {"title": "All"})
    assert f'<a href="/teach/courses/{course["id"]}/edit">←' in await page(
        house, f"/teach/quizzes/{further['id']}", Role.TEACHER
    )


async def published(house: House, title: str) -> tuple[str, str]:
    """The ids of a course and its lesson."""
    course = await made(house, "/courses", {"title": title, "open_enrollment": True})
    module = await made(house, f"/courses/{course['id']}/modules", {"title": "Rays"})
    lesson = await made(house, f"/modules/{module['id']}/lessons", {"title": "Shadows"})
    status, answer = await house.ask("POST", f"/courses/{course['id']}/publish", by=Role.TEACHER)
    assert status == 200, answer
    return course["id"], lesson["id"]


async def test_who_completed_a_lesson_is_asked_how_it_was_and_the_teacher_reads_it(house: House) -> None:
    course, lesson = await published(house, "Light")
    assert (await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.LEARNER))[0] in (200, 201)
    assert "How was this lesson?" not in await page(house, f"/lessons/{lesson}", Role.LEARNER)
    await house.ask("POST", f"/lessons/{lesson}/progress", {"completed": True}, by=Role.LEARNER)
    assert "How was this lesson?" in await page(house, f"/lessons/{lesson}", Role.LEARNER)
    said = {"rating": 4, "comment": "More <b>pictures</b>"}
    assert (await house.ask("PUT", f"/lessons/{lesson}/feedback", said, by=Role.LEARNER, If_Match="*"))[
        0
    ] == 200
    again = await page(house, f"/lessons/{lesson}", Role.LEARNER)
    assert """value='{"rating": 4}' selected""" in again
    text = await page(house, f"/teach/courses/{course}", Role.TEACHER)
    assert "★★★★☆" in text and "More &lt;b&gt;pictures" in text and "The learner" in text


async def test_a_lesson_has_its_title_once_and_offers_no_quiz_without_questions(house: House) -> None:
    _, lesson = await published(house, "Light")
    change = {"content": "# Shadows\n\nWhere light does not reach."}
    assert (await house.ask("PATCH", f"/lessons/{lesson}", change, by=Role.TEACHER, If_Match="*"))[0] == 200
    quiz = await made(house, f"/lessons/{lesson}/quiz", {"title": "What is dark?"})
    text = await page(house, f"/lessons/{lesson}", Role.TEACHER)
    assert text.count("<h1>Shadows</h1>") == 1 and "<p>Where light does not reach.</p>" in text
    offer = f'href="/quizzes/{quiz["id"]}"'
    assert offer not in text
    await put_items(house, quiz["id"], {"kind": "true_false", "question": "Is it dark?", "answer": "true"})
    assert offer in await page(house, f"/lessons/{lesson}", Role.TEACHER)


async def test_a_course_lists_a_quiz_to_learners_once_that_has_questions(house: House) -> None:
    course, _ = await published(house, "Light")
    assert (await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.LEARNER))[0] in (200, 201)
    quiz = await made(house, f"/courses/{course}/quizzes", {"title": "All of it"})
    offer, edit = f'href="/quizzes/{quiz["id"]}"', f'href="/teach/quizzes/{quiz["id"]}"'
    slug = (await house.ask("GET", f"/courses/{course}", by=Role.LEARNER))[1]["data"]["slug"]
    assert offer not in await page(house, f"/courses/{slug}", Role.LEARNER)
    assert edit in await page(house, f"/teach/courses/{slug}/edit", Role.TEACHER)
    await put_items(house, quiz["id"], {"kind": "true_false", "question": "Is it dark?", "answer": "true"})
    assert offer in await page(house, f"/courses/{slug}", Role.LEARNER)


async def test_a_score_in_points_says_how_it_comes_about(house: House) -> None:
    course, lesson = await published(house, "Light")
    await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.LEARNER)
    quiz = await made(house, f"/lessons/{lesson}/quiz", {"title": "What is dark?"})
    dark = {"kind": "true_false", "question": "Is it dark?", "answer": "true"}
    even = {
        "kind": "multiple_answer",
        "question": "Which are even?",
        "choices": ["2", "3", "4"],
        "answers": ["2", "4"],
    }
    await put_items(house, quiz["id"], dark, even)
    text = await handed_in(house, quiz["id"], {"places": [0]}, {"places": [0]})
    assert "1 of 2 right, 1 partly right" in text and "75 %" in text and "1.5 of 2 points" in text
    assert "earns a part of its points" in text and "worth more points" not in text
    assert 'Partly right</strong> <span class="soft">· 0.5 of 1 point<' in text
    await put_items(house, quiz["id"], {**dark, "points": 3}, even)
    text = await handed_in(house, quiz["id"], {"places": [0]}, {"places": [1]})
    assert (
        "1 of 2 right<" in text and "75 %" in text and "3 of 4 points" in text and "worth more points" in text
    )
    await put_items(house, quiz["id"], dark, even)
    text = await handed_in(house, quiz["id"], {"places": [0]}, {"places": [1]})
    assert "1 of 2 right<" in text and "50 %" in text and "of 2 points" not in text


async def put_items(house: House, quiz: str, *items: dict[str, Any]) -> None:
    status, answer = await house.ask(
        "PUT", f"/quizzes/{quiz}/items", {"items": items}, by=Role.TEACHER, If_Match="*"
    )
    assert status == 200, answer


async def handed_in(house: House, quiz: str, *answers: dict[str, Any]) -> str:
    """The page of the learner's attempt, with these answers."""
    started = (await house.ask("POST", f"/quizzes/{quiz}/attempts", by=Role.LEARNER))[1]["data"]
    for item, answer in zip(started["items"], answers, strict=True):
        await house.ask("PUT", f"/attempts/{started['id']}/answers/{item['id']}", answer, by=Role.LEARNER)
    await house.ask("POST", f"/attempts/{started['id']}/submit", by=Role.LEARNER)
    return await page(house, f"/attempts/{started['id']}", Role.LEARNER)


async def test_who_teaches_sees_at_home_who_learns_before_what_there_is_to_learn(house: House) -> None:
    text = await page(house, "/home", Role.TEACHER)
    assert "You have no course yet" in text and "Streak" not in text
    course, _ = await published(house, "Light")
    await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.LEARNER)
    text = await page(house, "/home", Role.TEACHER)
    assert "Nobody is talking with one of your companions" in text and "<strong>Light</strong>" in text
    assert "1 learner · 1 this week" in text
    assert text.index("Your teaching") < text.index('id="mine"')
    await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.TEACHER)
    assert "Streak" in await page(house, "/home", Role.TEACHER)
    assert "Your teaching" not in await page(house, "/home", Role.LEARNER)


async def test_recommended_courses_stand_first_in_the_catalogue(house: House) -> None:
    await published(house, "Algebra")
    course, _ = await published(house, "Zoology")
    assert (await house.ask("POST", f"/courses/{course}/feature", by=Role.ADMIN))[0] == 200
    text = await page(house, "/courses", Role.LEARNER)
    assert text.index("Zoology") < text.index("Algebra") and "Recommended" in text


async def test_the_welcome_goes_on_with_the_step_that_is_next(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.keys[Role.ADMIN]}"}

    async def next_step() -> str:
        async with house.http.get("/", headers=headers, allow_redirects=False) as answer:
            return answer.headers["Location"]

    assert await next_step() == "/home"  # there is no companion to welcome with
    companion = await made(house, "/companions", {"name": "Ada", "subject": "maths", "topic": "halves"})
    await house.ask("POST", f"/companions/{companion['id']}/publish", by=Role.TEACHER)
    assert await next_step() == "/welcome/voice"
    change = {"voice": house.server.previews.voices[0].id}
    status, _ = await house.ask(
        "PATCH", f"/companions/{companion['id']}", change, by=Role.ADMIN, If_Match="*"
    )
    assert status == 200
    assert await next_step() == "/welcome/talk"


async def test_an_empty_page_says_what_to_do(house: House) -> None:
    for path, role, says in (
        ("/courses", Role.LEARNER, 'href="/companions">See all companions'),
        ("/courses", Role.TEACHER, 'href="/teach/courses/new">New course'),
        ("/courses?category=maths", Role.LEARNER, 'href="/courses">See all courses'),
        ("/admin/content", Role.ADMIN, "you can begin one, too"),
        ("/admin/content?only=featured", Role.ADMIN, "Choose “Recommend” beside one"),
        ("/admin/content/feedback", Role.ADMIN, "at the end of each"),
        ("/admin/jobs", Role.ADMIN, "When somebody uploads a film"),
    ):
        assert says in await page(house, path, role), path
