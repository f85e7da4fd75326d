"""Shows in the terminal what a history holds: numbers, sparklines, and how varied its words are."""

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from localorg.history.commands import made
from localorg.history.loading import load
from localorg.seeds import Seed

_BARS = " ▁▂▃▄▅▆▇█"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHOWN_TOPICS = 60
_SHINGLE = 5
_CASES = 'FROM "Case" WHERE "Category__c" IS NOT NULL'


def summarise(file: Path, *, summary: bool, samples: int) -> None:
    """Makes the history of `file` and prints what was asked for. Raises HistoryError or SeedError."""
    console = Console()
    document, seed = load(file), Seed.load(file.with_name("org.yaml"))
    with made(document, seed, file.parent.name, datetime.now(UTC)) as (connection, seconds):
        cases = connection.execute(f"SELECT count(*) {_CASES}").fetchone()[0]
        console.print(f"{cases:,} cases in {seconds:.1f} s of one core")
        if summary:
            _print_summary(console, connection)
        if samples:
            _print_samples(console, connection, samples)


def _print_summary(console: Console, connection: sqlite3.Connection) -> None:
    console.print(_counts(connection))
    days = [date.fromisoformat(row[0][:10]) for row in connection.execute(f'SELECT "CreatedDate" {_CASES}')]
    console.print(f"Cases a week   {sparkline(_by_week(days))}  {min(days)} … {max(days)}")
    weekdays = Counter(day.weekday() for day in days)
    console.print(f"By weekday     {sparkline([weekdays[day] for day in range(7)])}  {' '.join(_WEEKDAYS)}")
    hours = Counter(int(row[0][11:13]) for row in connection.execute(f'SELECT "CreatedDate" {_CASES}'))
    console.print(f"By hour (UTC)  {sparkline([hours[hour] for hour in range(24)])}  0 … 23")
    for title, sql in (
        ("Topic", f'SELECT "Category__c", count(*) {_CASES} GROUP BY 1 ORDER BY 2 DESC LIMIT {_SHOWN_TOPICS}'),
        ("Language", _of_contact("Language__c")),
        ("Status", f'SELECT "Status", count(*) {_CASES} GROUP BY 1 ORDER BY 2 DESC'),
        ("Priority", f'SELECT "Priority", count(*) {_CASES} GROUP BY 1 ORDER BY 2 DESC'),
        ("Origin", f'SELECT "Origin", count(*) {_CASES} GROUP BY 1 ORDER BY 2 DESC'),
        ("Satisfaction", f'SELECT "Satisfaction__c", count(*) {_CASES} GROUP BY 1 ORDER BY 1'),
        ("Owner", _OWNERS),
    ):
        console.print(_shares(title, [(str(row[0]), row[1]) for row in connection.execute(sql)]))
    console.print(_durations(connection))
    console.print(_variety(connection))


_OWNERS = """SELECT coalesce(u."Name", g."Name"), count(*) FROM "Case" c LEFT JOIN "User" u ON u."Id" = c."OwnerId"
             LEFT JOIN "Group" g ON g."Id" = c."OwnerId" WHERE c."Category__c" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"""


def _of_contact(field: str) -> str:
    return f"""SELECT p."{field}", count(*) FROM "Case" c JOIN "Contact" p ON p."Id" = c."ContactId"
               WHERE c."Category__c" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"""


def sparkline(numbers: Sequence[int]) -> str:
    """A bar for each number, the highest full."""
    highest = max(numbers, default=0) or 1
    return "".join(_BARS[round(number / highest * (len(_BARS) - 1))] for number in numbers)


