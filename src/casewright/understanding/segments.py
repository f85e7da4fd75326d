"""A message cut into pieces that may each be a request. What each is about decides which belong together.

Sentences and lines are cut by rule. Whether an "and" or a comma between them begins another request is learned: by logistic regression on
the words around it, from mixtures of single requests (`splitting`).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
Weights = NDArray[np.float32]

MOST_PIECES = 6
LEAST_WORDS = 2

# Nothing is cut inside these.
QUOTED: Final = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\"[^\"\n]{1,500}\"|„[^“”\n]{1,500}[“”]|“[^”\n]{1,500}”|https?://\S+|\[[A-Z_]+_\d+\]",
    re.DOTALL,
)
# A line of code, of a log or of a stack trace, or of a quoted e-mail.
CODE_LINE: Final = re.compile(
    r"^(?:>|\s{4,}\S|\s+at |Traceback )|[{};]\s*$|\w\([^()]{0,200}\)|[=:]=|=>|^\w+ = |^[\w.]+(?:Error|Exception)\b"
)
LONGEST_LINE = 500
ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|nr|mr|mrs|ms|dr|z\.b|d\.h|ca|bzw|usw|st|inc|approx)|\b\w|\d)\.$", re.IGNORECASE
)
# Not "can't": "I lost my phone and can't get in" is one thought.
_OPENER = (
    r"(?:(?:please|also|now|then|bitte|auch|jetzt|nun|dann) )*"
    r"(?:how|why|what|where|when|who|which|can|could|would|will|is|are|do|does|did|back to|let'?s|i (?:also |still "
    r"|now )?(?:need|want|would|can'?t|cannot|have|forgot|'?d)"
    r"|i'?(?:d|m|ve)|we (?:also |still |now )?(?:need|want|would|can'?t|cannot|have)|tell|show|help|reset|unlock"
    r"|raise|change|send|give|check|explain|find"
    r"|set up|set|delete|update|upgrade|create|cancel|export|import|add|remove|invite|transfer|connect|increase|make"
    r"|stop|look up|refund|credit"
    r"|wie|warum|wieso|weshalb|was|wo|wann|wer|welche[rsnm]?|kann|können|könnten|ist|sind|gibt|muss|darf|zurück"
    r"|ich (?:auch |noch )?(?:brauche|möchte|will|habe|kann|würde)"
    r"|wir (?:brauchen|möchten|wollen|haben|können)|zeigen|zeig|schicken|schick|senden|setzen|setz|erhöhen|ändern"
    r"|prüfen|sagen|sag|geben|gib|erklären|löschen|exportieren)\b(?!['’]t)"
)
OPENER: Final = re.compile(_OPENER, re.IGNORECASE)
"""How requests often begin, in English and German."""
_JOINTS = (
    r"and also|also,|and then|then also|as well as|and|but|plus|besides|additionally|another thing|one more thing|another question"
    r"|und außerdem|außerdem|und auch|und dann|sowie|zusätzlich|noch eine frage|und|aber|y también|y|et aussi|et"
)
BOUNDARY: Final = re.compile(
    r"(?P<sentence>(?<![.!?])[.!?]++[\"')\]]*+(?=\s)|(?<=[!?])(?=[A-ZÄÖÜ]))|(?P<line>\n+(?:[-*•]\s+|\d+[.)]\s+)?)"
    r"|(?P<semicolon>;(?=\s))"
    rf"|(?P<joint>(?:,|\s,)?\s{{1,5}}(?:{_JOINTS})(?!\w)[,:]?(?=\s))"
    r"|(?P<comma>(?:,|\s,)(?=\s))",
    re.IGNORECASE,
)
WORD: Final = re.compile(r"[^\W_]+")
EDGES = " \t\r\n,;-–—•*"
# The joint that made a cut belongs to neither piece.
TRAILING_JOINT: Final = re.compile(rf"(?:,?\s+(?:{_JOINTS})(?!\w)[,:]?)\s*$", re.IGNORECASE)
LEADING_JOINT: Final = re.compile(r"(?:and|also|but|plus|then|und|auch|aber|außerdem)\s+", re.IGNORECASE)


BUCKETS = 1 << 13
SPLITTER_FILE = "splitter.npz"
AROUND = 160
"""Characters on each side of a joint that are looked at."""
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Joint:
    """A place where another request may begin: the words before it up to the joint before, those after it up to the next, and itself."""

    start: int
    end: int
    words: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    opens: bool


@dataclass(frozen=True, slots=True)
class Splitter:
    """`weights` (8192,), of hashed `features_of` a joint; the last bucket is the bias."""

    weights: Weights

    def likelihood(self, joint: Joint) -> float:
        """That another request begins after it."""
        return float(1 / (1 + np.exp(-self.weights[features_of(joint)].sum())))


@cache
def default_splitter() -> Splitter:
    """Of no company in particular. Made by `scripts/train-splitter`."""
    with np.load(BytesIO((files("casewright.understanding") / SPLITTER_FILE).read_bytes()), allow_pickle=False) as file:
        return Splitter(file["weights"].astype(np.float32))


def split(text: str, splitter: Splitter | None = None) -> tuple[Span, ...]:
    """Places of the pieces in order, at least one unless `text` is blank, at most six; code and quotes stay whole."""
    cuts = [0]
    splitter = splitter or default_splitter()
    for boundary in _boundaries(text):
        if isinstance(boundary, int):
            cuts.append(boundary)
        elif splitter.likelihood(boundary) >= SURE:
            cuts.append(boundary.end)
    pieces = [_trim(text, start, end) for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    found = _limit(_join_short(text, [piece for piece in pieces if piece[0] < piece[1]]))
    if not found and (words := text.strip()):
        # Nothing but joints: "and also".
        start = text.index(words)
        found = [(start, start + len(words))]
    return tuple(found)


def joints_of(text: str) -> list[Joint]:
    """Where another request may begin within a sentence, in order."""
    return [boundary for boundary in _boundaries(text) if isinstance(boundary, Joint)]


def features_of(joint: Joint) -> NDArray[np.int64]:
    """The buckets of what is told by a joint, the words next to it, and how much there is on each side."""
    after = [*joint.after[:3], *("", "", "")][:3]
    before = [*("", "", ""), *joint.before[-2:]][-2:]
    first, last = (joint.before[0] if joint.before else ""), before[-1]
    sizes = (min(len(joint.before), 6), min(len(joint.after), 6))
    found = [
        f"joint {joint.words}",
        f"opens {joint.opens}",
        f"opens {joint.opens} {joint.words}",
        f"1 {after[0]}",
        f"2 {after[0]} {after[1]}",
        f"3 {after[0]} {after[1]} {after[2]}",
        f"second {after[1]}",
        f"joint first {joint.words} {after[0]}",
        f"last {last}",
        f"last two {before[0]} {last}",
        f"around {last} {after[0]}",
        f"began {first}",
        f"began {first} then {after[0]}",
        f"before {sizes[0]}",
        f"after {sizes[1]}",
        f"sizes {sizes[0]} {sizes[1]}",
        f"sizes {sizes[0]} {sizes[1]} {joint.words}",
    ]
    buckets = [zlib.crc32(feature.encode(errors="replace")) % (BUCKETS - 1) for feature in found]
    return np.array([*buckets, BUCKETS - 1])


def _boundaries(text: str) -> Iterator[int | Joint]:
    """Where sentences and lines begin, and joints within them."""
    protected = [*(match.span() for match in QUOTED.finditer(text)), *_code_lines(text)]
    found = []
    for match in BOUNDARY.finditer(text):
        inside = any(start <= match.start() < end for start, end in protected)
        if not inside and not (match["sentence"] and ABBREVIATION.search(text, max(0, match.start() - 8), match.end())):
            found.append(match)
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(text)]
    for number, match in enumerate(found):
        if match["joint"] is None and match["comma"] is None:
            yield match.end()
            continue
        before = text[max(ends[number], match.start() - AROUND) : match.start()]
        after = text[match.end() : min(starts[number + 1], match.end() + AROUND)]
        yield Joint(
            start=match.start(),
            end=match.end(),
            words=" ".join(match[0].lower().replace(",", " , ").split()),
            before=tuple(WORD.findall(before.lower())),
            after=tuple(WORD.findall(after.lower())),
            opens=OPENER.match(text[match.end() : match.end() + AROUND].lstrip()) is not None,
        )


def _code_lines(text: str) -> list[Span]:
    """Runs of lines of code, each with the line that announces it ("Here is my code:")."""
    spans: list[Span] = []
    position = previous = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        if CODE_LINE.search(line[:LONGEST_LINE]):
            start = previous if text[:position].rstrip().endswith(":") else position
            # Without its line end, where a piece may be cut.
            if spans and spans[-1][1] + 1 >= start:
                spans[-1] = (spans[-1][0], end - 1)
            else:
                spans.append((start, end - 1))
        previous, position = position, end
    return spans


def _trim(text: str, start: int, end: int) -> Span:
    """Without what joins a piece to its neighbours."""
    while start < end and text[start] in EDGES:
        start += 1
    if joint := LEADING_JOINT.match(text, start, end):
        start = joint.end()
    if found := TRAILING_JOINT.search(text, max(start, end - 30), end):
        end = found.start()
    while end > start and text[end - 1] in EDGES:
        end -= 1
    return start, end


def _join_short(text: str, pieces: list[Span]) -> list[Span]:
    """A piece of fewer than two words belongs to the piece after it, or to the one before if it is the last."""
    joined: list[Span] = []
    waiting: int | None = None
    for start, end in pieces:
        begin = start if waiting is None else waiting
        if len(WORD.findall(text[begin:end])) < LEAST_WORDS:
            waiting = begin
        else:
            joined.append((begin, end))
            waiting = None
    if waiting is not None:
        last = pieces[-1][1]
        if joined:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((waiting, last))
    return joined


def _limit(pieces: list[Span]) -> list[Span]:
    """At most six: what is beyond belongs to the last."""
    if len(pieces) <= MOST_PIECES:
        return pieces
    return [*pieces[: MOST_PIECES - 1], (pieces[MOST_PIECES - 1][0], pieces[-1][1])]
