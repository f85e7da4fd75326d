"""Examples proposed from an org's closed cases, for a person to look through: nothing is learned from them as they are."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from casewright.kit.model import Model
from casewright.salesforce.models import ClosedCase

MOST_CHARACTERS: Final = 300
"""Of an example: customers write to a chat in a sentence or two."""
LEAST_SHARE: Final = 0.6
"""Of a label's cases that the model takes for one intent, from which the label is proposed to mean it."""
LEAST_CASES: Final = 3
COLUMNS: Final = ("text", "intent", "label", "taken_for", "case")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|sehr geehrte|liebe[rs]?)\b[^.!?]{0,40}[,!.]?$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:best|kind|warm|many)?\s*regards|best(?: wishes)?|cheers|sincerely|yours|thanks|thank you(?: in advance)?"
    r"|(?:mit )?(?:freundliche[mnr]?|beste[mnr]?|viele|liebe[mnr]?) gr(?:u|ü|ue)(?:ß|ss)(?:en?)?|gru(?:ß|ss)|danke|vielen dank)\b[^.!?]{0,40}[,.!]?$",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"^(?:>|-- ?$|_{5,}|-{5,}|from:|von:|sent:|gesendet:|on .{5,80} wrote:|am .{5,80} schrieb)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class ProposedExample(Model):
    """`intent`: what the case's label is proposed to mean, "" where a person has to say; `taken_for`: what the model that is
    active now takes the text for. `text` is masked."""

    text: str
    intent: str
    label: str
    taken_for: str
    case: str


def words_of(case: ClosedCase) -> str:
    """What the customer wanted, without greeting, signature and quoted mail; at most `MOST_CHARACTERS`."""
    lines: list[str] = []
    for line in map(str.strip, case.description.splitlines()):
        if _QUOTED.match(line) or (lines and _CLOSING.match(line)):
            break
        if line and not _GREETING.match(line):
            lines.append(line)
    text = " ".join(" ".join(lines).split()) or case.subject.strip()
    return _shortened(text)


def without_names(masked: str, names: Sequence[str]) -> str:
    """A text in which addresses are masked already, without the names of who wrote it."""
    words = {word for name in names for word in (name, *name.split()) if len(word) > 2}
    for word in sorted(words, key=len, reverse=True):
        masked = re.sub(rf"\b{re.escape(word)}\b", "[NAME_1]", masked, flags=re.IGNORECASE)
    return masked


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    kept = ""
    for sentence in _SENTENCE_END.split(text):
        if len(kept) + len(sentence) > MOST_CHARACTERS:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[:MOST_CHARACTERS].rsplit(" ", 1)[0]


def meanings(labels: Sequence[tuple[str, str]], intents: Sequence[str]) -> Mapping[str, str]:
    """What each label is proposed to mean, from pairs of a case's label and what its text is taken for ("" out of scope): the
    intent of that name, else the one that most of its cases are taken for; "" where neither is so."""
    found: dict[str, str] = {}
    for label in dict.fromkeys(label for label, _ in labels):
        name = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")
        taken = Counter(intent for other, intent in labels if other == label)
        (most, count) = taken.most_common(1)[0]
        clear = most and count >= LEAST_CASES and count >= LEAST_SHARE * taken.total()
        found[label] = name if name in intents else most if clear else ""
    return found


def as_csv(examples: Sequence[ProposedExample]) -> str:
    """For a spreadsheet; what no intent is proposed for comes first."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in sorted(examples, key=lambda example: (bool(example.intent), example.label, example.case)):
        writer.writerow({name: _harmless(value) for name, value in one.model_dump().items()})
    return file.getvalue()


def _harmless(text: str) -> str:
    """A customer's text that a spreadsheet would take for a formula."""
    return f" {text}" if text.startswith(("=", "+", "-", "@")) else text
