"""Every string of the panel is in the catalogue, in every language."""

import ast
import json
import re
import string
from pathlib import Path
from typing import get_args

import pytest

import tutor.app.server  # with all that can be raised
import tutor.panel
from lms_core import errors
from lms_core.assessment.items import QuizKind
from lms_core.assessment.spoken_answers import Verdict
from lms_core.audit import Act
from lms_core.companions import CompanionStatus, Patience, Style, Subject
from lms_core.courses import Difficulty, LessonKind
from lms_core.exercises import RunEnd
from lms_core.gamification.achievements import ACHIEVEMENTS
from lms_core.gamification.xp import Period
from lms_core.jobs import JobState
from lms_core.notifications import NotificationKind
from lms_core.people import Role, SignUp, TokenKind
from lms_core.plans import Plan, Quota
from lms_core.progress import LessonStatus
from lms_core.search import Found
from tutor.brain.base import Show
from tutor.condition import Trouble
from tutor.conversation.events import State
from tutor.panel.languages import LANGUAGES, chosen
from tutor.panel.views.admin.health import GROUPS
from tutor.settings import LIVE, Source

_PANEL = Path(tutor.panel.__file__).parent


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """A file's strings; JSON itself would let the last of two with one key win."""
    texts = dict(pairs)
    assert len(texts) == len(pairs), [key for key, _ in pairs if [one for one, _ in pairs].count(key) > 1]
    return texts


_FILES = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text("utf-8"), object_pairs_hook=_once)
    for path in sorted((_PANEL / "languages").glob("*/*.json"))
}
_ENGLISH = {
    key: text for name, texts in _FILES.items() if name.startswith("en/") for key, text in texts.items()
}
_SETS = {
    "subject": Subject, "style": Style, "patience": Patience, "difficulty": Difficulty, "lesson_kind": LessonKind,
    "status": LessonStatus, "role": Role, "period": Period, "notification": NotificationKind,
    "companion_status": CompanionStatus,
    "plan": Plan, "quota": Quota, "found": Found, "act": Act, "act_on": Act, "token": TokenKind,
    "talk.patience": Patience, "talk.state": State, "live.state": State,
    "problem": Trouble, "problem_do": Trouble,
    "code_end": [end for end in RunEnd if end is not RunEnd.FINISHED], "quiz_kind": QuizKind, "quiz_needs": QuizKind, "verdict": Verdict,
    "source": Source, "choice.sign_up": SignUp, "quota_admin": Quota, "plans_admin": Quota, "job_state": JobState,
}  # fmt: skip
_CHOSEN = {
    "choice": "true false", "keys": "is_api_key is_phone",
    "front": "talk lesson yours talk_text lesson_text yours_text",
    "talk.state": "connecting ending", "talk.microphone": "deaf faint loud", "talk.size": "small normal large huge",
    "talk.speed": "075 09 1 115 13", "talk.supervised": "listening speaking",
    "welcome.step": "account voice talk", "welcome.tip": "1 2 3", "feedback": "1 2 3 4 5",
    "live": "teacher announcement",
    "live.supervised": "listening speaking", "live.wish": "ask example hint slower praise onward summary end",
    **{f"wrong.{status}": "title words" for status in (401, 403, 404, 429, 500, 503)},
    "said": " ".join(f"file_{one}" for one in JobState),
    "job_kind": "media captions",
    "talk.mark": "right wrong answer", "talk.verdict": "right close wrong again answer",
    "talk.reason": "finished out_of_minutes quiet closed learner_left failed",
}  # fmt: skip
"""Whose last part a template or a script puts together."""


def _kinds(of: type[errors.VivaError]) -> set[type[errors.VivaError]]:
    """All kinds of errors that there are in the server."""
    return {of}.union(*(_kinds(kind) for kind in of.__subclasses__()))


_CODES = {kind.code for kind in _kinds(errors.VivaError) if kind.__module__.split(".")[0] != "tests"}
_HTTP = {"http_405", "http_413"}  # what our own pages may meet of them
_SAID_OTHERWISE = {"quota_reached", "changed", "not_conditional"}
_OTHER_REASONS = {"abandoned", "speech"}  # of events, not of refusals


_OF_A_CLIENT = {
    "cannot_update_audio_format", "cannot_update_voice", "conversation_already_has_active_response",
    "input_audio_buffer_commit_empty", "invalid_audio", "invalid_json", "invalid_type", "invalid_value",
    "item_delete_invalid_item_id", "item_not_found", "item_retrieve_invalid_item_id", "item_truncate_invalid_item_id",
    "missing_required_parameter", "response_cancel_not_active", "too_many_responses", "unknown_parameter",
    "unsupported_content_type", "unsupported_item_type", "unsupported_session_type", "unsupported_tool_type",
}  # fmt: skip
"""Mistakes in speaking the protocol, about which a learner can do nothing."""


