"""What a customer writes to open a case: subject and text, in the shape that suits the channel and the person."""

import re
from dataclasses import replace

from localorg.history.countries import load_country
from localorg.history.moods import Mood
from localorg.history.scene import Scene, capitalised
from localorg.history.voice import decapitalised, louder, voiced
from localorg.history.writers import Register, Signature, make_writer

_LONGEST_SUBJECT = 250
_SHORT_CLAUSE = 64
_LONGEST_CHAT = 3
_CLAUSE = re.compile(r"(?<!\d)[.]|[?!:;(]|, |\n| - ")
_SHORT = (("issue",), ("issue",), ("issue", "ask"), ("detail", "issue"), ("issue", "detail"))
_MIDDLE = (
    ("issue", "detail"),
    ("issue", "ask"),
    ("issue", "tried"),
    ("issue", "effect"),
    ("issue", "detail", "ask"),
    ("issue", "tried", "ask"),
    ("issue", "detail", "tried"),
    ("effect", "issue", "ask"),
    ("context", "issue"),
    ("context", "issue", "ask"),
    ("issue", "effect", "ask"),
    ("issue", "detail", "effect"),
    ("ask", "issue"),
)
_LONG = (
    ("context", "issue", "detail", "tried", "ask"),
    ("issue", "detail", "tried", "effect", "ask"),
    ("context", "issue", "tried", "effect", "aside"),
    ("effect", "context", "issue", "detail", "ask"),
    ("issue", "detail", "detail", "tried", "tried", "ask"),
    ("aside", "issue", "detail", "effect", "ask"),
    ("context", "issue", "detail", "detail", "effect", "tried", "ask"),
    ("issue", "aside", "tried", "detail", "ask", "urgency"),
    ("context", "effect", "issue", "detail", "tried", "urgency"),
)
_GENERAL = {"tried": 0.22, "effect": 0.3, "ask": 0.22, "detail": 0.0}


def first_message(scene: Scene) -> tuple[str, str]:
    """Subject and text."""
    issue = scene.issue()
    return _subject(scene, issue), _description(scene, issue)


def _subject(scene: Scene, issue: str) -> str:
    """As people fill that line: some carefully, some with the first words of their message, some with one word."""
    random, writer = scene.random, scene.writer
    drawn = random.random()
    if drawn < 0.035:
        text = scene.phrase("subject.vague")
    elif drawn < 0.3:
        text = _beginning(issue) or scene.about("subject")
    else:
        text = scene.about("subject") or _beginning(issue)
    if scene.origin != "Phone" and (random.random() < 0.5 or writer.typos > 0.02):
        text = voiced(text, writer, scene.language, random)
    text = text.rstrip(".")
    if scene.mood is Mood.ANGRY and random.random() < 0.3:
        text = text.upper() if random.random() < 0.3 else louder(text, random)
    if random.random() < (0.16 if scene.mood.angry else 0.05):
        text = scene.phrase("subject.urgent").replace("…", text)
    elif random.random() < 0.03 and scene.origin == "Email":
        text = scene.phrase("subject.reply").replace("…", text)
    return text[:_LONGEST_SUBJECT]


def _beginning(issue: str) -> str:
    """The first clause, if it is short enough to be a subject."""
    clause = _CLAUSE.split(issue, maxsplit=1)[0].rstrip(",")
    return clause if 8 < len(clause) < _SHORT_CLAUSE else ""


def _description(scene: Scene, issue: str) -> str:
    random = scene.random
    if scene.origin == "Phone":
        return _phone_note(scene, issue)
    if random.random() < 0.012:
        return voiced(scene.phrase("vague"), scene.writer, scene.language, random)
    if scene.origin == "Chat":
        return _chat(scene, issue)
    if scene.origin == "Email" and random.random() < 0.045 and scene.contact.account.employees > 15:
        return _forwarded(scene, issue)
    if scene.origin == "Web" and scene.is_problem and random.random() < (0.3 if scene.writer.orderly else 0.04):
        return _form(scene, issue)
    return _letter(scene, issue)


def _letter(scene: Scene, issue: str) -> str:
    random = scene.random
    greeting = _greeting(scene)
    body = _begun(scene, greeting, _paragraphs(scene, _sentences(scene, _shape(scene), issue)))
    error = _error(scene)
    if error:
        body.insert(min(1, len(body)), error)
    if greeting and len(body) == 1 and random.random() < 0.35:
        body, greeting = [_in_one_line(greeting, body[0])], ""
    parts = [part for part in (greeting, *body, *_closing(scene)) if part]
    gap = "\n" if scene.writer.register is Register.CASUAL and random.random() < 0.5 else "\n\n"
    return gap.join(parts)


def _in_one_line(greeting: str, body: str) -> str:
    if greeting.endswith(("!", ".", "-")):
        return f"{greeting} {body}"
    return f"{greeting.rstrip(',')}, {decapitalised(body)}"


