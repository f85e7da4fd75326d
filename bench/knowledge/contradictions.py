"""Contradictions: SICK's trial file (Marelli et al. 2014), as `casewright knowledge contradictions` answers it, and conflicts planted beside
the demo company's articles."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.cli.knowledge.contradictions import SentencePair, judged
from casewright.knowledge.conflicts.detection import LIKELY, ReadArticles, find_conflicts, read_articles
from casewright.knowledge.conflicts.models import Conflict
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.importing import read_articles as read_folder
from casewright.knowledge.models import ArticleDraft

SOURCE = "https://marcobaroni.org/composes/sick.html"
PLANTED = Path(__file__).with_name("planted.yaml")
ARTICLES = Path(__file__).parents[2] / "examples" / "aurora" / "articles"


def contradictions(data: Data) -> Iterator[Figure]:
    """Nothing has been learned from SICK: its licence is not for everyone, and its sentences are no articles."""
    file = data.file("sick/sick2014/SICK_trial.txt", SOURCE)
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    right = np.array([row[4].strip() == "CONTRADICTION" for row in rows])
    pairs = [SentencePair(id=row[0], a=row[1], b=row[2]) for row in rows]
    reader = StatementReader(data.encoder.encode_batch)
    said = np.array([answer.contradiction >= LIKELY for answer in judged(pairs, reader)])
    both = float((said & right).sum())
    yield Figure(
        f"SICK trial, {len(rows)} pairs: F1 of contradiction",
        2 * both / float(said.sum() + right.sum()),
        unit="",
        target=0.86,
        note="word features trained on SICK .86",
    )
    yield Figure("… precision", _share(both, said), unit="")
    yield Figure("… recall", _share(both, right), unit="")


def planted(data: Data) -> Iterator[Figure]:
    """Each statement comes as an article of its own. A conflict counts as found beside the article it was made for; a harmless one as false
    beside any article."""
    reader = StatementReader(data.encoder.encode_batch)
    published = read_articles([draft for draft in read_folder(ARTICLES) if draft.language == "en"], reader)
    document = yaml.safe_load(PLANTED.read_text(encoding="utf-8"))
    found = [_conflicts(one["statement"], published, reader) for one in document["conflicts"]]
    articles = [one["article"] for one in document["conflicts"]]
    beside = [
        any(conflict.other.article == article for conflict in some)
        for article, some in zip(articles, found, strict=True)
    ]
    false = [bool(_conflicts(one["statement"], published, reader)) for one in document["harmless"]]
    yield Figure(f"planted conflicts found, of {len(beside)}", sum(beside), unit="", target=45)
    yield Figure(
        f"harmless look-alikes taken for conflicts, of {len(false)}", sum(false), unit="", target=5, better="lower"
    )
    among = len(find_conflicts(published, published)) / 2
    yield Figure(
        f"conflicts among the {len(published.sentences):,} sentences as they are", among, unit="", better="lower"
    )


def _conflicts(statement: str, published: ReadArticles, reader: StatementReader) -> list[Conflict]:
    draft = ArticleDraft(key="planted", title="What is new", body=statement)
    return find_conflicts(read_articles([draft], reader), published)


def _share(part: float, whole: NDArray[np.bool_]) -> float:
    return part / max(1.0, float(whole.sum()))


PARTS = (
    Part("contradictions", "Contradictions between sentences", contradictions),
    Part("planted", "Conflicts planted in articles", planted),
)
