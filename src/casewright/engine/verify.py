"""Verifying what is about to be said. What fails is repaired from its source, replaced by a template, or dropped."""

from dataclasses import replace

from casewright.conversations.models import CheckView, RecoveryView
from casewright.engine.working import Draft, Turn
from casewright.security.models import TOKEN

FACTUAL = ("answer", "step", "code")


def verify(turn: Turn) -> None:
    """Checks each draft in place; what was checked, and what came of it, goes into the report."""
    checks: list[CheckView] = []
    verified: list[Draft] = []
    for index, draft in enumerate(turn.drafts, len(turn.sent)):
        repaired = _repaired(turn, index, draft, checks)
        if repaired:
            verified.append(repaired)
    turn.drafts = verified
    turn.note(checks=(*turn.report.checks, *checks))


def _repaired(turn: Turn, index: int, draft: Draft, checks: list[CheckView]) -> Draft | None:
    if draft.kind in FACTUAL:
        quote = draft.sources[0].quote if draft.sources else ""
        grounded = bool(quote) and turn.ports.knowledge.supports(draft.text, quote)
        checks.append(CheckView(part=index, check="agrees with its source", passed=grounded))
        if not grounded:
            _tell(turn, "use_the_sources_own_sentence" if quote else "drop_the_sentence")
            if not quote:
                return None
            draft = replace(draft, text=quote)
    private = _foreign_personal_data(turn, draft)
    checks.append(CheckView(part=index, check="reveals no one else's personal data", passed=not private))
    if private:
        _tell(turn, "black_out_personal_data")
        draft = replace(draft, text=private)
    if draft.kind == "result" and draft.sources and draft.sources[0].type == "action":
        done = any(action.status == "succeeded" for action in turn.report.actions)
        checks.append(CheckView(part=index, check="an action made it true", passed=done))
        if not done:
            _tell(turn, "use_template")
            draft = Draft(turn.wording("failed_action"), "notice")
    return draft


def _foreign_personal_data(turn: Turn, draft: Draft) -> str:
    """The text with what is personal and neither the customer's own nor in the source blacked out; empty if all is well."""
    if draft.kind not in FACTUAL:
        return ""
    quotes = " ".join(source.quote for source in draft.sources)
    if draft.text in quotes:
        return ""
    masked = turn.ports.masker.mask(draft.text, locale=turn.state.language, vault=turn.vault)
    known = set(turn.state.vault)
    foreign = [one.token for one in masked.found if one.token not in known]
    foreign = [token for token in foreign if masked.vault.values[token] not in quotes]
    if not foreign:
        return ""
    blacked = masked.text
    for token in foreign:
        blacked = blacked.replace(token, "█████")
    return TOKEN.sub(lambda match: masked.vault.restore(match[0]), blacked)


def _tell(turn: Turn, strategy: str) -> None:
    view = RecoveryView(failure="INVALID_RESPONSE", strategy=strategy, succeeded=True)
    turn.note(recovery=(*turn.report.recovery, view))