def wire_codes() -> set[str]:
    """Of the `error` events that the realtime door can send, as its source has them."""
    told = ("WireError", "Trouble", "_trouble", "error")
    found = set()
    for path in [
        path for part in ("conversation", "transports") for path in (_PANEL.parent / part).glob("*.py")
    ]:
        for call in ast.walk(ast.parse(path.read_text())):
            name = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if name in told and isinstance(call, ast.Call) and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and re.fullmatch(r"[a-z_]+", str(first.value)):
                    found.add(str(first.value))
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", _FILES)
def test_a_language_has_every_string_with_the_same_gaps_in_the_same_file(name: str) -> None:
    english = _FILES[f"en/{name.partition('/')[2]}"]
    assert {key: placeholders(text) for key, text in _FILES[name].items()} == {
        key: placeholders(text) for key, text in english.items()
    }


def test_a_string_is_in_one_file() -> None:
    assert sum(len(texts) for name, texts in _FILES.items() if name.startswith("en/")) == len(_ENGLISH)


def _reasons() -> set[str]:
    """Of refusals that people meet."""
    places = [
        path for root in ("lms_core", "storage", "tutor") for path in (_PANEL.parents[1] / root).rglob("*.py")
    ]
    return set(re.findall(r'reason="(\w+)"', "".join(path.read_text() for path in places))) - _OTHER_REASONS


def test_every_string_that_is_asked_for_is_there_and_every_one_there_is_asked_for() -> None:
    source = "".join(path.read_text() for path in _PANEL.rglob("*") if path.suffix in (".html", ".py", ".js"))
    asked = set(re.findall(r"""\b(?:t|strings)\(\s*['"]([\w.-]+)['"]\s*[,)]""", source))
    asked |= set(re.findall(r"""['"]((?:nav|script|carry|code|talk|said)\.(?!html)[\w.]*\w)['"]""", source))
    asked |= {f"{name}.{one.value}" for name, values in _SETS.items() for one in values}
    asked |= {f"{name}.{one}" for name, chosen in _CHOSEN.items() for one in chosen.split()}
    asked |= {f"talk.shown.{one}" for one in get_args(Show.__annotations__["kind"])}
    asked |= {f"{part}.{name}" for part in ("setting", "setting_is") for name in LIVE}
    asked |= {f"latency.{name}" for names in GROUPS.values() for name in names}
    asked |= {f"{part}.{group}" for part in ("latencies", "latencies_words") for group in GROUPS}
    asked |= {f"part.{part}" for part in ("ears", "mind", "mouth", "end_of_turn")}
    asked |= {f"language.{code}" for code in LANGUAGES}
    asked |= {f"achievement.{one.id}.{part}" for one in ACHIEVEMENTS for part in ("title", "description")}
    asked |= {f"script.code.{code}" for code in {*_HTTP, *_CODES} - _SAID_OTHERWISE}
    asked |= {f"script.reason.{reason}" for reason in _reasons()}
    asked |= {f"talk.wrong.{code}" for code in wire_codes() - _OF_A_CLIENT}
    asked |= {key for key in _ENGLISH if key.startswith("told.")}  # see test_told.py
    asked |= {f"script.quota.{quota.value}" for quota in Quota}
    asked |= {key for key in _ENGLISH if key.startswith("script.field.")}  # kinds are pydantic's
    asked |= {f"found.{found.value}.all" for found in Found}
    plural = {key.rpartition(".")[0] for key in _ENGLISH if key.endswith((".one", ".other"))} & asked
    asked = asked - plural | {f"{key}.{form}" for key in plural for form in ("one", "other")}
    assert asked == set(_ENGLISH)


@pytest.mark.parametrize(
    ("cookie", "accepted", "code"),
    [
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "fr, en;q=0.5, de;q=0.7", "de"),
        (None, "de;q=0, fr", "en"),
        (None, "de;q=x,;;q=,,", "en"),
        ("de", "en", "de"),
        ("xx", "en", "en"),
    ],
)
def test_the_persons_choice_wins_then_the_browsers(cookie: str | None, accepted: str, code: str) -> None:
    assert chosen(cookie, accepted).code == code


def test_numbers_have_their_form() -> None:
    t = LANGUAGES["en"]
    assert t("companion.minutes", n=1) == "1 minute"
    assert t("companion.minutes", n=15) == "15 minutes"


def test_a_refusal_is_in_the_persons_language() -> None:
    english, german = LANGUAGES["en"], LANGUAGES["de"]
    known = errors.NotPermitted("Complete the lessons before.", reason="lessons_before")
    assert german.refusal(known) == "Schließe zuerst die Lektionen davor ab."
    other = errors.NotFound("There is no course 'x'.")
    assert english.refusal(other) == "There is no course 'x'."
    assert german.refusal(other) == german("script.code.not_found")
    ours = errors.NotFound(german("course.not_found"))
    assert german.refusal(ours) == german("course.not_found")