def _begun(scene: Scene, greeting: str, body: list[str]) -> list[str]:
    """The first letter, small or large as the language has it after such a greeting."""
    first = body[0].partition(" ")[0].rstrip(",")
    if greeting.endswith(",") and scene.writer.register is not Register.CASUAL:
        small = first in scene.language.small_after_greeting or (
            first[:1].islower() and scene.language.small_after_greeting
        )
    else:
        small = scene.writer.lower or (scene.writer.careless and first[:1].islower())
    body[0] = body[0][:1].lower() + body[0][1:] if small else capitalised(body[0])
    return body


def _shape(scene: Scene) -> tuple[str, ...]:
    """How much they say follows from the person, a little from the channel and the day."""
    random = scene.random
    length = scene.writer.talkative + random.gauss(0, 0.17) + (0.1 if scene.mood.angry else 0)
    length -= {"Chat": 0.25, "Web": 0.05}.get(scene.origin, 0.0) + (0.15 if scene.writer.mobile else 0)
    return random.choice(_SHORT if length < 0.27 else _MIDDLE if length < 0.6 else _LONG)


def _sentences(scene: Scene, shape: tuple[str, ...], issue: str, most: int = 99) -> list[str]:
    """In this person's hand; if they are more than `most`, others go before the issue does."""
    random = scene.random
    sentences: list[str] = []
    mood = f"mood.{scene.mood}"
    if random.random() < (0.55 if scene.mood.angry else 0.3) and scene.mood is not Mood.CALM:
        sentences.append(scene.phrase(f"{mood}.open"))
    if scene.case.about and not scene.case.topic.about_a_case and random.random() < _again_chance(scene):
        sentences.append(scene.phrase("again"))
    for kind in shape:
        if kind == "issue":
            sentences.append(issue)
        elif kind == "context":
            sentences.append(scene.habit(kind, 3))
        elif kind in ("aside", "urgency"):
            sentences.append(scene.phrase(kind))
        elif kind in ("tried", "effect") and not scene.is_problem:
            sentences.append(scene.about(kind))
        else:
            generally = 0.0 if kind == "ask" and not sentences else _GENERAL.get(kind, 0.0)
            sentences.append(scene.about(kind, generally=generally))
    if scene.second and len(shape) > 1:
        sentences.append(f"{scene.phrase('also')} {scene.expand(scene.second)}")
    if random.random() < (0.5 if scene.mood.angry else 0.22) and scene.mood is not Mood.CALM:
        sentences.append(scene.phrase(f"{mood}.close"))
    if random.random() < 0.02 and scene.origin != "Chat":
        sentences.append(scene.phrase("unrelated"))
    sentences = [text for text in sentences if text]
    while len(sentences) > most:
        sentences.remove(next(text for text in sentences if text != issue))
    if not scene.writer.careless:
        sentences = [capitalised(text) for text in sentences]
    written = [voiced(text, scene.writer, scene.language, random) for text in sentences]
    if scene.mood is Mood.ANGRY or scene.writer.exclaims:
        written = [louder(text, random) if random.random() < 0.2 else text for text in written]
    return written


def _again_chance(scene: Scene) -> float:
    about = scene.case.about
    assert about is not None
    days = (scene.case.at - about.at).days
    return 0.0 if days > 40 else 0.3 if about.topic is scene.case.topic else 0.04


def _paragraphs(scene: Scene, sentences: list[str]) -> list[str]:
    """Runs of sentences; those who write without pausing join them with commas."""
    random, writer = scene.random, scene.writer
    if writer.run_on and len(sentences) > 1:
        text = sentences[0]
        for sentence in sentences[1:]:
            if text.endswith("?") or random.random() < 0.3:
                text += " " + sentence
            else:
                text = text.rstrip(".") + random.choice((", ", ", ", " - ", "... ")) + decapitalised(sentence)
        return [text]
    if writer.careless and random.random() < 0.45:
        return ["\n".join(sentences)]
    sentences = [_ended(sentence, careless=writer.careless and random.random() < 0.3) for sentence in sentences]
    if len(sentences) >= 4 and random.random() < 0.7:
        cut = random.randrange(2, len(sentences) - 1)
        return [" ".join(sentences[:cut]), " ".join(sentences[cut:])]
    return [" ".join(sentences)]


def _ended(sentence: str, *, careless: bool) -> str:
    return sentence if careless or sentence[-1:] in ".?!:)…" else sentence + "."


def _greeting(scene: Scene) -> str:
    if scene.random.random() > scene.writer.greets:
        return ""
    text = scene.habit(f"greeting.{scene.writer.register}")
    return text.lower() if scene.writer.lower else text


def _closing(scene: Scene) -> list[str]:
    random, writer, account = scene.random, scene.writer, scene.contact.account
    thanks = ""
    if random.random() < (0.15 if scene.mood.angry else 0.4) * (0.4 + writer.greets):
        thanks = voiced(scene.habit("thanks", 3), writer, scene.language, random)
    signed = "" if writer.signature is Signature.NONE or random.random() > 0.85 else _signed(scene, thanks)
    parts = [part for part in (thanks, signed) if part]
    if writer.emoji and random.random() < 0.5:
        parts[-1:] = [" ".join((*parts[-1:], scene.habit("emoji")))]
    if scene.origin == "Email":
        parts += [scene.habit("mobile", 1)] if writer.mobile else []
        disclaimers = scene.language.of("disclaimer")
        if disclaimers and account.style % 13 == 0:
            parts.append(scene.expand(disclaimers[account.style % len(disclaimers)]))
    return [part for part in parts if part]


