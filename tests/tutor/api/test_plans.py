"""Plans and usage, asked of a real server."""

import aiohttp

from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import quick_server as quick_server


async def test_plans_have_limits_and_an_admin_has_none(quick_server: RunningServer) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {quick_server.api_key}"}) as http:
        plans = (await (await http.get(f"{quick_server.url}/api/v1/plans")).json())["data"]
        usage = (await (await http.get(f"{quick_server.url}/api/v1/me/usage")).json())["data"]
    assert [(one["plan"], one["limits"]["conversations"]) for one in plans] == [
        ("free", 10), ("core", None), ("pro", None),
    ]  # fmt: skip
    assert usage["plan"] == "free"
    assert usage["quotas"][1] == {"quota": "conversations", "used": 0, "limit": None, "left": None}
