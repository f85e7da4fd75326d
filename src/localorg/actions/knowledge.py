"""The actions of Lightning Knowledge. An item that cannot be done is told beside those that were."""

from collections.abc import Callable, Sequence

from localorg.actions.base import Action, Asked, Input, Parameter, Result
from localorg.errors import ApiError
from localorg.ids import InvalidIdError, RecordId, instance_code, parse_record_id
from localorg.knowledge.publishing import Articles, refused
from localorg.records.service import Records
from localorg.records.values import JsonValue, read_value
from localorg.storage.database import savepoint

_SUCCESS = "Success"
_IDS = Parameter("articleVersionIdList", "Article Version Id List", "STRING", required=True, most=200)
_DUE = Parameter("dueDate", "Due Date", "STRING")
_SEND = Parameter("sendEmailNotification", "Send Email Notification", "BOOLEAN")
_PUBLISH = ("PUBLISH_ARTICLE", "PUBLISH_ARTICLE_NEW_VERSION", "PUBLISH_TRANSLATION")


def _records(asked: Asked) -> Records:
    return Records(asked.connection, asked.org.schema, instance_code(asked.org.name), asked.caller)


def _ids(given: Input) -> tuple[RecordId, ...]:
    """A list, or ids with commas between them. Raises ApiError."""
    value = given.get(_IDS.name)
    texts = [str(one) for one in value] if isinstance(value, list) else str(value or "").split(",")
    named = [one.strip() for one in texts if one.strip()]
    if not named:
        raise _missing(_IDS.name)
    return tuple(_record_id(one, _IDS.name) for one in named)


def _record_id(value: JsonValue, name: str) -> RecordId:
    try:
        return parse_record_id(str(value))
    except InvalidIdError:
        raise ApiError("MALFORMED_ID", f"{name}: bad id {value}", fields=(name,)) from None


def _missing(name: str) -> ApiError:
    return ApiError("REQUIRED_FIELD_MISSING", f"Missing required input parameter: {name}", fields=(name,))


def _choice(given: Input, name: str, allowed: Sequence[str]) -> str:
    value = str(given.get(name) or "")
    if not value:
        raise _missing(name)
    if value not in allowed:
        message = f"{name} is {value!r}, but must be one of {', '.join(allowed)}"
        raise ApiError("INVALID_ARGUMENT_TYPE", message, fields=(name,))
    return value


def _each(
    asked: Asked,
    given: Input,
    work: Callable[[Articles, RecordId], object],
) -> Result:
    """Every version by itself; its outcome is told under the short form of its id."""
    records = _records(asked)
    told: dict[str, JsonValue] = {}
    for version_id in _ids(given):
        try:
            with savepoint(asked.connection):
                work(Articles(records), version_id)
            told[version_id[:15]] = _SUCCESS
        except ApiError as error:
            told[version_id[:15]] = error.message
    return Result(outputs=told, partly_refused=any(one != _SUCCESS for one in told.values()))


def _publish(asked: Asked, given: Input) -> Result:
    if given.get("pubAction") == "SCHEDULE_ARTICLE_FOR_PUBLICATION":
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "This org does not publish on a schedule.", fields=("pubAction",))
    action = _choice(given, "pubAction", _PUBLISH)
    new, translation = action == "PUBLISH_ARTICLE_NEW_VERSION", action == "PUBLISH_TRANSLATION"
    return _each(asked, given, lambda a, version: a.publish(version, new_version=new, translation=translation))


def _archive(asked: Asked, given: Input) -> Result:
    return _each(asked, given, lambda articles, version: articles.archive(version))


def _delete(asked: Asked, given: Input) -> Result:
    return _each(asked, given, lambda articles, version: articles.delete(version))


def _assign(asked: Asked, given: Input) -> Result:
    _choice(given, "assignAction", ("ASSIGN_DRAFT_MASTER", "ASSIGN_DRAFT_TRANSLATION"))
    assignee, due = _user(asked, given), _due(asked, given)
    note = str(given["instruction"]) if given.get("instruction") else None
    return _each(asked, given, lambda articles, version: articles.assign(version, assignee, due, note))


def _user(asked: Asked, given: Input) -> RecordId:
    if not given.get("assigneeId"):
        raise _missing("assigneeId")
    user_id, records = _record_id(given["assigneeId"], "assigneeId"), _records(asked)
    if not records.rows.exists(records.schema.get("User"), user_id):
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=("assigneeId",))
    return user_id


def _due(asked: Asked, given: Input) -> str | None:
    known = asked.org.schema.get("Knowledge__kav").field("AssignmentDueDate")
    assert known is not None
    value = read_value(known, given.get("dueDate"))
    return str(value) if value else None


