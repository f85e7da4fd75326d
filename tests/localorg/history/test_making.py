"""What holds for every history, tried on the smaller company."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from localorg.history import reservation
from localorg.history.errors import HistoryError
from localorg.history.loading import Document
from localorg.history.making import write_history
from localorg.ids import instance_code, numbered_id
from localorg.schema.loader import standard_schema
from tests.localorg.history.orgs import NOW, org_with_history, write_all


def everything(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = [definition.name for definition in standard_schema()]
    return {name: [tuple(row) for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY "Id"')] for name in names}


def test_the_same_seed_and_moment_make_the_same_records(tmp_path: Path, brueckner: sqlite3.Connection) -> None:
    with org_with_history(tmp_path / "again.sqlite3", "brueckner") as again:
        assert everything(again) == everything(brueckner)


def test_another_seed_makes_other_records(
    tmp_path: Path, brueckner: sqlite3.Connection, brueckner_document: Document
) -> None:
    history = brueckner_document.history.model_copy(update={"seed": 2})
    other = Document(history, brueckner_document.languages, brueckner_document.topics)
    with org_with_history(tmp_path / "other.sqlite3", "brueckner", other) as connection:
        texts = 'SELECT "Description" FROM "Case" WHERE "Category__c" IS NOT NULL'
        before, after = ({row[0] for row in org.execute(texts)} for org in (brueckner, connection))
    assert len(before & after) < 0.05 * len(before)


def test_it_ends_at_the_moment_it_is_made(tmp_path: Path, brueckner_document: Document) -> None:
    later = NOW + timedelta(days=100)
    with org_with_history(tmp_path / "later.sqlite3", "brueckner", brueckner_document, later) as connection:
        newest = connection.execute('SELECT max("CreatedDate") FROM "Case" WHERE "Category__c" IS NOT NULL').fetchone()[
            0
        ]
    assert str(later - timedelta(days=3)) < newest.replace("T", " ") <= str(later)


def test_an_interrupted_history_is_completed_and_nothing_doubled(
    tmp_path: Path, brueckner: sqlite3.Connection, brueckner_document: Document
) -> None:
    with org_with_history(tmp_path / "half.sqlite3", "brueckner", brueckner_document, written=False) as connection:
        writing = write_history(connection, standard_schema(), "brueckner", brueckner_document, NOW)
        while next(writing).done < 300:
            pass
        write_all(connection, "brueckner", brueckner_document)
        assert everything(connection) == everything(brueckner)


def test_what_an_org_got_meanwhile_stays_and_gets_higher_numbers(tmp_path: Path, brueckner_document: Document) -> None:
    with org_with_history(tmp_path / "busy.sqlite3", "brueckner", brueckner_document) as connection:
        numbers = 'SELECT min("CaseNumber"), max("CaseNumber") FROM "Case" WHERE "Category__c" IS {} NULL'
        of_history = connection.execute(numbers.format("NOT")).fetchone()
        of_seed = connection.execute(numbers.format("")).fetchone()
        following = connection.execute("SELECT next FROM _sequence WHERE name = 'Case.CaseNumber'").fetchone()[0]
    assert of_history[0] == "00001001"
    assert of_history[1] < of_seed[0] <= of_seed[1]
    assert following == int(of_seed[1]) + 1


def test_ids_follow_the_order_of_creation_and_the_seeds_come_after(brueckner: sqlite3.Connection) -> None:
    for name in ("Account", "Contact", "Case"):
        rows = brueckner.execute(f'SELECT "Id", "CreatedDate" FROM "{name}" ORDER BY "Id"').fetchall()
        prefix = standard_schema().get(name).key_prefix
        bound = numbered_id(prefix, instance_code("brueckner"), reservation.RESERVED)
        dates = [row["CreatedDate"] for row in rows if row["Id"] <= bound]
        assert dates == sorted(dates)
        assert 0 < len(dates) < len(rows)


def test_customers_without_a_user_reply_by_mail(brueckner: sqlite3.Connection) -> None:
    sql = """SELECT m."FromAddress", p."Email", m."Incoming", m."Subject", c."Subject" FROM "EmailMessage" m
             JOIN "Case" c ON c."Id" = m."ParentId" JOIN "Contact" p ON p."Id" = c."ContactId" """
    rows = brueckner.execute(sql).fetchall()
    assert len(rows) > 100
    for address, email, incoming, subject, of_case in rows:
        assert (address, incoming, subject) == (email, 1, f"Re: {of_case}")


def test_a_seed_that_lacks_what_the_history_speaks_of_is_named(tmp_path: Path, brueckner_document: Document) -> None:
    with (
        org_with_history(tmp_path / "wrong.sqlite3", "aurora", brueckner_document, written=False) as connection,
        pytest.raises(HistoryError, match="the queue Kundendienst, which the org's seed does not have"),
    ):
        write_all(connection, "aurora", brueckner_document)
