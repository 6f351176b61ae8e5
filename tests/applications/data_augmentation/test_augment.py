"""A GAN that enlarges a small labeled data set."""

import importlib
import random

import networks
import numpy as np
import pytest

import kgan
from kgan.applications import data_augmentation as augmentation

MODULE = importlib.import_module("kgan.applications.data_augmentation.augment")
TINY = {"updates": 2, "width": 2, "batch_size": 8}


@pytest.fixture(autouse=True)
def _few_attempts(monkeypatch):
    monkeypatch.setattr(MODULE, "MAX_ATTEMPTS", 10)


class Known(kgan.models.sampler.Sampler):
    """Makes images whose first pixel tells their class, and whose second pixel tells whether they are good.

    Every third image is not good.
    """

    latent_dim, image_shape, conditional, num_classes, label_dropout = 2, networks.SHAPE, True, 3, 0.0

    def synthesize(self, sources, condition=None):
        latents = np.asarray(sources)
        images = np.zeros((len(latents), *self.image_shape), "float32")
        images[:, 0, 0, 0] = (np.asarray(condition) + 1) / 10
        images[:, 0, 1, 0] = np.where(latents[:, 0] > 0.43, -1, 1)  # a third of a normal distribution
        images[:, 1:, :, 0] = latents[:, :1, None] / 10
        return images


def label_of(images):
    return np.rint(np.asarray(images)[:, 0, 0, 0] * 10).astype(int) - 1


def good(images):
    return np.asarray(images)[:, 0, 1, 0] > 0


def recognizing(images):
    """Give the label of good images the probability 0.9, and all labels of the others the same."""
    probabilities = np.full((len(images), 3), 0.05)
    probabilities[np.arange(len(images)), label_of(images)] = 0.9
    probabilities[~good(images)] = [1 / 3] * 3
    return probabilities


def real(counts):
    """Real images are -1 in their first pixel."""
    labels = np.repeat(np.arange(len(counts)), counts)
    images = networks.images(len(labels))
    images[:, 0, 0, 0] = -1
    return images, labels


def collected(dataset):
    batches = list(dataset.as_numpy_iterator())
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


class TestPlan:
    @pytest.mark.parametrize(
        ("counts", "ratio", "balance", "expected"),
        [
            ([4, 4], 0.0, False, [0, 0]),
            ([4, 4], 0.5, False, [4, 4]),
            ([6, 2], 0.75, False, [18, 6]),
            ([5, 2, 1], 0.2, False, [1, 1, 0]),  # exactly 1.25, 0.5, 0.25
            ([6, 2], 0.5, True, [2, 6]),
            ([6, 2], 0.2, True, [0, 2]),  # 2 do not fill the gap of 4
            ([9, 5, 1], 0.25, True, [0, 0, 5]),  # up to 9, 5, 6
            ([9, 5, 1], 0.4, True, [0, 3, 7]),  # up to 9, 8, 8
            ([9, 5, 1], None, True, [0, 4, 8]),
            ([3, 3, 3], 0.1, True, [1, 0, 0]),
        ],
    )
    def test_counts(self, counts, ratio, balance, expected):
        made = augmentation.num_per_class(real(counts)[1], ratio, balance)
        total = sum(counts)
        if ratio is not None:
            assert made.sum() == round(total * ratio / (1 - ratio))
        if balance:
            assert sorted(made + counts) == sorted(np.add(expected, counts))
        else:
            np.testing.assert_array_equal(made, expected)

    @pytest.mark.parametrize("ratio", [-0.1, 1.0, 2, float("nan")])
    def test_ratio_out_of_range(self, ratio):
        with pytest.raises(ValueError, match=r"in \[0, 1\)"):
            augmentation.num_per_class([0, 1], ratio)

    def test_no_ratio(self):
        with pytest.raises(ValueError, match="Expected a `ratio`"):
            augmentation.num_per_class([0, 1], None)


