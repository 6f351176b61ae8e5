"""What figures mean, by the names of rows."""

import pytest

from kgan.evaluation.meaning import MEANINGS, kind_of, meaning_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("kid", "kernel_distance"),
        ("precision_digits_self_supervised", "precision"),
        ("inception_score", "inception_score"),
        ("modes_mnist_classifier", "modes"),
        ("copied_share", "copied_share"),
        ("recalled", "recalled"),
    ],
)
def test_kind(name, kind):
    assert kind_of(name) == kind


def test_sentences():
    assert meaning_of("something").title == "something"
    for meaning in MEANINGS.values():
        assert "good" in meaning.sentence or "better" in meaning.sentence or "would be" in meaning.sentence
