"""Both sentence encoders as graphs for ONNX Runtime, from the weights of the packages that bring them.

Weights are kept as 7-bit integers, one scale a column, and what they are multiplied with is made 8-bit as it comes: seven bits cannot overflow on
processors without VNNI, and give the same quality. Whatever ONNX Runtime has one operator for is one, since a text is so short that each
operator's own cost counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]

LARGEST_WEIGHT: Final = 64
LARGEST_BYTE: Final = 255
LAYERS: Final = 6
HEADS: Final = 12
MOST_PLACES: Final = 256
SENTENCE_WIDTH: Final = 384
MULTILINGUAL_WIDTH: Final = 512
BRANCHES: Final = ((2, 0), (3, 1), (5, 2))
"""Of the multilingual encoder: how many neighbouring tokens a branch looks at, and how many of them lie before."""
BRANCH_WIDTH: Final = 256
_EVERYTHING: Final = 2**31 - 1
_OWN_OPERATORS: Final = "com.microsoft"


def write_sentence_graph(source: Path, target: Path) -> None:
    """all-MiniLM-L6-v2. Input `tokens`: int64 (1, tokens); output: float32 (1, tokens, 384), a vector a token."""
    arrays, weights = _sentence_weights(onnx.load(str(source)))
    graph = _Graph()
    words, places, kinds = (_as_bytes(_table(arrays, name)) for name in ("word", "position", "token_type"))
    fixed = (places.floats() + kinds.floats()[0])[:MOST_PLACES]
    length = graph.node("Shape", "tokens", start=1)
    first = graph.constant(np.array([0]))
    here = graph.node("Slice", graph.constant(fixed), first, length, first)
    state = graph.normalised(graph.node("Add", graph.rows(words, "tokens"), here), arrays, "inner.embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"inner.encoder.layer.{number}."
        attended = graph.attention(
            state, [weights[f"{layer}attention.self.{part}"] for part in ("query", "key", "value")]
        )
        projected = graph.dense(attended, *weights[f"{layer}attention.output.dense"])
        state = graph.normalised(graph.node("Add", projected, state), arrays, f"{layer}attention.output.LayerNorm")
        inner = graph.dense(state, *weights[f"{layer}intermediate.dense"])
        outer = graph.dense(graph.node("Gelu", inner, domain=_OWN_OPERATORS), *weights[f"{layer}output.dense"])
        state = graph.normalised(graph.node("Add", outer, state), arrays, f"{layer}output.LayerNorm")
    inputs = [helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "length"])]
    graph.write(target, inputs, state, [1, "length", SENTENCE_WIDTH])


def write_multilingual_graph(weights: Arrays, target: Path) -> None:
    """The Universal Sentence Encoder, from the embeddings of its tokens on. Inputs `rows`: uint8 (tokens, 512), as they are stored, and `blocks`: int64
    (tokens,), the block of the table that each is in; output: float32 (1, 512), not yet of length 1."""
    graph = _Graph()
    epsilon = float(weights["eps"])
    spread = graph.node("Mul", graph.node("Cast", "rows", to=TensorProto.FLOAT), _column(graph, weights["scale"]))
    embedded = graph.node("Add", spread, _column(graph, weights["lo"]))
    looked_at = [embedded]
    sizes = [size for size, _ in BRANCHES]
    weight = np.concatenate([weights[f"proj{size}"] for size in sizes], axis=1)
    projected = graph.dense(embedded, weight, np.concatenate([weights[f"proj_b{size}"] for size in sizes]))
    scale, shift = (np.concatenate([weights[f"{name}{size}"] for size in sizes]) for name in ("ln_g", "ln_b"))
    projected = graph.layer_norm(projected, scale, shift, epsilon)
    for branch, (size, before) in enumerate(BRANCHES):
        state = graph.slice(projected, branch * BRANCH_WIDTH, (branch + 1) * BRANCH_WIDTH, axis=1)
        for step in (1, 2):
            around = graph.neighbours(state, size, before)
            seen = graph.dense(around, weights[f"w{step}_{size}"], weights[f"b{step}_{size}"])
            state = graph.node("Add", graph.node("Relu", seen), state)
        looked_at.append(state)
    tokens = graph.layer_norm(graph.node("Concat", *looked_at, axis=1), weights["ln_g"], weights["ln_b"], epsilon)
    mean = graph.node("ReduceMean", tokens, graph.constant(np.array([0])))
    root = graph.node("Sqrt", graph.node("Cast", graph.node("Shape", "rows", end=1), to=TensorProto.FLOAT))
    text = graph.node("Mul", graph.product(mean, weights["cnn_W"], weights["cnn_b"]), root)
    first = graph.node("Relu", graph.product(text, weights["d0"]))
    second = graph.node(
        "Relu", graph.node("Add", graph.product(text, weights["p1"]), graph.product(first, weights["d1"]))
    )
    third = graph.node("Relu", graph.product(second, weights["d2"]))
    last = graph.node("Add", graph.product(second, weights["p3"]), graph.product(third, weights["d3"]))
    inputs = [
        helper.make_tensor_value_info("rows", TensorProto.UINT8, ["length", MULTILINGUAL_WIDTH]),
        helper.make_tensor_value_info("blocks", TensorProto.INT64, ["length"]),
    ]
    graph.write(target, inputs, graph.node("Tanh", last), [1, MULTILINGUAL_WIDTH])


def quantised(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """As integers, and the scale of each column."""
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12).astype(np.float32) / LARGEST_WEIGHT
    integers = np.clip(np.rint(weights / scales), -LARGEST_WEIGHT, LARGEST_WEIGHT)
    return integers.astype(np.int8), scales


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A table as one byte a number: `scale * (integers - zero)`."""

    integers: NDArray[np.uint8]
    scale: np.float32
    zero: np.uint8

    def floats(self) -> Floats:
        return (self.integers.astype(np.float32) - np.float32(self.zero)) * self.scale


