import pytest
from hypothesis import given
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
