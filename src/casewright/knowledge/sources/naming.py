"""Keys and titles for what has none of its own."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

LONGEST_KEY: Final = 120
_SPELLED_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l"}
)
_ENDING: Final = re.compile(r"\.(?:md|markdown|x?html?|php|aspx?|jsp|pdf|docx|csv|txt)$", re.IGNORECASE)
_DIGEST_LENGTH: Final = 8


def key_of(path: str) -> str:
    """`guides/Export Data.html` → `guides-export-data`. The same path always has the same key; what has no letters from a to z
    gets a key of its digest."""
    return key_from(_without_ending(path))


def key_of_address(address: str) -> str:
    """`https://help.example/en/export?v=2` → `help-example-en-export-v-2`."""
    parts = urlsplit(address)
    path = _without_ending(unquote(parts.path).strip("/"))
    return key_from(" ".join(filter(None, (parts.netloc, path, parts.query))))


def title_of(path: str) -> str:
    """`guides/export_data.html` → `Export data`."""
    words = " ".join(re.split(r"[\s_-]+", PurePosixPath(_without_ending(path)).name)).strip()
    return words[:1].upper() + words[1:]


def _without_ending(path: str) -> str:
    return _ENDING.sub("", path)


def key_from(text: str) -> str:
    """`Export & import` → `export-import`."""
    spelled = unicodedata.normalize("NFKC", text).lower().translate(_SPELLED_OUT)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    key = "-".join(re.findall(r"[a-z0-9]+", plain))
    lost = sum(one.isalnum() for one in spelled) > 2 * sum(one.isalnum() for one in plain)
    if key and not lost and len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
    return "-".join(filter(None, (key[: LONGEST_KEY - _DIGEST_LENGTH - 1].rstrip("-"), digest)))
