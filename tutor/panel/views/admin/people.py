"""People: found, looked at, invited."""

from typing import Any

from lms_core.people import SIGN_INS, PeopleFilter, Role, Token
from lms_core.plans import Plan
from tutor.api.access import KEYS
from tutor.api.people import person_out
from tutor.api.routing import tag_of
from tutor.panel.views.history import with_companions
from tutor.panel.views.profile import device, quotas
from tutor.panel.visit import PAGE_LENGTH, Visit

_MOST = 50
_TALKS = 5
_STATES = {"active": True, "shut_out": False}


async def people(visit: Visit) -> dict[str, Any]:
    search, role, state = visit.asked("search"), visit.asked("role"), visit.asked("state")
    wanted = PeopleFilter(search, Role(role) if role in list(Role) else None, _STATES.get(state))
    found, total = await visit.stores.people.listed(wanted, visit.page, PAGE_LENGTH)
    return {
        "people": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "roles": list(Role),
        "search": search, "role": role, "state": state,
    }  # fmt: skip


async def person(visit: Visit) -> dict[str, Any]:
    """Raises NotFound."""
    stores = visit.stores
    account = await stores.people.find(visit.request.match_info["id"])
    usage = await stores.plans.usage(account.id)
    sign_ins, sign_ins_total = await stores.accounts.held(account.id, SIGN_INS, 1, _MOST)
    keys, keys_total = await stores.accounts.held(account.id, KEYS, 1, _MOST)
    talks, _ = await stores.sessions.recent(account.id, limit=_TALKS)
    return {
        "one": account, "tag": tag_of(person_out(account)), "roles": list(Role), "plans": list(Plan),
        "quotas": quotas(usage), "sign_ins": [_sign_in(one) for one in sign_ins], "sign_ins_total": sign_ins_total,
        "keys": keys, "keys_total": keys_total, "talks": await with_companions(visit, talks),
        "has": await stores.overview.of_person(account.id), "myself": account.id == visit.viewer.person_id,
        "pays": await stores.billing.paid(account.id),
    }  # fmt: skip


async def invitations(visit: Visit) -> dict[str, Any]:
    found, total = await visit.stores.invitations.listed(visit.viewer, visit.page, PAGE_LENGTH)
    return {
        "invitations": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "roles": list(Role),
    }  # fmt: skip


def _sign_in(token: Token) -> dict[str, Any]:
    return {
        "device": device(token.name),
        "address": token.address,
        "used_at": token.last_used_at or token.created_at,
    }
