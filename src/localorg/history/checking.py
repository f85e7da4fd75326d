"""Finds what would otherwise be found only when such a case comes up: a line malformed, a value nobody gives."""

import re
from collections.abc import Iterable, Iterator, Mapping

from localorg.history.countries import load_country
from localorg.history.errors import HistoryError
from localorg.history.grammar import Piece
from localorg.history.language import Language
from localorg.history.models import History, Story, Texts, Topic
from localorg.history.values import localised

_OF_EVERY_CASE = frozenset(
    {"first", "last", "full", "email", "mail_name", "phone", "role", "department", "company", "domain", "city"}
    | {"employees", "case_number", "clock", "weekday", "coming_weekday", "date", "earlier_date", "coming_date", "month"}
    | {
        "last_month",
        "next_month",
        "year",
        "today_part",
        "colleague",
        "she",
        "She",
        "her",
        "hers",
        "agent",
        "agent_full",
    }
    | {"incident", "incident_number"}
)
_BASE = re.compile(r"\w+")
_NAMED_NUMBER = re.compile(r"\{(\w+)=\d+-\d+\}")
_NOTHING = Texts()


def check(history: History, languages: Mapping[str, Language]) -> None:
    """Raises HistoryError with the first thing that cannot be."""
    for code in history.countries:
        load_country(code)
    topics = {topic.name: topic for topic in history.topics}
    for event in history.events:
        for name in (*event.topics, *([event.incident.topic] if event.incident else [])):
            if name not in topics:
                raise HistoryError(f"the event {event.name!r} speaks of the topic {name!r}, which has no file")
    for code, language in languages.items():
        known = _known(history, language)
        for name, pieces in language.pieces.items():
            _check_pieces(pieces, known, f"the phrases {name} in {code!r}")
        for topic in history.topics:
            _check_topic(history, topic, code, known)


def _check_topic(history: History, topic: Topic, code: str, known: frozenset[str]) -> None:
    if not any(_tells(topic, story, code) for story in topic.stories.values()):
        raise HistoryError(f"the topic {topic.name} has no story in {code!r}")
    of_events = [event.values for event in history.events if topic.name in event.topics]
    for name, story in (("", Story()), *topic.stories.items()):
        told = [topic.texts.get(code, _NOTHING), story.texts.get(code, _NOTHING)]
        values = known.union(*(localised(source, code) for source in (topic.values, story.values, *of_events)))
        if not name:
            values = values.union(*(localised(one.values, code) for one in topic.stories.values()))
        numbers = {number for piece in _lines_of(topic) for number in _NAMED_NUMBER.findall(piece.source)}
        for texts in told:
            for part in Texts.model_fields:
                where = f"the {part} of topic {topic.name}, story {name or '(shared)'}, in {code!r}"
                _check_pieces(getattr(texts, part), values | numbers, where)
            if not name:
                break


def _tells(topic: Topic, story: Story, language: str) -> bool:
    """A subject, an issue and a resolution, of its own or the topic's."""
    own, shared = story.texts.get(language), topic.texts.get(language, _NOTHING)
    if own is None:
        return False
    return all((own.subject or shared.subject, own.issue or shared.issue, own.resolution or shared.resolution))


def _lines_of(topic: Topic) -> Iterator[Piece]:
    for texts in (topic.texts, *(story.texts for story in topic.stories.values())):
        for one in texts.values():
            for part in Texts.model_fields:
                yield from getattr(one, part)


def _known(history: History, language: Language) -> frozenset[str]:
    """What is there in every case of a language; values may also be given in the company's own."""
    kinds, countries = history.customers.kinds.values(), history.countries.values()
    of_accounts = [*(kind.values for kind in kinds), *(country.values for country in countries)]
    of_language = {name.removeprefix("value.") for name in language.pieces if name.startswith("value.")}
    codes = (language.code, history.language)
    return _OF_EVERY_CASE.union(of_language, *of_accounts, *(localised(history.values, code) for code in codes))


def _check_pieces(pieces: Iterable[Piece], known: frozenset[str] | set[str], where: str) -> None:
    for piece in pieces:
        for name in piece.names():
            base = _BASE.match(name)
            if base is None or base[0] not in known:
                raise HistoryError(f"{where} ask for {{{name}}}, which nobody gives: {piece.source!r}")
