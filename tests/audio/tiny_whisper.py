"""A whisper model of a few hundred kB in CTranslate2's format that always hears the same words.

Its decoder is a chain: every token's embedding is a direction of its own, and the projection leads from it to the next
token. Attention finds fixed times and adds nothing, so the sound does not matter; everything else is the real machinery.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import whisper_spec
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

TEXT = "big lamp"
_WORDS = ("big", "Ġlamp")
_WIDTH = 64
_PROMPT = 10
"""The direction of the last token of the prompt."""
_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
_TIMES = tuple(f"<|{place * 0.02:.2f}|>" for place in range(1501))


def install(models_dir: Path, name: str) -> Path:
    """Write the model as `viva models pull` would; returns its folder."""
    folder = models_dir / name
    folder.mkdir(parents=True)
    vocabulary = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *_WORDS, *_SPECIAL, *_TIMES]
    _write_tokenizer(folder, vocabulary)
    spec = _spec(vocabulary)
    spec.register_vocabulary(vocabulary)
    spec.validate()
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}))
    return folder


def _write_tokenizer(folder: Path, vocabulary: list[str]) -> None:
    plain = {token: place for place, token in enumerate(vocabulary) if not token.startswith("<|")}
    tokenizer = Tokenizer(models.BPE(vocab=plain, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in (*_SPECIAL, *_TIMES)])
    tokenizer.save(str(folder / "tokenizer.json"))


def _spec(vocabulary: list[str]) -> Any:
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    encoder, decoder = spec.encoder, spec.decoder
    _fill(encoder.conv1, (_WIDTH, 80, 3))
    _fill(encoder.conv2, (_WIDTH, _WIDTH, 3))
    encoder.position_encodings.encodings = _zeros(1500, _WIDTH)
    for place in range(3):  # half a second each, so that the words get times
        encoder.position_encodings.encodings[place * 25 : (place + 1) * 25, place] = 8.0
    decoder.position_encodings.encodings = _zeros(448, _WIDTH)
    for layer in (encoder.layer[0], decoder.layer[0]):
        _fill(layer.self_attention.linear[0], (3 * _WIDTH, _WIDTH))
        _fill(layer.self_attention.linear[1], (_WIDTH, _WIDTH))
        _fill(layer.ffn.linear_0, (_WIDTH, _WIDTH))
        _fill(layer.ffn.linear_1, (_WIDTH, _WIDTH))
        for norm in (layer.self_attention.layer_norm, layer.ffn.layer_norm):
            _fill_norm(norm)
    cross = decoder.layer[0].attention
    for linear, rows in zip(cross.linear, (1, 2, 1), strict=True):
        _fill(linear, (rows * _WIDTH, _WIDTH))
    for place, step in enumerate(
        (_PROMPT, 1, 2)
    ):  # what each step looks at; keys are the first rows of linear[1]
        cross.linear[0].weight[step, step] = cross.linear[1].weight[step, place] = 1.0
    for norm in (cross.layer_norm, encoder.layer_norm, decoder.layer_norm):
        _fill_norm(norm)
    decoder.embeddings.weight, decoder.projection.weight = _chain(vocabulary)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids = [vocabulary.index("<|en|>"), vocabulary.index("<|de|>")]
    spec.config.alignment_heads = [(0, 0)]
    return spec


def _chain(vocabulary: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """After the prompt comes 0.00, then the words, then 1.00 and the end."""
    steps = ("<|0.00|>", *_WORDS, "<|1.00|>", "<|endoftext|>")
    embeddings = np.zeros((len(vocabulary), _WIDTH), np.float32)
    projection = np.zeros((len(vocabulary), _WIDTH), np.float32)
    for place, token in enumerate(steps):
        embeddings[vocabulary.index(token), place] = 8.0
        if place + 1 < len(steps):
            projection[vocabulary.index(steps[place + 1]), place] = 8.0
    for start in ("<|transcribe|>", "<|notimestamps|>"):
        embeddings[vocabulary.index(start), _PROMPT] = 8.0
    projection[vocabulary.index("<|0.00|>"), _PROMPT] = 8.0
    return embeddings, projection


def _fill(linear: Any, shape: tuple[int, ...]) -> None:
    linear.weight, linear.bias = _zeros(*shape), _zeros(shape[0])


def _fill_norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), _zeros(_WIDTH)


def _zeros(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)
