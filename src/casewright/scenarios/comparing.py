"""Compares what was expected with what is there: pure, each mismatch in words a person can act on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casewright.scenarios.expectations import (
    ClosedExpectation,
    FieldExpectation,
    InboxExpectation,
    MailExpectation,
    ReplyExpectation,
    TextExpectation,
    TopicExpectation,
    TranscriptExpectation,
)
from casewright.scenarios.models import OrgQuery
from casewright.scenarios.results import Mismatch
from casewright.scenarios.schemas import Closed, InboxItem, Mail, Reply, Transcript, Turn

FACTUAL_KINDS = frozenset({"answer", "step", "code"})
"""Kinds of parts that state something from knowledge."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of a step: `message` is the agent's (None: it said nothing), `turn` the one that led to it."""

    mode: str
    status: str | None = None
    message: Reply | None = None
    turn: Turn | None = None


def reply_mismatches(expected: ReplyExpectation, observed: Observed) -> Iterator[Mismatch]:
    if expected.status and observed.status != expected.status:
        yield Mismatch(expectation=f"status is {expected.status}", found=f"{observed.status}, {_said(observed)}")
    if expected.status == "human" and observed.message:
        yield Mismatch(expectation="the agent is silent", found=_said(observed))
    if expected.mode and observed.mode != expected.mode:
        yield Mismatch(expectation=f"mode is {expected.mode}", found=observed.mode)
    said = observed.message.text if observed.message else ""
    yield from text_mismatches(expected, said, "the reply")
    yield from _message_mismatches(expected, observed.message)
    yield from _turn_mismatches(expected, observed.turn)


def text_mismatches(expected: TextExpectation, text: str, what: str) -> Iterator[Mismatch]:
    found = _quoted(text)
    for phrase in expected.contains:
        if _plain(phrase) not in _plain(text):
            yield Mismatch(expectation=f"{what} contains {phrase!r}", found=found)
    if expected.contains_any and not any(_plain(phrase) in _plain(text) for phrase in expected.contains_any):
        yield Mismatch(expectation=f"{what} contains one of {_listed(expected.contains_any)}", found=found)
    for phrase in expected.excludes:
        if _plain(phrase) in _plain(text):
            yield Mismatch(expectation=f"{what} does not contain {phrase!r}", found=found)


def _message_mismatches(expected: ReplyExpectation, message: Reply | None) -> Iterator[Mismatch]:
    parts = message.parts if message else ()
    sources = [source for part in parts for source in part.sources]
    titles = sorted({f"{source.title} ({source.id})" for source in sources})
    for fragment in expected.sources:
        if not any(_plain(fragment) in _plain(f"{source.title} {source.id}") for source in sources):
            yield Mismatch(expectation=f"a source is {fragment!r}", found=_listed(titles))
    facts = [part for part in parts if part.kind in FACTUAL_KINDS]
    if expected.grounded is True and (not facts or not all(part.sources for part in facts)):
        bare = [_quoted(part.text) for part in facts if not part.sources]
        found = f"without a source: {'; '.join(bare)}" if facts else "the reply states nothing from knowledge"
        yield Mismatch(expectation="every statement carries its source", found=found)
    if expected.grounded is False and facts:
        yield Mismatch(expectation="nothing is stated from knowledge", found=_listed(titles))
    labels = [quick.label for quick in message.quick_replies] if message else []
    for fragment in expected.quick_replies:
        if not any(_plain(fragment) in _plain(label) for label in labels):
            yield Mismatch(expectation=f"a quick reply offers {fragment!r}", found=_listed(labels))
    waits = message.expects.kind if message and message.expects else "nothing"
    if expected.expects and waits != expected.expects:
        yield Mismatch(expectation=f"the agent waits for {expected.expects}", found=f"for {waits}")
    fields = [field.slot for field in message.fields] if message else []
    for slot in expected.fields:
        if slot not in fields:
            yield Mismatch(expectation=f"a field is {slot}", found=_listed(fields))
    kinds = [part.kind for part in parts]
    for kind in expected.kinds:
        if kind not in kinds:
            yield Mismatch(expectation=f"a part is of the kind {kind}", found=_listed(kinds))
    if expected.max_parts is not None and len(parts) > expected.max_parts:
        yield Mismatch(expectation=f"the reply has at most {expected.max_parts} parts", found=f"{len(parts)} parts")


