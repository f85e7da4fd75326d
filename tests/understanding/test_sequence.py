import pytest

from casewright.understanding.models import Segment
from casewright.understanding.sequence import in_wanted_order


def order(text: str, *requests: tuple[str, int]) -> list[str]:
    """The requests as they are dealt with: by priority, then by place."""
    segments = []
    for words, priority in requests:
        start = text.index(words)
        segments.append(Segment(start=start, end=start + len(words), text=words, priority=priority))
    return [one.text for one in sorted(in_wanted_order(text, segments), key=lambda one: (one.priority, one.start))]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("export my data and then reset my password", ("export my data", 3), ("reset my password", 2)),
        ("Add a comment. After that, raise the priority", ("Add a comment", 3), ("raise the priority", 2)),
        (
            "Exportiere die Daten, danach setze mein Passwort zurück",
            ("Exportiere die Daten", 3),
            ("setze mein Passwort zurück", 2),
        ),
    ],
)
def test_what_comes_then_comes_later_though_it_is_more_urgent(
    text: str, first: tuple[str, int], second: tuple[str, int]
) -> None:
    assert order(text, first, second) == [first[0], second[0]]


@pytest.mark.parametrize(
    ("text", "second", "first"),
    [
        ("Close my case, but first add a comment", ("Close my case", 3), ("add a comment", 3)),
        ("Raise the priority and add a comment first", ("Raise the priority", 2), ("add a comment first", 5)),
        ("Before you close my case, add a comment", ("Before you close my case", 3), ("add a comment", 3)),
        (
            "Schließ den Fall, aber vorher füge einen Kommentar an",
            ("Schließ den Fall", 3),
            ("füge einen Kommentar an", 3),
        ),
    ],
)
def test_what_is_wanted_first_comes_first(text: str, second: tuple[str, int], first: tuple[str, int]) -> None:
    assert order(text, second, first) == [first[0], second[0]]


def test_without_such_words_urgency_decides() -> None:
    text = "export my data and report an outage"
    assert order(text, ("export my data", 3), ("report an outage", 1)) == ["report an outage", "export my data"]
