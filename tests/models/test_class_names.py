"""The names of classes."""

import numpy as np
import pytest

from kgan import datasets
from kgan.models import class_names


def test_a_text_is_first_a_name_and_then_a_number():
    names = ["2", "Dog", "cat", "Cat"]
    for text, label in {"2": 0, "1": 1, "dog": 1, "cat": 2, "Cat": 3, "-1": -1, "3": 3}.items():
        assert class_names.label_of(text, names) == label
    assert class_names.label_of(np.int64(2), names) == 2
    assert class_names.label_of("2", None) == 2
    with pytest.raises(ValueError, match="Did you mean 'cat'"):  # more than one differs from it in case only
        class_names.label_of("CAT", names)


def test_a_name_where_none_are_known():
    with pytest.raises(ValueError, match="Expected the number of a class, 0 to 9: this model knows no names"):
        class_names.label_of("dog", None, 10)


@pytest.mark.parametrize(
    ("names", "num_classes", "message"),
    [
        (["a", "b"], 3, "one name for each of 3 classes. Received: 2"),
        (["a", "a"], 2, "a list of different names"),
        ("ab", 2, "a list of different names"),
        (["a", "b"], 0, "Expected no `class_names`"),
    ],
)
def test_bad_names(names, num_classes, message):
    with pytest.raises(ValueError, match=message):
        class_names.checked(names, num_classes)


def test_names_of_data():
    data = datasets.load("digits", labels=True)
    assert class_names.names_of(data, 10) == tuple("0123456789")
    assert class_names.names_of(data, 20) is None  # not those of these networks
    assert class_names.names_of(data.map(lambda *pair: pair), 10) is None
    assert class_names.names_of((np.zeros((2, 8, 8, 1)), np.zeros(2, int)), 10) is None
