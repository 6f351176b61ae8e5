"""GANs of paired images: losses by hand, the warm-up, saving and resuming, and the checks of networks and data."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

import kgan
from kgan import _precision
from kgan.architectures import patch, restoration, unet
from kgan.callbacks import Resume, SampleImages, Watch
from kgan.losses import feature_matching
from kgan.metrics import psnr

RANDOM = np.random.default_rng(0)
CLEAN = RANDOM.uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
NOISY = (CLEAN + RANDOM.normal(0, 0.3, CLEAN.shape)).astype("float32")
RATE = 1e-2


def plain_discriminator(inputs=1):
    """A discriminator of patches without normalisation, of images or of [images, inputs]."""
    images = [keras.Input((None, None, 1)) for _ in range(inputs)]
    x = layers.Concatenate()(images) if inputs == 2 else images[0]
    x = layers.Conv2D(3, 3, 2, "same", activation="relu")(x)
    return keras.Model(images if inputs == 2 else images[0], layers.Conv2D(1, 1)(x))


def plain_generator():
    """Two convolutions that correct an image, by nothing at the start; quick to trace."""
    images = keras.Input((None, None, 1))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(images)
    return keras.Model(images, layers.Add()([images, layers.Conv2D(1, 1, kernel_initializer="zeros")(x)]))


def make(discriminator=None, seed=0, **options):
    """A tiny denoising GAN with repeatable initial weights, not compiled."""
    keras.utils.set_random_seed(seed)
    discriminator = discriminator or patch.discriminator(width=4, layers=1)
    return kgan.ImageToImageGAN(plain_generator(), discriminator, seed=seed, **options)


def eye():
    """A small network for a perceptual loss, whose weights are its own."""
    return keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3, activation="relu", name="eye")])


class TestLosses:
    def test_by_hand(self):
        """The denoiser starts as the identity, so all terms of the first step are known."""
        gan, perceptual = make(plain_discriminator()), eye()
        still = {f"{name}_optimizer": keras.optimizers.SGD(0.0) for name in ("generator", "discriminator")}
        weights = {"pixel_weight": 2.0, "adversarial_weight": 0.3, "feature_weight": 0.4, "perceptual_weight": 0.5}
        gan.compile(**still, **weights, loss="least_squares", perceptual=perceptual)
        logs = gan.fit(NOISY, CLEAN, batch_size=16, verbose=0).history
        view = feature_matching.with_hidden_features(gan.discriminator)
        (real_logits, *real), (fake_logits, *fake) = (view(images) for images in (CLEAN, NOISY))
        expected = {
            "pixel_loss": np.mean(np.sqrt((CLEAN - NOISY) ** 2 + 1e-6)),
            "adversarial_loss": np.mean(0.5 * (fake_logits.numpy() - 1) ** 2),
            "feature_loss": float(feature_matching.distance(real, fake)),
            "perceptual_loss": float(feature_matching.distance([perceptual(CLEAN)], [perceptual(NOISY)])),
            "psnr": np.mean(psnr(CLEAN, NOISY)),
            "real_score": np.mean(real_logits),
            "fake_score": np.mean(fake_logits),
            "skipped_updates": 0,
        }
        expected["generator_loss"] = np.dot(
            [2.0, 0.3, 0.4, 0.5],
            [expected[name] for name in ("pixel_loss", "adversarial_loss", "feature_loss", "perceptual_loss")],
        )
        assert set(logs) == {*expected, "discriminator_loss"}
        for name, value in expected.items():
            assert logs[name] == pytest.approx([value], rel=1e-4, abs=1e-6), name
        scores = gan.evaluate(NOISY, CLEAN, verbose=0, return_dict=True)
        assert {name: scores[name] for name in expected if name in scores} == pytest.approx(
            {name: value for name, value in expected.items() if name in scores}, rel=1e-4, abs=1e-6
        )

    def test_equal_images_have_equal_features(self):
        gan = make(plain_discriminator())
        gan.compile()
        scores = gan.evaluate(CLEAN, CLEAN, verbose=0, return_dict=True)
        assert scores["feature_loss"] == 0
        assert scores["psnr"] == pytest.approx(100)
        assert scores["real_score"] == scores["fake_score"]

    def test_the_discriminator_sees_the_input(self):
        images, inputs = (keras.Input((None, None, 1)) for _ in range(2))
        convolution = layers.Conv2D(1, 1)
        discriminator = keras.Model([images, inputs], convolution(layers.Concatenate()([images, inputs])))
        convolution.set_weights([np.float32([1, -2]).reshape(1, 1, 2, 1), np.zeros(1, "float32")])
        gan = make(discriminator)
        gan.compile(feature_weight=0)
        scores = gan.evaluate(NOISY, CLEAN, verbose=0, return_dict=True)
        assert scores["real_score"] == pytest.approx(np.mean(CLEAN - 2 * NOISY), rel=1e-4)
        assert scores["fake_score"] == pytest.approx(np.mean(NOISY - 2 * NOISY), rel=1e-4)
        gan.fit(NOISY, CLEAN, batch_size=8, verbose=0)

    @pytest.mark.slow
    def test_every_weight_learns_and_the_image_gets_better(self):
        gan = make(plain_discriminator())
        gan.compile(keras.optimizers.Adam(RATE), loss="hinge", perceptual=eye(), penalties=["r1"])
        before = [weight.numpy() for weight in gan.generator.weights + gan.discriminator.weights]
        eyes = gan.perceptual.get_weights()
        history = gan.fit(NOISY, CLEAN, batch_size=8, epochs=15, verbose=0, validation_data=(NOISY, CLEAN)).history
        after = gan.generator.weights + gan.discriminator.weights
        assert all((a.numpy() != b).any() for a, b in zip(after, before, strict=True))
        assert all(np.array_equal(a, b) for a, b in zip(gan.perceptual.get_weights(), eyes, strict=True))
        assert history["psnr"][-1] > history["psnr"][0] + 0.3
        assert history["val_psnr"][-1] > history["val_psnr"][0]
        assert "r1" in history


class TestWarmUp:
    @pytest.mark.slow
    def test_the_discriminator_rests_and_then_learns(self):
        gan = make()
        gan.compile(loss="least_squares", warmup_steps=3)  # other losses leave the last bias where it is at first
        before = [variable.numpy() for variable in gan.discriminator.variables]
        data = kgan.datasets.from_arrays(NOISY, CLEAN, batch_size=8)

        def same():
            return [np.array_equal(a, b) for a, b in zip(gan.discriminator.variables, before, strict=True)]

        start = gan.generator.get_weights()
        history = gan.fit(data, verbose=0).history
        assert all(same())
        assert int(gan.discriminator_optimizer.iterations) == 0
        assert int(gan.generator_optimizer.iterations) == 2
        assert any((a != b).any() for a, b in zip(gan.generator.get_weights(), start, strict=True))
        assert history["generator_loss"] == history["pixel_loss"]
        assert history["fake_score"] == history["discriminator_loss"] == history["skipped_updates"] == [0]
        history = gan.fit(data, verbose=0).history  # a step of each kind; the means are of the steps that there were
        assert not any(same())
        assert int(gan.discriminator_optimizer.iterations) == 1
        assert history["discriminator_loss"][0] > 0.1

    @pytest.mark.slow
    def test_it_equals_a_regression(self):
        states = []
        for options in ({"warmup_steps": 9}, {"adversarial_weight": 0, "feature_weight": 0}):
            gan = make()
            gan.compile(**options)
            gan.fit(NOISY, CLEAN, batch_size=8, verbose=0)
            states.append(networks.state(gan))
        assert not [name for name in states[0] if not np.array_equal(states[0][name], states[1][name])]

    def test_a_regression_never_asks_the_discriminator(self, monkeypatch):
        gan = make()
        gan.compile(adversarial_weight=0, feature_weight=0, perceptual=eye())

        def never(*arguments, **options):
            raise AssertionError("the discriminator was asked")

        monkeypatch.setattr(gan, "discrimination", never)
        monkeypatch.setattr(gan, "_discriminator_features", never)
        logs = gan.fit(NOISY, CLEAN, batch_size=8, verbose=0, validation_data=(NOISY, CLEAN)).history
        assert "val_psnr" in logs
        assert "val_fake_score" not in logs
        assert int(gan.discriminator_optimizer.iterations) == 0


@pytest.mark.parametrize(
    "options",
    [{"run_eagerly": True}, pytest.param({"jit_compile": True}, marks=pytest.mark.slow), {"steps_per_execution": 2}],
)
def test_ways_to_run_agree(options):
    runs = []
    for each in ({"jit_compile": False}, options):
        gan = make()
        sgd = {f"{name}_optimizer": keras.optimizers.SGD(RATE) for name in ("generator", "discriminator")}
        gan.compile(**sgd, warmup_steps=1, **each)
        gan.fit(NOISY, CLEAN, batch_size=8, verbose=0)
        runs.append(networks.state(gan))
    for name in runs[0]:
        np.testing.assert_allclose(runs[0][name], runs[1][name], rtol=1e-3, atol=1e-5)


@pytest.mark.slow
def test_half_precision():
    with _precision.computing_in("mixed_bfloat16"):
        gan = kgan.ImageToImageGAN(restoration.denoiser(width=4, blocks=1), patch.discriminator(width=4, layers=1))
        gan.compile(warmup_steps=1)
        history = gan.fit(NOISY, CLEAN, batch_size=8, verbose=0).history
    assert gan.predict(NOISY, verbose=0).dtype == "float32"
    assert history["skipped_updates"] == [0]


class TestSaving:
    @pytest.mark.slow
    def test_a_loaded_model_goes_on_exactly(self, tmp_path):
        """With a schedule of the learning rate, a perceptual network, and the warm-up ending after the load."""
        gan = make()
        schedule = keras.optimizers.schedules.CosineDecay(RATE, 10)
        gan.compile(
            keras.optimizers.Adam(schedule),
            loss="hinge",
            pixel_loss=kgan.losses.pixel.Charbonnier(0.01),
            perceptual=eye(),
            warmup_steps=3,
            metrics=[kgan.metrics.PSNR(name="decibels")],
        )
        gan.fit(NOISY, CLEAN, batch_size=8, verbose=0)
        gan.save(tmp_path / "gan.keras")
        again = keras.saving.load_model(tmp_path / "gan.keras")
        assert again.get_config().keys() == gan.get_config().keys()
        configs = [model.get_compile_config() for model in (gan, again)]
        perceptual = [config.pop("perceptual") for config in configs]
        assert configs[0] == configs[1]
        assert perceptual[0]["class_name"] == perceptual[1]["class_name"]
        assert again.pixel_loss.epsilon == 0.01
        np.testing.assert_array_equal(again.perceptual.get_weights()[0], gan.perceptual.get_weights()[0])
        logs = [model.fit(NOISY, CLEAN, batch_size=8, epochs=2, verbose=0).history for model in (gan, again)]
        assert logs[0] == logs[1]
        assert logs[0]["adversarial_loss"][0] > 0
        after = networks.state(gan)
        assert all(np.array_equal(value, after[name]) for name, value in networks.state(again).items())
        scores = [model.evaluate(NOISY, CLEAN, verbose=0, return_dict=True) for model in (gan, again)]
        assert scores[0] == scores[1]
        assert scores[0]["decibels"] == pytest.approx(scores[0]["psnr"], rel=1e-5)

    @pytest.mark.parametrize(
        "batch", [3, pytest.param(1, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)]
    )
    def test_a_cut_run_ends_with_the_same_numbers(self, tmp_path, batch):
        """Cut in the warm-up, right at its end and after it, in 3 epochs of 2 steps."""

        def go(folder, *callbacks):
            gan = make()
            gan.compile(warmup_steps=3)
            callbacks = [Resume(tmp_path / folder, save_freq=1), *callbacks]
            gan.fit(NOISY, CLEAN, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
            return networks.state(gan), gan.history.history

        whole, history = go("whole")
        with pytest.raises(KeyboardInterrupt):
            go("cut", networks.Stop(batch))
        again, resumed = go("cut")
        assert not [name for name in whole if not np.array_equal(whole[name], again[name])]
        assert resumed == history


class TestUse:
    def test_predict_gives_the_average_s_images_of_any_size(self):
        gan = make()
        gan.compile()
        gan.fit(NOISY, CLEAN, batch_size=8, verbose=0)
        odd = NOISY[:3, :, :7].repeat(2, axis=1)[:, :13]
        images = gan.predict(odd, verbose=0)
        assert images.shape == (3, 13, 7, 1)
        np.testing.assert_allclose(images, gan.ema_generator(odd), atol=1e-6)
        assert (images != gan.generator(odd).numpy()).any()
        assert gan.samples_from == "images"
        assert not hasattr(gan, "generate")

    def test_other_data(self):
        class Pairs(keras.utils.PyDataset):
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return NOISY[8 * index :][:8], CLEAN[8 * index :][:8]

        gan = make()
        gan.compile(adversarial_weight=0, feature_weight=0)
        gan.fit(Pairs(), verbose=0)
        gan.fit((NOISY, CLEAN), batch_size=8, verbose=0, validation_split=0.5)
        gan.fit(NOISY.astype("float64"), CLEAN.astype("float64"), batch_size=8, verbose=0)
        assert int(gan.generator_optimizer.iterations) == 2 + 1 + 2

    def test_super_resolution_in_colour_with_a_conditional_discriminator(self):
        large = RANDOM.uniform(-1, 1, (4, 16, 24, 3)).astype("float32")
        small = large.reshape(4, 8, 2, 12, 2, 3).mean(axis=(2, 4))
        upscaler = restoration.upscaler(2, width=4, blocks=1)
        gan = kgan.ImageToImageGAN(upscaler, patch.discriminator(3, width=4, layers=1, input_channels=3, scale=2))
        gan.compile()
        gan.fit(small, large, batch_size=2, verbose=0)
        assert gan.predict(small, verbose=0).shape == large.shape

    @pytest.mark.slow
    def test_translation(self):
        gan = kgan.ImageToImageGAN(
            unet.generator((8, 8, 1), out_channels=3, width=8, dropout=0.5),
            patch.discriminator(3, width=4, layers=1, input_channels=1),
            seed=0,
        )
        gan.compile(loss="non_saturating", pixel_loss="l1")
        colours = RANDOM.uniform(-1, 1, (4, 8, 8, 3)).astype("float32")
        history = gan.fit(CLEAN[:4], colours, batch_size=2, verbose=0).history
        assert np.isfinite([value[0] for value in history.values()]).all()

    def test_samples(self, tmp_path):
        gan = make()
        gan.compile(adversarial_weight=0, feature_weight=0)
        gan.fit(NOISY, CLEAN, verbose=0, callbacks=[SampleImages(tmp_path, inputs=NOISY[:4])])
        expected = kgan.images.grid(kgan.images.side_by_side(NOISY[:4], gan.predict(NOISY[:4], verbose=0)))
        found = kgan.images.read(tmp_path / "epoch-0001.png", channels=1)
        assert np.abs(found.astype(int) - expected).max() <= 1
        assert (tmp_path / "animation.gif").exists()
        with pytest.raises(ValueError, match=r"Expected images to make samples from: `SampleImages\(inputs=images\)`"):
            gan.fit(NOISY, CLEAN, verbose=0, callbacks=[SampleImages(tmp_path)])
        other = networks.gan()
        other.compile()
        with pytest.raises(ValueError, match="Expected no `inputs`"):
            other.fit(networks.images(), verbose=0, callbacks=[SampleImages(tmp_path, inputs=NOISY)])

    def test_nothing_to_watch_without_latents(self):
        gan = make()
        gan.compile()
        with pytest.raises(ValueError, match="Expected a GAN of latents to watch. Received: a ImageToImageGAN"):
            gan.fit(NOISY, CLEAN, verbose=0, callbacks=[Watch()])


class TestDoor:
    @pytest.mark.parametrize(
        ("inputs", "targets", "message"),
        [
            (NOISY, None, r"Expected pairs \(inputs, targets\)"),
            (NOISY, CLEAN[:8], "Expected one target for each input. Received: 16 inputs, 8 targets"),
            (NOISY[:, :, :6], CLEAN, r"\(8, 6, 1\) of \(8, 6, 1\). Received: \(8, 8, 1\)"),
            (NOISY.repeat(3, axis=-1), CLEAN, "The inputs do not fit.*another number of channels"),
            (NOISY, CLEAN.repeat(3, axis=-1), "The targets do not fit.*another number of channels"),
            (NOISY, NOISY * 4, "The targets do not fit. Expected images in"),
            (NOISY, CLEAN / 2 + 0.5, r"The targets do not fit.*looks like \[0, 1\]"),
            ((NOISY * 60 + 128), CLEAN, "The inputs do not fit. Expected images in"),
            (NOISY, kgan.images.to_uint8(CLEAN), "The targets do not fit. Expected float images"),
            (NOISY, np.where(CLEAN > 0.9, np.nan, CLEAN), "The targets do not fit. Expected finite images"),
            (NOISY[..., 0], CLEAN, "The inputs do not fit. Expected a batch of rank 4"),
        ],
    )
    def test_data(self, inputs, targets, message):
        gan = make()
        gan.compile()
        with pytest.raises(ValueError, match=message):
            gan.fit(inputs, targets, verbose=0)
        with pytest.raises(ValueError, match=message):
            gan.evaluate(inputs, targets, verbose=0)

    def test_a_batch_of_a_data_set_and_validation_data(self):
        gan = make()
        gan.compile()
        with pytest.raises(ValueError, match="Expected pairs"):
            gan.fit(kgan.datasets.from_arrays(NOISY, batch_size=8), verbose=0)
        with pytest.raises(ValueError, match="The targets do not fit"):
            gan.fit(NOISY, CLEAN, verbose=0, validation_data=(NOISY, CLEAN * 9))

    def test_a_discriminator_of_one_size(self):
        gan = make(networks.discriminator())
        gan.compile()
        with pytest.raises(ValueError, match=r"Expected targets \(8, 8, 1\), for the discriminator"):
            gan.fit(NOISY.repeat(2, axis=1), CLEAN.repeat(2, axis=1), verbose=0)

    @pytest.mark.parametrize(
        ("generator", "discriminator", "message"),
        [
            (networks.generator, patch.discriminator, "to take images .*Generators of latents are for `kgan.GAN`"),
            (lambda: networks.generator(3), patch.discriminator, "`generator` to have one input and one output"),
            (restoration.denoiser, lambda: patch.discriminator(3), "a generator that makes"),
            (restoration.denoiser, lambda: patch.discriminator(1, input_channels=3), "a generator that takes"),
            (restoration.denoiser, lambda: networks.discriminator(3), "a generator that takes"),
            (restoration.denoiser, lambda: networks.discriminator(activation="sigmoid"), "raw logits"),
            (restoration.denoiser, lambda: keras.Sequential(), "a built model"),
        ],
    )
    def test_networks(self, generator, discriminator, message):
        with pytest.raises(ValueError, match=message):
            kgan.ImageToImageGAN(generator(), discriminator())

    def test_no_network(self):
        with pytest.raises(TypeError, match="Expected `generator` to be a keras.Model"):
            kgan.ImageToImageGAN("denoiser", patch.discriminator())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"pixel_loss": "l3"}, "Unknown pixel loss. Received: 'l3'"),
            ({"loss": "hing"}, "Unknown loss"),
            ({"pixel_weight": -1}, "`pixel_weight` must be non-negative. Received: pixel_weight=-1"),
            ({"feature_weight": float("nan")}, "`feature_weight` must be non-negative"),
            ({"warmup_steps": 1.5}, "`warmup_steps` must be a non-negative integer. Received: 1.5"),
            ({"pixel_weight": 0, "warmup_steps": 2}, "Expected a positive `pixel_weight`"),
            (
                dict.fromkeys(("pixel_weight", "adversarial_weight", "feature_weight"), 0),
                "without which there is no loss",
            ),
            ({"perceptual": patch.discriminator(3, width=4)}, r"`perceptual` to take the generator's images"),
        ],
    )
    def test_compile(self, options, message):
        with pytest.raises(ValueError, match=message):
            make().compile(**options)

    def test_no_perceptual_network(self):
        with pytest.raises(TypeError, match="Expected `perceptual` to be a keras.Model. Received: 'vgg'"):
            make().compile(perceptual="vgg")

    def test_a_discriminator_without_features(self):
        with pytest.raises(ValueError, match="hidden layers have activations"):
            make(keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1)])).compile()
