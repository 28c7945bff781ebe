"""The end-of-turn model: loading, features, a tiny model in Smart Turn's format, and what goes wrong."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from audio import end_of_turn
from audio.end_of_turn import EndOfTurnModel, Features
from audio.errors import EngineBusy, ModelError
from audio.workers import ThreadWorker


def install(models_dir: Path, *, input_name: str = "input_features") -> Path:
    """A model that is sure of the end where the last 0.3 s are quieter than all of it on average."""
    nodes = [
        helper.make_node("ReduceMean", [input_name], ["all"], axes=[1, 2], keepdims=0),
        helper.make_node("Slice", [input_name, "from", "to", "axis"], ["end"]),
        helper.make_node("ReduceMean", ["end"], ["last"], axes=[1, 2], keepdims=0),
        helper.make_node("Sub", ["all", "last"], ["difference"]),
        helper.make_node("Mul", ["difference", "steep"], ["steeper"]),
        helper.make_node("Sigmoid", ["steeper"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "axes"], ["logits"]),
    ]
    constants = [
        helper.make_tensor(name, kind, [len(values)], values)
        for name, kind, values in (
            ("from", TensorProto.INT64, [770]), ("to", TensorProto.INT64, [800]), ("axis", TensorProto.INT64, [2]),
            ("axes", TensorProto.INT64, [1]), ("steep", TensorProto.FLOAT, [20.0]),
        )
    ]  # fmt: skip
    given = helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", 80, 800])
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])
    graph = helper.make_graph(nodes, "tiny", [given], [out], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = models_dir / "smart-turn-v3" / "model.onnx"
    path.parent.mkdir(parents=True)
    onnx.save(model, str(path))
    return path


def hum(seconds: float) -> np.ndarray:
    return (np.sin(np.arange(int(16_000 * seconds)) / 8) * 6000).astype(np.int16)


SILENCE = np.zeros(8000, np.int16)


async def test_it_tells_a_pause_from_an_end(tmp_path: Path) -> None:
    model = EndOfTurnModel(install(tmp_path))
    await model.start()
    try:
        assert await model.probability(np.concatenate((hum(7.5), SILENCE))) > 0.8
        assert await model.probability(np.concatenate((SILENCE, hum(7.5)))) < 0.5
        assert 0.0 <= await model.probability(SILENCE[:0]) <= 1.0
    finally:
        await model.aclose()


async def test_while_it_hangs_nobody_waits_for_it(tmp_path: Path) -> None:
    taken, go = threading.Event(), threading.Event()

    def hang(_sound: object) -> float:
        taken.set()
        go.wait(20)
        return 0.5

    class Hanging(EndOfTurnModel):
        def _load(self) -> ThreadWorker:
            return ThreadWorker(hang)

    model = Hanging(tmp_path, hangs_after=0.0)
    await model.start()
    try:
        first = asyncio.create_task(model.probability(SILENCE))
        await asyncio.to_thread(taken.wait, 20)
        with pytest.raises(EngineBusy, match="hangs"):
            await model.probability(SILENCE)
        go.set()
        assert await first == 0.5
    finally:
        go.set()
        await model.aclose()


def test_only_the_last_eight_seconds_count_and_silence_stands_before_shorter_sound() -> None:
    features = Features()
    long = np.concatenate((hum(3) // 3, hum(8)))
    assert np.array_equal(features(long), features(hum(8)))
    short = features(hum(1))
    assert short.shape == (80, 800) and short.dtype == np.float32
    assert short[:, :600].mean() < short[:, 720:780].mean()


async def test_a_file_that_is_no_such_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="viva models pull"):
        await EndOfTurnModel(tmp_path / "none.onnx").start()
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError, match="not a readable"):
        await EndOfTurnModel(broken).start()
    with pytest.raises(ModelError, match="not a Smart Turn"):
        await EndOfTurnModel(install(tmp_path / "other", input_name="sound")).start()


def test_auto_takes_it_once_it_was_pulled_and_says_how_to_get_it(tmp_path: Path) -> None:
    without = end_of_turn.auto(tmp_path)
    assert without.name == "off" and "viva models pull smart-turn" in without.better
    assert end_of_turn.create(without.name, tmp_path) is None
    path = install(tmp_path)
    model = end_of_turn.create(end_of_turn.auto(tmp_path).name, tmp_path)
    assert model is not None and model.path == path


def test_a_pulled_one_is_named_in_short(tmp_path: Path) -> None:
    model = end_of_turn.create("smart-turn", tmp_path)
    assert model is not None and model.path == tmp_path / "smart-turn-v3" / "model.onnx"


def test_a_model_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    path = install(tmp_path)
    model = end_of_turn.create(str(path), tmp_path / "elsewhere")
    assert model is not None and model.path == path
