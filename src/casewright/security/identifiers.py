"""Finds identifiers of people in text by shape, checksum and the words around them.

Strict on purpose: customers quote code, logs, versions and record ids, and none of these may be taken for a person's
data.
"""

import re
from collections.abc import Callable, Iterator

import phonenumbers
from stdnum import iban as iban_numbers
from stdnum import luhn
from stdnum.br import cpf
from stdnum.ch import ssn as swiss_ssn
from stdnum.de import vat as german_vat
from stdnum.es import nif as spanish_nif
from stdnum.fr import nir as french_nir
from stdnum.it import codicefiscale
from stdnum.us import ssn

Span = tuple[int, int]
Finder = Callable[[str], Iterator[Span]]

# "Order number", "Fall-Nr." and the like directly before a number: it names a thing, not a person.
THING_BEFORE = re.compile(
    r"(?:order|case|ticket|invoice|ref|reference|version|build|serial|sku|part|error|line|job|batch|record|account"
    r"|product"
    r"|customer|tracking|request|session|transaction|quote|contract|opportunity|lead|asset|id"
    r"|bestell\w*|auftrag\w*|rechnung\w*|fall|vorgang\w*|ticket\w*|fehler\w*|kunden\w*|artikel\w*|serien\w*|vertrag\w*)"
    r"(?:[\s_-]*(?:number|num|no|nr|nummer|code|id|is|was|ist|lautet)\b)*[\s.:#=\"'-]*$",
    re.IGNORECASE,
)


def _names_a_thing(text: str, start: int) -> bool:
    return THING_BEFORE.search(text, max(0, start - 40), start) is not None


# --- e-mail -----------------------------------------------------------------------------------------------------------

EMAIL = re.compile(
    r"(?<![\w.%+-])[^\W_][\w.%+'-]{0,63}@(?P<domain>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w-])"
)
VERSION_AFTER_AT = re.compile(r"\d+\.\d+\.")
# git@github.com:owner/repository
SECURE_COPY_PATH = re.compile(r":[\w~./-]*/")


def email_addresses(text: str) -> Iterator[Span]:
    for match in EMAIL.finditer(text):
        is_package = VERSION_AFTER_AT.match(match["domain"])
        if not is_package and not SECURE_COPY_PATH.match(text, match.end()):
            yield match.span()


# --- money ------------------------------------------------------------------------------------------------------------

CARD = re.compile(
    r"(?<![\w.+-])(?:[0-9]{4}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|3[0-9]{3}([ -]?)[0-9]{6}\2[0-9]{4,5})(?![\w]|[.-]\d)"
)
CARD_ISSUERS = re.compile(r"[3-6]|2[2-7]")


def card_numbers(text: str) -> Iterator[Span]:
    """Payment cards: first digits of ISO/IEC 7812 issuers that serve consumers, 13 to 19 digits, Luhn's check digit."""
    for match in CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if 13 <= len(digits) <= 19 and CARD_ISSUERS.match(digits) and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match.span()


IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9])")
IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")


def bank_accounts(text: str) -> Iterator[Span]:
    """IBANs (ISO 13616): the country's length and the check digits. A word that follows is left outside."""
    for country in IBAN_START.finditer(text):
        if match := IBAN.match(text, country.start()):
            characters = [place for place in range(*match.span()) if text[place].isalnum()]
            ends = (place + 1 for place in characters[14:] if not text[place + 1 : place + 2].isalnum())
            end = next((end for end in ends if _is_iban(text[match.start() : end])), None)
            if end is not None:
                yield match.start(), end


def _is_iban(number: str) -> bool:
    return iban_numbers.is_valid(number, check_country=False)


# --- tax and social security ------------------------------------------------------------------------------------------