class TestAugment:
    def test_ratio_and_balance_are_exact(self):
        images, labels = real([20, 6, 2])
        data = augmentation.augment(Known(), images, labels, ratio=0.6, balance=True, batch_size=16)
        assert int(data.cardinality()) == 5  # 70 images
        assert data.element_spec[0].shape[1:] == networks.SHAPE
        assert [spec.dtype.name for spec in data.element_spec] == ["float32", "int32"]
        mixed, targets = collected(data)
        assert sorted(np.bincount(targets)) == [23, 23, 24]
        made = mixed[:, 0, 0, 0] > 0
        assert made.sum() == 42
        np.testing.assert_array_equal(label_of(mixed[made]), targets[made])
        np.testing.assert_array_equal(np.bincount(targets[~made]), [20, 6, 2])
        order = np.lexsort(images.reshape(28, -1).T), np.lexsort(mixed[~made].reshape(28, -1).T)
        np.testing.assert_array_equal(images[order[0]], mixed[~made][order[1]])
        np.testing.assert_array_equal(labels[order[0]], targets[~made][order[1]])

    def test_repeatable(self):
        def epochs(seed):
            data = augmentation.augment(Known(), *real([8, 8, 8]), seed=seed, pool_size=100)
            return [collected(data)[0] for _ in range(2)]

        first, second = epochs(1)
        np.testing.assert_array_equal(epochs(1), [first, second])
        assert (first != second).any()
        other, _ = epochs(2)
        assert set(np.unique(other[:, 1, 0, 0])) != set(np.unique(first[:, 1, 0, 0]))  # other generated images

    @pytest.mark.slow
    @pytest.mark.parametrize(("pool", "sets", "epochs"), [(1, 1, 2), (36, 3, 20)])
    def test_each_epoch_draws_from_the_pool_with_exact_counts(self, pool, sets, epochs):
        images, labels = real([8, 3, 1])
        data = augmentation.augment(Known(), images, labels, ratio=0.5, balance=True, pool_size=pool, batch_size=5)
        shown = set()
        for _ in range(epochs):
            mixed, targets = collected(data)
            np.testing.assert_array_equal(np.bincount(targets), [8, 8, 8])
            made = mixed[:, 0, 0, 0] > 0
            np.testing.assert_array_equal(label_of(mixed[made]), targets[made])
            np.testing.assert_array_equal(np.sort(mixed[~made], axis=None), np.sort(images, axis=None))
            shown |= set(mixed[made][:, 1, 0, 0])
        assert len(shown) == 12 * sets

    def test_rejection_rejects(self):
        arguments = Known(), *real([30, 20, 10])
        mixed, targets = collected(augmentation.augment(*arguments, ratio=0.5, ensemble=[recognizing]))
        made = mixed[:, 0, 0, 0] > 0
        assert made.sum() == 60
        assert good(mixed[made]).all()
        np.testing.assert_array_equal(np.bincount(targets), [60, 40, 20])
        everything, _ = collected(augmentation.augment(*arguments, ratio=0.5))
        assert not good(everything[everything[:, 0, 0, 0] > 0]).all()

    def test_nothing_generated(self):
        images, labels = real([3, 3, 3])
        mixed, targets = collected(augmentation.augment(Known(), images, labels, ratio=0))
        np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(images, axis=None))
        np.testing.assert_array_equal(np.bincount(targets), [3, 3, 3])

    def test_a_class_without_real_images_is_filled(self):
        images, labels = real([3, 0, 2])
        _, targets = collected(augmentation.augment(Known(), images, labels, ratio=None, balance=True))
        np.testing.assert_array_equal(np.bincount(targets), [3, 3, 3])

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"labels": None}, ValueError, "Expected labeled images"),
            ({"labels": np.zeros(6)}, TypeError, "Expected integer labels"),
            ({"labels": np.zeros(5, int)}, ValueError, "one label for each image"),
            ({"labels": np.eye(6, dtype=int)}, ValueError, "one label for each image"),
            ({"labels": np.full(6, 3)}, ValueError, r"Expected labels in \[0, 3\)"),
            ({"labels": np.full(6, -1)}, ValueError, r"Expected labels in \[0, 3\)"),
            ({"images": networks.images(6, (4, 4, 1))}, ValueError, "another size"),
            ({"images": networks.images(6) * 127 + 128}, ValueError, r"Expected images in \[-1, 1\]"),
            ({"ratio": 1.5}, ValueError, "share of generated images"),
            ({"threshold": 0.0, "ensemble": [recognizing]}, ValueError, "`threshold` is a probability"),
            ({"pool_size": 0}, ValueError, "`pool_size` must be a positive"),
            ({"batch_size": 0}, ValueError, "`batch_size` must be a positive"),
            ({"ensemble": []}, ValueError, "at least one classifier"),
            (
                {"ensemble": [lambda images: np.full((len(images), 2), 0.5)]},
                ValueError,
                r"gives probabilities \(\d+, classes\)",
            ),
            ({"ensemble": [lambda images: np.full((len(images), 3), 2.0)]}, ValueError, "End it in a softmax"),
            ({"ensemble": [lambda images: np.full((len(images), 3), 1 / 3)]}, ValueError, "Train the GAN longer"),
            ({"gan": networks.gan()}, ValueError, "Expected a class-conditional GAN"),
        ],
    )
    def test_mistakes(self, change, error, message):
        arguments = {"gan": Known(), "images": networks.images(6), "labels": networks.labels(6), **change}
        with pytest.raises(error, match=message):
            augmentation.augment(**arguments)


