"""Words compared by what they are about: without endings, and without the words that every sentence has."""

import re
from itertools import pairwise

WORD = re.compile(r"[^\W_]+(?:\.[0-9]+)?")
# Han, Japanese syllables, Thai.
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+")
STEM_LENGTH = 5
_STOP_WORDS = (
    "a an the and or but if of to in on at by for with from as is are was were be been do does did have has had i "
    "you he she "
    "it we they me my your our us this that these those there here what which who how why when where can could would "
    "will "
    "should may not no yes please one ones some any all just now then so ok about into over under up down out off "
    "more most "
    "last within need want like get got make made first actually question "
    "der die das den dem des ein eine einen einem einer und oder aber wenn von zu zum zur in im an am auf bei für "
    "mit aus als "
    "ist sind war waren sein haben hat hatte ich du er sie es wir ihr mir mich mein meine meinen ihre unser uns dies "
    "diese "
    "dieser was wer wie warum wann wo kann können soll muss nicht kein keine ja nein bitte nun jetzt dann so auch "
    "noch nur "
    "sich man über unter letzten letzte brauche möchte erste ersten eigentlich frage"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def stems(text: str) -> frozenset[str]:
    """The content words of `text`, each cut to its first five letters: `exporting the export` → {"expor"}. Where words are not
    set apart, as in Japanese, each two signs in a row: 請求書 → {"請求", "求書"}."""
    words = [word.lower() for word in WORD.findall(text.replace("_", " "))]
    pairs = {first + second for run in WITHOUT_SPACES.findall(text) for first, second in pairwise(run)}
    spaced = (word for word in words if not WITHOUT_SPACES.search(word))
    return frozenset(_stem(word) for word in spaced if word not in STOP_WORDS) | pairs


def _stem(word: str) -> str:
    return (word.removesuffix("s") if len(word) > 3 else word)[:STEM_LENGTH]
