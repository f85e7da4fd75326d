import itertools
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.passages import LONGEST, find_codes, split_article, split_sentences


def test_each_passage_lies_within_one_section() -> None:
    passages = split_article("Title", "Opening.\n\n## One\n\nFirst.\n\n### Deep\n\nSecond.\n\n## Two\n\nThird.", "en")

    assert [(one.section, one.text) for one in passages] == [
        ("", "Opening."),
        ("One", "First."),
        ("One > Deep", "Second."),
        ("Two", "Third."),
    ]


def test_steps_code_and_running_text_are_told_apart() -> None:
    body = "Read this.\n\n1. Do **this**.\n2. Do `that`.\n\n```\nrun it\n```\n\n- A remark."
    (passage,) = split_article("Title", body, "en")

    assert [(one.kind, one.text) for one in passage.sentences] == [
        ("text", "Read this."),
        ("step", "Do this."),
        ("step", "Do that."),
        ("code", "run it"),
        ("text", "A remark."),
    ]


def test_a_list_stays_whole_however_long_it_is() -> None:
    steps = "\n".join(f"{number}. {'word ' * 30}end {number}." for number in range(1, 9))
    passages = split_article("Title", f"Before.\n\nDo all of this:\n\n{steps}\n\nAfter.", "en")

    (with_steps,) = [one for one in passages if any(sentence.kind == "step" for sentence in one.sentences)]
    assert sum(sentence.kind == "step" for sentence in with_steps.sentences) == 8


def test_the_line_that_introduces_a_list_belongs_to_it() -> None:
    (passage,) = split_article("Title", "Wait first. Then do this:\n\n1. One.\n2. Two.", "en")

    wait, introduction, one, two = passage.sentences
    assert introduction.introduction
    assert introduction.block == one.block == two.block != wait.block


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentences = [f"Sentence {number} {'word ' * 20}ends here." for number in range(12)]
    passages = split_article("Title", " ".join(sentences), "en")

    assert len(passages) > 1
    assert all(len(one.text.split()) <= LONGEST for one in passages)
    assert [sentence.text for one in passages for sentence in one.sentences] == [" ".join(s.split()) for s in sentences]


def test_marks_of_markdown_are_taken_off_and_words_kept() -> None:
    body = "Open **Settings > Data**, _then_ [the page](https://x.example) with `code`\nand ![a picture](p.png)."
    (passage,) = split_article("Title", body, "en")

    assert passage.text == "Open Settings > Data, then the page with code and a picture."


def test_steps_within_steps_follow_the_step_they_are_part_of() -> None:
    (passage,) = split_article("Title", "1. Outer.\n   1. Inner.\n\n   ```\n   code\n   ```\n2. Last.", "en")

    assert [one.text for one in passage.sentences] == ["Outer.", "Inner.", "code", "Last."]
    assert len({one.block for one in passage.sentences}) == 1


def test_rows_of_a_table_are_sentences() -> None:
    (passage,) = split_article("Title", "| Plan | Calls |\n|---|---|\n| Starter | 10,000 |", "en")

    assert [one.text for one in passage.sentences] == ["Plan | Calls", "Starter | 10,000"]


def test_a_table_stays_whole_with_what_introduces_it_and_a_very_long_one_repeats_its_head() -> None:
    rows = "\n".join(f"| plan {number} | {'word ' * 6}|" for number in range(30))
    (whole,) = split_article("Title", f"These are the plans:\n\n| Plan | Limits |\n|---|---|\n{rows}", "en")
    assert len(whole.sentences) == 32

    rows = "\n".join(f"| plan {number} | {'word ' * 20}|" for number in range(60))
    parts = split_article("Title", f"These are the plans:\n\n| Plan | Limits |\n|---|---|\n{rows}", "en")
    assert len(parts) > 1
    assert all(one.text.startswith("These are the plans:\nPlan | Limits\n") for one in parts)
    assert [s.text.split(" | ")[0] for one in parts for s in one.sentences[2:]] == [f"plan {n}" for n in range(60)]


def test_what_lies_within_an_item_is_kept() -> None:
    body = "- Outer.\n\n  > Quoted.\n\n  | A | B |\n  |---|---|\n  | 1 | 2 |\n\n  1. Deep."
    (passage,) = split_article("Title", body, "en")

    assert [(one.kind, one.text) for one in passage.sentences] == [
        ("text", "Outer."),
        ("text", "Quoted."),
        ("text", "A | B"),
        ("text", "1 | 2"),
        ("step", "Deep."),
    ]


def test_words_between_marks_of_html_are_kept() -> None:
    (passage,) = split_article("Title", "<div>\nCall <b>us</b> &amp; wait.\n<!-- a remark --></div>", "en")

    assert passage.text == "Call us & wait."


def test_a_heading_that_nothing_stands_below_is_told_by_itself() -> None:
    passages = split_article("Title", "## Delivery\n\nTwo days.\n\n## We do not deliver on Sundays", "en")

    assert [(one.section, one.text) for one in passages] == [
        ("Delivery", "Two days."),
        ("We do not deliver on Sundays", "We do not deliver on Sundays"),
    ]


