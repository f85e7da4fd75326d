import shutil
from pathlib import Path

import pytest
import yaml

from localorg.history.errors import HistoryError
from localorg.history.loading import beside, load
from tests.localorg.history.orgs import EXAMPLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of Brückner Solar to spoil."""
    copy = tmp_path / "company"
    shutil.copytree(EXAMPLES / "brueckner", copy)
    return copy


def change(path: Path, **changes: object) -> None:
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes, allow_unicode=True))


def complaint(folder: Path) -> str:
    with pytest.raises(HistoryError) as caught:
        load(folder / "history.yaml")
    return str(caught.value)


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_the_examples_histories_are_found_beside_their_seeds_and_fit(company: str) -> None:
    path = beside(EXAMPLES / company / "org.yaml")
    assert path is not None
    assert load(path).topics


def test_a_seed_without_a_history_has_none(tmp_path: Path) -> None:
    assert beside(tmp_path / "org.yaml") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cases": "many"}, "does not fit at cases"),
        ({"planets": 9}, "does not fit at planets"),
        ({"countries": {"XX": {"name": "X", "share": 1, "languages": {"de": 1}}}}, "the country 'XX' is not among"),
        ({"language": "tlh"}, "there is no language 'tlh'"),
        (
            {"events": [{"name": "e", "cases": 1, "half_life_hours": 1, "topics": {"x": 1}}]},
            "topic 'x', which has no file",
        ),
        ({"language": "en"}, "the topic app_anmeldung has no story in 'en'"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_the_reason(
    folder: Path, changes: dict[str, object], sentence: str
) -> None:
    change(folder / "history.yaml", **changes)
    assert sentence in complaint(folder)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Mein {haustier} bellt.", "ask for {haustier}, which nobody gives"),
        ("Es ist [kalt|warm.", "has a [ without its ]"),
    ],
)
def test_a_topic_with_a_line_that_cannot_be_written_is_refused(folder: Path, line: str, sentence: str) -> None:
    topic = folder / "history" / "wallbox.yaml"
    topic.write_text(topic.read_text().replace("      issue: |\n", f"      issue: |\n        {line}\n", 1))
    assert sentence in complaint(folder)


def test_a_history_without_topics_says_where_they_belong(folder: Path) -> None:
    shutil.rmtree(folder / "history")
    assert "has no topics; they belong into the folder" in complaint(folder)
