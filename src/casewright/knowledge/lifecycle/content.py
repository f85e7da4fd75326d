"""What an article says, on its way through drafts and versions."""

from casewright.knowledge.importing import check_article
from casewright.knowledge.lifecycle.models import ArticleVersion
from casewright.knowledge.models import ArticleDraft, ArticleStatus
from casewright.knowledge.passages import find_headings


def checked(content: ArticleDraft) -> ArticleDraft:
    """What is to be published one day. Raises `ArticleInvalid`."""
    content = as_draft(content)
    return check_article(content.key, dict(content))


def as_draft(content: ArticleDraft) -> ArticleDraft:
    fields = {name: getattr(content, name) for name in ArticleDraft.model_fields}
    return ArticleDraft(**{**fields, "status": ArticleStatus.PUBLISHED})


def with_text(article: ArticleDraft, version: ArticleVersion) -> ArticleDraft:
    """Questions to sections that the version does not have are left out."""
    headings = {"", *find_headings(version.body)}
    return article.model_copy(
        update={
            "title": version.title,
            "body": version.body,
            "language": version.language,
            "error_codes": version.error_codes,
            "asked_as": {name: questions for name, questions in article.asked_as.items() if name in headings},
        }
    )
