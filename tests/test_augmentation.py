"""Augmentation of what the discriminator sees."""

import keras
import networks
import numpy as np
import pytest
from keras import ops

import kgan
from kgan import augmentation
from kgan.augmentation import ADA, DiffAugment, InstanceNoise

IMAGES = networks.images(64, (12, 10, 3))
NAMES = ["brightness", "saturation", "contrast", "translation", "cutout", "flip"]


def changed(name, images=IMAGES, seed=0):
    return ops.convert_to_numpy(
        getattr(augmentation, name)(ops.convert_to_tensor(images), keras.random.SeedGenerator(seed))
    )


class TestOperations:
    @pytest.mark.parametrize("name", NAMES)
    def test_changes_images_each_in_its_own_way(self, name):
        same = np.repeat(IMAGES[:1], 64, axis=0)
        out = changed(name, same)
        assert out.shape == same.shape
        assert np.isfinite(out).all()
        assert len(np.unique(out.round(5), axis=0)) > 1
        np.testing.assert_array_equal(out, changed(name, same))

    def test_brightness_adds_one_number_to_an_image(self):
        added = changed("brightness") - IMAGES
        np.testing.assert_allclose(added, np.broadcast_to(added[:, :1, :1, :1], added.shape), atol=1e-6)
        assert -0.5 <= added.min() < -0.3 < 0.3 < added.max() <= 0.5

    def test_saturation_keeps_grey_images(self):
        grey = np.repeat(IMAGES[..., :1], 3, axis=-1)
        np.testing.assert_allclose(changed("saturation", grey), grey, atol=1e-6)
        np.testing.assert_allclose(changed("saturation").mean(-1), IMAGES.mean(-1), atol=1e-6)

    def test_contrast_keeps_the_mean(self):
        out = changed("contrast")
        np.testing.assert_allclose(out.mean((1, 2, 3)), IMAGES.mean((1, 2, 3)), atol=1e-5)
        factor = out.std((1, 2, 3)) / IMAGES.std((1, 2, 3))
        assert 0.5 <= factor.min() < 0.7 < 1.3 < factor.max() <= 1.5 + 1e-5

    def test_translation_moves_whole_images_over_grey(self):
        out, reach = changed("translation"), (2, 1)
        shifts = set()
        for before, after in zip(IMAGES, out, strict=True):
            padded = np.pad(before, ((reach[0],) * 2, (reach[1],) * 2, (0, 0)))
            found = [
                (y, x)
                for y in range(5)
                for x in range(3)
                if np.allclose(padded[y : y + 12, x : x + 10], after, atol=1e-6)
            ]
            assert len(found) == 1
            shifts.add(found[0])
        assert len(shifts) > 10  # of 15

    def test_cutout_covers_a_square_with_grey(self):
        covered = (changed("cutout") == 0).all(axis=-1)
        rows, columns = covered.any(axis=2).sum(axis=1), covered.any(axis=1).sum(axis=1)
        assert rows.max() == 6
        assert columns.max() <= 6
        np.testing.assert_array_equal(covered.sum(axis=(1, 2)), rows * columns)  # a rectangle
        np.testing.assert_array_equal(changed("cutout")[~covered], IMAGES[~covered])

    def test_flip_mirrors_about_half(self):
        out = changed("flip")
        mirrored = np.array([np.array_equal(after, before[:, ::-1]) for before, after in zip(IMAGES, out, strict=True)])
        kept = np.array([np.array_equal(after, before) for before, after in zip(IMAGES, out, strict=True)])
        assert (mirrored ^ kept).all()
        assert 15 < mirrored.sum() < 49

    @pytest.mark.parametrize("name", NAMES)
    def test_gradients_pass(self, name):
        """First and second derivatives, which penalties need."""
        seed = keras.random.SeedGenerator(0)

        def value(images):
            seed.state.assign([0, 0])
            return ops.sum(ops.square(getattr(augmentation, name)(images, seed)))

        def norm(images):
            _, gradient = kgan.backend.input_gradient(value, images)
            return ops.sum(ops.square(gradient))

        _, gradient = kgan.backend.input_gradient(norm, ops.convert_to_tensor(IMAGES[:4]))
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0


class TestADA:
    def test_probability_follows_the_signs(self):
        ada = ADA(horizon=100, interval=2, target=0.5)
        sure, unsure = ops.ones((10, 1)), ops.convert_to_tensor(np.tile([[5.0], [-3.0]], (5, 1)))
        ada.adapt_to(sure, -sure)
        assert float(ada.probability) == 0  # not yet due
        ada.adapt_to(sure, -sure)
        assert float(ada.probability) == pytest.approx(20 / 100)
        for _ in range(2):
            ada.adapt_to(unsure, -unsure)  # the middle is 0: half of the real ones are below it
        assert float(ada.probability) == pytest.approx(0)
        for _ in range(20):
            ada.adapt_to(sure, -sure)
        assert float(ada.probability) == pytest.approx(0.8)

    def test_a_shift_of_all_logits_changes_nothing(self):
        real, fake = (networks.images(20, (1,), seed=seed) for seed in (0, 1))
        found = []
        for shift in (0.0, 100.0):
            ada = ADA(interval=1, horizon=100, target=0.1)
            ada.adapt_to(ops.convert_to_tensor(real + 0.5 + shift), ops.convert_to_tensor(fake + shift))
            found.append(float(ada.probability))
        assert found[0] == found[1] > 0

    def test_at_zero_nothing_is_changed_at_one_everything(self):
        ada = ADA("color", maximum=1.0)
        np.testing.assert_array_equal(ada(IMAGES), IMAGES)
        ada.probability.assign(1.0)
        assert (np.abs(ops.convert_to_numpy(ada(IMAGES)) - IMAGES).max(axis=(1, 2, 3)) > 1e-3).all()

    def test_logits_that_are_not_finite_do_not_stay(self):
        ada = ADA(interval=1)
        ada.adapt_to(ops.full((4, 1), float("nan")), ops.zeros((4, 1)))
        assert np.isfinite(float(ada.probability))


