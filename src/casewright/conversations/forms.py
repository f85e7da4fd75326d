"""Forms on their way in: whether they answer what is asked, and how they read in a transcript."""

from collections.abc import Mapping, Sequence

from casewright.conversations.models import FormField
from casewright.kit.errors import InvalidInput

LEFT_EMPTY = "–"


def check_form(form: Mapping[str, str], fields: Sequence[FormField], most_characters: int) -> None:
    """Raises `InvalidInput` for a form that nobody asked for, that names unknown slots, or that is too long."""
    if not fields:
        raise InvalidInput("Nothing is asked for at the moment, so there is no form to fill in. Send `text` instead.")
    known = [field.slot for field in fields]
    unknown = [slot for slot in form if slot not in known]
    if unknown:
        raise InvalidInput(f"The form has no field {_list(unknown)}. It asks for: {_list(known)}.")
    if sum(map(len, form.values())) > most_characters:
        raise InvalidInput(f"The form's values are longer than {most_characters} characters together. Shorten them.")


def form_in_words(form: Mapping[str, str], fields: Sequence[FormField]) -> str:
    """What was filled in, a line each, without what stood there before; the value alone where nothing else was asked."""
    given = [field for field in fields if field.slot in form]
    changed = [field for field in given if form[field.slot].strip() != (field.value or "")] or given
    if len(fields) == 1:
        return _value(changed[0], form)
    return "\n".join(f"{field.label.rstrip(' :.?!')}: {_value(field, form)}" for field in changed)


def _value(field: FormField, form: Mapping[str, str]) -> str:
    value = form[field.slot].strip()
    return next((option.label for option in field.options if option.text == value), value) or LEFT_EMPTY


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
