"""SOQL errors with the piece of the query and the caret that Salesforce puts before the sentence."""

from localorg.errors import ApiError

_SHOWN_EACH_SIDE = 40


def _located(text: str, position: int, sentence: str) -> str:
    row = text.count("\n", 0, position) + 1
    line_start = text.rfind("\n", 0, position) + 1
    column = position - line_start
    line = text[line_start:].split("\n", 1)[0]
    first = max(0, column - _SHOWN_EACH_SIDE)
    shown = line[first : column + _SHOWN_EACH_SIDE]
    return f"\n{shown}\n{' ' * (column - first)}^\nERROR at Row:{row}:Column:{column + 1}\n{sentence}"


def malformed_query(sentence: str, text: str | None = None, position: int = 0) -> ApiError:
    return ApiError("MALFORMED_QUERY", sentence if text is None else _located(text, position, sentence))


def too_complicated() -> ApiError:
    sentence = "Query is either selecting too many fields or the filter conditions are too complicated."
    return ApiError("QUERY_TOO_COMPLICATED", sentence)


def unexpected_token(token: str, text: str, position: int) -> ApiError:
    return malformed_query(f"unexpected token: '{token}'", text, position)


def no_such_column(text: str, position: int, name: str, entity: str) -> ApiError:
    sentence = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append "
        "the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate "
        "names."
    )
    return ApiError("INVALID_FIELD", _located(text, position, sentence))


def unknown_relationship(text: str, position: int, name: str) -> ApiError:
    sentence = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, "
        "be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe "
        "call for the appropriate names."
    )
    return ApiError("INVALID_FIELD", _located(text, position, sentence))


def unknown_child_relationship(text: str, position: int, name: str) -> ApiError:
    sentence = (
        f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom "
        "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or "
        "the describe call for the appropriate names."
    )
    return ApiError("INVALID_TYPE", _located(text, position, sentence))


def unsupported_type(text: str, position: int, name: str) -> ApiError:
    sentence = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )
    return ApiError("INVALID_TYPE", _located(text, position, sentence))


def invalid_field(text: str, position: int, sentence: str) -> ApiError:
    return ApiError("INVALID_FIELD", _located(text, position, sentence))


def invalid_operator(text: str, position: int, sentence: str) -> ApiError:
    return ApiError("INVALID_QUERY_FILTER_OPERATOR", _located(text, position, sentence))
