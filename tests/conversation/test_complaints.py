"""What people complained about, from the recordings of their talks. docs/from-a-complaint-to-a-test.md says how."""

from pathlib import Path

from lms_core.companions import Patience
from tutor.recording import replay

COMPLAINTS = Path(__file__).parent.parent / "recordings" / "complaints"


def turns(name: str, **policy: object) -> list[str]:
    """The learner's turns of a recording, as turn-taking cuts them now, under `policy`."""
    steps = replay(COMPLAINTS / f"{name}.jsonl", **policy)
    return [effect["text"] for _, _, now in steps for effect in now if effect["kind"] == "CommitTurn"]


def test_a_learner_who_pauses_in_mid_answer_is_let_finish_by_a_patient_companion() -> None:
    assert turns("cut-off-in-a-pause")[0] == "It is one half."  # the complaint
    assert turns("cut-off-in-a-pause", patience=Patience.HIGH) == ["Plus one quarter.", "Yes, thank you."]
