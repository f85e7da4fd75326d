from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.understanding.segments import MOST_PIECES, split
from casewright.understanding.splitting import train_splitter


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reset my password and also why is the export empty?", ["Reset my password", "why is the export empty?"]),
        ("I forgot my password. How do I export data?", ["I forgot my password.", "How do I export data?"]),
        ("- reset password\n- export data", ["reset password", "export data"]),
        ("Ok password is reset, now back to the export", ["Ok password is reset", "now back to the export"]),
        (
            "Ich habe mein Passwort vergessen und außerdem lädt der Speicher nicht",
            ["Ich habe mein Passwort vergessen", "lädt der Speicher nicht"],
        ),
    ],
)
def test_requests_in_one_message_are_cut_apart(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Enable and disable the same feature",
        "My dashboard and my report show different numbers",
        "export and import data",
        "The export is empty, e.g. no rows since v1.2",
        'What does "Reset it. How do I export?" mean',
        "Error in `a = 1; b = 2` after the update",
    ],
)
def test_one_request_stays_whole(text: str) -> None:
    assert pieces(text) == [text]


def test_code_stays_with_the_words_that_announce_it() -> None:
    text = 'Here is my code:\nx = get("/v1; a")\nif x.ok:\n    print(x.text)'
    assert pieces(text) == [text]


def test_a_stack_trace_is_not_cut_but_the_question_after_it_is() -> None:
    text = "    at com.example.Foo(Foo.java:3)\n    at com.example.Bar(Bar.java:5)\nHow do I fix it?"
    assert pieces(text)[-1] == "How do I fix it?"
    assert len(pieces(text)) == 2


def test_a_long_message_has_a_limited_number_of_pieces() -> None:
    text = "How do I do this? " * 50
    assert len(pieces(text)) == MOST_PIECES
    assert pieces(text)[-1].endswith("this?")


@pytest.mark.parametrize("text", ["and", " and also ", ", sowie", "but, and"])
def test_a_message_of_nothing_but_joints_is_one_piece(text: str) -> None:
    assert len(pieces(text)) == 1


def test_a_company_whose_requests_have_an_and_inside_keeps_it() -> None:
    texts = [
        f"list flights from {one} and {other}"
        for one, other in permutations(("Rome", "Oslo", "Bonn", "Kyiv", "Cork"), 2)
    ]
    texts += [
        f"how much is a taxi in {town}" for town in ("Rome", "Oslo", "Bonn", "Kyiv", "Cork", "Riga", "Graz", "Linz")
    ]
    splitter = train_splitter(texts, [0] * 20 + [1] * 8)
    text = "list flights from Linz and Riga and how much is a taxi in Cork"
    assert [text[start:end] for start, end in split(text, splitter)] == [
        "list flights from Linz and Riga",
        "how much is a taxi in Cork",
    ]


def test_a_blank_message_has_no_pieces() -> None:
    assert pieces(" \n\t") == []


WORDS = st.lists(
    st.sampled_from(["and also", "how", "export", "I need", ".", "?", ",", "\n", "- ", '"', "`", ";", "und", "x(1)"])
)


@given(st.text(max_size=200) | WORDS.map(" ".join))
def test_pieces_lie_in_the_text_in_order_and_do_not_overlap(text: str) -> None:
    spans = split(text)
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in spans)
