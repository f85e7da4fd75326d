import numpy as np

from casewright.understanding.encoder import Encoder
from casewright.understanding.features import combine, count_features, rarity_of, read, read_many


def test_inflected_words_share_features() -> None:
    one, other, stranger = (count_features(text) for text in ("Wechselrichter", "Wechselrichters", "Zahlungsfrist"))
    assert np.minimum(one, other).sum() > 3 * np.minimum(one, stranger).sum()


def test_tokens_of_a_kind_are_the_same_whatever_they_stand_for() -> None:
    assert (count_features("mail [EMAIL_1]") == count_features("mail [EMAIL_27]")).all()


def test_features_do_not_depend_on_the_process() -> None:
    """The built-in hash differs in each process, and a stored model must not."""
    assert np.flatnonzero(count_features("ab")).tolist() == [488, 1376, 2264, 3242]


def test_frequent_features_weigh_less_than_rare_ones(encoder: Encoder) -> None:
    readings = read_many(["the invoice", "the export", "the dashboard"], encoder)
    rarity = rarity_of(readings)
    the, invoice = (np.flatnonzero(count_features(word)) for word in ("the", "invoice"))
    assert rarity[the].mean() < rarity[invoice].mean()


def test_a_text_without_words_has_an_input_too(encoder: Encoder) -> None:
    reading = read("…", encoder)
    assert np.isfinite(combine([reading], rarity_of([reading]))).all()
