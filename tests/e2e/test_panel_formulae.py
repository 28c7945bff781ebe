"""A lesson's formulae are drawn without a script; what a companion shows brings nothing but a formula."""

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, cookie, learner, school

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_WIDE = "+".join(f"a_{{{n}}}" for n in range(60))
_LESSON = rf"""A half is $\frac{{1}}{{2}}$ and costs $5 or $6.

$$
{_WIDE}
$$

In a line: ${_WIDE}$.

- In a list: ${_WIDE}$
"""
# No handler and no style: the policy forbids them before the script can, and the console says so.
_HOSTILE = """<math xmlns="http://www.w3.org/1998/Math/MathML" id="main"><mrow href="javascript:alert(1)">
<mi class="top" mathvariant="normal">x</mi><a xmlns="http://www.w3.org/1999/xhtml" href="/">y</a>
<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script><mtext>&lt;b&gt;</mtext></mrow></math>"""


async def test_formulae_are_drawn_and_scrolled_on_a_phone(learner: Page, school: RunningServer) -> None:
    lesson = await _lesson(school)
    await learner.set_viewport_size({"width": 390, "height": 844})
    await learner.goto(f"/lessons/{lesson}")
    await expect(learner.locator("math")).to_have_count(4)
    half = await learner.locator("mfrac").first.evaluate("it => [it.namespaceURI, it.textContent]")
    assert half == ["http://www.w3.org/1998/Math/MathML", "12"]
    assert await learner.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await expect(learner.get_by_text("and costs $5 or $6.")).to_be_visible()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (_HOSTILE, '<math><mrow>\n<mi mathvariant="normal">x</mi>\n<mtext>&lt;b&gt;</mtext></mrow></math>'),
        ("<p>no formula</p>", None), (None, None), ('<math xmlns="x"/>', "<math></math>"),
    ],
)  # fmt: skip
async def test_only_a_formula_is_taken_from_a_message(
    learner: Page, sent: str | None, shown: str | None
) -> None:
    await learner.goto("/courses")
    drawn = await learner.evaluate(
        """async sent => (await import("/static/formula.js")).formula(sent)?.outerHTML ?? null""", sent
    )
    assert drawn == shown


async def _lesson(school: RunningServer) -> str:
    """A lesson that everybody may read."""
    admin = {"Authorization": f"Bearer {school.api_key}", "If-Match": "*"}
    async with aiohttp.ClientSession(school.url, headers=admin) as http:
        course = (await (await http.get("/api/v1/courses")).json())["data"][0]
        outline = (await (await http.get(f"/api/v1/courses/{course['id']}/outline")).json())["data"]
        lesson: str = outline["modules"][0]["lessons"][0]["id"]
        changed = await http.patch(
            f"/api/v1/lessons/{lesson}", json={"content": _LESSON, "free_preview": True}
        )
        assert changed.status == 200, await changed.text()
    return lesson
