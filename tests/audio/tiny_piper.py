"""A voice in piper's format that hums: every phoneme id takes four frames of a tone of its own. Real file, real piper."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HOP = 256
FRAMES = 4
"""Frames of `HOP` samples for each phoneme id at normal speed."""

_PHONEMES = "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœǀɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢˈˌːˑ˞βθχᵻⱱ\u0329\u0303"


def install(
    models_dir: Path, name: str, *, rate: int = 22_050, voice: str = "en-us", aligned: bool = True
) -> Path:
    """Write the voice where `viva models pull piper-NAME` would put it."""
    folder = models_dir / f"piper-{name}"
    folder.mkdir(parents=True)
    path = folder / f"{name}.onnx"
    onnx.save(_model(aligned=aligned), str(path))
    config = {
        "audio": {"sample_rate": rate},
        "espeak": {"voice": voice},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": 1,
        "hop_length": HOP,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {phoneme: [place] for place, phoneme in enumerate(_PHONEMES)},
    }
    path.with_suffix(".onnx.json").write_text(json.dumps(config))
    return path


def _model(*, aligned: bool) -> onnx.ModelProto:
    """`input`, `input_lengths`, `scales` to `output`; durations by a Ceil node, as in VITS, unless not `aligned`."""

    def constant(name: str, value: object, dtype: type = np.float32) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(value, dtype), name)

    # durations: frames per phoneme = length_scale * FRAMES; spread to samples by nearest-neighbour resizing
    rounding = "Ceil" if aligned else "Round"
    nodes = [
        helper.make_node("Gather", ["scales", "one"], ["length_scale"]),
        helper.make_node("Mul", ["length_scale", "frames"], ["wanted"]),
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["ids", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "wanted"], ["durations"]),
        helper.make_node(rounding, ["durations"], ["w_ceil"]),
        helper.make_node(rounding if not aligned else "Floor", ["wanted"], ["whole"]),
        helper.make_node("Mul", ["whole", "hop"], ["stretch"]),
        helper.make_node("Unsqueeze", ["stretch", "axis0"], ["stretch1"]),
        helper.make_node("Concat", ["ones2", "stretch1"], ["factors"], axis=0),
        helper.make_node("Unsqueeze", ["ids", "axis0"], ["image"]),
        helper.make_node(
            "Resize", ["image", "", "factors"], ["spread"], mode="nearest", nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        ),
        helper.make_node("Shape", ["spread"], ["shape"]),
        helper.make_node("Gather", ["shape", "two"], ["length"]),
        helper.make_node("Range", ["start", "length", "step"], ["clock"]),
        helper.make_node("Cast", ["clock"], ["time"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["spread", "pitch"], ["radians"]),
        helper.make_node("Mul", ["radians", "time"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["sine"]),
        helper.make_node("Mul", ["sine", "half"], ["output"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, "samples"])],
        [
            constant("one", 1, np.int64), constant("two", 2, np.int64), constant("frames", FRAMES), constant("zero", 0.0),
            constant("hop", HOP), constant("axis0", [0], np.int64), constant("ones2", [1.0, 1.0]),
            constant("start", 0, np.int64), constant("step", 1, np.int64), constant("pitch", 0.002), constant("half", 0.5),
        ],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model
