import pytest

from casewright.knowledge.sources.naming import LONGEST_KEY, key_from, key_of, key_of_address, title_of


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("export-data.md", "export-data"),
        ("guides/Export Data.html", "guides-export-data"),
        ("Größe & Maß.docx", "groesse-mass"),
        ("café.pdf", "cafe"),
        ("release 2.0.1.md", "release-2-0-1"),
    ],
)
def test_a_file_s_key_is_its_path_in_plain_letters(path: str, key: str) -> None:
    assert key_of(path) == key


def test_what_has_no_plain_letters_gets_a_key_of_its_own() -> None:
    assert key_of("導出.md") != key_of("導入.md")
    assert key_of("導出.md") == key_of("導出.md")


def test_long_names_that_begin_alike_stay_apart() -> None:
    one, other = key_from("word " * 60 + "one"), key_from("word " * 60 + "other")
    assert one != other
    assert max(len(one), len(other)) <= LONGEST_KEY


def test_pages_are_told_apart_by_host_path_and_query() -> None:
    assert key_of_address("https://help.example/en/export.html") == "help-example-en-export"
    assert key_of_address("https://help.example/v/2.0") != key_of_address("https://help.example/v/2.1")
    assert key_of_address("https://help.example/a?id=1") != key_of_address("https://help.example/a?id=2")


def test_a_title_is_made_of_the_file_s_name() -> None:
    assert title_of("guides/how_to-export.pdf") == "How to export"
