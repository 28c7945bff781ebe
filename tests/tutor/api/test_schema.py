"""Schemathesis against a real server: no 5xx, and no answer that the document does not tell of."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import quick_server as quick_server

_EXAMPLES = 6  # an operation, mode and asker
_ENDLESS = {"/api/v1/events"}  # its answer ends when the server does; tests/tutor/api/test_events.py asks it


def no_failure(context: Any, response: Any, case: Any) -> bool | None:
    """501 is no failure: this installation has not what is asked for (a payment service), and says so."""
    return None if response.status_code == 501 else not_a_server_error(context, response, case)


_CHECKS = [
    no_failure,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


async def _keys(server: RunningServer, count: int) -> list[str]:
    """As many API keys, each of an admin of its own: one account would soon be asked to wait."""
    accounts = AccountStore(Database(f"sqlite:///{server.data_dir / 'viva.db'}"))
    people = [await accounts.add_person(f"Admin {number}", Role.ADMIN) for number in range(count)]
    keys = [(await accounts.issue(one.id, TokenKind.API_KEY))[0] for one in people]
    await accounts.database.aclose()
    return keys


@pytest.mark.timeout(900)  # it grows with every route
def test_the_server_answers_only_what_its_document_tells(quick_server: RunningServer) -> None:
    schema = schemathesis.openapi.from_url(f"{quick_server.url}/api/v1/openapi.json")
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) >= 4
    keys = asyncio.run(_keys(quick_server, len(operations)))
    for operation, key in zip(operations, keys, strict=True):
        if operation.path in _ENDLESS:
            continue
        for mode in _modes(operation):
            _try(operation, mode, {"Authorization": f"Bearer {key}"})
        _try(operation, GenerationMode.POSITIVE, {})


def _modes(operation: schemathesis.schemas.APIOperation) -> list[GenerationMode]:
    """Where nothing is asked for, nothing can be wrong."""
    raw = operation.definition.raw
    can_be_wrong = raw["parameters"] or raw["security"] or "requestBody" in raw
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if can_be_wrong else [])]


def _try(operation: schemathesis.schemas.APIOperation, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(
        max_examples=_EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=_CHECKS)

    run()
