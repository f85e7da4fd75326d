"""Typed values in a message, with their places: numbers of cases, record ids, error codes, amounts, dates."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from casewright.understanding import counts
from casewright.understanding.models import Entity

MOST_ENTITIES = 100

TOKEN = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[0-9]+\]")
# Kinds of masked tokens that are values of a type that a slot may ask for.
TYPES_OF_TOKENS = {"email": "email", "phone": "phone", "record_id": "record_id", "case_number": "case_number"}

DEFAULT_CASE_NUMBER = re.compile(r"(?<![\w.#-])(?P<padded>0[0-9]{7})(?![\w]|[.,]\d)")
NAMED_CASE_NUMBER = re.compile(
    r"(?:(?<!\w)(?:case|ticket|fall|vorgang|caso|dossier)s?(?:[ -]?(?:number|num|no\.?|nr\.?|nummer|is"
    r"|ist))*[ :#.]{0,3}|#)"
    r"(?P<number>[0-9]{4,10})(?!\w)",
    re.IGNORECASE,
)

# Key prefixes of the standard objects that support meets (Salesforce Help, "Standard Field Record ID Prefix Decoder").
OBJECTS_BY_PREFIX = {
    "001": "Account",
    "003": "Contact",
    "005": "User",
    "006": "Opportunity",
    "00D": "Organization",
    "00G": "Group",
    "00Q": "Lead",
    "00T": "Task",
    "00U": "Event",
    "01I": "CustomObject",
    "01Z": "Dashboard",
    "00O": "Report",
    "500": "Case",
    "00a": "CaseComment",
    "02s": "EmailMessage",
    "068": "ContentVersion",
    "069": "ContentDocument",
    "701": "Campaign",
    "707": "AsyncApexJob",
    "750": "BulkJob",
    "800": "Contract",
    "801": "Order",
    "ka0": "KnowledgeArticleVersion",
    "kA0": "KnowledgeArticle",
    "a00": "CustomObject",
}
RECORD_ID = re.compile(r"(?<!\w)[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?(?!\w)")
ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

ERROR_CODE = re.compile(r"(?<![\w/\[])(?:[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|[EFW]-?[0-9]{3,4})(?!\w)")
HTTP_STATUS = re.compile(
    r"(?<![\w.#-])(?:(?:https?|http/\d(?:\.\d)?|status|code|error|response|fehler|antwort|returns?|returned|gets?"
    r"|getting|got|a|an|ein|with|mit)"
    r"[ :=]{1,3})(?P<status>[1-5][0-9]{2})(?![\w]|[.,]\d| ?(?:%|usd|eur|euros?|dollars?|rows?|records?|users?|calls?"
    r"|mb|gb))"
    r"|(?<![\w.#,-])(?P<named>[45][0-9]{2})(?= (?:error|unauthori[sz]ed|forbidden|not found|bad request|response"
    r"|status|fehler|internal))",
    re.IGNORECASE,
)

CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR"}
CURRENCIES |= {"euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "chf": "CHF", "franken": "CHF"}
_AMOUNT = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,2})?"
_CURRENCY = r"us\$|usd|eur(?:os?)?|dollars?|gbp|pounds|chf|franken|[$€£]"
MONEY = re.compile(
    rf"(?<![\w.])(?:(?:{_CURRENCY}) ?(?P<after>{_AMOUNT})|(?P<before>{_AMOUNT})(?: ?(?:{_CURRENCY}))(?!\w))(?!\d)",
    re.IGNORECASE,
)
BARE_AMOUNT = re.compile(rf"(?<![\w.,-])(?:{_AMOUNT})(?![\w]|[.,]\d)")
NUMBER = re.compile(r"(?<![\w.,-])-?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")
CODE = re.compile(r"(?<![\w.,#-])(?P<first>\d{3})[ -]?(?P<second>\d{3})(?![\w]|[.,-]\d)")

PRIORITIES = {
    "Low": r"low|niedrige?[rsn]?|gering|baja|basse",
    "Medium": r"medium|normal|mittlere?[rsn]?|mittel|media|moyenne",
    "High": r"high|hohe?[rsn]?|hoch|urgent|dringend|alta|haute",
    "Critical": r"critical|kritische?[rsn]?|kritisch|crítica|critique|blocker",
}
PRIORITY = re.compile(
    "|".join(rf"(?P<{name}>(?<!\w)(?:{words})(?!\w))" for name, words in PRIORITIES.items()), re.IGNORECASE
)
PRIORITY_WORD = re.compile(r"priorit|dringlichkeit|urgency|severity|wichtigkeit", re.IGNORECASE)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS_GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
DAYS_AGO = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "day before yesterday": 2, "vorgestern": 2}
DAYS_AGO |= {"this morning": 0, "this afternoon": 0, "tonight": 0, "heute morgen": 0, "heute früh": 0}
DAYS_AGO |= {
    "last week": 7,
    "letzte woche": 7,
    "last month": 30,
    "letzten monat": 30,
    "last year": 365,
    "letztes jahr": 365,
}
DAYS_AGO |= {"hoy": 0, "ayer": 1, "aujourd'hui": 0, "hier": 1, "tomorrow": -1, "morgen": -1}
UNITS = {"day": 1, "days": 1, "tag": 1, "tagen": 1, "week": 7, "weeks": 7, "woche": 7, "wochen": 7}
SPOKEN = {"a": 1, "an": 1, "one": 1, "einem": 1, "einer": 1, **counts.WORDS}
_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(SPOKEN, key=len, reverse=True))}"
DATE = re.compile(
    rf"(?<![\w.-])(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<dotted>\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?)"
    rf"|(?P<relative>{'|'.join(sorted(map(re.escape, DAYS_AGO), key=len, reverse=True))})"
    rf"|(?P<count>{_COUNT}) (?P<unit>days?|weeks?) ago|vor (?P<zahl>{_COUNT}) (?P<einheit>tag(?:en)?|wochen?)"
    rf"|(?:(?P<next>next|nächsten?|kommenden?) |(?:last|on|letzten?|am|this|diesen?) )?"
    rf"(?P<weekday>{'|'.join((*WEEKDAYS, *WEEKDAYS_GERMAN))}))(?![\w]|[.-]\d)",
    re.IGNORECASE,
)


def find_entities(
    text: str, tokens: Mapping[str, str], today: date, case_number: re.Pattern[str] = DEFAULT_CASE_NUMBER
) -> tuple[Entity, ...]:
    """Everything in `text` that is plainly a value, in order of place. `tokens` as in `UnderstandingRequest`;
    `case_number`: what the tenant's case numbers look like when nothing announces them."""
    finders: tuple[Callable[[], Iterator[Entity]], ...] = (
        lambda: _tokens(text, tokens),
        lambda: _record_ids(text),
        lambda: _case_numbers(text, case_number),
        lambda: _error_codes(text),
        lambda: _http_statuses(text),
        lambda: _amounts(text, MONEY),
        lambda: _dates(text, today),
        lambda: _priorities(text),
    )
    found: list[Entity] = []
    for find in finders:
        for entity in find():
            if len(found) < MOST_ENTITIES and all(
                entity.end <= other.start or entity.start >= other.end for other in found
            ):
                found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.start))


