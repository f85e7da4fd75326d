"""How well documents are found in collections that nothing was tuned to, as `casewright knowledge search` finds them.

StackFAQ (Karan and Šnajder 2018): 125 threads of Stack Exchange, and 1,249 ways to ask for one of them. tau2-bench (Barres et al. 2025),
domain banking_knowledge: 698 documents, of which a task needs ten in the mean; what its customer is told to do is the query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.cli.knowledge.documents import read_documents
from casewright.cli.knowledge.search import Query, collect, found
from casewright.knowledge.models import ArticleDraft

STACKFAQ = "https://takelab.fer.hr/data/StackFAQ"
TAU2 = "https://github.com/sierra-research/tau2-bench"
DEPTH = 50


@dataclass(frozen=True, slots=True)
class _Task:
    query: str
    right: frozenset[str]


def stackfaq(data: Data) -> Iterator[Figure]:
    file = data.file("stackfaq_bertfaq/data/StackFAQ/stackExchange-FAQ.json", STACKFAQ)
    threads = orjson.loads(file.read_bytes())["root"]["qapair"]
    documents = [
        ArticleDraft(key=str(number), title=one["question"], body="\n\n".join(_list(one["answer"])))
        for number, one in enumerate(threads)
    ]
    tasks = [
        _Task(text, frozenset([str(number)]))
        for number, one in enumerate(threads)
        for text in _list(one["rephr"])
        if text and text.strip("* ")
    ]
    ranked = _ranked(documents, tasks, data)
    places = [
        next((place for place, one in enumerate(some) if one in task.right), DEPTH)
        for some, task in zip(ranked, tasks, strict=True)
    ]
    first = sum(place == 0 for place in places) / len(places)
    among_five = sum(1 / (place + 1) for place in places if place < 5) / len(places)
    yield Figure(f"right thread first, {len(tasks):,} queries", 100 * first, target=96, note="MiniLM 94.4, BM25 66.5")
    yield Figure(
        "… mean reciprocal rank among the first 5", 100 * among_five, target=97.5, note="MiniLM 96.8, BM25 76.1"
    )


def tau2(data: Data) -> Iterator[Figure]:
    folder = data.file("tau2bench/data/tau2/domains/banking_knowledge", TAU2)
    documents, _ = read_documents(folder / "documents")
    tasks = []
    for file in sorted((folder / "tasks").glob("*.json")):
        task = orjson.loads(file.read_bytes())
        right = frozenset(f"{name}.json" for name in task["required_documents"])
        tasks.append(_Task(task["user_scenario"]["instructions"], right))
    ranked = _ranked(documents, tasks, data)
    for depth, target, baseline in ((10, 40, 20.9), (50, 70, 46.8)):
        shares = [
            len(task.right.intersection(some[:depth])) / len(task.right)
            for some, task in zip(ranked, tasks, strict=True)
        ]
        yield Figure(
            f"required documents among the first {depth}, {len(tasks)} tasks",
            100 * sum(shares) / len(shares),
            target=target,
            note=f"BM25 {baseline}",
        )


def _ranked(documents: Sequence[ArticleDraft], tasks: Sequence[_Task], data: Data) -> list[list[str]]:
    collection = collect(documents, data.encoder)
    queries = [Query(id=number, query=task.query) for number, task in enumerate(tasks)]
    return [[hit.document for hit in one.hits] for one in found(queries, collection, documents, DEPTH)]


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


PARTS = (
    Part("stackfaq", "Threads found by how else they are asked for", stackfaq),
    Part("tau2", "Documents found that a task needs", tau2),
)
