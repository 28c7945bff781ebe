"""No secret reaches a log, whatever field, value or exception carries it."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.logs import hide_secrets

TOKEN = "in_Zwc703RZvTrINOBNYY_s9L-EBQ3wn_u2wfciNm35IMg"
_LOG_ALL = f"""
import logging, structlog
from tutor import logs
logs.configure("info", FORM)
log = structlog.get_logger()
structlog.contextvars.bind_contextvars(session_id="sess_1")
log.debug("not shown")
log.info("signed.in", path="/sign-in?token={TOKEN}", nested={{"parts": ["Bearer {TOKEN}"]}})
def fails(key):
    raise ValueError("refused: Bearer {TOKEN}")
try:
    fails("{TOKEN}")
except ValueError:
    log.exception("went.wrong")
    logging.getLogger("somebody.else").exception("with {TOKEN}")
"""


def hidden(**fields: Any) -> str:
    return json.dumps(hide_secrets(None, "info", dict(fields)))


@pytest.mark.parametrize("form", ["text", "json"])
def test_tokens_are_hidden_in_fields_nested_values_and_tracebacks_of_all_loggers(form: str) -> None:
    script = _LOG_ALL.replace("FORM", repr(form))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert TOKEN not in done.stderr
    assert done.stdout == ""
    assert "not shown" not in done.stderr
    assert done.stderr.count("Traceback") == 2
    assert done.stderr.count("sess_1") == 3


def test_json_logs_are_one_object_a_line() -> None:
    script = _LOG_ALL.replace("FORM", "'auto'")  # a pipe is no terminal
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines[:2]] == ["signed.in", "went.wrong"]
    assert all(line["session_id"] == "sess_1" and line["level"] and line["timestamp"] for line in lines)


@given(
    st.sampled_from(["viva_", "in_", "br_", "ek_", "ph_", "inv_", "rst_", "rt_"]),
    st.text("abcXYZ019_-", min_size=43, max_size=43),
    st.sampled_from(["{}", "token={}&x=1", "Authorization: Bearer {}", '{{"key": "{}"}}']),
)
def test_our_own_tokens_are_known_by_their_shape(prefix: str, body: str, around: str) -> None:
    token = prefix + body
    assert body not in hidden(text=around.format(token))


def test_database_passwords_are_hidden_and_the_host_stays() -> None:
    text = hidden(database="postgresql://viva:hunter2@db.school.org/viva")
    assert "hunter2" not in text
    assert "db.school.org/viva" in text


def test_what_is_no_secret_stays_as_it_was() -> None:
    fields = {
        "output_tokens": 12,
        "session_id": "sess_0123456789abcdef01234567",
        "metric": "viva_turns",
        "part": None,
    }
    assert json.loads(hidden(**fields)) == fields


def test_who_stops_reading_the_log_does_not_stop_the_server() -> None:
    script = """
import sys, structlog
from tutor import logs
logs.configure("info", "json")
log = structlog.get_logger()
sys.stdin.readline()
for number in range(3):
    log.info("nobody.reads", number=number)
logs.logging.getLogger("somebody").warning("nor this")
print("still here", flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stderr.close()
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stdout.read() == b"still here\n"
