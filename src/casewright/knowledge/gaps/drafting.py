"""A first version of the article that a topic lacks: sentences that the company's own people wrote to customers, chosen and put in
order, never changed. What was true of one customer only is left out, as far as a sentence shows it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from casewright.knowledge.gaps.models import ChosenSentence, GapSource
from casewright.knowledge.gaps.topics import SAME, Meanings
from casewright.knowledge.passages import split_sentences

MOST_SENTENCES: Final = 6
LEAST_WORDS: Final = 4
RELATED: Final = 0.25
"""Cosine to a topic from which a colleague's reply, or a sentence of it, is about it: answers share few words with questions."""
ABOUT: Final = 0.45
"""Cosine to a topic from which a case is about it."""
_TOKEN: Final = re.compile(r"\[[A-Z_]+_[0-9]+\]")
_POLITE: Final = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|sehr geehrte|liebe[rs]?"
    r"|thanks|thank you|danke|vielen dank|you're welcome|gern|(?:best|kind) regards|mit freundlichen|viele gr(?:ü|ue)ße"
    r"|sorry|i'?m sorry|we'?re sorry|apologies|entschuldig|is there anything else|let me know|have a (?:nice|great|good))\b",
    re.IGNORECASE,
)
_ONLY_HERE: Final = re.compile(
    r"\b(?:I|I'm|I've|I'll|I'd|[Ii]ch|[Ww]e(?:'ve| have| did)|[Ww]ir haben"
    r"|[Yy]our (?:account|case|ticket|org|order)|[Ii]hr(?:e[nm]?)? (?:Konto|Fall|Ticket|Auftrag|Anlage)|[Oo]ur log"
    r"|today|tomorrow|yesterday|heute|morgen|gestern|was|were|(?:has|have) been|wurden?|waren?|\d{1,2}:\d\d(?: ?[ap]m|h)?)\b"
)
"""Who did something, for whom, and when: what happened once is no instruction."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is masked. `about`: what it was an answer to, "" where that is to be told from the reply itself."""

    text: str
    language: str
    source: GapSource
    about: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """`place`: 0…1, where in its reply it stands."""

    text: str
    source: GapSource
    place: float


def candidates(reply: Reply) -> Iterator[Candidate]:
    """The sentences of a reply that may hold for others too."""
    sentences = [one for line in reply.text.splitlines() for one in split_sentences(line.strip(), reply.language)]
    for number, sentence in enumerate(sentences):
        if _holds_for_others(sentence):
            yield Candidate(sentence, reply.source, number / len(sentences))


def _holds_for_others(sentence: str) -> bool:
    is_polite, is_question = _POLITE.match(sentence), sentence.rstrip().endswith("?")
    is_personal = _TOKEN.search(sentence) or _ONLY_HERE.search(sentence)
    return len(sentence.split()) >= LEAST_WORDS and not (is_polite or is_question or is_personal)


def chosen(some: Sequence[Candidate], meanings: Meanings, topic: Meanings) -> tuple[ChosenSentence, ...]:
    """Of what says the same, the sentence closest to the topic; those first that several people wrote, then those closest to it. In the
    order in which they stand in replies. None that is about something else. `meanings`: a row a sentence; `topic`: (width,), the mean
    of its questions."""
    closeness = meanings @ topic
    groups: list[list[int]] = []
    for place in map(int, np.flatnonzero(closeness >= RELATED)):
        same = next((group for group in groups if meanings[group[0]] @ meanings[place] >= SAME), None)
        if same is None:
            groups.append([place])
        else:
            same.append(place)
    ranked = sorted(groups, key=lambda group: (-_written_by(some, group), -float(closeness[group].max())))
    best = sorted(
        ranked[:MOST_SENTENCES], key=lambda group: (np.mean([some[place].place for place in group]), group[0])
    )
    words = [some[max(group, key=lambda place: float(closeness[place]))] for group in best]
    return tuple(ChosenSentence(text=one.text, source=one.source) for one in words)


def _written_by(some: Sequence[Candidate], group: Sequence[int]) -> int:
    return len({(some[place].source.conversation_id, some[place].source.case_number) for place in group})
