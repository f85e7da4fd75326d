"""Who writes: accounts with their contacts, a few large and many small, some there from the start and some new."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, count
from random import Random

from localorg.history.countries import City, CountryFacts, load_country, load_names, read_cities
from localorg.history.grammar import Piece, pick
from localorg.history.loading import Document
from localorg.history.models import AccountKind, Role
from localorg.history.values import Values, localised
from localorg.history.writers import Writer, make_writer

_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "o", "æ": "ae"}
)
_OLDEST_DAYS = 2200
_LAST_JOIN_DAYS = 12
_MAIL_NAMES = ("{first}.{last}", "{first}.{last}", "{f}.{last}", "{first}", "{f}{last}")


@dataclass(frozen=True)
class Account:
    number: int
    name: str
    kind: AccountKind
    country: str
    city: City
    industry: str
    employees: int
    domain: str
    phone: str
    since: datetime
    values: dict[str, str]
    style: int
    """Which of the signatures and disclaimers its people use."""


@dataclass(frozen=True)
class Contact:
    """`number` counts all contacts from 0; `weight` is how much they write, most of them little."""

    number: int
    account: Account
    first: str
    last: str
    email: str
    phone: str
    role: str
    title: str
    department: str
    language: str
    writer: Writer
    since: datetime
    weight: float


class CustomerMaker:
    """`make` gives the accounts in the order in which they became customers, with their contacts."""

    def __init__(self, document: Document, now: datetime) -> None:
        self._document = document
        self._history = document.history
        self._customers = document.history.customers
        self._random = Random(f"{document.history.seed}/customers")
        self._now = now
        self._began = now - timedelta(days=document.history.days)
        self._account_names: set[str] = set()
        self._domains: set[str] = set()
        self._people: set[tuple[str, str]] = set()
        self._emails: set[str] = set()

    def make(self) -> tuple[list[Account], list[Contact]]:
        joined = sorted(self._since() for _ in range(self._history.accounts))
        kinds = tuple(self._customers.kinds.values())
        shares = [kind.share for kind in kinds]
        chosen = self._random.choices(kinds, shares, k=len(joined))
        sizes = [self._size(kind) for kind in chosen]
        people = self._distribute(
            [kind.contacts * max(size, 1) ** 0.3 for kind, size in zip(chosen, sizes, strict=True)]
        )
        accounts: list[Account] = []
        contacts: list[Contact] = []
        for number, (since, kind, size, staff) in enumerate(zip(joined, chosen, sizes, people, strict=True)):
            account, first = self._account(number, kind, since, size)
            accounts.append(account)
            for position in range(staff):
                name = first if position == 0 else None
                contacts.append(self._contact(account, name))
        contacts.sort(key=lambda contact: contact.since)
        return accounts, [replace(contact, number=number) for number, contact in enumerate(contacts)]

    def _since(self) -> datetime:
        if self._random.random() < self._customers.since_before:
            before = self._random.betavariate(1, 2) * _OLDEST_DAYS
            return self._began - timedelta(days=before)
        return self._began + timedelta(days=self._random.uniform(0, self._history.days - _LAST_JOIN_DAYS))

    def _size(self, kind: AccountKind) -> int:
        low, high = kind.employees
        return round(low * (high / low) ** self._random.random())

    def _distribute(self, weights: list[float]) -> list[int]:
        """One contact for each account, and the others by weight."""
        counts = [1] * len(weights)
        cumulative = list(accumulate(weight * self._random.uniform(0.4, 1.9) for weight in weights))
        for index in self._random.choices(
            range(len(weights)), cum_weights=cumulative, k=self._history.contacts - len(weights)
        ):
            counts[index] += 1
        return counts

    def _account(self, number: int, kind: AccountKind, since: datetime, size: int) -> tuple[Account, tuple[str, str]]:
        random = self._random
        code = random.choices(tuple(self._history.countries), [c.share for c in self._history.countries.values()])[0]
        country = load_country(code)
        city = random.choice(read_cities(self._history.countries[code].cities) or country.cities)
        language = self._main_language(code)
        industry = random.choice(kind.industries) if kind.industries else ""
        first = self._person(country)
        fixed = {"city": city.name, "suffix": random.choice(country.suffixes), "first": first[0], "last": first[1]}
        name = self._account_name(kind, industry, language, fixed)
        values = self._values_of({**self._history.countries[code].values, **kind.values}, fixed)
        account = Account(
            number=number,
            name=name,
            kind=kind,
            country=code,
            city=city,
            industry=industry,
            employees=size,
            domain=random.choice(self._customers.private_domains)
            if kind.household
            else self._domain(name, city.name, country),
            phone=_phone(random, country, city),
            since=since,
            values={"employees": str(size), **values},
            style=random.randrange(1000),
        )
        return account, first

    def _values_of(self, wanted: Mapping[str, tuple[Piece, ...]], fixed: dict[str, str]) -> dict[str, str]:
        """In the order of the document: later ones may speak of earlier ones."""
        values = Values(self._random, fixed, ())
        found: dict[str, str] = {}
        for name, pieces in wanted.items():
            found[name] = pick(self._random, pieces).expand(self._random, values)
            values.set(name, found[name])
        return found

    def _main_language(self, code: str) -> str:
        languages = self._history.countries[code].languages
        return max(languages, key=lambda language: languages[language])

    def _value(self, pieces: tuple[Piece, ...], fixed: dict[str, str]) -> str:
        return str(pick(self._random, pieces).expand(self._random, Values(self._random, fixed, ())))

    def _account_name(self, kind: AccountKind, industry: str, language: str, fixed: dict[str, str]) -> str:
        """Tried until it is a new one; what cannot be made new gets its town."""
        layers = (
            localised({"trade": self._customers.industries.get(industry, {})}, language),
            localised(self._history.values, language),
        )
        name = ""
        for attempt in range(40):
            name = pick(self._random, kind.names[language]).expand(self._random, Values(self._random, fixed, layers))
            if attempt > 30:
                name = f"{name} {fixed['city']}"
            if name not in self._account_names and not name.startswith(self._customers.taken_names):
                break
        self._account_names.add(name)
        return str(name)

    def _domain(self, name: str, city: str, country: CountryFacts) -> str:
        words = [ascii_word(word) for word in name.split() if word not in country.suffixes]
        words = [word for word in words if word and word not in ("und", "and", "y", "e", "et", "co", "the", "de", "la")]
        for length in (1, 2, 3, 4):
            domain = "-".join(words[:length]) + ".example"
            enough = length > 1 or (len(words[0]) > 3 and words[0] != ascii_word(city))
            if domain not in self._domains and enough:
                break
        else:
            domain = f"{'-'.join(words)}-{len(self._domains)}.example"
        self._domains.add(domain)
        return domain

    def _contact(self, account: Account, name: tuple[str, str] | None) -> Contact:
        random, country = self._random, load_country(account.country)
        languages = self._history.countries[account.country].languages
        language = random.choices(tuple(languages), tuple(languages.values()))[0]
        roles = account.kind.roles or tuple(self._history.roles)
        role_name = random.choices(roles, [self._history.roles[name].share for name in roles])[0]
        role = self._history.roles[role_name]
        first, last = name or self._person(country)
        channel = random.choices(tuple(self._history.desk.origins), tuple(self._history.desk.origins.values()))[0]
        since = account.since + timedelta(days=abs(random.gauss(0, 220)) if random.random() < 0.5 else 0)
        return Contact(
            number=0,
            account=account,
            first=first,
            last=last,
            email=self._email(first, last, account),
            phone=_phone(random, country, account.city),
            role=role_name,
            title=self._of_role(role, "titles", language),
            department=self._of_role(role, "departments", language),
            language=language,
            writer=make_writer(random, country, language, random.random() < role.technical, channel),
            since=min(since, self._now - timedelta(days=_LAST_JOIN_DAYS)),
            weight=min(random.paretovariate(1.12), 22.0) * role.writes * account.kind.activity,
        )

    def _person(self, country: CountryFacts) -> tuple[str, str]:
        random = self._random
        while True:
            pool = load_names(random.choices(tuple(country.names), tuple(country.names.values()))[0])
            person = random.choice(pool.given), random.choice(pool.family)
            if person not in self._people:
                self._people.add(person)
                return person

    def _email(self, first: str, last: str, account: Account) -> str:
        pattern = (
            _MAIL_NAMES[account.style % len(_MAIL_NAMES)]
            if not account.kind.household
            else pick(self._random, _MAIL_NAMES)
        )
        local = pattern.format(first=ascii_word(first), last=ascii_word(last), f=ascii_word(first)[:1])
        email = f"{local}@{account.domain}"
        if email in self._emails:
            email = f"{ascii_word(first)}.{ascii_word(last)}@{account.domain}"
        for number in count(2):
            if email not in self._emails:
                break
            email = f"{ascii_word(first)}.{ascii_word(last)}{number}@{account.domain}"
        self._emails.add(email)
        return email

    def _of_role(self, role: Role, part: str, language: str) -> str:
        pieces = getattr(role, part).get(language, ())
        return self._value(pieces, {}) if pieces else ""


def ascii_word(word: str) -> str:
    """For addresses: `Müller-Lüdenscheidt` → `mueller-luedenscheidt`."""
    plain = unicodedata.normalize("NFKD", word.translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum() or letter == "-").strip("-")


def _phone(random: Random, country: CountryFacts, city: City) -> str:
    return country.phone.format(area=city.area, nn=f"{random.randrange(100):02d}")
