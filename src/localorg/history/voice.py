"""Turns well-formed sentences into those of a particular person: typos, missing capitals, habits of another country."""

import re
from random import Random

from localorg.history.language import Language, Rewrites
from localorg.history.writers import Register, Writer

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "mb", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SMALL_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"([.!?])(\s|$)")


def voiced(text: str, writer: Writer, language: Language, random: Random) -> str:
    """The same, as this person types it."""
    spelling = language.spelling
    if writer.british:
        text = _rewritten(text, spelling.british, random, 1.0)
    if writer.learner:
        text = _rewritten(text, spelling.learner, random, 0.45)
    if writer.register is Register.FORMAL:
        text = formally(text, language)
    if writer.abbreviates:
        text = _abbreviated(text, language, random)
    if writer.plain_letters:
        text = text.translate(spelling.plain)
    if writer.typos:
        text = _mistyped(text, writer.typos, language, random)
    if writer.careless:
        text = _careless(text, random)
    if writer.dots:
        text = _SENTENCE_END.sub(
            lambda end: "..." + end[2] if end[1] == "." and random.random() < 0.7 else end[0], text
        )
    if writer.lower:
        text = _lowered(text)
    return text


def formally(text: str, language: Language) -> str:
    for pattern, replacement in language.spelling.formal:
        text = pattern.sub(replacement, text)
    return text


def decapitalised(text: str) -> str:
    """For a sentence that goes on after a comma; words that are written large anyway stay so."""
    first, _, rest = text.partition(" ")
    if first[1:] != first[1:].lower() or first in ("I", "I'm", "I've", "I'd", "I'll", "A") or not first[:1].isupper():
        return text if first != "A" else "a " + rest
    return text[0].lower() + text[1:]


def louder(text: str, random: Random) -> str:
    """As an angry person ends a sentence."""
    stripped = text.rstrip(".")
    return stripped + random.choice(("!", "!", "!!", "!!!")) if not stripped.endswith(("?", "!")) else text + "!"


def _rewritten(text: str, rewrites: Rewrites, random: Random, share: float) -> str:
    for pattern, replacement in rewrites:
        if share >= 1.0 or random.random() < share:
            text = pattern.sub(replacement, text)
    return text


def _abbreviated(text: str, language: Language, random: Random) -> str:
    words = text.split(" ")
    for at, word in enumerate(words):
        short = language.spelling.abbreviations.get(word.lower().rstrip(",.?!"))
        if short and random.random() < 0.6:
            words[at] = random.choice(short) + word[len(word.rstrip(",.?!")) :]
    return " ".join(words)


def _mistyped(text: str, rate: float, language: Language, random: Random) -> str:
    words = text.split(" ")
    wanted = int(len(words) * rate + random.random())
    for _ in range(wanted):
        at = int(random.random() * len(words))
        words[at] = _mistyped_word(words[at], language, random)
    return " ".join(words)


def _mistyped_word(word: str, language: Language, random: Random) -> str:
    """Names, codes, addresses and short words are left alone: people look at those."""
    found = _SMALL_WORD.fullmatch(word.rstrip(",.?!"))
    if found is None or len(found[0]) < 4 or found[0][1:] != found[0][1:].lower():
        return word
    bare, tail = found[0], word[len(found[0]) :]
    usual = language.spelling.typos.get(bare.lower())
    if usual and random.random() < 0.7:
        wrong = random.choice(usual)
        return (wrong.capitalize() if bare[0].isupper() else wrong) + tail
    at = 1 + int(random.random() * (len(bare) - 2))
    slip = random.random()
    if slip < 0.34:
        bare = bare[:at] + bare[at + 1] + bare[at] + bare[at + 2 :]
    elif slip < 0.6:
        bare = bare[:at] + bare[at + 1 :]
    elif slip < 0.78:
        bare = bare[:at] + bare[at] + bare[at:]
    else:
        bare = bare[:at] + random.choice(_NEIGHBOURS.get(bare[at], bare[at])) + bare[at + 1 :]
    return bare + tail


def _careless(text: str, random: Random) -> str:
    """Apostrophes, commas and the last full stop are what goes first."""
    if random.random() < 0.5:
        text = text.replace("n't", "nt").replace("I'm", "Im").replace("'ve", "ve").replace("it's", "its")
    if random.random() < 0.35:
        text = text.replace(", ", " ")
    return text[:-1] if text.endswith(".") and random.random() < 0.7 else text


def _lowered(text: str) -> str:
    """All but what was written large inside, such as error codes."""
    return " ".join(word.lower() if word[1:] == word[1:].lower() else word for word in text.split(" "))
