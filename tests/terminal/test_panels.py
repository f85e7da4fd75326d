"""The inspector's panels, as a terminal shows them."""

from uuid import uuid4

from rich.console import Console

from casewright.conversations.schemas import TurnView
from casewright.terminal.panels import inspected
from tests.terminal.turns import a_turn


def shown(turn: TurnView, width: int = 100) -> str:
    console = Console(record=True, width=width, quiet=True)
    console.quiet = False
    with console.capture() as capture:
        console.print(inspected(turn))
    return capture.get()


def line_with(text: str, words: str) -> str:
    return next(line for line in text.splitlines() if words in line)


def test_stages_stand_one_after_the_other_on_one_line_of_time() -> None:
    stages = [{"name": "screen", "ms": 25.0, "cpu_ms": 5.0}, {"name": "act", "ms": 75.0, "cpu_ms": 1.0}]
    text = shown(a_turn(stages=stages, total_ms=100.0))
    first, second = line_with(text, "screen"), line_with(text, "act ")
    assert second.count("█") == 3 * first.count("█")
    assert second.index("█") == first.rindex("█") + 1
    assert "75 ms" in second
    assert "1.0 ms" in second
    assert "100 ms, of which 6.0 ms computing" in text


def test_what_was_masked_is_named_by_its_kind() -> None:
    text = shown(a_turn(masked=[{"token": "[TAX_NUMBER_1]", "kind": "tax_number"}]))
    assert "tax number" in line_with(text, "[TAX_NUMBER_1]")


def test_each_request_shows_its_ranking_as_bars() -> None:
    ranking = [{"name": "export_data", "probability": 0.75}, {"name": "import_data", "probability": 0.25}]
    segment = {"start": 0, "end": 6, "text": "Export", "ranking": ranking, "ambiguous": True}
    text = shown(a_turn(segments=[segment]))
    best, second = line_with(text, "export data"), line_with(text, "import data")
    assert best.count("█") == 3 * second.count("█") == 9
    assert "75 %" in best
    assert "ambiguous" in line_with(text, "“Export”")


def test_a_dropped_command_says_how_certain_it_was_and_why_it_was_dropped() -> None:
    cancel = {"command": "CancelTopic", "topic": "t1"}
    proposal = {"command": cancel, "confidence": 0.41, "reason": "asks to stop", "proposer": "dialogue"}
    text = shown(a_turn(proposals=[proposal], dropped=[{"command": cancel, "why": "too uncertain"}]))
    assert "41 %" in line_with(text, "✗  CancelTopic · topic: t1")
    assert "by dialogue: asks to stop" in text
    assert "dropped: too uncertain" in text


def test_a_command_that_nobody_proposed_was_a_rule() -> None:
    text = shown(a_turn(accepted=[{"command": "HumanHandoff", "reason": "requested"}]))
    assert "✓  HumanHandoff" in text
    assert "a rule, not a proposal" in text


def test_how_an_ambiguity_was_settled_is_told() -> None:
    settled = {"segment": 0, "intents": ["reset_it", "unlock_it"], "strategy": "direct_ask", "why": "nothing tells"}
    text = shown(a_turn(ambiguities=[settled], accepted=[{"command": "Clarify", "kind": "intent", "about": "it"}]))
    assert "reset it or unlock it? Settled by direct ask: nothing tells" in text


def test_the_active_topic_is_on_top_and_says_what_waits_for_it() -> None:
    export = {"id": "t1", "kind": "procedure", "name": "export", "title": "export data", "status": "paused"}
    code = {"id": "t2", "kind": "procedure", "name": "code", "title": "prove it is you", "status": "active"}
    before = [{**export, "status": "active"}]
    turn = a_turn(topics_before=before, topics=[export, {**code, "parent": "t1"}], stack=["t1", "t2"])
    text = shown(turn)
    assert text.index("▸ prove it is you") < text.index("▸ export data")
    assert "“export data” waits for it" in line_with(text, "prove it is you")
    assert "active → paused" in line_with(text, "▸ export data")


