"""Two requests in one message that exclude each other: enable and disable the same feature."""

import re
from collections.abc import Iterator
from typing import Final

from casewright.understanding.words import stems

OPPOSITES: Final = (
    ("enable", "disable"),
    ("activate", "deactivate"),
    ("turn on", "turn off"),
    ("switch on", "switch off"),
    ("lock", "unlock"),
    ("block", "unblock"),
    ("add", "remove"),
    ("raise", "lower"),
    ("increase", "decrease"),
    ("open", "close"),
    ("reopen", "close"),
    ("keep", "cancel"),
    ("approve", "reject"),
    ("freeze", "unfreeze"),
    ("archive", "restore"),
    ("start", "stop"),
    ("keep", "delete"),
    ("subscribe", "unsubscribe"),
    ("grant", "revoke"),
    ("upgrade", "downgrade"),
    ("include", "exclude"),
    ("accept", "reject"),
    ("allow", "forbid"),
    ("aktivieren", "deaktivieren"),
    ("aktiviere", "deaktiviere"),
    ("einschalten", "ausschalten"),
    ("sperren", "entsperren"),
    ("sperre", "entsperre"),
    ("erhöhen", "senken"),
    ("hinzufügen", "entfernen"),
    ("öffnen", "schließen"),
    ("öffne", "schließe"),
    ("wieder öffnen", "schließen"),
    ("wiedereröffnen", "schließen"),
    ("wiederöffnen", "schließen"),
    ("starten", "stoppen"),
    ("behalten", "löschen"),
    ("anmelden", "abmelden"),
    ("behalten", "kündigen"),
    ("erhöhe", "senke"),
    ("activar", "desactivar"),
    ("abrir", "cerrar"),
    ("reabrir", "cerrar"),
    ("activer", "désactiver"),
    ("ouvrir", "fermer"),
    ("ativar", "desativar"),
    ("abrir", "fechar"),
)
# "Disable it and then enable it again" is an order of steps; "enable or disable" and "how to" ask.
IN_SEQUENCE: Final = re.compile(
    r"\b(?:then|after(?:wards|ward)?|later|again|first|before|until|once|when|or|dann|danach|später|wieder|zuerst"
    r"|erst|bevor|bis|sobald|wenn|oder)\b",
    re.IGNORECASE,
)
ASKS_HOW: Final = re.compile(
    r"\b(?:how (?:do|can|to|would|should)|what (?:is|happens|does)|difference|where|who can|can (?:i|we|users)|why"
    r"|wie|was (?:ist|passiert)|unterschied|wo|wer kann|warum|kann (?:ich|man))\b",
    re.IGNORECASE,
)
CLAUSE_END: Final = re.compile(r"[.;!?\n]|,? (?:and|but|und|aber|y|et|e) ", re.IGNORECASE)
SAME_OBJECT: Final = re.compile(r"\b(?:same|it|this|that|them|gleiche\w*|selbe\w*|dasselbe|es|sie)\b", re.IGNORECASE)
ANOTHER: Final = re.compile(
    r"\b(?:an?|another|new|other|second|eine?[nrm]?|neue\w*|andere\w*|weitere\w*|une?|una?|nuev[oa]|otr[oa])\b",
    re.IGNORECASE,
)
NUMBER: Final = re.compile(r"\d{2,}|\[[A-Z_]+_\d+\]")
OPENS_AGAIN: Final = re.compile(r"\bwieder(?= ?(?:er)?öffn)", re.IGNORECASE)
OBJECT_WORDS = 6
MAXIMUM_CHARACTERS = 2000


def find_contradiction(text: str) -> tuple[str, str] | None:
    """The two requests as short names ("enable the same feature", "disable the same feature"), or None."""
    text = text[:MAXIMUM_CHARACTERS]
    # Opening anew is no order of steps, though it says "again".
    if IN_SEQUENCE.search(OPENS_AGAIN.sub(" ", text)) or ASKS_HOW.search(text):
        return None
    lowered = text.lower()
    for first, second in OPPOSITES:
        if first not in lowered or second not in lowered:
            continue
        for one, other in ((first, second), (second, first)):
            for object_ in _shared_objects(text, one, other):
                return f"{one} {object_}".strip(), f"{other} {object_}".strip()
    return None


def _shared_objects(text: str, first: str, second: str) -> Iterator[str]:
    """What both verbs, in this order, are to be done to."""
    for match in re.finditer(rf"\b{first}\b(?P<between>.*?)\b{second}\b(?P<after>.*)", text, re.IGNORECASE | re.DOTALL):
        between, after = _object(match["between"]), _object(match["after"])
        # English names the object after the verbs, German before them.
        before = _object(text[: match.start()], last=True)
        if not between:
            yield after or before
        elif SAME_OBJECT.search(after) or _is_the_same(between, after):
            yield between


def _is_the_same(one: str, other: str) -> bool:
    """What is named with fewer words is what the other names; a new thing is none that is there, and each number is its own."""
    first, second = stems(one), stems(other)
    numbers, others = set(NUMBER.findall(one)), set(NUMBER.findall(other))
    is_new = (ANOTHER.search(one) is None) != (ANOTHER.search(other) is None)
    if is_new or (numbers and others and numbers != others):
        return False
    return bool(first and second) and (first <= second or second <= first)


def _object(text: str, last: bool = False) -> str:
    """The words up to the end of the clause, at most six, without a lone "and" or "or"."""
    parts = [part for part in CLAUSE_END.split(f"{text} ") if part.strip(" ,")]
    if not parts:
        return ""
    words = re.sub(
        r"^\W*(?:and|und|&|please|bitte|also|auch)?\W*", "", parts[-1 if last else 0], flags=re.IGNORECASE
    ).split()
    words = [
        word.strip(",")
        for word in words
        if word.strip(",").lower() not in ("and", "und", "&", "both", "please", "bitte")
    ]
    return " ".join(words[-OBJECT_WORDS:] if last else words[:OBJECT_WORDS])