TAX_WORDS = re.compile(
    r"(?<!\w)(?:steuer-?(?:id|nr|nummer|identifikationsnummer|identnummer)|steuerliche identifikationsnummer|idnr"
    r"|st\.?-?nr"
    r"|ust-?id(?:-?nr)?|sozialversicherungsnummer|ssn|itin|ein|tin|social security|tax(?:payer)?[ -](?:id|number"
    r"|identification)"
    r"|national insurance|nino|utr|nif|nie|dni|niss|bsn|cpf|pesel|aadhaar|ahv|nir|codice fiscale|numéro fiscal"
    r"|sécurité sociale|contribuinte)"
    r"(?:[ -]?(?:number|no|nr|nummer|num|code|is|was|ist|lautet|es|est|é)\b)*[ .:#=]{0,3}"
    r"(?P<value>(?:[A-Z]{1,2} ?)?[0-9](?:[ ./-]?[0-9]){5,14}(?: ?[A-Z](?![A-Za-z]))?)(?![\w])",
    re.IGNORECASE,
)
# Shapes that are telling by themselves, each with the check that it must pass.
NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]")
TAX_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (re.compile(rf"(?<![\w.+-])(?:{shape})(?![\w]|[.-]\w)"), check)
    for shape, check in (
        (r"[0-9]{3}-[0-9]{2}-[0-9]{4}", ssn.is_valid),
        (r"[0-9]{8}[A-Z]|[XYZ][0-9]{7}[A-Z]", spanish_nif.is_valid),
        (r"DE ?[0-9]{9}", german_vat.is_valid),
        (r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", french_nir.is_valid),
        (r"[A-Z]{6}[0-9]{2}[A-EHLMPR-T][0-9]{2}[A-Z][0-9]{3}[A-Z]", codicefiscale.is_valid),
        (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", cpf.is_valid),
        (r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", swiss_ssn.is_valid),
        (NINO.pattern, lambda number: True),
    )
)


def tax_numbers(text: str) -> Iterator[Span]:
    """Tax and social security numbers: named as such, or of a national shape with a valid check digit."""
    for match in TAX_WORDS.finditer(text):
        yield match.span("value")
    for shape, is_valid in TAX_SHAPES:
        for match in shape.finditer(text):
            if is_valid(match[0]) and not _names_a_thing(text, match.start()):
                yield match.span()


# --- passports --------------------------------------------------------------------------------------------------------

PASSPORT = re.compile(
    r"(?<!\w)(?:passport|reisepass|pass-?(?:nummer|nr)|personalausweis|ausweis|pasaporte|passeport|passaporte"
    r"|passaporto)"
    r"[^\W\d]*\b[^\d\n]{0,25}?(?<![\w-])"
    r"(?P<value>[0-9]{9}|[A-Z][0-9]{7,8}|[A-Z]{2}[0-9]{6,7}|[A-Z]{3}[0-9]{6}|[0-9]{2}[A-Z]{2}[0-9]{5}"
    r"|[CFGHJKLMNPRTVWXYZ](?=[A-Z]*[0-9])[CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]{1,2})(?![\w-])",
    re.IGNORECASE,
)
MACHINE_READABLE = re.compile(
    r"(?<![\w<])(?:P[A-Z<][A-Z<]{3}[A-Z<]{39}\s+)?"
    r"(?P<second>[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{6}[0-9][MFX<][0-9]{6}[0-9][A-Z0-9<]{14}[0-9<][0-9])(?![\w<])"
)


def passport_numbers(text: str) -> Iterator[Span]:
    """Passports: a number named as one, or the machine-readable lines with the check digits of ICAO document 9303-4."""
    for match in PASSPORT.finditer(text):
        yield match.span("value")
    for match in MACHINE_READABLE.finditer(text):
        line = match["second"]
        checked = line[0:10] + line[13:20] + line[21:43]
        if _mrz_check_digit(line[0:9]) == line[9] and _mrz_check_digit(checked) == line[43]:
            yield match.span()


def _mrz_check_digit(characters: str) -> str:
    values = (0 if character == "<" else int(character, 36) for character in characters)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


# --- phone numbers ----------------------------------------------------------------------------------------------------

SEVEN_DIGITS = re.compile(r"(?:\d\D{0,4}){6}\d")
REGIONS_OF_LANGUAGE = {
    "en": ("US", "GB"),
    "de": ("DE", "AT", "CH"),
    "es": ("ES", "MX"),
    "fr": ("FR", "BE"),
    "pt": ("PT", "BR"),
    "it": ("IT",),
    "nl": ("NL", "BE"),
    "ja": ("JP",),
}
PHONE_WORDS = re.compile(
    r"(?<!\w)(?:phone|telephone|tel|mobile|mobil|cell|cellphone|call|sms|whatsapp|fax|reach|my number|telefon\w*"
    r"|handy\w*"
    r"|rufnummer|durchwahl|rückruf\w*|anrufen|erreich\w*|meine nummer|teléfono|móvil|llám\w*|téléphone|portable"
    r"|appel\w*"
    r"|telefone|telemóvel|celular|ligar)(?!\w)",
    re.IGNORECASE,
)
# 415-555-2671, (415) 555-2671: so telling that made-up area codes are taken too.
NORTH_AMERICAN = re.compile(r"(?:001[ .-]|1[ .-])?\(?[0-9]{3}\)?[ .-]{0,2}(?<![0-9])[0-9]{3}[ .-][0-9]{4}")
# 030 1234567, (030) 123 45 67
WITH_TRUNK_PREFIX = re.compile(r"\(?0[0-9]{1,5}\)?[ ./()-]+[0-9][0-9 ./-]*")
EXTENSION = re.compile(r"[ .,]*(?:x|ext\.?|extension) *[0-9]+$", re.IGNORECASE)


def phone_numbers(text: str, locale: str) -> Iterator[Span]:
    """Phone numbers (libphonenumber's plans): international, written like a phone number, or named as one."""
    if not SEVEN_DIGITS.search(text):
        return
    for candidate in _regions(locale):
        for match in phonenumbers.PhoneNumberMatcher(text, candidate, leniency=phonenumbers.Leniency.POSSIBLE):
            if _is_meant_as_phone(text, match):
                yield match.start, match.end


def normal_phone_number(number: str, locale: str) -> str:
    """As E.164 (`+15550100`), where it is a number of a country that `locale` leads to; else its digits as written."""
    for region in _regions(locale):
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return re.sub(r"[^\d+]", "", number)


def _regions(locale: str) -> tuple[str, ...]:
    language, _, region = locale.replace("_", "-").partition("-")
    return (region.upper(),) if len(region) == 2 else REGIONS_OF_LANGUAGE.get(language, ("US",))


def _is_meant_as_phone(text: str, match: phonenumbers.PhoneNumberMatch) -> bool:
    if text[max(0, match.start - 1) : match.start].isalnum() or _names_a_thing(text, match.start):
        return False
    number = EXTENSION.sub("", match.raw_string)
    if NORTH_AMERICAN.fullmatch(number):
        return True
    is_valid = phonenumbers.is_valid_number(match.number)
    if is_valid and (number.startswith("+") or WITH_TRUNK_PREFIX.fullmatch(number)):
        return True
    around = f"{text[max(0, match.start - 40) : match.start]} {text[match.end : match.end + 25]}"
    return (is_valid or not number.isdecimal()) and PHONE_WORDS.search(around) is not None


# --- records of the org, when the tenant counts them as personal ------------------------------------------------------

RECORD_ID = re.compile(r"(?<!\w)(?=\w{0,14}\d)[a-zA-Z0-9]{3}(?=\w*\d\w*\d\w*\d)[a-zA-Z0-9]{12}(?:[A-Z0-5]{3})?(?!\w)")
CASE_NUMBER = re.compile(
    r"(?<!\w)(?:(?:case|ticket|fall|vorgang)(?:[ -]?(?:number|no|nr|nummer|is|ist))*[ .:#]{0,3}"
    r"|#)(?P<value>[0-9]{5,10})(?!\w)"
    r"|(?<![\w.-])(?P<padded>0[0-9]{7})(?![\w]|[.-]\d)",
    re.IGNORECASE,
)


def record_ids(text: str) -> Iterator[Span]:
    for match in RECORD_ID.finditer(text):
        yield match.span()


def case_numbers(text: str) -> Iterator[Span]:
    for match in CASE_NUMBER.finditer(text):
        yield match.span("value" if match["value"] else "padded")


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("email", email_addresses),
    ("iban", bank_accounts),
    ("card", card_numbers),
    ("passport", passport_numbers),
    ("tax_number", tax_numbers),
)
"""Most certain first: where two overlap, the earlier stands."""

RECORD_FINDERS: tuple[tuple[str, Finder], ...] = (("record_id", record_ids), ("case_number", case_numbers))