def _edit(asked: Asked, given: Input) -> Result:
    _choice(given, "action", ("EDIT_AS_DRAFT_ARTICLE", "EDIT_AS_DRAFT_TRANSLATION"))
    if not isinstance(given.get("unpublish"), bool):
        raise _missing("unpublish")
    articles = Articles(_records(asked))
    if given.get("articleVersionId"):
        version_id = str(_record_id(given["articleVersionId"], "articleVersionId"))
    elif given.get("articleId"):
        version_id = articles.online_version(_record_id(given["articleId"], "articleId"))
    else:
        raise _missing("articleId")
    return Result(outputs={"articleVersionId": articles.edit(version_id, unpublish=bool(given["unpublish"]))})


def _restore(asked: Asked, given: Input) -> Result:
    _choice(given, "action", ("RESTORE_KNOWLEDGE_ARTICLE_VERSION",))
    number = given.get("versionNumber")
    if number is not None and not str(number).isdigit():
        message = f"versionNumber is {number!r}, but must be a whole number"
        raise ApiError("INVALID_ARGUMENT_TYPE", message, fields=("versionNumber",))
    wanted = None if number is None else int(str(number))
    return Result(outputs={"articleVersionId": Articles(_records(asked)).restore(_article(given), wanted)})


def _translate(asked: Asked, given: Input) -> Result:
    article, language = _article(given), str(given.get("language") or "")
    if not language:
        raise _missing("language")
    articles, assignee, due = Articles(_records(asked)), _user(asked, given), _due(asked, given)
    articles.assign(articles.translate(article, language), assignee, due, None)
    return Result(outputs={"articleId": article, "language": language})


def _article(given: Input) -> RecordId:
    if not given.get("articleId"):
        raise _missing("articleId")
    return _record_id(given["articleId"], "articleId")


def _link(asked: Asked, given: Input) -> Result:
    if not given.get("articleVersionId"):
        raise _missing("articleVersionId")
    version_id = _record_id(given["articleVersionId"], "articleVersionId")
    if not _records(asked).rows.exists(asked.org.schema.get("Knowledge__kav"), version_id):
        raise refused()
    return Result(outputs={"url": f"/lightning/r/Knowledge__kav/{version_id}/view"})


def _performed(work: Callable[[Asked, Input], Result]) -> Callable[[Asked], Sequence[Result]]:
    def perform(asked: Asked) -> Sequence[Result]:
        results = []
        for given in asked.inputs:
            try:
                results.append(work(asked, given))
            except ApiError as error:
                results.append(Result(error=error))
        return results

    return perform


def _action(name: str, label: str, work: Callable[[Asked, Input], Result], *inputs: Parameter) -> Action:
    return Action(name=name, label=label, type=name.upper(), perform=_performed(work), inputs=inputs)


_ARTICLE = Parameter("articleId", "Article Id", "STRING", required=True)
_ACTION = Parameter("action", "Action", "STRING", required=True)
_ASSIGNEE = Parameter("assigneeId", "Assignee Id", "REFERENCE", required=True)
KNOWLEDGE_ACTIONS = (
    _action("archiveKnowledgeArticles", "Archive Knowledge Articles", _archive, _IDS),
    _action(
        "assignKnowledgeArticles", "Assign Knowledge Articles", _assign, _IDS, _ASSIGNEE,
        Parameter("assignAction", "Assign Action", "STRING", required=True), _DUE,
        Parameter("instruction", "Instruction", "STRING"), _SEND,
    ),
    _action(
        "createDraftFromOnlineKnowledgeArticle", "Create Draft From Online Knowledge Article", _edit, _ACTION,
        Parameter("unpublish", "Unpublish", "BOOLEAN", required=True),
        Parameter("articleId", "Article Id", "STRING"), Parameter("articleVersionId", "Article Version Id", "STRING"),
    ),
    _action("deleteKnowledgeArticles", "Delete Knowledge Articles", _delete, _IDS),
    _action("getArticleSmartLinkUrl", "Get Article Smart Link URL", _link,
            Parameter("articleVersionId", "Article Version Id", "STRING", required=True)),
    _action(
        "publishKnowledgeArticles", "Publish Knowledge Articles", _publish, _IDS,
        Parameter("pubAction", "Publish Action", "STRING", required=True),
        Parameter("pubDate", "Publish Date", "STRING"),
    ),
    _action(
        "restoreKnowledgeArticleVersion", "Restore Knowledge Article Version", _restore, _ACTION, _ARTICLE,
        Parameter("versionNumber", "Version Number", "INTEGER"),
    ),
    _action(
        "submitKnowledgeArticleForTranslation", "Submit Knowledge Article For Translation", _translate, _ARTICLE,
        Parameter("language", "Language", "STRING", required=True), _ASSIGNEE, _DUE, _SEND,
    ),
)  # fmt: skip
