"""Search, asked of a real server."""

from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def test_hits_tell_where_the_words_are_and_carry_no_markup(ask: Asking) -> None:
    await ask("admin", "POST", "/courses", {"title": "Zebras <b>", "description": "What the zebra eats"})
    answer = await ask("admin", "GET", "/search?q=zebra&kind=course")
    (hit,) = answer.data
    assert answer.body["metadata"] == {"page": 1, "limit": 20, "total": 1}
    assert hit["title"] == {"text": "Zebras <b>", "marks": [[0, 6]]}
    assert hit["snippet"]["text"].startswith("What the zebra eats") and hit["snippet"]["marks"] == [[9, 14]]
    assert (await ask("admin", "GET", "/search?q=zebra&kind=lesson")).data == []
    assert (await ask("admin", "GET", "/search")).status == 400


async def test_the_demo_companions_are_found(ask: Asking) -> None:
    await ask.add("lena")
    assert "companion" in [one["kind"] for one in (await ask("lena", "GET", "/search?q=frac")).data]
