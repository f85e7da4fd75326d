"""Articles cut into passages, with all vectors by which these are found."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.passages import Passage, split_article
from casewright.knowledge.ports import SentenceEncoder
from casewright.knowledge.repository import IndexedPassage
from casewright.understanding.models import Vector

RECIPE: Final = 3
"""Raise it when passages are cut or encoded in another way: articles are then indexed again at the next installation."""


@dataclass(frozen=True, slots=True)
class PassageTexts:
    """What is encoded of a passage. `whole` begins with its title and heading, as each of `sentences` does."""

    whole: str
    heading: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    is_english: bool

    def english(self) -> Iterator[str]:
        yield from (self.whole, self.heading, *self.sentences, *self.questions)

    def multilingual(self) -> Iterator[str]:
        yield from (self.heading, *(() if self.is_english else self.sentences), *self.questions)


async def index(encoder: SentenceEncoder, drafts: Sequence[ArticleDraft]) -> dict[str, list[IndexedPassage]]:
    """The passages of each article, by its key. Many articles at once take less time than one after the other."""
    passages = await asyncio.to_thread(
        lambda: {
            draft.key: split_article(draft.title, draft.body, draft.language, draft.error_codes) for draft in drafts
        }
    )
    texts = {draft.key: [passage_texts(draft, passage) for passage in passages[draft.key]] for draft in drafts}
    all_texts = [one for some in texts.values() for one in some]
    english = list(dict.fromkeys(text for one in all_texts for text in one.english()))
    multilingual = list(dict.fromkeys(text for one in all_texts for text in one.multilingual()))
    by_text = dict(zip(english, await encoder.encode_many_async(english), strict=True))
    by_text_again = dict(zip(multilingual, await encoder.encode_many_multilingual_async(multilingual), strict=True))
    return {
        key: [_indexed(passage, one, by_text, by_text_again) for passage, one in zip(passages[key], some, strict=True)]
        for key, some in texts.items()
    }


def digest(draft: ArticleDraft, content: str) -> str:
    """SHA-256 of what the passages of an article are made of. `content`: digest of its title and text."""
    asked = sorted((section, list(questions)) for section, questions in draft.asked_as.items())
    return hashlib.sha256(json.dumps([RECIPE, content, asked]).encode()).hexdigest()


def passage_texts(draft: ArticleDraft, passage: Passage) -> PassageTexts:
    """`asked_as` counts for the section itself, not for those around it."""
    heading = f"{draft.title}. {passage.section}" if passage.section else draft.title
    return PassageTexts(
        whole=f"{heading}. {passage.text}",
        heading=heading,
        sentences=tuple(f"{heading}: {sentence.text}" for sentence in passage.sentences),
        questions=draft.asked_as.get(passage.section.split(" > ")[-1], ()),
        is_english=draft.language == "en",
    )


def _indexed(
    passage: Passage, texts: PassageTexts, english: Mapping[str, Vector], multilingual: Mapping[str, Vector]
) -> IndexedPassage:
    return IndexedPassage(
        passage=passage,
        questions=texts.questions,
        vector=english[texts.whole],
        english=_rows((texts.heading, *texts.sentences), english),
        asked=_rows(texts.questions, english),
        multilingual=_rows(tuple(texts.multilingual()), multilingual),
    )


def _rows(texts: Sequence[str], vectors: Mapping[str, Vector]) -> NDArray[np.float32]:
    return np.array([vectors[text] for text in texts], dtype=np.float32)
