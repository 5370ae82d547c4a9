"""How fast and how good the local embedder is, in int8 and in fp32.

`python -m bench.embedding [--data FILE] [--cache DIR] [--json OUT]`. FILE is a list of samples in
the form of LoCoMo (Maharana et al. 2024, arXiv:2402.17753); without it only the rates are measured,
on made-up texts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.providers.minilm_graph import Precision

RECALL_AT: Final = 10
#: The fifth category asks for what was never said: it has no turns to be found.
CATEGORIES: Final = frozenset({1, 2, 3, 4})
#: Texts that the rates are measured on, spread evenly over all that there are.
RATED: Final = 400
#: Each rate is the best of so many rounds, since other programs can only slow a round down.
ROUNDS: Final = 5

_SESSION: Final = re.compile(r"session_\d+")
_TURN: Final = re.compile(r"D\d+:\d+")
_WORDS: Final = ("we", "went", "by", "train", "to", "see", "her", "old", "flat", "in", "Cologne")


@dataclass(frozen=True, slots=True)
class Sample:
    """Turns of one chat, and questions with the places of the turns that answer them."""

    turns: list[str]
    questions: list[str]
    evidence: list[list[int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured for one precision."""

    precision: str
    #: Seconds until the embedder is ready without a cache, and with one.
    build_seconds: float
    load_seconds: float
    #: Milliseconds of a query, one query at a time.
    query_p50_ms: float
    query_p95_ms: float
    #: The same while many texts are embedded.
    loaded_query_p50_ms: float
    loaded_query_p95_ms: float
    texts_per_second: float
    #: Mean share of a question's turns among the RECALL_AT nearest ones; None without data.
    recall: float | None


def read_samples(path: Path) -> list[Sample]:
    """Return the samples of a file, questions without any existing turn left out."""
    return [_sample(raw) for raw in json.loads(path.read_text(encoding="utf-8"))]


def _sample(raw: dict[str, Any]) -> Sample:
    sessions = [value for key, value in raw["conversation"].items() if _SESSION.fullmatch(key)]
    turns = [turn for session in sessions for turn in session]
    places = {turn["dia_id"]: place for place, turn in enumerate(turns)}
    asked = []
    for question in raw["qa"]:
        named = sorted(set(_TURN.findall(" ".join(question.get("evidence", [])))) & places.keys())
        if question["category"] in CATEGORIES and named:
            asked.append((question["question"], [places[name] for name in named]))
    return Sample(
        [_content(turn) for turn in turns],
        [question for question, _ in asked],
        [evidence for _, evidence in asked],
    )


def _content(turn: dict[str, Any]) -> str:
    caption = turn.get("blip_caption")
    return f"{turn['text']} [shares {caption}]" if caption else str(turn["text"])


def made_up(count: int) -> list[str]:
    """Return texts of 3 to 60 words."""
    generator = np.random.default_rng(7)
    return [
        " ".join(generator.choice(_WORDS, generator.integers(3, 61)).tolist()) for _ in range(count)
    ]


def spread(texts: Sequence[str], count: int) -> list[str]:
    """Return at most *count* of the texts, evenly spread."""
    return list(texts)[:: max(1, len(texts) // count)][:count]


def recall(turns: NDArray[np.float32], questions: NDArray[np.float32], sample: Sample) -> float:
    """Return the sum over questions of the share of their turns among the nearest RECALL_AT."""
    nearest = np.argsort(-(questions @ turns.T), axis=1, kind="stable")[:, :RECALL_AT]
    return sum(
        len(set(evidence) & set(found.tolist())) / len(evidence)
        for evidence, found in zip(sample.evidence, nearest, strict=True)
    )


async def mean_recall(embedder: LocalEmbedder, samples: Sequence[Sample]) -> float:
    """Return the mean recall over all questions, by cosine alone, each within its own chat."""
    total = 0.0
    for sample in samples:
        turns = await embedder.embed(sample.turns)
        questions = await embedder.embed(sample.questions)
        total += recall(turns, questions, sample)
    return total / sum(len(sample.questions) for sample in samples)


async def query_times(embedder: LocalEmbedder, queries: Sequence[str]) -> list[float]:
    """Return the milliseconds of each query, one after the other."""
    times = []
    for query in queries:
        start = time.perf_counter()
        await embedder.embed_query(query)
        times.append((time.perf_counter() - start) * 1e3)
    return times


async def loaded_query_times(
    embedder: LocalEmbedder, queries: Sequence[str], texts: Sequence[str]
) -> list[float]:
    """Return the milliseconds of each query while *texts* are embedded, over and over."""

    async def keep_busy() -> None:
        while True:
            await embedder.embed(texts)

    busy = asyncio.create_task(keep_busy())
    try:
        return await query_times(embedder, queries)
    finally:
        busy.cancel()


async def measure(
    precision: Precision, cache: Path, texts: Sequence[str], samples: Sequence[Sample]
) -> Outcome:
    """Measure one precision with a *cache* that is empty at first."""
    start = time.perf_counter()
    await (await LocalEmbedder.load(cache, precision=precision)).close()
    built = time.perf_counter()
    embedder = await LocalEmbedder.load(cache, precision=precision)
    loaded = time.perf_counter()
    queries = spread([question for sample in samples for question in sample.questions], 200)
    queries = queries or [" ".join(text.split()[:12]) for text in texts[:200]]
    await query_times(embedder, queries)
    alone = min([await query_times(embedder, queries) for _ in range(ROUNDS)], key=sum)
    rates = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        await embedder.embed(texts)
        rates.append(len(texts) / (time.perf_counter() - begin))
    under_load = await loaded_query_times(embedder, queries, texts)
    found = await mean_recall(embedder, samples) if samples else None
    await embedder.close()
    return Outcome(
        precision,
        build_seconds=built - start,
        load_seconds=loaded - built,
        query_p50_ms=float(np.quantile(alone, 0.5)),
        query_p95_ms=float(np.quantile(alone, 0.95)),
        loaded_query_p50_ms=float(np.quantile(under_load, 0.5)),
        loaded_query_p95_ms=float(np.quantile(under_load, 0.95)),
        texts_per_second=max(rates),
        recall=found,
    )


def show(outcomes: Sequence[Outcome]) -> None:
    """Print a table, one column for each precision."""
    table = Table("", *(outcome.precision for outcome in outcomes))
    rows = [asdict(outcome) for outcome in outcomes]
    for name in list(rows[0])[1:]:
        values = [row[name] for row in rows]
        table.add_row(name, *("-" if value is None else f"{value:.4g}" for value in values))
    Console().print(table)


async def run(options: argparse.Namespace) -> None:
    """Measure both precisions and report."""
    samples = read_samples(options.data) if options.data else []
    texts = spread([turn for sample in samples for turn in sample.turns], RATED) or made_up(RATED)
    with tempfile.TemporaryDirectory(dir=options.cache) as folder:
        outcomes = [
            await measure(precision, Path(folder), texts, samples)
            for precision in get_args(Precision)
        ]
    show(outcomes)
    if options.json:
        report = [asdict(outcome) for outcome in outcomes]
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="samples in the form of LoCoMo")
    parser.add_argument("--cache", type=Path, help="where to make the temporary model files")
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
