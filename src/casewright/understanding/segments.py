"""A message cut into pieces that may each be a request. What each is about decides which belong together."""

import re
from typing import Final

Span = tuple[int, int]

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
BOUNDARY: Final = re.compile(
    r"(?P<sentence>(?<![.!?])[.!?]++[\"')\]]*+(?=\s)|(?<=[!?])(?=[A-ZÄÖÜ]))|(?P<line>\n+(?:[-*•]\s+|\d+[.)]\s+)?)"
    r"|(?P<semicolon>;(?=\s))"
    r"|(?P<joint>,?\s{1,5}(?:and also|also,|and then|plus|besides|additionally|another thing|one more thing"
    r"|another question|und außerdem|außerdem|und auch|zusätzlich|noch eine frage)\b[,:]?)"
    rf"|(?P<and>,?\s{{1,5}}(?:and|but|und|aber|y|et)\s{{1,5}}(?={_OPENER}))"
    rf"|(?P<comma>,\s{{0,5}}(?={_OPENER}))",
    re.IGNORECASE,
)
WORD: Final = re.compile(r"[^\W_]+")
EDGES = " \t\r\n,;-–—•*"
# The joint that made a cut belongs to neither piece.
TRAILING_JOINT: Final = re.compile(
    r"(?:,?\s+(?:and also|also,|and then|plus|besides|additionally|another thing|one more thing|another question"
    r"|und außerdem|außerdem|und auch|zusätzlich|noch eine frage|and|but|und|aber|y|et)\b[,:]?)\s*$",
    re.IGNORECASE,
)
LEADING_JOINT: Final = re.compile(r"(?:and|also|but|plus|then|und|auch|aber|außerdem)\s+", re.IGNORECASE)


def split(text: str) -> tuple[Span, ...]:
    """Places of the pieces in order, at least one unless `text` is blank, at most six; code and quotes stay whole."""
    protected = [*(match.span() for match in QUOTED.finditer(text)), *_code_lines(text)]
    cuts = [0]
    for match in BOUNDARY.finditer(text):
        inside = any(start <= match.start() < end for start, end in protected)
        if not inside and not (match["sentence"] and ABBREVIATION.search(text, max(0, match.start() - 8), match.end())):
            cuts.append(match.end())
    pieces = [_trim(text, start, end) for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    return tuple(_limit(_join_short(text, [piece for piece in pieces if piece[0] < piece[1]])))


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