def _by_week(days: Iterable[date]) -> list[int]:
    weeks = Counter(day - timedelta(days=day.weekday()) for day in days)
    first, last = min(weeks), max(weeks)
    return [weeks[first + timedelta(weeks=number)] for number in range((last - first).days // 7 + 1)]


def _counts(connection: sqlite3.Connection) -> Table:
    table = Table("Object", "Records", title="Records, the seed's included")
    names = ("Account", "Contact", "User", "Asset", "Case", "CaseHistory", "CaseComment", "EmailMessage")
    for name in names:
        table.add_row(name, f"{connection.execute(f'SELECT count(*) FROM {chr(34)}{name}{chr(34)}').fetchone()[0]:,}")
    return table


def _shares(title: str, rows: list[tuple[str, int]]) -> Table:
    table = Table(title, "Cases", "Share", "")
    total, highest = sum(number for _, number in rows), max((number for _, number in rows), default=1)
    for name, number in rows:
        table.add_row(name, f"{number:,}", f"{number / total:.1%}", "█" * round(24 * number / highest))
    return table


def _durations(connection: sqlite3.Connection) -> Table:
    """Hours by the clock, from the case to the first public word of the company, and to its end."""
    first = f"""SELECT min({_hours('m."CreatedDate"', 'c."CreatedDate"')}) FROM "Case" c
                JOIN "CaseComment" m ON m."ParentId" = c."Id" JOIN "User" u ON u."Id" = m."CreatedById"
                WHERE m."IsPublished" = 1 AND u."ContactId" IS NULL AND c."Category__c" IS NOT NULL GROUP BY c."Id" """
    closed = f"""SELECT {_hours('"ClosedDate"', '"CreatedDate"')} {_CASES} AND "IsClosed" = 1"""
    table = Table("Hours until", "Median", "90 %", "99 %")
    for name, sql in (("the first answer", first), ("the end", closed)):
        hours = sorted(row[0] for row in connection.execute(sql))
        if hours:
            table.add_row(name, *(f"{hours[int(len(hours) * share)]:.1f}" for share in (0.5, 0.9, 0.99)))
    return table


def _hours(until: str, since: str) -> str:
    """SQLite knows moments without a zone only."""
    return f"(julianday(substr({until}, 1, 19)) - julianday(substr({since}, 1, 19))) * 24"


def _variety(connection: sqlite3.Connection) -> Table:
    """How often words repeat; numbers are taken as equal."""
    table = Table("Texts", "Number", "Words", "Distinct", f"Distinct runs of {_SHINGLE} words")
    for name, sql in (
        ("Descriptions", f'SELECT "Description" {_CASES}'),
        ("Subjects", f'SELECT "Subject" {_CASES}'),
        ("Public comments", 'SELECT "CommentBody" FROM "CaseComment" WHERE "IsPublished" = 1'),
        ("Internal comments", 'SELECT "CommentBody" FROM "CaseComment" WHERE "IsPublished" = 0'),
    ):
        texts = [words(str(row[0] or "")) for row in connection.execute(sql)]
        runs = [run for text in texts for run in shingles(text)]
        table.add_row(
            name,
            f"{len(texts):,}",
            f"{sum(map(len, texts)) / len(texts):.0f}",
            f"{len({tuple(text) for text in texts}) / len(texts):.1%}",
            f"{len(set(runs)) / max(1, len(runs)):.1%}",
        )
    return table


def words(text: str) -> list[str]:
    return re.sub(r"\d+", "0", text.lower()).split()


def shingles(text: list[str]) -> list[tuple[str, ...]]:
    return [tuple(text[start : start + _SHINGLE]) for start in range(len(text) - _SHINGLE + 1)]


def _print_samples(console: Console, connection: sqlite3.Connection, number: int) -> None:
    ids = [row[0] for row in connection.execute(f'SELECT "Id" {_CASES} ORDER BY "Id"')]
    for case_id in random.sample(ids, min(number, len(ids))):
        case = connection.execute('SELECT * FROM "Case" WHERE "Id" = ?', (case_id,)).fetchone()
        sql = """SELECT m.*, u."Name" FROM "CaseComment" m JOIN "User" u ON u."Id" = m."CreatedById"
                 WHERE m."ParentId" = ? ORDER BY m."CreatedDate" """
        talk = "".join(
            f"\n\n— {row['Name']}, {row['CreatedDate'][:16]}{'' if row['IsPublished'] else ' (internal)'}\n{row['CommentBody']}"
            for row in connection.execute(sql, (case_id,))
        )
        facts = f"{case['Category__c']} · {case['Origin']} · {case['Priority']} · {case['Status']}"
        panel = Panel(f"{case['Description']}{talk}", title=case["Subject"] or "", subtitle=facts)
        console.print(panel, markup=False, highlight=False)
