"""Dates in words, as customers write them, seen from a Sunday afternoon in Berlin."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from casewright.understanding.entity_types.dates import find_dates

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))

CASES = [
    # English
    ("It broke yesterday", "date", "2026-11-21"),
    ("since yesterday morning nothing works", "date_range", "2026-11-21T06:00+01:00/.."),
    ("the day before yesterday", "date", "2026-11-20"),
    ("this started this morning", "date_range", "2026-11-22T06:00+01:00/2026-11-22T12:00+01:00"),
    ("it failed last night", "date_range", "2026-11-21T18:00+01:00/2026-11-22T06:00+01:00"),
    ("last week the export was fine", "date_range", "2026-11-09/2026-11-15"),
    ("this week", "date_range", "2026-11-16/2026-11-22"),
    ("next month we move", "date_range", "2026-12-01/2026-12-31"),
    ("last year", "date_range", "2025-01-01/2025-12-31"),
    ("last quarter", "date_range", "2026-07-01/2026-09-30"),
    ("between Monday and Wednesday", "date_range", "2026-11-16/2026-11-18"),
    ("from Monday to Friday", "date_range", "2026-11-16/2026-11-20"),
    ("since Thursday", "date_range", "2026-11-19/.."),
    ("until Friday", "date_range", "../2026-11-27"),
    ("3 days ago", "date", "2026-11-19"),
    ("two weeks ago", "date", "2026-11-08"),
    ("five minutes ago", "date_time", "2026-11-22T14:25+01:00"),
    ("in the last 24 hours", "date_range", "2026-11-21T14:30+01:00/2026-11-22T14:30+01:00"),
    ("in 3 days", "date", "2026-11-25"),
    ("yesterday at 10:30", "date_time", "2026-11-21T10:30+01:00"),
    ("at 3 pm on Tuesday", "date_time", "2026-11-17T15:00+01:00"),
    ("since 9:15 this morning", "date_range", "2026-11-22T09:15+01:00/.."),
    ("on March 3rd", "date", "2026-03-03"),
    ("on 3 March 2025", "date", "2025-03-03"),
    ("March 3, 2025", "date", "2025-03-03"),
    ("on December 24", "date", "2026-12-24"),
    ("from March 3 to March 5", "date_range", "2026-03-03/2026-03-05"),
    ("March 3-5", "date_range", "2026-03-03/2026-03-05"),
    ("between the 3rd and 5th of March", "date_range", "2026-03-03/2026-03-05"),
    ("in March", "date_range", "2026-03-01/2026-03-31"),
    ("October 2025", "date_range", "2025-10-01/2025-10-31"),
    ("on 2026-02-28", "date", "2026-02-28"),
    ("2026-01-15T10:22:33Z", "date_time", "2026-01-15T11:22:33+01:00"),
    ("on 11/20/2026", "date", "2026-11-20"),
    ("over the weekend", "date_range", "2026-11-21/2026-11-22"),
    ("next friday", "date", "2026-11-27"),
    ("since the beginning of the month", "date_range", "2026-11-01/.."),
    ("before yesterday", "date_range", "../2026-11-20"),
    # German
    ("seit gestern früh", "date_range", "2026-11-21T06:00+01:00/.."),
    ("Seit gestern geht nichts mehr", "date_range", "2026-11-21/.."),
    ("vorgestern Abend", "date_range", "2026-11-20T18:00+01:00/2026-11-21T00:00+01:00"),
    ("heute Morgen um 8 Uhr", "date_time", "2026-11-22T08:00+01:00"),
    ("letzte Woche", "date_range", "2026-11-09/2026-11-15"),
    ("im letzten Monat", "date_range", "2026-10-01/2026-10-31"),
    ("zwischen Montag und Mittwoch", "date_range", "2026-11-16/2026-11-18"),
    ("von Montag bis Freitag", "date_range", "2026-11-16/2026-11-20"),
    ("vor zwei Wochen", "date", "2026-11-08"),
    ("seit drei Tagen", "date_range", "2026-11-19T00:00+01:00/2026-11-22T14:30+01:00"),
    ("in den letzten 24 Stunden", "date_range", "2026-11-21T14:30+01:00/2026-11-22T14:30+01:00"),
    ("am 3. März", "date", "2026-03-03"),
    ("vom 3. bis 5. März 2025", "date_range", "2025-03-03/2025-03-05"),
    ("am 03.10.2026", "date", "2026-10-03"),
    ("am 3.10.", "date", "2026-10-03"),
    ("übermorgen", "date", "2026-11-24"),
    ("nächsten Dienstag", "date", "2026-11-24"),
    ("bis Freitag", "date_range", "../2026-11-27"),
    # Spanish
    ("desde ayer por la mañana", "date_range", "2026-11-21T06:00+01:00/.."),
    ("la semana pasada", "date_range", "2026-11-09/2026-11-15"),
    ("hace tres días", "date", "2026-11-19"),
    ("entre el lunes y el miércoles", "date_range", "2026-11-16/2026-11-18"),
    ("el 3 de marzo de 2025", "date", "2025-03-03"),
    ("anoche dejó de funcionar", "date_range", "2026-11-21T18:00+01:00/2026-11-22T06:00+01:00"),
    # French
    ("depuis hier matin", "date_range", "2026-11-21T06:00+01:00/.."),
    ("la semaine dernière", "date_range", "2026-11-09/2026-11-15"),
    ("il y a trois jours", "date", "2026-11-19"),
    ("entre lundi et mercredi", "date_range", "2026-11-16/2026-11-18"),
    ("du 3 au 5 mars 2025", "date_range", "2025-03-03/2025-03-05"),
    ("aujourd'hui", "date", "2026-11-22"),
    # Portuguese
    ("desde ontem de manhã", "date_range", "2026-11-21T06:00+01:00/.."),
    ("na semana passada", "date_range", "2026-11-09/2026-11-15"),
    ("há três dias", "date", "2026-11-19"),
    ("três dias atrás", "date", "2026-11-19"),
    ("entre segunda-feira e quarta-feira", "date_range", "2026-11-16/2026-11-18"),
    ("em 3 de março de 2025", "date", "2025-03-03"),
    # Japanese
    ("昨日からログインできません", "date_range", "2026-11-21/.."),
    ("先週からエラーが出ます", "date_range", "2026-11-09/.."),
    ("3日前に送りました", "date", "2026-11-19"),
    ("11月20日に", "date", "2026-11-20"),
    ("月曜日から水曜日まで", "date_range", "2026-11-16/2026-11-18"),
    ("昨日の朝", "date_range", "2026-11-21T06:00+01:00/2026-11-21T12:00+01:00"),
]


@pytest.mark.parametrize(("text", "type_", "value"), CASES)
def test_a_day_or_a_stretch_of_time_is_found_in_words(text: str, type_: str, value: str) -> None:
    assert [(one.type, one.value) for one in find_dates(text, NOW)] == [(type_, value)]
