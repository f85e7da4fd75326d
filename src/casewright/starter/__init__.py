"""The skeleton of a company: a small folder that works as it is, in each language. Its owner replaces the texts."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from casewright.kit.errors import InvalidInput, SetupError

LANGUAGES: Final = ("en", "de")
_HERE: Final = Path(__file__).parent
_WHITE, _BLACK = "#ffffff", "#000000"


class FolderTaken(InvalidInput):
    """There is something there already; it is left alone."""


class FolderNotWritten(SetupError):
    """The files cannot be made there."""


def write_starter(folder: Path, *, name: str, slug: str, language: str, colour: str) -> tuple[Path, ...]:
    """Makes the folder, as a whole or not at all, and returns its files. `colour`: `#rrggbb`. Blocking.

    Raises `FolderTaken` and `FolderNotWritten`."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise FolderTaken(f"{folder} is there already and not empty: name another folder. Nothing was written.")
    target = folder.absolute()
    making = target.with_name(f".{target.name}.{os.getpid()}")
    values = {
        "__SLUG__": slug,
        "__NAME__": json.dumps(name, ensure_ascii=False)[1:-1],
        "__COLOUR__": colour.lower(),
        "__TEXT_COLOUR__": _readable_on(colour),
        "__INITIALS__": escape(initials(name)),
    }
    try:
        for source, place in _files(language):
            file = making / place
            file.parent.mkdir(parents=True, exist_ok=True)
            text = re.sub(r"__[A-Z_]+?__", lambda found: values[found[0]], source.read_text(encoding="utf-8"))
            file.write_text(text, encoding="utf-8")
        making.replace(target)
    except OSError as error:
        raise FolderNotWritten(f"{folder} cannot be made ({error.strerror}).") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return tuple(folder / place for _, place in _files(language))


def initials(name: str) -> str:
    """Of the first two words that begin with a letter or a digit: `Brückner Solar` → `BS`."""
    words = [word for word in re.split(r"[\s\-–/&.]+", name) if word and word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


def _files(language: str) -> list[tuple[Path, Path]]:
    """What is copied, and where to."""
    own = [file for file in sorted((_HERE / language).rglob("*")) if file.is_file()]
    return [(_HERE / "avatar.svg", Path("avatar.svg")), *((file, file.relative_to(_HERE / language)) for file in own)]


def _readable_on(colour: str) -> str:
    """White, unless black has more contrast on it (relative luminance as in WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _WHITE if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else _BLACK