def _signed(scene: Scene, thanks: str) -> str:
    """Who has just thanked does not do it again."""
    writer, contact = scene.writer, scene.contact
    signoff = scene.habit(f"signoff.{writer.register}") if scene.random.random() < 0.8 else ""
    if thanks and signoff[:4].lower() in thanks.lower():
        signoff = ""
    if writer.signature is Signature.BLOCK and scene.origin == "Email":
        name = _signature_block(scene)
    else:
        name = contact.first if writer.signature is Signature.FIRST else f"{contact.first} {contact.last}"
    text = f"{signoff}\n{name}" if signoff else name
    return text.lower() if writer.lower and writer.signature is Signature.FIRST else text


def _signature_block(scene: Scene) -> str:
    """Each company has its own."""
    contact, account = scene.contact, scene.contact.account
    full = f"{contact.first} {contact.last}"
    if account.kind.household:
        return f"{full}\n{account.city.name}" if account.style % 2 else f"{full}\n{contact.phone}"
    with_title = f"{contact.title}, {account.name}" if contact.title else account.name
    blocks = (
        f"{full}\n{with_title}\n{contact.phone}",
        f"{full} | {contact.title or account.city.name}\n{account.name}, {account.city.name}",
        f"--\n{full}\n{account.name}\nT {contact.phone}\n{contact.email}",
        f"{full}\n{with_title}",
        f"{full}\n{account.name} · {account.city.name}\nwww.{account.domain}",
    )
    return blocks[account.style % len(blocks)]


def _error(scene: Scene) -> str:
    """Pasted as it stood on the screen."""
    chance = 0.6 if scene.writer.pastes else 0.13
    if scene.random.random() > chance:
        return ""
    error = scene.about("error")
    if not error:
        return ""
    style = scene.random.random()
    if "\n" in error or style < 0.45:
        return error
    if style < 0.75:
        return f"{scene.phrase('error_label')} {error}"
    return f'"{error}"' if '"' not in error else error


def _chat(scene: Scene, issue: str) -> str:
    """One or a few short lines."""
    random = scene.random
    sentences = _sentences(scene, random.choice(_SHORT + _SHORT + _MIDDLE[:5]), issue, _LONGEST_CHAT)
    if random.random() < 0.4 * (0.5 + scene.writer.greets):
        greeting = scene.phrase("greeting.chat")
        sentences.insert(0, greeting.lower() if scene.writer.lower else greeting)
    error = _error(scene) if scene.writer.pastes else ""
    lines = [*sentences, *([error] if error else [])]
    return "\n".join(lines) if random.random() < 0.75 else " ".join(_ended(line, careless=False) for line in lines)


def _phone_note(scene: Scene, issue: str) -> str:
    """What the person at the desk typed while listening, in their own language if they took it down in that."""
    random = scene.random
    parts = [scene.phrase("phone.open"), scene.phrase("phone.quote").replace("…", capitalised(issue))]
    if random.random() < 0.45:
        parts.append(scene.about("detail"))
    if random.random() < 0.3:
        parts.append(scene.phrase(f"phone.{'angry' if scene.mood.angry else 'mood'}"))
    if random.random() < 0.5:
        parts.append(scene.phrase("phone.close"))
    return (" " if random.random() < 0.7 else "\n").join(part for part in parts if part)


def _form(scene: Scene, issue: str) -> str:
    """Answers under headings, as some portals ask and some people like it."""
    labels = [piece.source for piece in scene.language.of("form")]
    label = scene.random.choice(labels).split("|")
    answers = (
        capitalised(issue),
        scene.about("tried", generally=0.2),
        scene.about("error") or scene.about("detail"),
        scene.about("effect", generally=0.4),
    )
    shown = [
        f"{name.strip()} {voiced(answer, scene.writer, scene.language, scene.random)}"
        for name, answer in zip(label, answers, strict=False)
        if answer
    ]
    return "\n".join(shown)


def _forwarded(scene: Scene, issue: str) -> str:
    """A short note above a colleague's message."""
    random = scene.random
    country = load_country(scene.contact.account.country)
    colleague = make_writer(random, country, scene.language.code, random.random() < 0.3, "Email")
    note = voiced(scene.phrase("forward.note"), scene.writer, scene.language, random)
    inner = replace(
        scene, contact=replace(scene.contact, writer=replace(colleague, mobile=False, signature=Signature.NONE))
    )
    header = scene.phrase("forward.header")
    text = " ".join(_sentences(inner, random.choice(_MIDDLE), issue))
    return f"{note}\n\n{header}\n\n{text}\n\n{scene.values('colleague')}"
