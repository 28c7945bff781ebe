"""Background jobs: mine as they go on; for admins all, with those that failed to be tried again."""

from datetime import datetime

from pydantic import BaseModel

from lms_core.errors import Conflict, NotFound
from lms_core.jobs import Job, JobState
from lms_core.people import Permission
from storage.jobs import JobStore
from tutor.api.routing import Call, Page, Paging, Route
from tutor.jobs.jobs import Jobs


class JobQuery(Paging):
    state: JobState | None = None


class JobOut(BaseModel):
    """`subject`: the id of what it is about. `progress`: 0 to 100. `message`: what is under way, or why it failed and what to do."""

    id: str
    kind: str
    subject: str
    state: JobState
    progress: int
    message: str
    run: int
    created_at: datetime
    updated_at: datetime


def routes(store: JobStore, jobs: Jobs) -> list[Route]:
    async def get(call: Call[None, None]) -> JobOut:
        asker = call.principal
        owner = None if asker.may(Permission.MANAGE_JOBS) else asker.person_id
        found = await store.find(call.path["id"], owner)
        if found is None:
            raise NotFound(f"There is no job '{call.path['id']}', or it is not yours.")
        return job_out(found)

    async def listed(call: Call[JobQuery, None]) -> Page:
        query = call.query
        found, total = await store.listed(query.state, page=query.page, limit=query.limit)
        return Page([job_out(one) for one in found], total)

    async def retry(call: Call[None, None]) -> JobOut:
        job = await store.retry(call.path["id"])
        jobs.wake()
        return job_out(job)

    return [
        Route(
            method="GET", path="/jobs/{id}", summary="One of my background jobs, and how far it is.",
            permission=Permission.LEARN, handle=get, answers=JobOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/admin/jobs", summary="All background jobs, the newest first.",
            permission=Permission.MANAGE_JOBS, handle=listed, query=JobQuery, answers=JobOut,
        ),
        Route(
            method="POST", path="/admin/jobs/{id}/retry", summary="Try a job again that has failed.",
            permission=Permission.MANAGE_JOBS, handle=retry, answers=JobOut, errors=(NotFound, Conflict),
        ),
    ]  # fmt: skip


def job_out(job: Job) -> JobOut:
    return JobOut(**{name: getattr(job, name) for name in JobOut.model_fields})
