"""Saving with all that training needs to go on."""

import keras
import networks
import numpy as np
import pytest

import kgan


def test_a_gan_that_is_not_compiled_is_saved(tmp_path):
    gan = networks.gan()
    gan.save(tmp_path / "new.keras")
    again = keras.saving.load_model(tmp_path / "new.keras")
    assert not again.compiled
    np.testing.assert_array_equal(again.generate(2, seed=1), gan.generate(2, seed=1))


def test_a_gan_loaded_without_compiling_is_saved(tmp_path):
    gan = networks.gan()
    gan.compile(penalties=["lecam"])
    gan.fit(networks.images(), verbose=0)
    gan.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", compile=False)
    loaded.save(tmp_path / "b.keras")
    loaded.save_weights(tmp_path / "b.weights.h5")
    again = keras.saving.load_model(tmp_path / "b.keras")
    np.testing.assert_array_equal(again.generate(2, seed=1), gan.generate(2, seed=1))
    again.compile()
    again.fit(networks.images(), verbose=0)


def test_an_image_to_image_model_that_is_not_compiled_is_saved(tmp_path):
    from kgan.architectures import patch, restoration

    model = kgan.ImageToImageGAN(restoration.denoiser(width=4, blocks=1), patch.discriminator(width=4))
    model.save(tmp_path / "new.keras")
    loaded = keras.saving.load_model(tmp_path / "new.keras")
    images = networks.images(2, shape=(16, 16, 1))
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), model.predict(images, verbose=0))


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_what_needs_compile_says_so(method):
    with pytest.raises(ValueError, match=rf"Call `compile\(\)` before calling `{method}\(\)`"):
        getattr(networks.gan(), method)(networks.images(), verbose=0)


def test_no_file_is_overwritten_unasked(tmp_path):
    gan = networks.gan()
    (tmp_path / "a.keras").write_text("mine")
    (tmp_path / "a.weights.h5").write_text("mine")
    with pytest.raises(FileExistsError, match="Pass overwrite=True"):
        gan.save(tmp_path / "a.keras", overwrite=False)
    with pytest.raises(FileExistsError, match="Pass overwrite=True"):
        gan.save_weights(tmp_path / "a.weights.h5", overwrite=False)
    assert (tmp_path / "a.keras").read_text() == "mine"


def test_callbacks_that_save_the_others_come_last(tmp_path):
    resume, other = kgan.callbacks.Resume(tmp_path), keras.callbacks.History()
    gan = networks.gan()
    assert gan.arrange_callbacks([resume, other]) == [other, resume]
    assert gan.arrange_callbacks(other) == [other]
    assert gan.arrange_callbacks(None) is None
    assert gan.fit_callbacks == []
