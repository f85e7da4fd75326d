"""Examples of intents from files, and what they add to a company's own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from casewright.kit.ids import new_id
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.examples import check_intents, new_examples, read_examples, with_added
from casewright.understanding.models import AddedExample, IntentSet, LabelledText
from tests.understanding.test_service import FRUIT, INTENTS, TOOLS

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def written(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def pairs(file: Path) -> list[tuple[int, str, str | None]]:
    return [(one.line, one.text, one.intent) for one in read_examples(file)]


def problems(file: Path) -> str:
    with pytest.raises(TrainingDataInvalid) as raised:
        read_examples(file)
    return str(raised.value)


def added(text: str, intent: str | None) -> AddedExample:
    return AddedExample(id=new_id(), text=text, intent=intent, source="imported", added_by="test", added_at=NOW)


def test_json_lines_are_read_with_their_numbers(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "examples.jsonl",
        '{"text": " two pears ", "intent": "order_fruit"}\n\n{"text": "sing", "intent": null}\n{"text": "hop", "intent": "oos"}\n',
    )
    assert pairs(file) == [(1, "two pears", "order_fruit"), (3, "sing", None), (4, "hop", None)]


def test_a_table_is_read_whatever_parts_its_columns_and_may_have_more_of_them(tmp_path: Path) -> None:
    file = written(
        tmp_path, "examples.csv", '\ufeffcase;Text;Intent\n1;"pears; or plums?\nboth";order_fruit\n2;sing;oos\n'
    )
    assert pairs(file) == [(2, "pears; or plums?\nboth", "order_fruit"), (4, "sing", None)]


def test_yaml_is_read_as_a_list_of_examples(tmp_path: Path) -> None:
    file = written(tmp_path, "examples.yaml", "- {text: two pears, intent: order_fruit}\n- text: no\n  intent: null\n")
    assert pairs(file) == [(1, "two pears", "order_fruit"), (2, "no", None)]


def test_yaml_is_read_as_a_companys_own_file(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "intents.yaml",
        "intents:\n  - name: order_fruit\n    examples:\n      - two pears\n      - plums\nout_of_scope:\n  - sing\n",
    )
    assert pairs(file) == [(4, "two pears", "order_fruit"), (5, "plums", "order_fruit"), (7, "sing", None)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", '{"text": "x y", "intent": "a"}\nnonsense\n', "line 2: this is not JSON"),
        ("a.jsonl", '{"text": "x y"}\n', 'line 1: it must have "text" and "intent"'),
        ("a.jsonl", '{"text": "", "intent": "a"}\n', "line 1: there is no text"),
        ("a.jsonl", '{"text": "x", "intent": ""}\n', "line 1: there is no intent"),
        ("a.csv", "words,intent\nx,a\n", "line 1: the first line must name the columns"),
        ("a.csv", "text,intent\nx,\n", "line 2: there is no intent"),
        ("a.csv", 'text,intent\nx,a\n"x"y,a\n', "line 3: a quotation mark is out of place"),
        ("a.yaml", "- text: x\n", "line 1: it must have text and intent"),
        ("a.yaml", "- text: [x\n", "this is not valid YAML"),
        ("a.yaml", "colour: red\n", "line 1: it must be a list"),
        ("a.txt", "x", "must end in .jsonl, .csv or .yaml"),
        ("a.jsonl", "", "holds no examples"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    assert said in problems(written(tmp_path, name, content))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = problems(written(tmp_path, "a.csv", "text,intent\n,a\nfine,a\nx,\n"))
    assert ("line 2" in told, "line 3" in told, "line 4" in told) == (True, False, True)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path / "none.csv")


def test_an_unknown_intent_is_refused_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "text,intent\npears,order_fruits\nsing,singing\n")
    with pytest.raises(TrainingDataInvalid) as raised:
        check_intents(read_examples(file), INTENTS)
    assert 'line 2: there is no intent "order_fruits"; did you mean "order_fruit"?' in str(raised.value)
    assert 'line 3: there is no intent "singing"; put it into intents.yaml first' in str(raised.value)


def test_examples_are_learned_beside_the_companys_own() -> None:
    more, outside = added("two pears", "order_fruit"), added("sing", None)
    merged, used = with_added(INTENTS, [more, outside])
    assert merged.intents[0].examples == (*FRUIT.examples, "two pears")
    assert merged.out_of_scope == ("sing",)
    assert used == {more.id, outside.id}


def test_what_the_folder_has_already_or_whose_intent_is_gone_adds_nothing() -> None:
    merged, used = with_added(INTENTS, [added("two apples please", "order_fruit"), added("a rose", "flowers")])
    assert (merged, used) == (INTENTS, frozenset())


def test_the_same_text_may_stand_under_two_intents() -> None:
    merged, _ = with_added(INTENTS, [added("two apples please", "tools")])
    assert merged.intents[1].examples == (*TOOLS.examples, "two apples please")


def test_only_what_is_not_known_yet_is_new() -> None:
    texts = [LabelledText(text="pears", intent="order_fruit")] * 2 + [
        LabelledText(text=FRUIT.examples[0], intent="order_fruit")
    ]
    found = new_examples(texts, INTENTS, [added("plums", "order_fruit")], by="test", now=NOW)
    assert [one.text for one in found] == ["pears"]
    assert new_examples(texts, INTENTS, found, by="test", now=NOW) == []


def test_a_set_without_additions_stays_as_it_is() -> None:
    assert with_added(IntentSet(intents=()), []) == (IntentSet(intents=()), frozenset())