@dataclass(frozen=True)
class Written:
    """A block of Markdown and the pieces of it that must not be cut."""

    markdown: str
    pieces: tuple[str, ...]
    is_heading: bool = False


@st.composite
def articles(draw: st.DrawFn) -> list[Written]:
    """Blocks of words that occur once each."""
    numbers = itertools.count()

    def words(least: int = 1, most: int = 8) -> str:
        return " ".join(f"word{next(numbers)}" for _ in range(draw(st.integers(least, most))))

    def block(kind: str) -> Written:
        match kind:
            case "heading":
                text = words()
                return Written(f"{'#' * draw(st.integers(1, 4))} {text}", (text,), is_heading=True)
            case "paragraph":
                sentences = tuple(f"W{words(1, 60)}." for _ in range(draw(st.integers(1, 8))))
                return Written(" ".join(sentences), sentences)
            case "introduction":
                text = f"{words()}:"
                return Written(text, (text,))
            case "code":
                lines = tuple(words() for _ in range(draw(st.integers(1, 30))))
                return Written("```\n" + "\n".join(lines) + "\n```", ("\n".join(lines),))
            case "table":
                rows = tuple((words(1, 12), words(1, 12)) for _ in range(draw(st.integers(2, 40))))
                written = [f"| {one} | {other} |" for one, other in rows]
                return Written("\n".join([written[0], "|---|---|", *written[1:]]), tuple(map(" | ".join, rows)))
            case _:
                items = tuple(words(1, 30) for _ in range(draw(st.integers(1, 25))))
                mark = "1." if kind == "steps" else "-"
                return Written("\n".join(f"{mark} {item}" for item in items), items)

    kinds = ("heading", "paragraph", "introduction", "code", "table", "list", "steps")
    return [block(draw(st.sampled_from(kinds))) for _ in range(draw(st.integers(1, 12)))]


@given(articles())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_nothing_is_lost_the_order_is_kept_and_no_row_item_or_code_is_cut(article: list[Written]) -> None:
    # A comment between two blocks keeps lists of the same kind apart.
    body = "\n\n<!-- -->\n\n".join(one.markdown for one in article)
    passages = split_article("Title", body, "en")
    sentences = list(dict.fromkeys(sentence.text for passage in passages for sentence in passage.sentences))
    headings = {heading for passage in passages for heading in passage.section.split(" > ")}

    told = [piece for one in article if not one.is_heading for piece in one.pieces]
    assert [text for text in sentences if text not in headings] == told
    assert {piece for one in article if one.is_heading for piece in one.pieces} <= headings


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("One. Two! Three? Four.", "en", ["One.", "Two!", "Three?", "Four."]),
        ("Use a code, e.g. E101. Then wait.", "en", ["Use a code, e.g. E101.", "Then wait."]),
        ("OAuth 2.0 is used. Version 3.1.4 too.", "en", ["OAuth 2.0 is used.", "Version 3.1.4 too."]),
        ("Ask Dr. Smith or J. Doe. They know.", "en", ["Ask Dr. Smith or J. Doe.", "They know."]),
        ("Bring tools, cables, etc. Then start.", "en", ["Bring tools, cables, etc.", "Then start."]),
        ("He said “Stop.” Then he left.", "en", ["He said “Stop.”", "Then he left."]),
        ("Das gilt z. B. für Anlagen. Sonst nicht.", "de", ["Das gilt z. B. für Anlagen.", "Sonst nicht."]),
        ("Bis zum 3. Mai gilt das. Danach nicht.", "de", ["Bis zum 3. Mai gilt das.", "Danach nicht."]),
        ("Das kostet ca. 49 Euro bzw. mehr.", "de", ["Das kostet ca. 49 Euro bzw. mehr."]),
        ("Es dauert ca. zwei Stunden. „Ja.“ Gut.", "de", ["Es dauert ca. zwei Stunden.", "„Ja.“", "Gut."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, language: str, expected: list[str]) -> None:
    assert split_sentences(text, language) == expected


@given(st.text(), st.sampled_from(["en", "de", "fr"]))
def test_splitting_into_sentences_loses_nothing_but_space(text: str, language: str) -> None:
    assert "".join("".join(split_sentences(text, language)).split()) == "".join(text.split())


@given(st.text(alphabet="ab #-1.*`>|\n[]()_!", max_size=200))
def test_any_markdown_can_be_split(body: str) -> None:
    for passage in split_article("Title", body, "en"):
        assert passage.sentences
        assert all(sentence.text.strip() for sentence in passage.sentences)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INVALID_SESSION_ID means it expired", ("INVALID_SESSION_ID",)),
        ("Status 403 or a 401 response", ("403", "401")),
        ("Der Fehler E203", ("E203",)),
        ("500 users and 512 MB in 2026", ()),
        ("Open the UTF-8 file on S3", ()),
    ],
)
def test_codes_are_found_and_plain_numbers_are_not(text: str, expected: tuple[str, ...]) -> None:
    assert find_codes(text) == expected


def test_a_code_in_the_title_counts_for_every_passage() -> None:
    passages = split_article("Error E203", "Opening.\n\n## More\n\nText.", "en")

    assert [one.codes for one in passages] == [("E203",), ("E203",)]