def _as_bytes(table: Floats) -> _Bytes:
    scale = np.float32((table.max() - table.min()) / LARGEST_BYTE)
    zero = np.rint(-table.min() / scale)
    return _Bytes(np.clip(np.rint(table / scale) + zero, 0, LARGEST_BYTE).astype(np.uint8), scale, np.uint8(zero))


def _table(arrays: Arrays, name: str) -> Floats:
    """Of embeddings, whose larger ones the package stores as integers."""
    stored = f"inner.embeddings.{name}_embeddings.weight"
    if stored in arrays:
        return arrays[stored]
    return np.asarray(arrays[f"{stored}_q"].astype(np.float32) * arrays[f"{stored}_scale"])


class _Graph:
    """Operators in the order they are added; each method returns the name of what comes out."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, array: NDArray[Any]) -> str:
        name = f"constant {len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        """Of several outputs, the first; the others are called the same with " 1", " 2" behind."""
        name = f"{operator} {len(self._nodes)}"
        names = [name, *(f"{name} {number}" for number in range(1, outputs))]
        self._nodes.append(helper.make_node(operator, inputs, names, name, domain=domain, **attributes))
        return name

    def rows(self, table: "_Bytes", places: str) -> str:
        integers = self.node("Gather", self.constant(table.integers), places)
        parts = (self.constant(np.array(number)) for number in (table.scale, table.zero))
        return self.node("DequantizeLinear", integers, *parts)

    def slice(self, data: str, start: int, end: int, axis: int) -> str:
        return self.node("Slice", data, *(self.constant(np.array([number])) for number in (start, end, axis)))

    def layer_norm(self, data: str, scale: Floats, shift: Floats, epsilon: float) -> str:
        return self.node("LayerNormalization", data, self.constant(scale), self.constant(shift), epsilon=epsilon)

    def normalised(self, data: str, arrays: Arrays, name: str) -> str:
        return self.layer_norm(data, arrays[f"{name}.weight"], arrays[f"{name}.bias"], 1e-12)

    def dense(self, data: str, weights: Floats, bias: Floats) -> str:
        """`data @ weights + bias`, in integers."""
        integers, scales = quantised(weights)
        parts = (self.constant(integers), self.constant(scales), "", self.constant(bias))
        return self.node("DynamicQuantizeMatMul", data, *parts, domain=_OWN_OPERATORS)

    def product(self, data: str, weights: Floats, bias: Floats | None = None) -> str:
        """`data @ weights + bias` for a single row, of which integers would spare nothing."""
        found = self.node("MatMul", data, self.constant(weights))
        return found if bias is None else self.node("Add", found, self.constant(bias))

    def attention(self, data: str, parts: list[tuple[Floats, Floats]]) -> str:
        """`parts`: weights and bias of queries, keys and values."""
        integers, scales = quantised(np.concatenate([weights for weights, _ in parts], axis=1))
        bias = np.concatenate([bias for _, bias in parts])
        given = self.node("DynamicQuantizeLinear", data, outputs=3)
        inputs = (
            given,
            self.constant(integers),
            self.constant(bias),
            f"{given} 1",
            self.constant(scales),
            "",
            f"{given} 2",
        )
        zero = self.constant(np.zeros(integers.shape[1], np.int8))
        return self.node("QAttention", *inputs, zero, domain=_OWN_OPERATORS, num_heads=HEADS)

    def neighbours(self, data: str, size: int, before: int) -> str:
        """Each row with those around it, side by side; zeros beyond the ends."""
        padded = self.node("Pad", data, self.constant(np.array([before, 0, size - 1 - before, 0])))
        ends = (start - size + 1 or _EVERYTHING for start in range(size))
        return self.node("Concat", *(self.slice(padded, start, end, axis=0) for start, end in enumerate(ends)), axis=1)

    def write(self, target: Path, inputs: list[onnx.ValueInfoProto], output: str, shape: list[int | str]) -> None:
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self._nodes, target.stem, inputs, outputs, self._constants)
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_OWN_OPERATORS, 1)]
        onnx.save(helper.make_model(graph, opset_imports=versions, ir_version=9), str(target))


def _column(graph: _Graph, by_block: Floats) -> str:
    """A number of each block, for the rows there."""
    return graph.node("Gather", graph.constant(by_block[:, None]), "blocks")


def _sentence_weights(model: onnx.ModelProto) -> tuple[Arrays, dict[str, tuple[Floats, Floats]]]:
    """All arrays by name; and weights and bias of each dense layer by the layer's name, which only the bias has kept."""
    arrays = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    made_by = {output: node for node in model.graph.node for output in node.output}
    layers = {}
    for node in model.graph.node:
        bias = next((name for name in node.input if name.endswith(".bias")), None)
        product = next((made_by[name] for name in node.input if name in made_by), None)
        if node.op_type == "Add" and bias and product is not None:
            matrix = product.input[1]
            weights = arrays[f"{matrix}_q"].astype(np.float32) * arrays[f"{matrix}_scale"]
            layers[bias.removesuffix(".bias")] = (weights, arrays[bias])
    return arrays, layers
