"""Carries out one step after another of one scenario, and says what did not come out as expected."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from pydantic import JsonValue

from casewright.scenarios.comparing import (
    Observed,
    closed_mismatches,
    field_value,
    inbox_mismatches,
    mail_mismatches,
    record_mismatches,
    reply_mismatches,
    transcript_mismatches,
)
from casewright.scenarios.errors import StepBroken
from casewright.scenarios.expectations import ReplyExpectation
from casewright.scenarios.models import (
    AnyStep,
    BurstStep,
    ChooseStep,
    ClockStep,
    ClosedStep,
    CodeStep,
    CustomerStep,
    FeedbackStep,
    FillStep,
    HandoffStep,
    InboxStep,
    MailStep,
    OperatorStep,
    OrgChange,
    OrgCreate,
    OrgFault,
    OrgQuery,
    OrgStep,
    OtherTenantStep,
    TranscriptStep,
)
from casewright.scenarios.org import Org
from casewright.scenarios.placeholders import UnknownPlaceholder, filled, filled_text, names_in, soql_escaped
from casewright.scenarios.results import Mismatch
from casewright.scenarios.schemas import Mail, Reply, Turn
from casewright.scenarios.server import Conversation, OperatorDesk

PATIENCE: Final = 15.0
"""Seconds for which an expectation about the world is tried again until it holds."""
REPLY_WAIT: Final = 30
"""Seconds for a reply where a step says nothing else."""
_CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TURN_FIELDS: Final = frozenset({"commands", "intents", "topics", "actions", "language", "masked_text"})

Mismatches = list[Mismatch]


class Performance:
    """One scenario being played in its own conversation. `values` are what placeholders stand for."""

    def __init__(
        self,
        conversation: Conversation,
        desk: OperatorDesk,
        org: Org | None,
        desk_of: Callable[[str], OperatorDesk],
        values: dict[str, str],
    ) -> None:
        self._conversation = conversation
        self._desk = desk
        self._tenants_org = org
        self._desk_of = desk_of
        self._values = values
        self._created: list[tuple[str, str]] = []
        self._has_faults = False
        self._answered: Reply | None = None
        self._mail_before: dict[str, frozenset[str | int]] = {}
        self._codes_used: set[str | int] = set()
        self._handlers: Mapping[type[Any], Callable[[Any], Awaitable[Mismatches]]] = {
            CustomerStep: self._customer,
            BurstStep: self._burst,
            ChooseStep: self._choose,
            FillStep: self._fill,
            CodeStep: self._code,
            OperatorStep: self._operator,
            ClockStep: self._clock,
            HandoffStep: self._handoff,
            FeedbackStep: self._feedback,
            ClosedStep: self._closed,
            TranscriptStep: self._transcript,
            InboxStep: self._inbox,
            OrgStep: self._records,
            MailStep: self._mail,
            OtherTenantStep: self._other_tenant,
        }

    async def note_mail_before(self, steps: Iterable[AnyStep]) -> None:
        """Remember the mail that already lies in the boxes the steps will look at."""
        for step in steps:
            address = step.mail.to if isinstance(step, MailStep) else None
            address = step.code_from_mail if isinstance(step, CodeStep) else address
            if address and all(name in self._values for name in names_in(address)):
                box = filled_text(address, self._values, escape=str)
                self._mail_before[box] = frozenset(mail.id for mail in await self._org.mailbox(box))

    async def carry_out(self, step: AnyStep) -> Mismatches:
        """Raises `StepBroken` and the kit's errors when a request does not succeed."""
        return await self._handlers[type(step)](self._filled(step))

    async def clean_up(self) -> tuple[str, ...]:
        """End the faults, and delete the records made for this run, last first; the ones that the org keeps are named."""
        if self._has_faults:
            await self._org.clear_faults()
        left = [
            f"{kind} {record}" for kind, record in reversed(self._created) if not await self._org.remove(kind, record)
        ]
        return tuple(left)

    def _filled(self, step: AnyStep) -> AnyStep:
        data = step.model_dump(exclude_unset=True)
        try:
            values = filled(data, self._values)
            if isinstance(step, OrgStep) and isinstance(step.org, OrgQuery):
                values["org"]["query"] = filled_text(step.org.query, self._values, escape=soql_escaped)
        except UnknownPlaceholder as unknown:
            raise StepBroken(
                f"Nothing is known as ${{{unknown.name}}}: the saved record has no such field."
            ) from unknown
        return type(step).model_validate(values)

    @property
    def _org(self) -> Org:
        if self._tenants_org is None:
            raise StepBroken("This step needs the tenant's org; its url, client_id and client_secret are not given.")
        return self._tenants_org

    # --- the customer -------------------------------------------------------------------------------------------------

    async def _customer(self, step: CustomerStep) -> Mismatches:
        return await self._send({"text": step.customer * step.repeat}, step.expect, step.wait)

    async def _burst(self, step: BurstStep) -> Mismatches:
        *first, last = step.messages
        for text in first:
            await self._conversation.send(text)
        return await self._send({"text": last}, step.expect)

    async def _choose(self, step: ChooseStep) -> Mismatches:
        offered = (await self._last_message()).quick_replies
        chosen = next((quick.text for quick in offered if step.choose.casefold() in quick.label.casefold()), None)
        if chosen is None:
            labels = ", ".join(quick.label for quick in offered) or "none"
            return [Mismatch(expectation=f"a quick reply offers {step.choose!r}", found=labels)]
        return await self._send({"text": chosen}, step.expect)

    async def _last_message(self) -> Reply:
        if self._answered:
            return self._answered
        messages = (await self._conversation.transcript()).messages
        if not messages:
            raise StepBroken("Nothing has been said in this conversation yet.")
        return messages[-1]

    async def _fill(self, step: FillStep) -> Mismatches:
        return await self._send({"form": dict(step.fill)}, step.expect)

    async def _code(self, step: CodeStep) -> Mismatches:
        found: list[tuple[Mail, str]] = []

        async def look() -> Mismatches:
            for mail in await self._new_mail(step.code_from_mail):
                code = _CODE.search(f"{mail.subject}\n{mail.body}")
                if code and mail.id not in self._codes_used:
                    found.append((mail, code.group()))
                    return []
            return [Mismatch(expectation=f"a six-digit code in mail to {step.code_from_mail}", found="none")]

        mismatches = await _until_none(look)
        if mismatches:
            return mismatches
        mail, code = found[-1]
        self._codes_used.add(mail.id)
        return await self._send({"text": code}, step.expect)

    async def _handoff(self, step: HandoffStep) -> Mismatches:
        return await self._provoke(self._conversation.ask_for_person, step.expect)

    async def _feedback(self, step: FeedbackStep) -> Mismatches:
        await self._conversation.rate(step.feedback.model_dump(exclude_none=True))
        return []

    async def _send(
        self, message: dict[str, JsonValue], expected: ReplyExpectation | None, wait: int = REPLY_WAIT
    ) -> Mismatches:
        answer = await self._conversation.send_and_wait(message, wait)
        self._answered = answer.reply
        if answer.status == "pending" and (expected is None or expected.status != "pending"):
            return [Mismatch(expectation=f"a reply within {wait} seconds", found="none")]
        if expected is None:
            return []
        turn = await self._turn(expected, answer.reply, answer.message_id)
        observed = Observed(mode=answer.mode, status=answer.status, message=answer.reply, turn=turn)
        return list(reply_mismatches(expected, observed))

    async def _turn(self, expected: ReplyExpectation, message: Reply | None, message_id: str | None) -> Turn | None:
        if not expected.model_fields_set & _TURN_FIELDS:
            return None
        for line in reversed(await self._desk.turns(self._conversation.id)):
            if (message and line.reply_id == message.id) or (message_id and message_id in line.message_ids):
                return await self._desk.turn(line.id)
        return None

    # --- the operator and the clock -----------------------------------------------------------------------------------

    async def _operator(self, step: OperatorStep) -> Mismatches:
        desk, conversation_id, action = self._desk, self._conversation.id, step.operator

        async def act() -> None:
            if action.reply is not None:
                await desk.reply(conversation_id, action.reply)
            elif action.approve is not None:
                await self._decide("approve" if action.approve else "reject")
            else:
                await desk.set_mode(conversation_id, "agent" if action.give_back else "human")

        return await self._provoke(act, step.expect)

    async def _decide(self, decision: str) -> None:
        waiting: list[str] = []

        async def look() -> Mismatches:
            waiting.extend([one.id for one in await self._desk.pending_approvals(self._conversation.id)])
            return [] if waiting else [Mismatch(expectation="an action waits for approval", found="none")]

        if await _until_none(look):
            raise StepBroken("No action waits for approval in this conversation.")
        await self._desk.decide(waiting[0], decision)

    async def _clock(self, step: ClockStep) -> Mismatches:
        seconds = int(step.clock[1:-1]) * _SECONDS[step.clock[-1]]
        return await self._provoke(lambda: self._desk.advance_clock(self._conversation.id, seconds), step.expect)

    async def _provoke(self, act: Callable[[], Awaitable[None]], expected: ReplyExpectation | None) -> Mismatches:
        """Do something that no reply answers directly; then wait for what the agent says of itself."""
        self._answered = None
        if expected is None:
            await act()
            return []
        before = {message.id for message in (await self._conversation.transcript()).messages}
        await act()

        async def look() -> Mismatches:
            transcript = await self._conversation.transcript()
            new = [one for one in transcript.messages if one.author == "agent" and one.id not in before]
            message = new[-1] if new else None
            if message is None and expected.model_fields_set - {"mode"}:
                return [Mismatch(expectation="the agent says something", found="nothing")]
            turn = await self._turn(expected, message, None)
            return list(reply_mismatches(expected, Observed(mode=transcript.mode, message=message, turn=turn)))

        return await _until_none(look)

    # --- looking ------------------------------------------------------------------------------------------------------

    async def _closed(self, step: ClosedStep) -> Mismatches:
        return list(closed_mismatches(step.closed, await self._conversation.closed_event(within=PATIENCE)))

    async def _transcript(self, step: TranscriptStep) -> Mismatches:
        async def look() -> Mismatches:
            return list(transcript_mismatches(step.transcript, await self._conversation.transcript()))

        return await _until_none(look)

    async def _inbox(self, step: InboxStep) -> Mismatches:
        async def look() -> Mismatches:
            return list(inbox_mismatches(step.inbox, await self._desk.inbox_item(self._conversation.id)))

        return await _until_none(look)

    async def _mail(self, step: MailStep) -> Mismatches:
        async def look() -> Mismatches:
            return list(mail_mismatches(step.mail, await self._new_mail(step.mail.to)))

        return await _until_none(look)

    async def _new_mail(self, address: str) -> list[Mail]:
        """Newest first."""
        before = self._mail_before.get(address, frozenset())
        return [mail for mail in await self._org.mailbox(address) if mail.id not in before]

    async def _other_tenant(self, step: OtherTenantStep) -> Mismatches:
        turns = tuple(line.id for line in await self._desk.turns(self._conversation.id))
        seen = await self._desk_of(step.as_tenant).seen_of(self._conversation.id, turns)
        return [Mismatch(expectation=f"{step.as_tenant} sees nothing", found=found) for found in seen]

    async def _records(self, step: OrgStep) -> Mismatches:
        match step.org:
            case OrgCreate():
                await self._create(step.org)
            case OrgChange(change=kind, id=record_id, fields=fields):
                await self._org.change(kind, record_id, fields)
            case OrgFault():
                await self._switch(step.org)
            case OrgQuery():
                return await self._query(step.org)
        return []

    async def _switch(self, fault: OrgFault) -> None:
        if fault.fault == "none":
            await self._org.clear_faults()
            return
        self._has_faults = True
        given = fault.model_dump(exclude_none=True)
        await self._org.add_fault({"kind": given.pop("fault"), **given})

    async def _create(self, wanted: OrgCreate) -> None:
        record_id = await self._org.create(wanted.create, wanted.fields)
        self._created.append((wanted.create, record_id))
        if wanted.save_as:
            self._save(wanted.save_as, await self._org.record(wanted.create, record_id))

    async def _query(self, wanted: OrgQuery) -> Mismatches:
        found: list[Mapping[str, Any]] = []

        async def look() -> Mismatches:
            found[:] = await self._org.query(wanted.query)
            if wanted.save_as and not found:
                return [Mismatch(expectation="the query finds a record to save", found="none")]
            return list(record_mismatches(wanted, found))

        mismatches = await _until_none(look)
        if wanted.save_as and not mismatches:
            self._save(wanted.save_as, found[0])
        return mismatches

    def _save(self, name: str, record: Mapping[str, Any]) -> None:
        for path in _paths(record):
            value = field_value(record, path)
            self._values[f"{name}.{path}"] = "" if value is None else str(value)


def _paths(record: Mapping[str, Any], above: str = "") -> Iterable[str]:
    for field, value in record.items():
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{field}.")
        else:
            yield f"{above}{field}"


async def _until_none(look: Callable[[], Awaitable[Mismatches]]) -> Mismatches:
    """Look again, ever less often, until nothing is amiss or patience ends; what was amiss at last."""
    deadline = time.monotonic() + PATIENCE
    pause = 0.1
    while (mismatches := await look()) and time.monotonic() + pause < deadline:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 1.0)
    return mismatches