def test_diffaugment_changes_a_share_of_the_images():
    changed = np.asarray(DiffAugment("cutout", probability=0.3)(np.ones((2000, 8, 8, 1), "float32"), seed=1))
    assert np.mean(changed.min(axis=(1, 2, 3)) < 1) == pytest.approx(0.3, abs=0.04)
    again = DiffAugment.from_config(DiffAugment("flip", probability=0.3).get_config())
    assert (again.policy, again.probability) == ("flip", 0.3)


def test_diffaugment_becomes_more_probable():
    augment = DiffAugment("cutout", probability=0.6, warmup_steps=4)
    shares = []
    for _ in range(6):
        changed = np.asarray(augment(np.ones((2000, 8, 8, 1), "float32"), seed=1))
        shares.append(np.mean(changed.min(axis=(1, 2, 3)) < 1))
        assert float(augment.current_probability) == pytest.approx(shares[-1], abs=0.04)
        augment.adapt_to(None, None)
    np.testing.assert_allclose(shares, [0, 0.15, 0.3, 0.45, 0.6, 0.6], atol=0.04)


def test_instance_noise_fades():
    noise = InstanceNoise(0.5, steps=4)
    spreads = []
    for _ in range(6):
        spreads.append(float(np.std(noise(np.zeros((50, 8, 8, 1), "float32")))))
        noise.adapt_to(None, None)
    np.testing.assert_allclose(spreads, [0.5, 0.375, 0.25, 0.125, 0, 0], rtol=0.05)


class TestInTraining:
    @pytest.mark.parametrize("update", [pytest.param("alternating", marks=pytest.mark.slow), "simultaneous"])
    def test_combined_saved_and_resumed(self, tmp_path, update):
        gan = networks.gan()
        chosen = [
            ADA("translation,cutout", interval=1, horizon=50, target=0.01),
            InstanceNoise(0.1, steps=100),
            DiffAugment("cutout", warmup_steps=100),
        ]
        gan.compile(penalties=["r1", "lecam"], augmentation=chosen, update=update)
        gan.fit(networks.images(), batch_size=8, epochs=3, verbose=0)
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        for before, after in zip(gan.augmentations, again.augmentations, strict=True):
            assert after.get_config() == before.get_config()
            for a, b in zip(before.weights, after.weights, strict=True):
                np.testing.assert_array_equal(a, b)
        assert [float(each.updates) for each in again.augmentations[1:]] == [12, 12]
        logs = [model.fit(networks.images(), batch_size=8, verbose=0).history for model in (gan, again)]
        assert logs[0] == logs[1]

    def test_the_discriminator_sees_changed_images_and_the_generator_learns_through_it(self):
        """Images whose every pixel is covered give no gradient to the generator."""

        class Cover(kgan.augmentation.Augmentation):
            def augment(self, images, seed):
                return 0.0 * images

        gan = networks.gan()
        gan.compile(loss="non_saturating", augmentation=Cover())
        before = gan.generator.get_weights()
        gan.fit(networks.images(), verbose=0)
        assert all(np.array_equal(a, b) for a, b in zip(before, gan.generator.get_weights(), strict=True))

    @pytest.mark.slow
    def test_instance_noise_keeps_real_images_as_they_are_for_penalties(self):
        gan = networks.gan()
        gan.compile(loss="relativistic", penalties=["r1", "r2"], augmentation="diffaugment")
        history = gan.fit(networks.images(), verbose=0).history
        assert np.isfinite(history["r1"]).all()
        assert history["skipped_updates"] == [0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiffAugment("colour"), "Unknown augmentation policy.*'color'"),
        (lambda: DiffAugment(" "), "at least one"),
        (lambda: DiffAugment(probability=0), "`probability`"),
        (lambda: DiffAugment(probability=1.5), "`probability`"),
        (lambda: DiffAugment(warmup_steps=0), "`warmup_steps`"),
        (lambda: ADA(target=1), "`target`"),
        (lambda: ADA(maximum=0), "`maximum`"),
        (lambda: ADA(horizon=0), "`horizon`"),
        (lambda: InstanceNoise(0), "`stddev`"),
        (lambda: augmentation.get("difaugment"), "Did you mean 'diffaugment'"),
        (lambda: augmentation.get(lambda x: x), "Expected an augmentation"),
    ],
)
def test_bad(make, message):
    with pytest.raises(ValueError, match=message):
        make()