def _turn_mismatches(expected: ReplyExpectation, turn: Turn | None) -> Iterator[Mismatch]:
    accepted = [command.command for command in turn.accepted] if turn else []
    for name in expected.commands:
        if name not in accepted:
            yield Mismatch(expectation=f"the turn accepts {name}", found=_listed(accepted))
    likeliest = [segment.ranking[0].name for segment in turn.segments if segment.ranking] if turn else []
    for intent in expected.intents:
        if intent not in likeliest:
            yield Mismatch(expectation=f"a segment's likeliest intent is {intent}", found=_listed(likeliest))
    for topic in expected.topics:
        yield from _topic_mismatches(topic, turn)
    results = [f"{one.action} {one.status} ({one.code})" for one in turn.actions] if turn else []
    for action in expected.actions:
        wanted = action.model_dump(exclude_none=True)
        if not any(_holds(wanted, done.model_dump()) for done in (turn.actions if turn else ())):
            yield Mismatch(expectation=f"the turn does {_pairs(wanted)}", found=_listed(results))
    language = turn.language if turn else None
    if expected.language and language != expected.language:
        yield Mismatch(expectation=f"the language is {expected.language}", found=str(language))
    if expected.masked_text:
        if turn is None or turn.masked_text is None:
            yield Mismatch(expectation="the turn shows its masked text", found="none")
        else:
            yield from text_mismatches(expected.masked_text, turn.masked_text, "the masked text")


def _topic_mismatches(expected: TopicExpectation, turn: Turn | None) -> Iterator[Mismatch]:
    topics = turn.topics if turn else ()
    wanted = f"topic {expected.name}"
    if expected.status:
        wanted += f" is {expected.status}"
    if expected.slots:
        wanted += f" with {_pairs(expected.slots)}"
    for topic in topics:
        slots = {name: str(value) for name, value in topic.slots.items()}
        if topic.name == expected.name and expected.status in (None, topic.status) and _holds(expected.slots, slots):
            return
    yield Mismatch(
        expectation=wanted, found=_listed([f"{one.name} {one.status} {_pairs(one.slots)}" for one in topics])
    )


def transcript_mismatches(expected: TranscriptExpectation, transcript: Transcript) -> Iterator[Mismatch]:
    last = transcript.messages[-1].author if transcript.messages else None
    pairs = (
        ("mode", expected.mode, transcript.mode),
        ("status", expected.status, transcript.status),
        ("outcome", expected.outcome, transcript.outcome),
        ("language", expected.language, transcript.language),
        ("the author of the last message", expected.last_from, last),
    )
    yield from _equalities(pairs)
    said = "\n".join(f"{message.author}: {message.text}" for message in transcript.messages)
    yield from text_mismatches(expected, said, "the transcript")


def closed_mismatches(expected: ClosedExpectation, closed: Closed | None) -> Iterator[Mismatch]:
    if closed is None:
        yield Mismatch(expectation="the conversation is closed", found="still open")
        return
    pairs = (
        ("outcome", expected.outcome, closed.outcome),
        ("resolution", expected.resolution, closed.resolution),
    )
    yield from _equalities(pairs)


def inbox_mismatches(expected: InboxExpectation, item: InboxItem | None) -> Iterator[Mismatch]:
    if item is None:
        yield Mismatch(expectation="the conversation is in the inbox", found="not there")
        return
    pairs = (
        ("mode", expected.mode, item.mode),
        ("reason", expected.reason, item.reason),
        ("topic", expected.topic, item.topic),
        ("has_case", expected.has_case, item.case is not None),
        ("pending_approvals", expected.pending_approvals, item.pending_approvals),
    )
    yield from _equalities(pairs)


