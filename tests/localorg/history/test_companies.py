"""The examples' histories as they are: consistent, as large as promised, and with the shape of a year."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import mean, median

import pytest

from localorg.clock import from_wire, to_wire
from localorg.history.countries import load_country
from localorg.schema.loader import standard_schema
from tests.localorg.history.orgs import NOW

OF_HISTORY = '"Category__c" IS NOT NULL'
Org = Callable[[str], sqlite3.Connection]


@pytest.fixture
def org(request: pytest.FixtureRequest) -> Org:
    return lambda company: request.getfixturevalue(company)


def values(connection: sqlite3.Connection, sql: str) -> list[object]:
    return [row[0] for row in connection.execute(sql)]


both = pytest.mark.parametrize("company", ["aurora", "brueckner"])


# --- consistent ---------------------------------------------------------------------------------------------------------


@both
@pytest.mark.slow
def test_every_reference_leads_to_a_record(org: Org, company: str) -> None:
    connection, schema = org(company), standard_schema()
    for definition in schema:
        for field in definition.stored_fields:
            if not field.reference_to:
                continue
            targets = " UNION ALL ".join(f'SELECT "Id" FROM "{name}"' for name in field.reference_to)
            lost = f'SELECT count(*) FROM "{definition.name}" WHERE "{field.name}" IS NOT NULL AND "{field.name}" NOT IN ({targets})'
            assert values(connection, lost) == [0], (definition.name, field.name)


@both
def test_what_is_required_is_there_and_texts_fit_their_fields(org: Org, company: str) -> None:
    connection = org(company)
    for definition in standard_schema():
        for field in definition.stored_fields:
            column = f'"{field.name}"'
            if field.required:
                missing = f'SELECT count(*) FROM "{definition.name}" WHERE {column} IS NULL'
                assert values(connection, missing) == [0], (definition.name, field.name)
            if field.is_text:
                longest = values(connection, f'SELECT max(length({column})) FROM "{definition.name}"')[0]
                assert not longest or int(str(longest)) <= field.length, (definition.name, field.name)
            if field.restricted:
                found = set(values(connection, f'SELECT DISTINCT {column} FROM "{definition.name}"')) - {None}
                assert found <= set(field.values), (definition.name, field.name)


@both
def test_case_numbers_and_addresses_are_each_given_once(org: Org, company: str) -> None:
    connection = org(company)
    for sql in (
        'SELECT "CaseNumber" FROM "Case"',
        'SELECT "Email" FROM "Contact"',
        'SELECT "Username" FROM "User"',
        'SELECT "Name" FROM "Account"',
    ):
        found = values(connection, sql)
        assert len(found) == len(set(found)), sql


@both
def test_nothing_happens_before_its_time_or_after_the_end(org: Org, company: str) -> None:
    connection = org(company)
    end = to_wire(NOW)
    for definition in standard_schema():
        newest = values(connection, f'SELECT max("SystemModstamp") FROM "{definition.name}"')[0]
        assert newest is None or str(newest) <= end, definition.name
    for sql in (
        f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND "ClosedDate" <= "CreatedDate"',
        f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND "LastModifiedDate" < "CreatedDate"',
        f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND ("IsClosed" = 1) <> ("ClosedDate" IS NOT NULL)',
        f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND ("Status" = \'Closed\') <> "IsClosed"',
        """SELECT count(*) FROM "CaseComment" m JOIN "Case" c ON c."Id" = m."ParentId"
           WHERE m."CreatedDate" <= c."CreatedDate" OR m."CreatedDate" > c."LastModifiedDate" """,
        """SELECT count(*) FROM "Case" c JOIN "Contact" p ON p."Id" = c."ContactId"
           WHERE date(c."CreatedDate") < date(p."CreatedDate") AND c."Category__c" IS NOT NULL""",
        'SELECT count(*) FROM "Case" c JOIN "Case" p ON p."Id" = c."ParentId" WHERE c."CaseNumber" = p."CaseNumber"',
    ):
        allowed = 30 if '"Contact"' in sql else 0
        assert int(str(values(connection, sql)[0])) <= allowed, sql


@both
def test_the_history_of_each_field_leads_from_its_first_value_to_its_present_one(org: Org, company: str) -> None:
    connection = org(company)
    for field, first in (("Status", "New"), ("Priority", None)):
        sql = f"""SELECT h."CaseId", h."OldValue", h."NewValue", c."{field}" FROM "CaseHistory" h
                  JOIN "Case" c ON c."Id" = h."CaseId" WHERE h."Field" = '{field}' AND c."Category__c" IS NOT NULL
                  ORDER BY h."CaseId", h."CreatedDate", h."Id" """
        last: dict[str, str] = {}
        present: dict[str, str] = {}
        for case_id, old, new, now in connection.execute(sql):
            assert old == last.get(case_id, first or old)
            assert old != new
            last[case_id], present[case_id] = new, now
        assert last == present


@both
def test_agents_answer_on_working_days_in_their_hours_but_for_emergencies(org: Org, company: str) -> None:
    sql = """SELECT m."CreatedDate" FROM "CaseComment" m JOIN "User" u ON u."Id" = m."CreatedById"
             JOIN "Case" c ON c."Id" = m."ParentId"
             WHERE u."ContactId" IS NULL AND c."Priority" <> 'Critical' AND c."ParentId" IS NULL
             AND c."Type" <> 'Incident' AND c."Category__c" IS NOT NULL"""
    moments = [from_wire(str(moment)) for moment in values(org(company), sql)]
    assert all(moment.weekday() < 5 and 6 <= moment.hour < 21 for moment in moments)


# --- as large as promised ---------------------------------------------------------------------------------------------------


def test_aurora_has_eighteen_months_of_400_accounts_3000_contacts_and_12000_cases(aurora: sqlite3.Connection) -> None:
    assert values(aurora, 'SELECT count(*) FROM "Account" WHERE "AccountNumber" LIKE \'AUR-20%\'') == [400]
    assert values(aurora, 'SELECT count(*) FROM "Contact"') == [3020]
    assert values(aurora, f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY}') == [12_000]
    assert values(aurora, f'SELECT count(DISTINCT substr("CreatedDate", 1, 7)) FROM "Case" WHERE {OF_HISTORY}') == [19]
    assert values(aurora, f'SELECT count(DISTINCT "Category__c") FROM "Case" WHERE {OF_HISTORY}') == [47]


def test_every_account_of_aurora_has_its_subscription(aurora: sqlite3.Connection) -> None:
    assert values(aurora, 'SELECT count(*) FROM "Account" WHERE "Id" NOT IN (SELECT "AccountId" FROM "Asset")') == [0]
    sql = 'SELECT count(*) FROM "Asset" WHERE "Licences_Used__c" > "Quantity" OR "Api_Used_Today__c" > "Api_Daily_Limit__c"'
    assert values(aurora, sql) == [0]


def test_a_few_people_write_often_and_many_rarely(aurora: sqlite3.Connection) -> None:
    sql = f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND "ContactId" IS NOT NULL GROUP BY "ContactId"'
    numbers = sorted((int(str(number)) for number in values(aurora, sql)), reverse=True)
    assert sum(numbers[:300]) > 0.35 * 12_000
    assert sum(number <= 3 for number in numbers) > 0.35 * len(numbers)
    assert numbers[0] < 0.02 * 12_000


def test_a_plausible_backlog_is_open_at_the_end(aurora: sqlite3.Connection) -> None:
    opened = values(aurora, f'SELECT "CreatedDate" FROM "Case" WHERE {OF_HISTORY} AND "IsClosed" = 0')
    assert 40 < len(opened) < 300
    assert median(from_wire(str(moment)).timestamp() for moment in opened) > (NOW - timedelta(days=10)).timestamp()
    statuses = set(values(aurora, f'SELECT "Status" FROM "Case" WHERE {OF_HISTORY} AND "IsClosed" = 0'))
    assert {"New", "Working", "Waiting on Customer"} <= statuses


def test_few_cases_are_reopened_and_few_escalated(aurora: sqlite3.Connection) -> None:
    sql = """SELECT count(DISTINCT "CaseId") FROM "CaseHistory" h JOIN "Case" c ON c."Id" = h."CaseId"
             WHERE "Field" = 'Status' AND "OldValue" = 'Closed' AND c."Category__c" IS NOT NULL"""
    assert 0.02 < int(str(values(aurora, sql)[0])) / 12_000 < 0.07
    escalated = f'SELECT count(*) FROM "Case" WHERE {OF_HISTORY} AND "IsEscalated" = 1'
    assert 0.005 < int(str(values(aurora, escalated)[0])) / 12_000 < 0.08


def test_satisfaction_is_one_to_five_mostly_missing_and_worse_after_a_long_wait(aurora: sqlite3.Connection) -> None:
    sql = f"""SELECT "Satisfaction__c", julianday(substr("ClosedDate", 1, 19)) - julianday(substr("CreatedDate", 1, 19))
              FROM "Case" WHERE {OF_HISTORY} AND "IsClosed" = 1"""
    rows = [(score, days) for score, days in aurora.execute(sql)]
    rated = [(score, days) for score, days in rows if score is not None]
    assert {score for score, _ in rated} == {1, 2, 3, 4, 5}
    assert 0.2 < len(rated) / len(rows) < 0.45
    assert mean(s for s, days in rated if days < 1) > mean(s for s, days in rated if days > 7) + 0.4


def test_people_write_the_languages_of_their_countries(aurora: sqlite3.Connection) -> None:
    sql = """SELECT "MailingCountry", "Language__c", count(*) FROM "Contact" WHERE "MailingCountry" IS NOT NULL GROUP BY 1, 2"""
    spoken: dict[str, set[str]] = {}
    for country, language, _ in aurora.execute(sql):
        spoken.setdefault(country, set()).add(language)
    assert spoken["Germany"] == {"de", "en"}
    assert spoken["United Kingdom"] == {"en"}
    assert spoken["Brazil"] == {"pt", "en"}
    assert spoken["Canada"] == {"en", "fr"}
    shares = Counter(
        str(language)
        for language in values(
            aurora,
            f'SELECT p."Language__c" FROM "Case" c JOIN "Contact" p ON p."Id" = c."ContactId" WHERE {OF_HISTORY}',
        )
    )
    assert shares["en"] > 0.6 * 12_000
    assert min(shares[language] for language in ("de", "es", "fr", "pt")) > 150


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", r"\b(ich|nicht|die|und|der|das|wir|bei|seit|zu|ist|wie|mit|in|auf|den|es)\b"),
        ("es", r"\b(el|la|que|no|me|de|en|por|los|y|una|las|con|al|el)\b"),
        ("fr", r"\b(le|la|de|les|je|est|un|des|à|nous|pas|en|du|plus|et|pour)\b"),
        ("pt", r"\b(o|a|que|não|de|em|os|para|um|uma|e|por|do|da)\b"),
    ],
)
def test_descriptions_are_in_the_language_of_their_writer(
    aurora: sqlite3.Connection, language: str, words: str
) -> None:
    sql = f"""SELECT c."Description" FROM "Case" c JOIN "Contact" p ON p."Id" = c."ContactId"
              WHERE {OF_HISTORY} AND p."Language__c" = '{language}' AND length(c."Description") > 60"""
    texts = [str(text).lower() for text in values(aurora, sql)]
    assert sum(len(re.findall(words, text)) >= 2 for text in texts) > 0.85 * len(texts)


def test_hardly_any_two_descriptions_are_equal(aurora: sqlite3.Connection) -> None:
    texts = [str(text) for text in values(aurora, f'SELECT "Description" FROM "Case" WHERE {OF_HISTORY}')]
    assert len(set(texts)) > 0.98 * len(texts)
    runs = [tuple(words[at : at + 5]) for words in map(str.split, texts) for at in range(len(words) - 4)]
    assert len(set(runs)) > 0.5 * len(runs)


def test_all_addresses_end_in_example_and_all_phones_in_the_numbers_nobody_has(aurora: sqlite3.Connection) -> None:
    assert all(
        str(email).endswith((".example", "example.com")) for email in values(aurora, 'SELECT "Email" FROM "Contact"')
    )
    sql = 'SELECT "Phone" FROM "Contact" WHERE "Phone" IS NOT NULL UNION SELECT "Phone" FROM "Account" WHERE "Phone" IS NOT NULL'
    assert all(
        re.search(r"555? ?(0?1|50 1)\d\d$|555 01\d\d$|5550 01\d\d$|55 50 1\d\d$", str(phone))
        for phone in values(aurora, sql)
    )


def test_the_two_companies_share_nobody(aurora: sqlite3.Connection, brueckner: sqlite3.Connection) -> None:
    for sql in ('SELECT "Id" FROM "Case"', 'SELECT "Email" FROM "Contact"', 'SELECT "Name" FROM "Account"'):
        assert not set(values(aurora, sql)) & set(values(brueckner, sql))


# --- the shape of a year -----------------------------------------------------------------------------------------------------


def days_of(connection: sqlite3.Connection, where: str = OF_HISTORY) -> Counter[date]:
    sql = f'SELECT "CreatedDate" FROM "Case" WHERE {where}'
    return Counter(from_wire(str(moment)).date() for moment in values(connection, sql))


def test_mondays_are_busy_and_weekends_quiet(aurora: sqlite3.Connection) -> None:
    weekdays = Counter[int]()
    for day, number in days_of(aurora).items():
        weekdays[day.weekday()] += number
    assert weekdays[0] > weekdays[2] > weekdays[4] > 4 * weekdays[5]


def test_people_write_while_it_is_day_where_they_are(aurora: sqlite3.Connection) -> None:
    sql = f"""SELECT c."CreatedDate" FROM "Case" c JOIN "Account" a ON a."Id" = c."AccountId"
              WHERE {OF_HISTORY} AND a."BillingCountry" = 'Australia'"""
    hours = [datetime.fromtimestamp(from_wire(str(moment)).timestamp(), UTC).hour for moment in values(aurora, sql)]
    assert sum(hour >= 21 or hour < 10 for hour in hours) > 0.85 * len(hours)


def test_it_grows(aurora: sqlite3.Connection) -> None:
    days = days_of(aurora)
    begin, end = min(days), max(days)
    first = sum(number for day, number in days.items() if day < begin + timedelta(days=120))
    last = sum(number for day, number in days.items() if day > end - timedelta(days=120))
    assert last > 1.2 * first


def test_public_holidays_are_quiet_in_their_country(aurora: sqlite3.Connection) -> None:
    sql = f"""SELECT c."CreatedDate" FROM "Case" c JOIN "Account" a ON a."Id" = c."AccountId"
              WHERE {OF_HISTORY} AND a."BillingCountry" = 'United States' AND c."ParentId" IS NULL"""
    days = Counter((from_wire(str(moment)) - timedelta(hours=6)).date() for moment in values(aurora, sql))
    states = load_country("US")
    weekdays = [min(days) + timedelta(days=number) for number in range((max(days) - min(days)).days)]
    weekdays = [day for day in weekdays if day.weekday() < 5]
    on_holidays = mean(days[day] for day in weekdays if states.is_holiday(day))
    assert on_holidays < 0.4 * mean(days[day] for day in weekdays if not states.is_holiday(day))


def test_two_outages_bring_bursts_of_reports_under_their_incidents(aurora: sqlite3.Connection) -> None:
    incidents = aurora.execute(
        """SELECT "Id", "CreatedDate", "ClosedDate" FROM "Case"
           WHERE "Type" = 'Incident' AND "ContactId" IS NULL AND "Category__c" IS NOT NULL"""
    ).fetchall()
    assert len(incidents) == 2
    for incident in incidents:
        sql = f'SELECT "CreatedDate", "ClosedDate" FROM "Case" WHERE "ParentId" = \'{incident["Id"]}\''
        reports = aurora.execute(sql).fetchall()
        assert len(reports) > 120
        begun = from_wire(incident["CreatedDate"])
        early = sum(from_wire(report["CreatedDate"]) < begun + timedelta(hours=4) for report in reports)
        assert early > 0.75 * len(reports)
        assert all(report["ClosedDate"] for report in reports)


def test_the_release_brings_a_wave_that_fades(aurora: sqlite3.Connection) -> None:
    released = (NOW - timedelta(days=128)).date()
    days = days_of(aurora, f"{OF_HISTORY} AND \"Category__c\" IN ('flow_errors', 'mobile_app', 'reports')")

    def weekly(first: date) -> int:
        return sum(days[first + timedelta(days=number)] for number in range(7))

    before, after = weekly(released - timedelta(days=14)), weekly(released - timedelta(days=2))
    assert after > 2 * before
    assert weekly(released + timedelta(days=60)) < 0.6 * after


def test_invoices_are_asked_about_when_they_come(aurora: sqlite3.Connection) -> None:
    days = days_of(aurora, "\"Category__c\" = 'billing_invoice'")
    begin = sum(number for day, number in days.items() if day.day <= 4)
    assert begin > 1.6 * sum(days.values()) * 4 / 30.4


def test_brueckners_year_follows_the_sun(brueckner: sqlite3.Connection) -> None:
    months = Counter[int]()
    for day, number in days_of(brueckner, f'{OF_HISTORY} AND "ParentId" IS NULL').items():
        months[day.month] += number
    weeks_of_summer = months[5] + months[6]
    weeks_of_winter = months[12] + months[1]
    assert weeks_of_summer > 1.8 * weeks_of_winter


def test_brueckners_hail_came_in_summer_and_has_its_incident(brueckner: sqlite3.Connection) -> None:
    sql = """SELECT c."CreatedDate" FROM "Case" c JOIN "Case" p ON p."Id" = c."ParentId"
             WHERE p."Subject" = 'Sammelfall: Hagel im Breisgau'"""
    reports = [from_wire(str(moment)) for moment in values(brueckner, sql)]
    assert len(reports) == 45
    assert Counter(moment.month for moment in reports).most_common(1)[0][0] == 7
