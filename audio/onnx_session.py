"""ONNX models that run on one thread: there are many sessions and few cores."""

from typing import Any


def one_threaded(model: bytes | str) -> Any:
    """An onnxruntime session for a model or the path of one. Raises whatever onnxruntime does, which has no common base."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
