"""Everything that is written in one case draws on its scene: who writes, about which story, with which values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from localorg.history.customers import Contact
from localorg.history.demand import PlannedCase
from localorg.history.grammar import Piece, pick
from localorg.history.language import Language
from localorg.history.loading import Document
from localorg.history.models import ByLanguage, Story, Texts, Topic
from localorg.history.moods import Mood
from localorg.history.values import Localised, Values, localised
from localorg.history.working_time import zone
from localorg.history.writers import Writer
from localorg.schema.models import AutoNumber

_NONE = Texts()
_OF_THE_STORY = frozenset({"error", "resolution"})
"""Kinds of which the topic's own lines serve only stories that have none."""
_AFTER_STOP = re.compile(r"[.?] [a-z]")
_NAMED_NUMBER = re.compile(r"\{(\w+)=(\d+-\d+)\}")
_EVENT_STORY_SHARE = 0.8
_MARKED_SHARE = 0.85
_SECOND_SHARE = 0.045
_Second = tuple[Piece, dict[str, ByLanguage], dict[str, ByLanguage]]
_NO_SECOND: tuple[None, ...] = (None,)


@dataclass
class Scene:
    case: PlannedCase
    contact: Contact
    story: Story
    language: Language
    home: Language
    mood: Mood
    origin: str
    random: Random
    values: Values
    type: str
    second: Piece | None = None
    """What they also write about, in few of the cases."""
    mark: str | None = None
    """Of the issue that was chosen, once it is."""
    _used: set[str] = field(default_factory=set)

    @property
    def is_problem(self) -> bool:
        """Something does not work, rather than a question."""
        return self.type not in ("Question", "Feature Request")

    @property
    def writer(self) -> Writer:
        return self.contact.writer

    @property
    def texts(self) -> Texts:
        return self.story.texts.get(self.language.code, _NONE)

    @property
    def shared(self) -> Texts:
        return self.case.topic.texts.get(self.language.code, _NONE)

    @cached_property
    def local(self) -> datetime:
        return self.case.at.astimezone(zone(self.contact.account.city.zone))

    def expand(self, piece: Piece) -> str:
        """A line that begins with a value or a choice begins large."""
        text = piece.expand(self.random, self.values)
        if ". {" in piece.source or "? {" in piece.source:
            text = _AFTER_STOP.sub(lambda found: found[0].upper(), text)
        return capitalised(text) if piece.source[0] in "{[" else text

    def phrase(self, name: str, language: Language | None = None) -> str:
        """A general phrase of the language, one that was not used in this case while there are others; or nothing."""
        return self.one_of((language or self.language).of(name))

    def habit(self, name: str, choices: int = 2) -> str:
        """One of the few general phrases that this person uses."""
        pieces = self.language.of(name)
        own = {(self.contact.number * 13 + choice * 5) % len(pieces) for choice in range(choices)} if pieces else ()
        return self.one_of(tuple(pieces[position] for position in sorted(own)))

    def about(self, kind: str, *, generally: float = 0.0) -> str:
        """What belongs to the story or its topic; with that chance, or for want of it, a general phrase."""
        own: tuple[Piece, ...] = getattr(self.texts, kind)
        shared: tuple[Piece, ...] = getattr(self.shared, kind)
        if generally and self.random.random() < generally:
            return self.general(kind)
        chosen = own if own and (not shared or kind in _OF_THE_STORY or self.random.random() < 0.65) else shared
        return self.one_of(chosen) or self.one_of(own) or (self.general(kind) if generally else "")

    def general(self, kind: str) -> str:
        """What fits anything of that kind."""
        on_screen = self.language.of(f"{kind}_on_screen") if self.case.topic.on_screen else ()
        return self.one_of(self.language.of(kind) + on_screen)

    def internal(self, kind: str) -> str:
        """The same for the company's own people, in their language."""
        own: tuple[Piece, ...] = getattr(self.story.texts.get(self.home.code, _NONE), kind)
        shared: tuple[Piece, ...] = getattr(self.case.topic.texts.get(self.home.code, _NONE), kind)
        return self.one_of(own or shared)

    def issue(self) -> str:
        """What the customer writes about; from then on only lines fit that have its mark, or none."""
        if self.mark is None:
            own = self.texts.issue or self.shared.issue
            piece: Piece = pick(self.random, own)
            self.mark = piece.mark
            self._used.add(piece.source)
            return self.expand(piece)
        return self.about("issue")

    def fitting(self, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """Those with the issue's own mark before those without one."""
        if self.mark and self.random.random() < _MARKED_SHARE:
            marked = tuple(piece for piece in pieces if piece.mark == self.mark)
            if marked:
                return marked
        return tuple(piece for piece in pieces if not piece.mark or piece.mark == self.mark)

    def one_of(self, pieces: tuple[Piece, ...]) -> str:
        pieces = self.fitting(pieces)
        if not pieces:
            return ""
        for _ in range(4):
            piece: Piece = pick(self.random, pieces)
            if piece.source not in self._used:
                self._used.add(piece.source)
                return self.expand(piece)
        return ""


class SceneMaker:
    """Makes the scene of a case; each has a random source of its own, so that one case never moves another."""

    def __init__(self, document: Document, numbers: "CaseNumbers") -> None:
        self._document = document
        self._numbers = numbers
        self._company = {
            code: (localised(document.history.values, code), _language_values(language))
            for code, language in document.languages.items()
        }
        self._localised: dict[tuple[int, str], Localised] = {}
        self._bounds: dict[str, dict[str, str]] = {}

    def make(self, case: PlannedCase, mood: Mood, origin: str) -> Scene:
        contact = case.contact
        assert contact is not None
        random = self._document.random("case", case.number)
        language = self._document.languages[contact.language]
        story = self._story(case, language.code, random)
        local = case.at.astimezone(zone(contact.account.city.zone))
        fixed = {
            **contact.account.values,
            **_somebody(language, random),
            **_person(contact),
            **moments(local, contact.writer, language, random),
            "case_number": self._numbers.of(case.about) if case.about else self._numbers.some_before(case, random),
            **self._incident(case),
        }
        home = self._document.languages[self._document.history.language]
        second = self._second(case.topic, language.code, random) if random.random() < _SECOND_SHARE else None
        sources = (
            case.event.values if case.event else {},
            story.values,
            case.topic.values,
            *(second or _NO_SECOND)[1:],
        )
        layers = [
            layer
            for code in dict.fromkeys((language.code, home.code))
            for layer in (*(self._of(source, code) for source in sources), *self._company[code])
        ]
        values = Values(random, fixed, layers, self._numbers_of(case.topic))
        kind = story.type or random.choices(tuple(case.topic.type), tuple(case.topic.type.values()))[0]
        return Scene(
            case, contact, story, language, home, mood, origin, random, values, kind, second[0] if second else None
        )

    def _numbers_of(self, topic: Topic) -> dict[str, str]:
        """The bounds of each number that one of the topic's lines gives a name; others may speak of it first."""
        if topic.name not in self._bounds:
            texts = [*topic.texts.values(), *(one for story in topic.stories.values() for one in story.texts.values())]
            sources = (piece.source for one in texts for part in Texts.model_fields for piece in getattr(one, part))
            self._bounds[topic.name] = dict(found for source in sources for found in _NAMED_NUMBER.findall(source))
        return self._bounds[topic.name]

    def _incident(self, case: PlannedCase) -> dict[str, str]:
        if case.parent is None or case.event is None or case.event.incident is None:
            return {}
        return {"incident": case.event.incident.subject, "incident_number": self._numbers.of(case.parent)}

    def _story(self, case: PlannedCase, language: str, random: Random) -> Story:
        """One of those that are told in this language; those of the event first."""
        told = {name: story for name, story in case.topic.stories.items() if language in story.texts}
        of_event = {n: s for n, s in told.items() if case.event and s.event == case.event.name}
        usual = {name: story for name, story in told.items() if story.event is None}
        stories = of_event if of_event and random.random() < _EVENT_STORY_SHARE else usual or told
        return random.choices(tuple(stories.values()), [story.weight for story in stories.values()])[0]

    def _second(self, topic: Topic, language: str, random: Random) -> "_Second | None":
        """An issue of another topic, with the values it may ask for."""
        other = pick(random, self._document.history.topics)
        stories = [story for story in other.stories.values() if story.event is None and language in story.texts]
        issues = stories[0].texts[language].issue if stories else ()
        if other is topic or other.about_a_case or not issues:
            return None
        return pick(random, issues), stories[0].values, other.values

    def _of(self, values: Mapping[str, Mapping[str, tuple[Piece, ...]]], language: str) -> Localised:
        if not values:
            return {}
        key = (id(values), language)
        if key not in self._localised:
            self._localised[key] = localised(values, language)  # type: ignore[arg-type]
        return self._localised[key]


@dataclass(frozen=True)
class CaseNumbers:
    """The numbers cases get, by their place in the history."""

    auto_number: AutoNumber

    def of(self, case: PlannedCase) -> str:
        return self.auto_number.text(self.auto_number.start + case.number)

    def some_before(self, case: PlannedCase, random: Random) -> str:
        return self.auto_number.text(self.auto_number.start + max(0, case.number - 1 - random.randrange(300)))


def _language_values(language: Language) -> Localised:
    return {name[6:]: pieces for name, pieces in language.pieces.items() if name.startswith("value.")}


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _somebody(language: Language, random: Random) -> dict[str, str]:
    """A colleague, with the words that stand for that person."""
    words = pick(random, language.of("somebody")).source.split("|") if language.of("somebody") else []
    names = ("colleague", "she", "her", "hers")
    known = dict(zip(names, words, strict=False))
    if words:
        known["colleague"] = pick(random, tuple(words[0].split()))
        known["She"] = capitalised(known["she"])
    return known


def _person(contact: Contact) -> dict[str, str]:
    return {
        "first": contact.first,
        "last": contact.last,
        "full": f"{contact.first} {contact.last}",
        "email": contact.email,
        "mail_name": contact.email.partition("@")[0],
        "phone": contact.phone,
        "role": contact.title,
        "department": contact.department,
        "company": contact.account.name,
        "domain": contact.account.domain,
        "city": contact.account.city.name,
    }


def moments(local: datetime, writer: Writer, language: Language, random: Random) -> dict[str, str]:
    """Words for times around the moment of writing."""
    earlier = local - timedelta(minutes=random.choice((5, 12, 25, 40, 70, 130, 200)) + random.randrange(9))
    back = random.choices((1, 2, 3, 4, 5, 6), (5, 4, 3, 2, 1, 1))[0]
    past, coming = local - timedelta(days=back), local + timedelta(days=random.choice((1, 2, 3, 4, 5, 7, 9)))
    coming += timedelta(days=max(0, 7 - coming.weekday()) if coming.weekday() >= 5 else 0)
    last_month, next_month = (local.replace(day=1) - timedelta(days=3)), local.replace(day=28) + timedelta(days=6)
    day_part = "morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening"
    return {
        "clock": clock_text(earlier, writer, language, random),
        "weekday": language.weekdays[past.weekday()],
        "coming_weekday": language.weekdays[coming.weekday()],
        "date": _date_text(local - timedelta(days=back), writer, language, random),
        "earlier_date": _date_text(local - timedelta(days=random.randrange(8, 45)), writer, language, random),
        "coming_date": _date_text(coming, writer, language, random),
        "month": language.months[local.month - 1],
        "last_month": language.months[last_month.month - 1],
        "next_month": language.months[next_month.month - 1],
        "year": str(local.year),
        "today_part": pick(random, language.of(f"daypart.{day_part}")).source,
    }


def clock_text(moment: datetime, writer: Writer, language: Language, random: Random) -> str:
    if writer.clock == 12 and language.code == "en":
        hour, half = (moment.hour - 1) % 12 + 1, "am" if moment.hour < 12 else "pm"
        return random.choice(
            (f"{hour}:{moment:%M} {half}", f"{hour}:{moment:%M}{half}", f"{hour}:{moment:%M} {half.upper()}")
        )
    return random.choice(language.clock.split("|")).format(hour=moment.hour, minute=f"{moment:%M}")


def _date_text(moment: datetime, writer: Writer, language: Language, random: Random) -> str:
    american = language.code == "en" and not writer.british
    formats = language.dates_american if american else language.dates
    month = language.months[moment.month - 1]
    return random.choice(formats.split("|")).format(day=moment.day, month=month, number=moment.month)