def test_what_changed_in_the_state_is_told_as_it_was_and_as_it_is() -> None:
    changes = [
        {"what": "waits for", "before": "text email", "after": "confirmation"},
        {"what": "case", "before": "", "after": "00001003"},
    ]
    text = shown(a_turn(changes=changes))
    assert "text email → confirmation" in line_with(text, "waits for")
    assert "– → 00001003" in line_with(text, "case ")
    assert "State  2 changes" in text


def test_the_mood_is_a_curve_with_frustration() -> None:
    moods = [
        {"label": "neutral", "valence": 0.0, "intensity": 0.0, "frustration": 0.0},
        {"label": "angry", "valence": -1.0, "intensity": 0.9, "frustration": 1.0},
        {"label": "happy", "valence": 1.0, "intensity": 0.9, "frustration": 0.5},
    ]
    feeling = {"label": "happy", "valence": 1.0, "intensity": 0.9}
    text = shown(a_turn(emotions=moods, emotion=feeling, frustration=0.5))
    assert "▅▁█" in line_with(text, "feeling")
    assert "▁█▅" in line_with(text, "frustration  ▁")
    assert "happy, frustration 50 %" in text


def test_sources_have_scores_and_say_which_were_used() -> None:
    used, other = uuid4(), uuid4()
    scores = {"version": 2, "section": "Now", "text_score": 0.5, "vector_score": 0.6, "confidence": 0.9}
    hits = [{"article_id": used, "title": "Export", **scores}, {"article_id": other, "title": "Import", **scores}]
    part = {"text": "So.", "kind": "answer", "sources": [{"type": "article", "id": str(used), "title": "Export"}]}
    text = shown(a_turn(hits=hits, reply=[part], min_confidence=0.7))
    assert "used" in line_with(text, "Export  version 2")
    assert "used" not in line_with(text, "Import  version 2")
    assert "text 0.50, meaning 0.60" in line_with(text, "90 %")
    assert "from 70 % confidence on" in text


def test_an_action_shows_request_result_and_on_whose_yes_it_rested() -> None:
    action = {
        "action": "create_credit",
        "status": "succeeded",
        "code": "done",
        "ms": 12.0,
        "effect": "write",
        "arguments": {"amount": "40 USD"},
        "values": {"number": "CR-1"},
        "records": [{"type": "Credit__c", "id": "a01", "label": "CR-1"}],
        "attempts": 2,
        "confirmed": True,
        "approved": True,
    }
    text = shown(a_turn(actions=[action]))
    assert "writes  succeeded  done, 12 ms" in line_with(text, "create credit")
    assert "the customer said yes, a colleague said yes, 2 attempts" in text
    assert "40 USD" in line_with(text, "request  amount")
    assert "CR-1" in line_with(text, "result  number")
    assert "Credit__c CR-1" in line_with(text, "records")


def test_attempts_to_recover_say_whether_they_helped() -> None:
    tried = [
        {"failure": "org_unavailable", "strategy": "try_again", "succeeded": False},
        {"failure": "org_unavailable", "strategy": "bring_in_a_person", "succeeded": True},
    ]
    text = shown(a_turn(recovery=tried))
    assert "did not help" in line_with(text, "→ try again")
    assert line_with(text, "→ bring in a person").rstrip("│ ").endswith("helped")


def test_a_check_that_failed_names_the_part() -> None:
    checks = [{"part": 0, "check": "agrees with its source", "passed": False}]
    assert "part 1: not true that it agrees with its source" in shown(a_turn(checks=checks))


def test_what_did_not_happen_has_no_panel() -> None:
    turn = a_turn()
    assert shown(turn).strip() == f"casewright explain {turn.id}"


def test_long_values_are_shortened() -> None:
    action = {"action": "open", "status": "succeeded", "code": "done", "ms": 1.0, "arguments": {"text": "x " * 400}}
    assert shown(a_turn(actions=[action])).count("x") < 100


def test_a_narrow_terminal_is_not_overrun() -> None:
    stages = [{"name": "understand", "ms": 25.0, "cpu_ms": 5.0}]
    segment = {"start": 0, "end": 6, "text": "Export", "ranking": [{"name": "export_data", "probability": 0.75}]}
    text = shown(a_turn(stages=stages, segments=[segment], total_ms=25.0), width=40)
    assert max(map(len, text.splitlines())) <= 40
    assert "25 ms" in text
