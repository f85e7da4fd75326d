"""Messages with no language in them: one letter a thousand times, a cat on the keyboard, punctuation only."""

import re
import zlib

# A letter or digit of any script, or a sign beyond punctuation, such as an emoji.
SAID = re.compile(r"[^\W_]|[\u2190-\u2bff\u3040-\uffff\U00010000-\U0010ffff]")
WORD = re.compile(r"[^\W\d_]+")
VOWEL = re.compile(r"[aeiouyäöüáàâãéèêëíìîïóòôõúùûæœåø]", re.IGNORECASE)
LATIN = re.compile(r"[a-zäöüß]+", re.IGNORECASE)
# German has eight in a row ("Angstschweiß").
CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{9,}", re.IGNORECASE)
SAME_AGAIN = re.compile(r"(.{1,4}?)\1{6,}", re.DOTALL)
LONG_TEXT = 200
# Prose of this length compresses to a third or a half; a twentieth means the same over and over.
MOST_COMPRESSED = 0.05
LONGEST_WORD = 40


def is_blank(text: str) -> bool:
    """Whether there is nothing in `text` but spaces and punctuation."""
    return not SAID.search(text)


def is_nonsense(text: str) -> bool:
    """Whether `text` says nothing in any language. Numbers, codes, emoji and very short words are not nonsense."""
    letters: list[str] = WORD.findall(text[:2000])
    if not letters:
        return is_blank(text)
    if len(text) >= LONG_TEXT and _ratio(text) < MOST_COMPRESSED and len({*map(str.lower, letters)}) <= 2:
        return True
    if len(text) >= 8 and SAME_AGAIN.fullmatch(re.sub(r"\s", "", text).lower()):
        return True
    unpronounceable = [word for word in letters if _is_unpronounceable(word)]
    return len(unpronounceable) > len(letters) / 2


def _ratio(text: str) -> float:
    raw = text.encode(errors="replace")
    return len(zlib.compress(raw)) / len(raw)


def _is_unpronounceable(word: str) -> bool:
    """One letter again and again, or Latin letters without a vowel or longer than any word; not ABBREVIATIONS."""
    if len(word) >= 4 and len(set(word.lower())) == 1:
        return True
    if not LATIN.fullmatch(word) or (word.isupper() and len(word) <= 6):
        return False
    return len(word) > LONGEST_WORD or (len(word) >= 5 and not VOWEL.search(word)) or bool(CONSONANTS.search(word))
