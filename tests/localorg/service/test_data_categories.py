"""Which articles a user sees, and what WITH DATA CATEGORY finds."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.seeds import Seed, apply_seed
from localorg.soql.date_literals import Calendar
from localorg.soql.service import run_query
from localorg.sosl.service import run_search
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
Titles = Callable[..., set[str]]


def user(ref: str, profile: str, **values: Any) -> dict[str, Any]:
    name = {"ref": ref, "Username": f"{ref}@s.example", "LastName": ref, "Email": f"{ref}@s.example"}
    return {**name, "ProfileId": f"@{profile}", **values}


def article(ref: str, **values: Any) -> dict[str, Any]:
    return {"ref": ref, "Title": ref, "UrlName": ref, "PublishStatus": "Online", **values}


def chosen(article_ref: str, group: str, category: str) -> dict[str, Any]:
    return {"ParentId": f"@{article_ref}", "DataCategoryGroupName": group, "DataCategoryName": category}


EUROPE = {"name": "Europe", "label": "Europe", "categories": [{"name": "Spain", "label": "Spain"}]}
SEED: dict[str, Any] = {
    "organization": {"Name": "Articles"},
    "api_user": "@admin",
    "data_category_groups": [
        {
            "name": "Geography",
            "label": "Geography",
            "categories": [EUROPE, {"name": "Asia", "label": "Asia"}],
            "visibility": [
                {"profile": "Madrid", "categories": ["Spain"]},
                {"profile": "Nowhere", "visibility": "None"},
            ],
        },
        {"name": "Product", "label": "Product", "categories": [{"name": "Secret", "label": "Secret"}],
         "defaultVisibility": "None", "visibility": [{"profile": "All of it", "visibility": "All"}]},
    ],
    "profiles": [
        {"ref": "all", "Name": "All of it"},
        {"ref": "madrid", "Name": "Madrid"},
        {"ref": "nowhere", "Name": "Nowhere"},
        {"ref": "portal", "Name": "Portal", "UserType": "CspLitePortal"},
        {"ref": "guests", "Name": "Guests", "UserType": "Guest"},
    ],
    "users": [
        user("admin", "all"), user("ana", "madrid"), user("nemo", "nowhere"),
        user("carla", "portal", UserType="CspLitePortal"), user("guest", "guests", UserType="Guest"),
    ],
    "records": {
        "Knowledge__kav": [
            article("spain", IsVisibleInCsp=True), article("europe"), article("asia"), article("plain"),
            article("secret"), article("public", IsVisibleInPkb=True, IsVisibleInCsp=True),
            article("unpublished", PublishStatus="Draft", IsVisibleInCsp=True),
        ],
        "Knowledge__DataCategorySelection": [
            chosen("spain", "Geography", "Spain"), chosen("europe", "Geography", "Europe"),
            chosen("asia", "Geography", "Asia"), chosen("secret", "Product", "Secret"),
        ],
    },
}  # fmt: skip
EVERY = {"spain", "europe", "asia", "plain", "secret", "public", "unpublished"}


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Titles]:
    """The titles of the articles that a user finds."""
    seed = Seed.model_validate(SEED)
    connection = connect(tmp_path_factory.mktemp("articles") / "org.sqlite3")
    schema = seed.org_schema()
    create_tables(connection, schema)
    apply_seed(connection, schema, "articles", seed, NOW)
    calendar = Calendar(NOW, ZoneInfo("UTC"))

    def find(who: str | None = None, clauses: str = "", source: str = "Knowledge__kav", term: str = "") -> set[str]:
        row = connection.execute('SELECT "Id" FROM "User" WHERE "LastName" = ?', (who,)).fetchone()
        viewer = RecordId(row["Id"]) if row else None
        if term:
            text = f"FIND {{{term}}} RETURNING {source}(Title) {clauses}"
            return {
                str(one["Title"]) for one in run_search(connection, schema, calendar, text, data_path="", viewer=viewer)
            }
        text = f"SELECT Title FROM {source} {clauses}"
        found = run_query(connection, schema, calendar, text, data_path="", viewer=viewer)
        return {str(record["Title"]) for record in found.records}

    yield find
    connection.close()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("admin", EVERY),
        ("ana", EVERY - {"asia", "secret"}),
        ("nemo", {"plain", "public", "unpublished"}),
        ("carla", {"spain", "public"}),
        ("guest", {"public"}),
    ],
)
def test_categories_and_channels_hide_articles_without_a_word(titles: Titles, who: str, seen: set[str]) -> None:
    assert titles(who) == seen
    assert titles(who, source="KnowledgeArticleVersion") == seen


@pytest.mark.parametrize(
    ("filtered", "found"),
    [
        ("Geography__c AT Europe__c", {"europe"}),
        ("Geography__c ABOVE Spain__c", {"europe", "spain"}),
        ("Geography__c BELOW Europe__c", {"europe", "spain"}),
        ("Geography__c BELOW All__c", {"europe", "spain", "asia"}),
        ("Geography__c AT (Spain__c, Asia__c)", {"spain", "asia"}),
        ("Geography__c AT Spain__c AND Product__c AT Secret__c", set()),
    ],
)
def test_articles_are_found_by_their_categories(titles: Titles, filtered: str, found: set[str]) -> None:
    assert titles(None, f"WHERE PublishStatus = 'Online' WITH DATA CATEGORY {filtered}") == found


def test_a_search_finds_articles_of_a_category_only(titles: Titles) -> None:
    below = "WITH DATA CATEGORY Geography__c BELOW Europe__c"
    assert titles(None, term="spain OR asia") == {"spain", "asia"}
    assert titles(None, below, term="spain OR asia") == {"spain"}


@pytest.mark.parametrize(
    ("source", "filtered"),
    [
        ("Knowledge__kav", "Planets__c AT Mars__c"),
        ("Knowledge__kav", "Geography__c AT Mars__c"),
        ("Case", "A__c AT B__c"),
    ],
)
def test_a_category_that_does_not_exist_is_refused(titles: Titles, source: str, filtered: str) -> None:
    with pytest.raises(ApiError) as refused:
        titles(None, f"WITH DATA CATEGORY {filtered}", source)
    assert refused.value.code == "MALFORMED_QUERY"
