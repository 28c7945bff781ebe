"""Jobs over REST: whose they are, and trying failed ones again."""

from lms_core.jobs import JobState
from lms_core.people import Role
from tests.tutor.api.house import House, house, sqlite_template  # noqa: F401


async def test_a_job_is_its_owners_and_the_admins(house: House) -> None:  # noqa: F811
    store = house.server.stores.jobs
    job_id = await store.begin("unknown", "med_1", house.people[Role.TEACHER].id)
    status, answer = await house.ask("GET", f"/jobs/{job_id}", by=Role.TEACHER)
    assert status == 200 and answer["data"]["state"] == "pending" and "owner_id" not in answer["data"]
    assert (await house.ask("GET", f"/jobs/{job_id}", by=Role.LEARNER))[0] == 404
    assert (await house.ask("GET", f"/jobs/{job_id}", by=Role.ADMIN))[0] == 200
    assert (await house.ask("GET", "/admin/jobs", by=Role.TEACHER))[0] == 403


async def test_an_admin_lists_what_failed_and_tries_it_again(house: House) -> None:  # noqa: F811
    store = house.server.stores.jobs
    job_id = await store.begin("unknown", "med_1", house.people[Role.TEACHER].id)
    assert (await house.ask("POST", f"/admin/jobs/{job_id}/retry", by=Role.ADMIN))[0] == 409
    await store.end(job_id, 1, JobState.FAILED, "The file is broken.")
    status, answer = await house.ask("GET", "/admin/jobs?state=failed", by=Role.ADMIN)
    assert status == 200 and [one["message"] for one in answer["data"]] == ["The file is broken."]
    status, answer = await house.ask("POST", f"/admin/jobs/{job_id}/retry", by=Role.ADMIN)
    assert status == 200 and (answer["data"]["state"], answer["data"]["run"]) == ("pending", 2)
    assert (await house.ask("POST", f"/admin/jobs/{job_id}/retry", by=Role.TEACHER))[0] == 403
