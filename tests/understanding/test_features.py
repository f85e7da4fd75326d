import numpy as np

from casewright.understanding.encoder import Encoder
from casewright.understanding.features import count_features, rarity_of, read, read_batch, read_many


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


def test_which_case_a_long_number_names_makes_no_difference() -> None:
    assert (count_features("reopen case 00001234") == count_features("reopen case 87654")).all()
    assert (count_features("error 401") != count_features("error 403")).any()


def test_many_texts_are_read_as_one_by_one(encoder: Encoder) -> None:
    texts = ["close case 00001234", "Ich habe mein Passwort vergessen", "…"]
    for together, alone in zip(read_many(texts, encoder), (read(text, encoder) for text in texts), strict=True):
        assert (together.vector == alone.vector).all()
        assert np.allclose(together.multilingual, alone.multilingual, atol=1e-5)
        assert (together.counts == alone.counts).all()


def test_a_batch_is_read_as_one_by_one_and_nothing_of_it_is_kept(encoder: Encoder) -> None:
    texts = ["my own words 4711", "and somebody else's"]
    for together, alone in zip(read_batch(texts, encoder), (read(text, encoder) for text in texts), strict=True):
        assert (together.vector == alone.vector).all()
        assert np.allclose(together.multilingual, alone.multilingual, atol=1e-5)
    assert not encoder._remembered.find(texts)