def find_awaited(text: str, type_: str) -> Iterator[Entity]:
    """Values that are only recognised because one of this type was asked for: a bare number, a code, an amount."""
    match type_:
        case "code":
            for found in CODE.finditer(text):
                yield _entity(type_, found["first"] + found["second"], found.span())
        case "money":
            yield from _amounts(text, BARE_AMOUNT)
        case "number":
            said = list(counts.find_counts(text))
            yield from said
            # "3 days" is no count of things, but it is a number, and one was asked for.
            for found in () if said else NUMBER.finditer(text):
                yield _entity(type_, found[0].replace(",", "."), found.span())
        case "case_number":
            for found in re.finditer(r"(?<![\w.,-])[0-9]{3,10}(?![\w]|[.,]\d)", text):
                yield _entity(type_, found[0], found.span())
        case "http_status":
            for found in re.finditer(r"(?<![\w.,-])[1-5][0-9]{2}(?![\w]|[.,]\d)", text):
                yield _entity(type_, found[0], found.span())


# --- ids of the org ---------------------------------------------------------------------------------------------------


def full_record_id(record_id: str) -> str:
    """The 18-character form of a 15-character Salesforce id: for each five characters, one bit for each capital letter,
    as a character of A–Z0–5 (Salesforce Help, "15-character and 18-character IDs")."""
    suffix = ""
    for chunk in (record_id[0:5], record_id[5:10], record_id[10:15]):
        suffix += ID_ALPHABET[sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")]
    return record_id[:15] + suffix


def object_of(record_id: str) -> str | None:
    """The object a record belongs to, by its key prefix; None for objects we do not know."""
    return OBJECTS_BY_PREFIX.get(record_id[:3])


def _is_record_id(text: str) -> bool:
    """Eighteen characters must have the right checksum; fifteen must start like a known object and look generated."""
    if len(text) == 18:
        return full_record_id(text) == text and any(letter.isdigit() for letter in text[:15])
    return object_of(text) is not None and sum(letter.isdigit() for letter in text) >= 5


# --- finders ----------------------------------------------------------------------------------------------------------


def _entity(type_: str, value: str, span: tuple[int, int]) -> Entity:
    return Entity(type=type_, value=value, start=span[0], end=span[1])


def _tokens(text: str, tokens: Mapping[str, str]) -> Iterator[Entity]:
    for match in TOKEN.finditer(text):
        kind = tokens.get(match[0])
        if kind is not None and kind != "literal":
            yield _entity(TYPES_OF_TOKENS.get(kind, kind), match[0], match.span())


def _record_ids(text: str) -> Iterator[Entity]:
    for match in RECORD_ID.finditer(text):
        if _is_record_id(match[0]):
            yield _entity("record_id", full_record_id(match[0]), match.span())


def _case_numbers(text: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    for match in NAMED_CASE_NUMBER.finditer(text):
        yield _entity("case_number", match["number"], match.span("number"))
    for match in pattern.finditer(text):
        yield _entity("case_number", match[0], match.span())


def _error_codes(text: str) -> Iterator[Entity]:
    for match in ERROR_CODE.finditer(text):
        yield _entity("error_code", match[0].replace("-", ""), match.span())


def _http_statuses(text: str) -> Iterator[Entity]:
    for match in HTTP_STATUS.finditer(text):
        group = "status" if match["status"] else "named"
        yield _entity("http_status", match[group], match.span(group))


def _amounts(text: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        groups = match.groupdict()
        number = groups.get("after") or groups.get("before") or match[0]
        named = match[0].replace(number, "").strip().lower()
        currency = CURRENCIES.get(named)
        yield _entity("money", f"{_decimal(number)} {currency}" if currency else _decimal(number), match.span())


def _decimal(amount: str) -> str:
    """`1.234,5`, `1,234.50` and `1 234.50` → `1234.50`: a separator with one or two digits after it is the point."""
    cents = re.search(r"[.,](\d{1,2})$", amount)
    whole = str(int(re.sub(r"\D", "", amount[: cents.start()] if cents else amount)))
    return f"{whole}.{cents[1]:0<2}" if cents else whole


def _priorities(text: str) -> Iterator[Entity]:
    """A priority's name, where the message is about a priority or is nothing but the name."""
    matches = list(PRIORITY.finditer(text))
    is_short = len(text.split()) <= 4
    for match in matches:
        if is_short or PRIORITY_WORD.search(text):
            yield _entity("priority", str(match.lastgroup), match.span())


def _dates(text: str, today: date) -> Iterator[Entity]:
    """Dates as ISO 8601. A weekday without "next" is the last one that was."""
    for match in DATE.finditer(text):
        found = _date_of(match, today)
        if found is not None:
            yield _entity("date", found.isoformat(), match.span())


def _date_of(match: re.Match[str], today: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["dotted"]:
            day, month, year = match["dotted"].split(".")
            return date(int(year or today.year), int(month), int(day))
    except ValueError:
        return None
    if match["relative"]:
        return today - timedelta(days=DAYS_AGO[match["relative"].lower()])
    if match["weekday"]:
        name = match["weekday"].lower()
        wanted = WEEKDAYS.index(name) if name in WEEKDAYS else WEEKDAYS_GERMAN.index(name)
        back = (today.weekday() - wanted) % 7 or 7
        return today + timedelta(days=7 - back if back < 7 else 7) if match["next"] else today - timedelta(days=back)
    count, unit = match["count"] or match["zahl"], match["unit"] or match["einheit"]
    number = int(count) if count.isdigit() else SPOKEN[count.casefold()]
    return today - timedelta(days=number * UNITS[unit.lower()])
