"""Examples of intents beside those of a company's folder: read from files, and laid over what the folder holds."""

import csv
import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from uuid import UUID

import yaml

from casewright.kit.ids import new_id
from casewright.kit.yaml_reading import SafeLoader
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.models import AddedExample, IntentSet, LabelledText

OUT_OF_SCOPE: Final = "oos"
"""How a file says that a text is out of scope; in JSON and YAML null says so too."""
LONGEST_TEXT: Final = 2_000
_ENDINGS: Final = ".jsonl, .csv or .yaml"


class LabelledLine(LabelledText):
    """`line`: where it stands in its file, from 1."""

    line: int


# --- files ---


def read_examples(file: Path) -> list[LabelledLine]:
    """The examples of a `.jsonl`, `.csv` or `.yaml` file. Blocking. Raises `TrainingDataInvalid` with all that is wrong, by line."""
    readers: dict[str, Callable[[str], Iterator[LabelledLine | str]]] = {
        ".jsonl": _from_json_lines,
        ".csv": _from_csv,
        ".yaml": _from_yaml,
        ".yml": _from_yaml,
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise TrainingDataInvalid(f"{file} must end in {_ENDINGS}, which says how it is to be read.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TrainingDataInvalid(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise TrainingDataInvalid(f"{file} is not UTF-8 text.") from None
    found = list(reader(text))
    if problems := [f"{file}, {one}" for one in found if isinstance(one, str)]:
        raise TrainingDataInvalid(*problems)
    if not found:
        raise TrainingDataInvalid(f"{file} holds no examples.")
    return [one for one in found if isinstance(one, LabelledLine)]


def _from_json_lines(text: str) -> Iterator[LabelledLine | str]:
    # A line separator (U+2028) may stand within a JSON string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError:
            yield f'line {number}: this is not JSON; it must be {{"text": "…", "intent": "…"}}.'
            continue
        if not isinstance(content, dict) or "text" not in content or "intent" not in content:
            yield f'line {number}: it must have "text" and "intent"; an intent of null means out of scope.'
        else:
            yield _example(number, content["text"], content["intent"])


def _from_csv(text: str) -> Iterator[LabelledLine | str]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    names = {name.strip().casefold(): name for name in reader.fieldnames or () if name}
    if not {"text", "intent"} <= names.keys():
        yield 'line 1: the first line must name the columns, "text" and "intent" among them.'
        return
    begun = reader.line_num + 1
    try:
        for row in reader:
            if any(row.values()):
                yield _example(begun, row[names["text"]], row[names["intent"]] or "")
            begun = reader.line_num + 1
    except csv.Error:
        yield f"line {begun}: a quotation mark is out of place; quote a text with marks in it, and double each of them."


def _from_yaml(text: str) -> Iterator[LabelledLine | str]:
    """Either a list of `text` and `intent`, or what a company's `intents.yaml` looks like."""
    try:
        root = yaml.compose(text, Loader=SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield f"line {mark.line + 1 if mark else 1}: this is not valid YAML."
        return
    if isinstance(root, yaml.SequenceNode):
        for node in root.value:
            fields = _fields(node)
            if "text" not in fields or "intent" not in fields:
                yield f"line {_line(node)}: it must have text and intent; an intent of null means out of scope."
            else:
                yield _example(_line(node), _value(fields["text"]), _value(fields["intent"]))
    elif (fields := _fields(root)).keys() & {"intents", "out_of_scope"}:
        for node in _items(fields.get("intents")):
            intent = _fields(node)
            for example in _items(intent.get("examples")):
                yield _example(_line(example), _value(example), _value(intent.get("name")) or "")
        for example in _items(fields.get("out_of_scope")):
            yield _example(_line(example), _value(example), None)
    elif root is not None:
        yield "line 1: it must be a list of text and intent, or have intents as a company's intents.yaml has."


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _value(node: yaml.Node | None) -> object:
    """A scalar's text; None for null. A word that YAML takes for something else, such as "no", is a text all the same."""
    if not isinstance(node, yaml.ScalarNode):
        return None if node is None else node.value
    return None if node.tag.endswith(":null") else node.value


def _example(line: int, text: object, intent: object) -> LabelledLine | str:
    if not isinstance(text, str) or not text.strip():
        return f"line {line}: there is no text."
    if len(text) > LONGEST_TEXT:
        return f"line {line}: the text has {len(text)} characters; {LONGEST_TEXT} are the most."
    if intent is None or intent == OUT_OF_SCOPE:
        return LabelledLine(line=line, text=text.strip(), intent=None)
    if not isinstance(intent, str) or not intent.strip():
        return f'line {line}: there is no intent; name one, or write "{OUT_OF_SCOPE}" where the text is out of scope.'
    return LabelledLine(line=line, text=text.strip(), intent=intent.strip())


# --- laid over a company's own ---


def check_intents(examples: Sequence[LabelledText], installed: IntentSet) -> None:
    """Raises `TrainingDataInvalid` for intents that the company does not have, by line where that is known."""
    names = [intent.name for intent in installed.intents]
    problems = []
    for one in examples:
        if one.intent is not None and one.intent not in names:
            where = f"line {one.line}: " if isinstance(one, LabelledLine) else ""
            problems.append(f"{where}{unknown_intent(one.intent, names)}")
    if problems:
        raise TrainingDataInvalid(*problems)


def unknown_intent(name: str, names: Collection[str]) -> str:
    close = get_close_matches(name, names, n=1)
    remedy = f'did you mean "{close[0]}"?' if close else "put it into intents.yaml first, with a title and a target."
    return f'there is no intent "{name}"; {remedy}'


def new_examples(
    examples: Sequence[LabelledText], installed: IntentSet, added: Sequence[AddedExample], *, by: str, now: datetime
) -> list[AddedExample]:
    """Those that are neither installed nor added yet, each once."""
    known = {(one.text, one.intent) for one in added} | set(_all(installed))
    wanted = dict.fromkeys((one.text, one.intent) for one in examples)
    return [
        AddedExample(id=new_id(), text=text, intent=intent, source="imported", added_by=by, added_at=now)
        for text, intent in wanted
        if (text, intent) not in known
    ]


def with_added(installed: IntentSet, added: Sequence[AddedExample]) -> tuple[IntentSet, frozenset[UUID]]:
    """The company's own examples with those added, and the ids of what came in. What was added to an intent that is gone from
    the folder stays out until that is back."""
    names: set[str | None] = {intent.name for intent in installed.intents}
    known = set(_all(installed))
    more: dict[str | None, list[str]] = {}
    used = set()
    for one in added:
        if (one.text, one.intent) not in known and (one.intent is None or one.intent in names):
            known.add((one.text, one.intent))
            more.setdefault(one.intent, []).append(one.text)
            used.add(one.id)
    intents = tuple(
        intent.model_copy(update={"examples": (*intent.examples, *more[intent.name])})
        if intent.name in more
        else intent
        for intent in installed.intents
    )
    return IntentSet(intents=intents, out_of_scope=(*installed.out_of_scope, *more.get(None, ()))), frozenset(used)


def _all(intents: IntentSet) -> Iterator[tuple[str, str | None]]:
    for intent in intents.intents:
        yield from ((text, intent.name) for text in intent.examples)
    yield from ((text, None) for text in intents.out_of_scope)
