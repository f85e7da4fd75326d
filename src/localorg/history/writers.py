"""How a person writes. Each contact keeps one hand, whatever it is about."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from localorg.history.countries import CountryFacts


class Register(StrEnum):
    FORMAL = "formal"
    NEUTRAL = "neutral"
    CASUAL = "casual"


class Signature(StrEnum):
    NONE = "none"
    FIRST = "first"
    FULL = "full"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Writer:
    """`talkative` 0…1; `typos` a word; `temper` -0.5…0.5; `channel` is the origin they come back to."""

    language: str
    register: Register
    talkative: float
    typos: float
    temper: float
    lower: bool
    careless: bool
    abbreviates: bool
    run_on: bool
    exclaims: bool
    dots: bool
    emoji: bool
    plain_letters: bool
    british: bool
    learner: bool
    mobile: bool
    pastes: bool
    orderly: bool
    greets: float
    signature: Signature
    clock: int
    channel: str


def make_writer(random: Random, country: CountryFacts, language: str, technical: bool, channel: str) -> Writer:
    """Some habits go together: who writes on the way greets less, drops capitals and mistypes more."""
    chance = random.random
    register = _register(random, country)
    casual = register is Register.CASUAL
    sloppy = chance() < (0.42 if casual else 0.12)
    foreign = language == "en" and country.learner > 0
    return Writer(
        language=language,
        register=register,
        talkative=random.betavariate(1.3, 2.1) if not casual else random.betavariate(1.0, 3.0),
        typos=_typos(random, sloppy),
        temper=random.gauss(0, 0.16),
        lower=sloppy and chance() < 0.5,
        careless=sloppy or chance() < 0.06,
        abbreviates=sloppy and chance() < 0.5,
        run_on=chance() < (0.3 if sloppy else 0.07),
        exclaims=chance() < 0.08,
        dots=chance() < 0.07,
        emoji=casual and chance() < 0.18,
        plain_letters=chance() < (0.3 if sloppy else 0.05),
        british=country.british,
        learner=foreign and chance() < country.learner,
        mobile=chance() < (0.16 if casual else 0.06),
        pastes=technical and chance() < 0.6,
        orderly=technical and chance() < 0.3,
        greets=random.choice((0.05, 0.5, 0.85, 0.97)) if not casual else random.choice((0.05, 0.3, 0.7)),
        signature=_signature(random, register),
        clock=country.clock,
        channel=channel,
    )


def _register(random: Random, country: CountryFacts) -> Register:
    formal, casual = (0.65, 0.08) if country.formal else (0.22, 0.36)
    drawn = random.random()
    if drawn < formal:
        return Register.FORMAL
    return Register.CASUAL if drawn > 1 - casual else Register.NEUTRAL


def _typos(random: Random, sloppy: bool) -> float:
    if sloppy:
        return random.uniform(0.008, 0.05)
    return random.uniform(0.002, 0.012) if random.random() < 0.4 else 0.0


def _signature(random: Random, register: Register) -> Signature:
    weights = {
        Register.FORMAL: (0.05, 0.15, 0.45, 0.35),
        Register.NEUTRAL: (0.15, 0.5, 0.2, 0.15),
        Register.CASUAL: (0.5, 0.43, 0.02, 0.05),
    }[register]
    return random.choices(tuple(Signature), weights)[0]
