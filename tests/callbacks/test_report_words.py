"""The words of the report of a run."""

import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.callbacks import _report_words
from kgan.diagnosis import Evidence
from kgan.images import LeftOut


def test_every_figure_of_a_check_is_explained():
    explained = {figure.field for figure in _report_words.FIGURES}
    assert explained == set(Evidence._fields) - {"step", "ada"}
    for figure in _report_words.FIGURES:
        assert figure.meaning.endswith(".")
        assert figure.good


def test_rows_of_the_evidence():
    first = Evidence(10, distance=1.5, accuracy=1.0)
    last = Evidence(20, distance=0.25, accuracy=0.756, not_finite=0.0)
    rows = {name: (before, now) for name, before, now, *_ in _report_words.evidence_rows([first, last])}
    assert rows == {
        "sample distance": ("1.5", "0.25"),
        "discriminator accuracy": ("100.0 %", "75.6 %"),
        "skipped updates": ("0.0 %", "0.0 %"),
    }


def test_versions_and_the_machine():
    words = _report_words.versions()
    assert words.startswith(f"kgan {kgan.__version__}, Keras ")
    assert f"TensorFlow {tf.__version__}" in words
    assert "trained on the CPU" in _report_words.machine(
        networks.generator().weights[0]
    ) or tf.config.list_physical_devices("GPU")


class TestData:
    def info(self, **fields):
        return kgan.datasets.Info(**{"num_examples": 1200, "image_shape": (48, 64, 3), "class_names": None, **fields})

    def test_of_kgan_s_data(self):
        rows = _report_words.data_rows(None, (48, 64, 3), self.info(class_names=("cat", "dog")))
        assert rows["images"] == "1,200 of 64x48 pixels, color"
        assert rows["classes in the data"] == "2: cat, dog"
        assert rows["left out"] == "nothing"

    def test_the_size_is_that_of_training(self):
        rows = _report_words.data_rows(None, (32, 32, 3), self.info(image_shape=(None, None, 3)))
        assert rows["images"] == "1,200 of 32x32 pixels, color"

    def test_many_classes_and_left_out_files_are_counted(self):
        left_out = tuple(LeftOut(f"<{index}>.txt", "unknown suffix") for index in range(150))
        names = tuple(str(index) for index in range(1000))
        rows = _report_words.data_rows(None, (48, 64, 1), self.info(class_names=names, left_out=left_out))
        assert rows["classes in the data"].startswith("1,000: 0, 1, 2")
        assert rows["classes in the data"].endswith("and 988 more")
        assert "150 files or folders" in rows["left out"]
        assert "&lt;0&gt;.txt: unknown suffix" in rows["left out"]
        assert "and 50 more" in rows["left out"]

    def test_of_other_data(self):
        rows = _report_words.data_rows(np.zeros(3), (8, 8, 4), None)
        assert rows == {"images": "8x8 pixels, color with transparency, from a ndarray"}


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "0 s"), (59.7, "1 min 0 s"), (3600, "1 h 0 min")])
def test_durations(seconds, words):
    assert _report_words.duration(seconds) == words
