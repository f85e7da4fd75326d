"""What a sentence says, as far as two sentences can be compared: words, negations, amounts, and vectors."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.amounts import CALENDAR, Amount, find_amounts, find_labels
from casewright.knowledge.conflicts.opposites import WORDS as WITH_OPPOSITE
from casewright.knowledge.conflicts.opposites import stem

Vector = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Iterable[Vector]]
"""Normalised vectors of texts, float32 of shape (384,)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`words`: stems of content and of words that have an opposite, in order. `negated`: those of them that a negation stands before.
    `clauses`: the clause of each word; `begins`: where each clause begins; `denials`: clauses that deny something, and do not only
    suppose it. `names`: words with a capital inside the sentence, and numbers that name. `marks`: kinds of words present (`MARKS`).
    `core`: vector of the sentence without its negations; `vectors`: of the words, shape (len(words), 384)."""

    text: str
    words: tuple[str, ...]
    clauses: tuple[int, ...]
    begins: tuple[int, ...]
    negated: frozenset[str]
    negations: int
    denials: frozenset[int]
    names: frozenset[str]
    amounts: tuple[Amount, ...]
    marks: frozenset[str]
    vector: Vector
    core: Vector
    vectors: NDArray[np.float32]

    def clause_at(self, place: int) -> int:
        """The clause that a place in `text` belongs to; if that has no words, the one before that does."""
        clause = bisect_right(self.begins, place) - 1
        return max((worded for worded in self.clauses if worded <= clause), default=clause)


class StatementReader:
    """Reads sentences; the vectors of words are kept, up to `MOST_WORDS`."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._words: dict[str, Vector] = {}

    def encode(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vector of each text, once."""
        once = list(dict.fromkeys(texts))
        return dict(zip(once, self._encode(once), strict=True))

    def read(self, texts: Sequence[str]) -> list[Statement]:
        """In order. Many at once take less time than one after the other."""
        cleaned = [" ".join(text.split()) for text in texts]
        found = [_words(text) for text in cleaned]
        cores = [without_negation(text) or text for text in cleaned]
        spelt = dict.fromkeys(word for words in found for word, _ in words if word not in self._words)
        vectors = self.encode((*cleaned, *cores, *spelt))
        known = self._words | {word: vectors[word] for word in spelt}
        self._words = known if len(known) <= MOST_WORDS else {}
        return [
            _statement(text, words, vectors[text], vectors[core], known)
            for text, words, core in zip(cleaned, found, cores, strict=True)
        ]


def without_negation(text: str) -> str:
    """The same said without its negations, and without "there is" before them."""
    positive = _NEGATIVE_VERB.sub(lambda match: _POSITIVE_VERB.get(match[1].casefold(), match[1]), text)
    positive = _NO_ARTICLE.sub(lambda match: f"ein{match[1]}", positive)
    return " ".join(_NEGATION.sub(" ", _THERE_IS.sub(" ", positive)).split())


MOST_WORDS: Final = 20_000
SCOPE: Final = 3
"""Words of content that a negation is taken to speak of."""

_POSITIVE_VERB: Final = {"ca": "can", "wo": "will", "sha": "shall"}
_NEGATIVE_VERB: Final = re.compile(r"\b(\w+?)(?:n['’]t|(?<=can)not)\b", re.IGNORECASE)
_NO_ARTICLE: Final = re.compile(r"\bkein(e[mnrs]?)?\b", re.IGNORECASE)
_THERE_IS: Final = re.compile(r"\b(?:there (?:is|are|was|were)|es gibt)\b", re.IGNORECASE)
_NEGATION: Final = re.compile(
    r"\b(?:not|no one|no longer|no|never|nobody|nothing|none|neither|nor|nicht mehr|nicht|nie|niemals|nichts|niemand|weder)\b"
    r"(?! only\b| nur\b)",
    re.IGNORECASE,
)
_ANY_NEGATION: Final = re.compile(
    rf"{_NEGATION.pattern}|n['’]t\b|\bcannot\b|\bkein(?:e[mnrs]?)?\b|\b(?:fails? to|unable to|refuses? to|lacks?)\b",
    re.IGNORECASE,
)
_COMPARING: Final = re.compile(
    r"(?<=neither )[^.;]*?\bnor\b|\b(?:no|not) (?:more|less|later|earlier|fewer) than\b|\bif not\b|\bwhether or not\b",
    re.IGNORECASE,
)
MARKS: Final = {
    "if": re.compile(
        r"\b(?:if|when|whenever|in case|provided|as long as|wenn|falls|sofern|sobald|solange|unless|except)\b"
    ),
    "only": re.compile(r"\b(?:only|solely|exclusively|nur|ausschließlich|lediglich)\b"),
    "duty": re.compile(r"\b(?:must|have to|has to|needs? to|required|mandatory|muss|müssen|erforderlich)\b"),
    "choice": re.compile(r"\b(?:can|may|optional|optionally|voluntary|kann|können|darf|dürfen|freiwillig)\b"),
    "hedge": re.compile(
        r"\b(?:usually|mostly|often|sometimes|might|perhaps|meist|oft|manchmal|normalerweise|in der regel)\b"
    ),
    "universal": re.compile(r"\b(?:always|all|every|everyone|each|any|immer|alle[mnrs]?|jede[mnrs]?)\b"),
    "replaced": re.compile(
        r"\b(?:no longer|any longer|anymore|formerly|previously|since|as of|until|used to|nicht mehr|früher|bisher|seit|ab dem)\b"
    ),
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CLAUSE: Final = re.compile(r"[,;:–—(]")
_NEW_CLAUSE: Final = re.compile(
    r"[;:–—(]|,(?!\d)|\b(?:but|because|so that|which|whereas|while|sondern|aber|weil|sodass|damit|während)\b"
)
_SUPPOSING: Final = re.compile(
    r"\b(?:if|when|whether|unless|until|(?:check|ensure|make sure)(?: that)?|wenn|falls|ob|solange|bis|prüfen sie)\b"
)
_WORDS_OF_GRAMMAR: Final = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i if into is it "
    "its may me my of or our she should so than that the their them then there these they this those to too us was "
    "we were what when which who will would you your yours please being must while where also not no never nobody "
    "nothing none neither nor cannot isn aren doesn don didn won can wasn weren t s der die das den dem des eine "
    "einen einem einer und oder aber ist sind war im am an auf bei seit von vom zu zum zur für sie er es wir ich "
    "ihr ihre ihren ihnen wird werden wurde hat haben kann können muss müssen soll sollen auch noch dann so wie was "
    "wer wo bitte sich als nicht nie kein keine keinen keiner"
)
_GRAMMAR: Final = frozenset(_WORDS_OF_GRAMMAR.split())


def content_stems(text: str) -> frozenset[str]:
    """Stems of the words of content."""
    return frozenset(stem(word) for word, _ in _words(text))


def _words(text: str) -> list[tuple[str, int]]:
    """Words of content, as spelt in small letters, with their places. What denies is none."""
    lower = text.casefold()
    denying = {place for match in _NEGATION.finditer(lower) for place in range(*match.span())}
    return [
        (match.group(), match.start())
        for match in _WORD.finditer(lower)
        if match.group() not in _GRAMMAR | CALENDAR and match.start() not in denying
    ]


def _statement(
    text: str, words: list[tuple[str, int]], vector: Vector, core: Vector, known: dict[str, Vector]
) -> Statement:
    lower = text.casefold()
    stems = tuple(stem(word) for word, _ in words)
    plain = _COMPARING.sub(lambda match: "." * len(match.group()), lower)
    negations = [match.span() for match in _ANY_NEGATION.finditer(plain)]
    negated: set[str] = set()
    for _, end in negations:
        clause = _CLAUSE.search(plain, end)
        stop = clause.start() if clause else len(plain)
        negated |= set([word for word, (_, at) in zip(stems, words, strict=True) if end <= at < stop][:SCOPE])
    begins = (0, *(match.end() for match in _NEW_CLAUSE.finditer(lower)))
    vectors = np.array([known[word] for word, _ in words], dtype=np.float32).reshape(len(words), vector.shape[0])
    return Statement(
        text=text,
        words=stems,
        clauses=tuple(bisect_right(begins, at) - 1 for _, at in words),
        begins=begins,
        negated=frozenset(negated),
        negations=len(negations),
        denials=_denials(lower, [start for start, _ in negations], begins),
        names=_names(text),
        amounts=find_amounts(text),
        marks=frozenset(mark for mark, pattern in MARKS.items() if pattern.search(lower)),
        vector=vector,
        core=core,
        vectors=vectors,
    )


def _denials(lower: str, negations: list[int], begins: tuple[int, ...]) -> frozenset[int]:
    """Clauses with an odd number of negations, unless what they deny is supposed."""
    denied = []
    for start in negations:
        clause = bisect_right(begins, start) - 1
        if not _SUPPOSING.search(lower, begins[clause], start):
            denied.append(clause)
    return frozenset(clause for clause in denied if denied.count(clause) % 2)


def _names(text: str) -> frozenset[str]:
    """German writes all nouns with a capital: those that the other sentence has too do no harm."""
    inside = re.findall(r"(?<=[\w,;:] )[A-Z][\w-]+|\b[A-Z][A-Z0-9_]{2,}\b", text)
    return frozenset(
        stem(word.casefold())
        for word in inside
        if stem(word.casefold()) not in WITH_OPPOSITE and word.casefold() not in CALENDAR
    ) | find_labels(text)
