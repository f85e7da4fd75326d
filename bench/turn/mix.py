"""What the clients say: a fixed mix of dialogues, in words that do not repeat, with the outcome each turn must have."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from casewright.scenarios.schemas import MessageAnswer


class TurnKind(StrEnum):
    ANSWER = "answer"
    SLOT = "slot filling"
    WRITE = "org write"
    HAND_OVER = "hand-over"


@dataclass(frozen=True, slots=True)
class Said:
    """One message and what must come of it: who is in charge, words in the reply, a word of a source's title."""

    kind: TurnKind
    text: str
    mode: str = "agent"
    contains: str = ""
    source: str = ""

    def problem(self, answer: MessageAnswer) -> str | None:
        """What the answer lacks, None if it is as it must be."""
        reply = answer.reply
        if reply is None or answer.mode != self.mode:
            return f"{self.kind}: status {answer.status}, mode {answer.mode}, expected a reply and mode {self.mode}"
        if self.contains.casefold() not in reply.text.casefold():
            return f"{self.kind}: the reply lacks {self.contains!r}"
        titles = " ".join(source.title for part in reply.parts for source in part.sources)
        if self.source.casefold() not in titles.casefold():
            return f"{self.kind}: no source is about {self.source!r}, there are: {titles or 'none'}"
        return None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Messages of one conversation. `resets`: the address to which exactly one reset link must have gone."""

    turns: tuple[Said, ...]
    resets: str | None = None


HELLO: Final = "Hello, {name} from the {team} team in {city} here."
QUESTIONS: Final[Sequence[tuple[str, str]]] = (
    ("How do I export data?", "export"),
    ("How can I import {things} from a CSV file?", "import"),
    ("How do I schedule a report every week?", "report"),
    ("How do I set up multi-factor authentication for the {team} team?", "multi-factor"),
    ("How do I require multi-factor authentication for everyone?", "multi-factor"),
    ("Where do I download the {month} invoice as a PDF?", "invoice"),
    ("Why does the {things} dashboard show other totals than the report?", "dashboard"),
    ("How many API calls do we have per day?", "API limits"),
    ("How do I unlock a locked user in {city}?", "sign-in"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WORDS: Final = {
    "things": _words(
        "contacts accounts orders invoices deals leads products tickets shipments contracts quotes projects"
    ),
    "team": _words("sales finance logistics marketing legal purchasing research quality planning design field"),
    "month": _words("January February March April May June July August September October November December"),
    "name": _words(
        "Ada Bela Cleo Dario Elif Femi Gitta Hugo Inga Jonas Kira Leo Mira Nils Olga Pavel Quinn Rosa Sami Tilda Uma "
        "Viktor Wanda Xenia Yara Zeno Amal Bruno Carla Dilan"
    ),
    "city": _words("Aarhus Basel Cork Delft Essen Faro Ghent Helsinki Izmir Jena Krakow Lille Malmo Nice Oslo Porto"),
    "verb": _words("calling querying polling reading updating syncing"),
    "number": tuple(str(number) for number in range(2, 100)),
}


class Mix:
    """Dialogues in a fixed order of kinds. `addresses`: of active users, to whom reset links may go."""

    def __init__(self, seed: int, addresses: Sequence[str]) -> None:
        self._random = random.Random(seed)
        self._addresses = addresses
        self._used: set[str] = set()

    def dialogues(self) -> Iterator[Dialogue]:
        """Without end; of 18 turns in a row 7 are answers, 8 fill slots, 2 write to the org, 1 hands over."""
        makers = (self._questions, self._reset, self._diagnosis, self._questions, self._reset, self._hand_over)
        for make in itertools.cycle(makers):
            yield make()

    def answers(self) -> Iterator[Dialogue]:
        """Without end; questions alone."""
        while True:
            yield self._questions()

    def _questions(self) -> Dialogue:
        chosen = self._random.sample(QUESTIONS, 3)
        return Dialogue(tuple(self._question(template, source) for template, source in chosen))

    def _question(self, template: str, source: str) -> Said:
        return Said(TurnKind.ANSWER, self._new(f"{HELLO} {template}"), source=source)

    def _reset(self) -> Dialogue:
        address = self._random.choice(self._addresses)
        turns = (
            Said(TurnKind.SLOT, self._new(f"{HELLO} I forgot my password"), contains="e-mail"),
            Said(
                TurnKind.SLOT,
                self._new(f"{{name}} in {{city}}, {{team}} team: my email is {address}"),
                contains=address,
            ),
            Said(
                TurnKind.WRITE,
                self._new("yes, send the reset link, {name} of the {team} team in {city} is waiting"),
                contains="on its way",
            ),
        )
        return Dialogue(turns, resets=address)

    def _diagnosis(self) -> Dialogue:
        turns = (
            Said(
                TurnKind.SLOT,
                self._new("I get a 401 error {verb} {number} {things} by API"),
                contains="sign in to the API",
            ),
            Said(
                TurnKind.SLOT,
                self._new("We are using OAuth 2.0 in {city}, {name} of the {team} team set it up"),
                contains="code",
            ),
            Said(
                TurnKind.SLOT,
                self._new(
                    'Here\'s my code: requests.get("/v1/{things}?page={number}&user={name}", headers={{"Authorization": token}})'
                ),
                contains="issued",
            ),
            Said(
                TurnKind.SLOT,
                self._new("The token was generated yesterday by {name} of the {team} team in {city}"),
                contains="expired",
                source="401",
            ),
        )
        return Dialogue(turns)

    def _hand_over(self) -> Dialogue:
        asked = self._new(f"{HELLO} I want to talk to a person please")
        return Dialogue(
            (self._question(*QUESTIONS[0]), Said(TurnKind.HAND_OVER, asked, mode="human", contains="case number"))
        )

    def _new(self, template: str) -> str:
        """The template with words that make a text not said before."""
        for _ in range(1000):
            text = template.format(**{name: self._random.choice(words) for name, words in WORDS.items()})
            if text not in self._used:
                self._used.add(text)
                return text
        raise RuntimeError(f"The word lists do not give enough texts for: {template}")
