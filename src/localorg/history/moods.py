"""How someone feels about what they write, which colours the words and, later, the rating."""

from enum import StrEnum
from random import Random

from localorg.history.demand import PlannedCase


class Mood(StrEnum):
    CALM = "calm"
    CHEERFUL = "cheerful"
    CONFUSED = "confused"
    WORRIED = "worried"
    ANNOYED = "annoyed"
    ANGRY = "angry"

    @property
    def angry(self) -> bool:
        return self in (Mood.ANNOYED, Mood.ANGRY)

    @property
    def goodwill(self) -> float:
        """What it adds to a rating of one to five."""
        return {Mood.CHEERFUL: 0.35, Mood.ANNOYED: -1.1, Mood.ANGRY: -2.1, Mood.WORRIED: -0.15}.get(self, 0.0)


def draw_mood(case: PlannedCase, random: Random) -> Mood:
    """From the topic, the event, how often they had to write lately, and their own temper."""
    if case.contact is None:
        return Mood.CALM
    heat = random.gauss(0, 0.32) + case.contact.writer.temper + case.topic.temper
    if case.event is not None:
        heat += case.event.anger
    if case.about is not None and (case.at - case.about.at).days < 10:
        heat += 0.12
    if heat > 0.78:
        return Mood.ANGRY
    if heat > 0.42:
        return Mood.ANNOYED
    return random.choices((Mood.CALM, Mood.CHEERFUL, Mood.CONFUSED, Mood.WORRIED), (0.72, 0.06, 0.11, 0.11))[0]
