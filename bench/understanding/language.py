"""Language: lingua's test texts, 16 languages of them, as `casewright language detect` answers them. Nothing is trained on these."""

from collections.abc import Iterator
from time import process_time

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.cli.language import detected

SOURCE = "https://github.com/pemistahl/lingua-py (language-testdata)"
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "sv", "da", "ja", "zh", "ko", "ar")
"""The answer may be any of some 180 languages, not of these alone."""
KINDS = (
    ("sentences", "sentences", 98.5, "lingua 98.6, py3langid 98.8"),
    ("word-pairs", "pairs of words", 88.0, "lingua 90.5, py3langid 77.9"),
    ("single-words", "single words", 72.0, "lingua 75.0, py3langid 53.7"),
)


def language(data: Data) -> Iterator[Figure]:
    for folder, what, target, published in KINDS:
        shares, count, begun = [], 0, process_time()
        for code in LANGUAGES:
            file = data.file(f"lingua_langid/language-testdata/{folder}/{code}.txt", SOURCE)
            texts = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
            shares.append(sum(answer.language == code for answer in detected(texts)) / len(texts))
            count += len(texts)
        milliseconds = (process_time() - begun) / count * 1000
        yield Figure(f"{what}, {len(LANGUAGES)} languages", 100 * sum(shares) / len(shares), "%", target, published)
        yield Figure(f"{what}, CPU a text", milliseconds, "ms")


PARTS = (Part("language", "Language", language),)
