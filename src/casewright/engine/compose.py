"""Composing: the parts in their order, the right tone before them, the right buttons after them."""

from casewright.engine.working import Turn


def compose(turn: Turn) -> None:
    """Puts what the stages had to say in order: feeling first, then answers and results, then the one question."""
    questions = [draft for draft in turn.drafts if draft.kind == "question"]
    rest = [draft for draft in turn.drafts if draft.kind != "question"]
    turn.drafts = [*rest, *questions[-1:]]
    turn.open_with_feeling()
    if turn.asks_if_solved and not turn.expects and turn.state.mode == "agent" and turn.state.status == "open":
        _ask_if_solved(turn)
    else:
        turn.asks_if_solved = False


def _ask_if_solved(turn: Turn) -> None:
    turn.say(turn.wording("did_this_help"), "question")
    turn.offer(turn.label("solved_label"))
    turn.offer(turn.label("not_solved_label"))
