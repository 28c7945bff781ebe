"""Recorded sessions decide the same again, and differently under another policy."""

from pathlib import Path
from typing import Any

import pytest

from lms_core.companions import Patience
from tests.conversation.scene import Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tutor.cli import main
from tutor.conversation.events import ReplyOptions
from tutor.recording import EventFile, replay

LONG = "One two three four five six seven eight nine ten. " * 8


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A question with a pause in it, an interruption, a cough, other rules, a reply beside, and a long silence."""
    path = tmp_path / "events" / "sess_1.jsonl"
    record = EventFile(path)

    async def talk() -> None:
        ears = NullEars("so I think because", "what is a fraction", "mm-hm", "stop I see", "thank you")
        async with Scene(ears=ears, mind=NullMind(LONG), record=record, companion_leads=True) as scene:
            await scene.quiet(4)
            await scene.hear(read_wav("goforward"))
            await scene.quiet(0.8)
            await scene.hear(read_wav("goforward"))
            await scene.quiet(5)
            await scene.hear(read_wav("cards_001")[4000:10000])
            await scene.quiet(3)
            scene.session.request_reply(ReplyOptions(out_of_band=True))
            scene.session.configure(silence_ms=700)
            await scene.hear(read_wav("austen_0880"))
            await scene.quiet(4)
            scene.session.cancel_reply()
            scene.session.type_text("And a half?")
            await scene.quiet(90)

    run(talk())
    record.close()
    return path


def test_the_same_policy_decides_the_same(recording: Path) -> None:
    steps = list(replay(recording))
    assert len(steps) > 25
    assert {type(event).__name__ for event, _, _ in steps} >= {
        "PolicySet", "SpeechBegan", "SpeechPaused", "TranscriptReady", "ReplyAsked", "ReplyPlaying", "ReplyOver", "Tick",
    }  # fmt: skip
    for _event, recorded, now in steps:
        assert now == recorded


def test_another_policy_decides_otherwise(recording: Path) -> None:
    def kinds(**changes: Any) -> list[str]:
        return [effect["kind"] for _, _, now in replay(recording, **changes) for effect in now]

    assert "Speculate" in kinds() and "Speculate" not in kinds(speculate=False)
    assert "PauseReply" in kinds() and "PauseReply" not in kinds(interrupt_reply=False)


COMPLAINT = Path(__file__).parent.parent / "recordings" / "complaints" / "cut-off-in-a-pause.jsonl"


def moments(kind: str, **changes: Any) -> list[float]:
    """Seconds, rounded to tenths, at which turn-taking decides `kind` now."""
    steps = list(replay(COMPLAINT, **changes))
    return [round(event.at, 1) for event, _, now in steps for effect in now if effect["kind"] == kind]


def test_under_another_policy_turns_end_at_other_moments_and_the_companion_speaks_after_them() -> None:
    assert moments("CommitTurn") == [5.5, 8.3, 19.6]
    assert moments("CommitTurn", patience=Patience.HIGH) == [9.2, 21.7]
    early = moments("CommitTurn", fixed_silence=0.3, patience=Patience.HIGH)
    assert early == [5.5, 8.3, 19.1], "a moment between two recorded events is missing"
    patient = list(replay(COMPLAINT, patience=Patience.HIGH))
    told = [(round(event.at, 1), type(event).__name__) for event, _, _ in patient]
    assert (9.2, "ReplyPlaying") in told and (11.3, "ReplyOver") in told


def test_the_command_prints_both_and_counts(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(recording)]) == 0
    assert "Every decision is the same." in capsys.readouterr().out
    assert main(["replay", str(recording), "--policy", "speculate=false"]) == 0
    printed = capsys.readouterr().out
    assert "decisions differ" in printed and "- Speculate" in printed


@pytest.mark.parametrize(
    "change", ["patience=endless", "colour=red", "speculate=maybe", "interrupt_after=soon"]
)
def test_a_wrong_policy_says_what_to_write(
    recording: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(recording), "--policy", change]) != 0
    assert "write for example patience=high" in capsys.readouterr().err


def test_a_missing_file_says_how_to_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path / "none.jsonl")]) != 0
    assert "--record-events" in capsys.readouterr().err
