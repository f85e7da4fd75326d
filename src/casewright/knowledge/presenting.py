"""From articles and answers to what is on the wire."""

from collections.abc import Iterable

from casewright.knowledge.lifecycle.models import Figures, KnowledgeStatistics, ManagedArticle, UsedArticle
from casewright.knowledge.models import ArticleDraft, CitedSentence, KnowledgeAnswer
from casewright.knowledge.schemas import (
    AnswerView,
    ArticleContent,
    ArticleItem,
    ArticleUse,
    ArticleView,
    DraftView,
    FiguresView,
    SentenceView,
    StatisticsView,
)


def article_item(article: ManagedArticle) -> ArticleItem:
    newest = article.newest
    return ArticleItem(
        id=article.id,
        key=article.key,
        title=newest.title,
        language=newest.language,
        audience=newest.audience,
        product=newest.product,
        status=article.status,
        draft=article.draft.status if article.draft else None,
        version=article.current.version if article.current else None,
        edit=article.edit,
        validated_on=article.validated_on,
        due_on=article.due_on,
        figures=_figures(article.figures),
    )


def article_view(article: ManagedArticle) -> ArticleView:
    draft = article.draft
    return ArticleView(
        **dict(article_item(article)),
        current=_content(article.current) if article.current else None,
        open_draft=DraftView(
            content=_content(draft.content),
            status=draft.status,
            based_on=draft.based_on,
            author=draft.author,
            reason=draft.reason,
            updated_at=draft.updated_at,
        )
        if draft
        else None,
    )


def answer_view(answer: KnowledgeAnswer, min_confidence: float) -> AnswerView:
    return AnswerView(
        sentences=_sentences(answer.sentences),
        near=_sentences(answer.near),
        disagreeing=_sentences(answer.disagreeing),
        choices=tuple(choice.label for choice in answer.choices),
        confidence=answer.confidence,
        min_confidence=min_confidence,
        revision=answer.revision,
    )


def statistics_view(found: KnowledgeStatistics) -> StatisticsView:
    fields = dict(found)
    return StatisticsView(**{**fields, "misleading": _uses(found.misleading), "resolving": _uses(found.resolving)})


def _content(article: ArticleDraft) -> ArticleContent:
    # What is stored was checked when it came in, by rules that may have become stricter since.
    return ArticleContent.model_construct(**{name: getattr(article, name) for name in ArticleContent.model_fields})


def _sentences(sentences: Iterable[CitedSentence]) -> tuple[SentenceView, ...]:
    return tuple(SentenceView(**dict(one)) for one in sentences)


def _uses(articles: Iterable[UsedArticle]) -> tuple[ArticleUse, ...]:
    return tuple(ArticleUse(id=one.id, key=one.key, title=one.title, figures=_figures(one.figures)) for one in articles)


def _figures(figures: Figures) -> FiguresView:
    return FiguresView(**dict(figures), success_rate=figures.success_rate)