def record_mismatches(expected: OrgQuery, records: Sequence[Mapping[str, Any]]) -> Iterator[Mismatch]:
    if expected.count is not None and len(records) != expected.count:
        yield Mismatch(expectation=f"the query finds {expected.count} records", found=f"{len(records)} records")
    if expected.expect is None:
        return
    if len(records) != len(expected.expect):
        yield Mismatch(expectation=f"the query finds {len(expected.expect)} records", found=f"{len(records)} records")
        return
    for number, (wanted, record) in enumerate(zip(expected.expect, records, strict=True), start=1):
        for field, value in wanted.items():
            yield from _field_mismatches(f"record {number}: {field}", value, field_value(record, field))


def _field_mismatches(what: str, expected: Any, found: Any) -> Iterator[Mismatch]:
    if not isinstance(expected, FieldExpectation):
        if found != expected:
            yield Mismatch(expectation=f"{what} is {expected!r}", found=_quoted(found))
        return
    yield from text_mismatches(expected, "" if found is None else str(found), what)
    if "equals_not" in expected.model_fields_set and found == expected.equals_not:
        yield Mismatch(expectation=f"{what} is not {expected.equals_not!r}", found=_quoted(found))
    number = found if isinstance(found, int | float) else None
    if expected.below is not None and (number is None or number >= expected.below):
        yield Mismatch(expectation=f"{what} is below {expected.below:g}", found=_quoted(found))
    if expected.above is not None and (number is None or number <= expected.above):
        yield Mismatch(expectation=f"{what} is above {expected.above:g}", found=_quoted(found))


def field_value(record: Mapping[str, Any], field: str) -> Any:
    """The value at a dotted path; field names compare without regard to case, a missing one is None."""
    value: Any = record
    for name in field.split("."):
        if not isinstance(value, Mapping):
            return None
        value = next((one for key, one in value.items() if key.lower() == name.lower()), None)
    return value


def mail_mismatches(expected: MailExpectation, mails: Sequence[Mail]) -> Iterator[Mismatch]:
    """`mails`: those to the address since the scenario began."""
    fitting = [
        mail
        for mail in mails
        if all(_plain(one) in _plain(f"{mail.subject}\n{mail.body}") for one in expected.contains)
    ]
    about = f" with {_listed(expected.contains)}" if expected.contains else ""
    found = f"{len(fitting)} of {len(mails)}: {_listed([mail.subject for mail in mails])}"
    if expected.count is None and not fitting:
        yield Mismatch(expectation=f"mail to {expected.to}{about}", found=found)
    if expected.count is not None and len(fitting) != expected.count:
        yield Mismatch(expectation=f"exactly {expected.count} × mail to {expected.to}{about}", found=found)


# --- words ------------------------------------------------------------------------------------------------------------


def _equalities(pairs: Iterable[tuple[str, object, object]]) -> Iterator[Mismatch]:
    for what, expected, found in pairs:
        if expected is not None and found != expected:
            yield Mismatch(expectation=f"{what} is {expected}", found=str(found))


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


def _holds(wanted: Mapping[str, object], found: Mapping[str, object]) -> bool:
    return all(found.get(name) == value for name, value in wanted.items())


def _said(observed: Observed) -> str:
    return f"saying {_quoted(observed.message.text)}" if observed.message else "saying nothing"


def _quoted(value: object) -> str:
    if value in (None, ""):
        return "nothing"
    text = " ".join(str(value).split())
    return f"“{text}”" if len(text) <= 400 else f"“{text[:400]}…”"


def _listed(items: Sequence[str]) -> str:
    return ", ".join(items) if items else "none"


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
