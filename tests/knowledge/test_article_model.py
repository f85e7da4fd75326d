import numpy as np
import pytest

from casewright.knowledge.article_model import ArticleModel, ArticleModels, Example, Matrix
from casewright.knowledge.models import Audience
from casewright.understanding.models import TextVectors


def vectors(directions: list[int], dimensions: int) -> Matrix:
    """One unit vector a direction."""
    return np.eye(dimensions, dtype=np.float32)[directions]


def question(direction: int, multilingual: int | None = None) -> TextVectors:
    other = direction if multilingual is None else multilingual
    return TextVectors(vectors([direction], 384)[0], vectors([other], 512)[0])


def trained(originals: list[str]) -> ArticleModel:
    """Each article is asked about in a direction of its own."""
    directions = [sorted(set(originals)).index(one) for one in originals]
    return ArticleModel.train(originals, vectors(directions, 384), vectors(directions, 512))


@pytest.mark.parametrize("articles", [["a", "b"], ["a", "b", "c", "d"]])
def test_an_article_is_known_by_how_it_is_asked_for(articles: list[str]) -> None:
    model = trained(articles * 5)

    for direction, article in enumerate(articles):
        assert next(iter(model.likelihoods(question(direction), "en"))) == article
        assert next(iter(model.likelihoods(question(direction), "de"))) == article


def test_a_question_in_another_language_is_known_by_its_multilingual_vector_alone() -> None:
    model = trained(["a", "b", "c"] * 5)

    assert next(iter(model.likelihoods(question(0, multilingual=2), "ja"))) == "c"


def test_probabilities_of_all_articles_are_one_together() -> None:
    likelihoods = trained(["a", "b", "c"] * 5).likelihoods(question(1), "en")

    assert sum(np.exp(one) for one in likelihoods.values()) == pytest.approx(1.0, abs=1e-3)
    assert list(likelihoods.values()) == sorted(likelihoods.values(), reverse=True)


def test_a_model_that_was_stored_says_the_same() -> None:
    examples = [Example(key, Audience.PUBLIC, key) for key in ("a", "b", "c") * 5]
    directions = [0, 1, 2] * 5
    models = ArticleModels.train(examples, vectors(directions, 384), vectors(directions, 512))
    again = ArticleModels.from_bytes(models.to_bytes())

    asked = (question(1), "en", (Audience.PUBLIC,))
    assert again.likelihoods(*asked) == models.likelihoods(*asked)


@pytest.mark.parametrize("count", [0, 1])
def test_with_fewer_than_two_articles_there_is_nothing_to_tell_apart(count: int) -> None:
    examples = [Example("a", Audience.PUBLIC, "how do I …")] * count
    models = ArticleModels.train(examples, vectors([0] * count, 384), vectors([0] * count, 512))

    assert not ArticleModels.from_bytes(models.to_bytes()).likelihoods(question(0), "en", (Audience.PUBLIC,))


def test_what_somebody_may_not_read_does_not_count_for_them() -> None:
    secret = [Example("c", Audience.INTERNAL, "c")] * 5
    public = [Example(key, Audience.PUBLIC, key) for key in ("a", "b") * 5]
    directions = [0, 1] * 5
    alone = ArticleModels.train(public, vectors(directions, 384), vectors(directions, 512))
    directions += [2] * 5
    both = ArticleModels.train(public + secret, vectors(directions, 384), vectors(directions, 512))

    asked = question(2)
    assert both.likelihoods(asked, "en", (Audience.PUBLIC,)) == alone.likelihoods(asked, "en", (Audience.PUBLIC,))
    assert next(iter(both.likelihoods(asked, "en", tuple(Audience)))) == "c"
