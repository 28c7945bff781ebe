"""Plans and usage, asked of a real server."""

from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server

MAX = {"name": "Max", "subject": "maths", "topic": "sums"}


async def test_plans_have_limits_and_an_admin_has_none(ask: Asking) -> None:
    plans = (await ask("admin", "GET", "/plans")).data
    usage = (await ask("admin", "GET", "/me/usage")).data
    assert [(one["plan"], one["limits"]["conversations"]) for one in plans] == [
        ("free", 10), ("core", None), ("pro", None),
    ]  # fmt: skip
    assert usage["plan"] == "free"
    assert usage["quotas"][1] == {"quota": "conversations", "used": 0, "limit": None, "left": None}


async def test_an_admin_changes_a_plan_and_it_holds_from_the_next_act_on(ask: Asking) -> None:
    lena = await ask.add("lena")
    answers = [await ask("lena", "POST", "/companions", MAX) for _ in range(4)]
    assert [one.status for one in answers] == [201, 201, 201, 402]
    here = f"/admin/users/{lena}/plan"
    assert (await ask("lena", "PUT", here, {"plan": "pro"})).status == 403
    changed = await ask("admin", "PUT", here, {"plan": "core"})
    assert changed.data == {"person_id": lena, "plan": "core"}
    assert (await ask("lena", "POST", "/companions", MAX)).status == 201
    await ask("admin", "PUT", here, {"plan": "free"})
    companions = (await ask("lena", "GET", "/me/usage")).data["quotas"][0]
    assert companions == {"quota": "companions", "used": 4, "limit": 3, "left": 0}
    assert (await ask("lena", "POST", "/companions", MAX)).status == 402


async def test_nobodys_plan_and_no_plan_are_refused(ask: Asking) -> None:
    assert (await ask("admin", "PUT", "/admin/users/nobody/plan", {"plan": "pro"})).status == 404
    assert (await ask("admin", "PUT", "/admin/users/nobody/plan", {"plan": "gold"})).status == 400