class TestTrain:
    @pytest.mark.slow
    def test_repeatable_and_shows_classes_equally_often(self, monkeypatch):
        seen = []
        fit = kgan.GAN.fit

        def watched(self, data, **options):
            seen.append(data)
            if self.seed != 4:
                fit(self, data, **options)

        monkeypatch.setattr(kgan.GAN, "fit", watched)
        images, labels = real([12, 4])
        state = random.getstate()
        gan = augmentation.train_gan(images, labels, seed=3, **TINY)
        assert random.getstate() == state  # nobody else's random numbers are touched
        assert gan.num_classes == 2
        assert int(gan.generator_optimizer.iterations) == 2
        shown = collected(seen[0].take(6))[1]  # 24 images: each of the rare class three times
        np.testing.assert_array_equal(np.bincount(shown[:24]), [12, 12])
        again = augmentation.train_gan(images, labels, seed=3, **TINY)
        np.testing.assert_array_equal(gan.generate(4, seed=1), again.generate(4, seed=1))
        other = augmentation.train_gan(images, labels, seed=4, **TINY)
        assert (gan.generate(4, seed=1) != other.generate(4, seed=1)).any()

    @pytest.mark.slow
    def test_transform_changes_the_real_images_only(self):
        shown = []

        def transform(images):
            shown.append(images.shape[1:])
            return images * 0

        gan = augmentation.train_gan(*real([4, 4]), transform=transform, **TINY)
        assert shown[0] == networks.SHAPE
        assert np.ptp(gan.generate(4, seed=1)) > 0

    @pytest.mark.parametrize("make", [augmentation.train_gan, augmentation.train_ensemble])
    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"labels": None}, ValueError, "Expected labeled images"),
            ({"labels": np.zeros(6)}, TypeError, "Expected integer labels"),
            ({"labels": np.zeros(5, int)}, ValueError, "one label for each image"),
            ({"labels": np.arange(6) % 3 - 1}, ValueError, r"Expected labels in \[0, "),
            ({"num_classes": 2}, ValueError, r"Expected labels in \[0, 2\)"),
            ({"num_classes": 5}, ValueError, "Received: 0 of class 3, 0 of class 4"),
            ({"labels": np.array([0, 0, 2, 2, 0, 2])}, ValueError, "Received: 0 of class 1"),
            ({"labels": np.array([0, 0, 1, 1, 1, 2])}, ValueError, "Received: 1 of class 2"),
            ({"labels": np.zeros(6, int)}, ValueError, "at least 2 classes"),
            ({"images": networks.images(1), "labels": np.zeros(1, int)}, ValueError, "at least 2 images"),
            ({"images": networks.images(6)[..., 0]}, ValueError, "at least 2 images, an array"),
            ({"images": networks.images(6) * np.nan}, ValueError, "Expected finite images"),
            ({"updates": 0}, ValueError, "`updates` must be a positive"),
        ],
    )
    def test_mistakes(self, make, change, error, message):
        arguments = {"images": networks.images(6), "labels": networks.labels(6), **change}
        with pytest.raises(error, match=message):
            make(**arguments)


def test_standard_changes_each_image_in_its_own_way():
    images = np.repeat(networks.images(1), 4, axis=0)
    changed = np.asarray(augmentation.standard_augmentation(seed=1)(images))
    assert changed.shape == images.shape
    assert np.abs(changed).max() <= 1
    assert len(np.unique(changed.reshape(4, -1), axis=0)) == 4
    np.testing.assert_array_equal(changed, augmentation.standard_augmentation(seed=1)(images))
