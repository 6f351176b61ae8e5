"""GANs of networks that users write as subclasses: training, the average, files, exports."""

import keras
import numpy as np
import pytest
import subclassed
from keras import layers

import kgan
from kgan import _networks

CANNOT_SAVE = "ignore:.*`save` cannot write"
LATENTS = np.float32([[0.5, -1.0, 2.0], [0.1, 0.2, -0.3]])

UNSAVABLE = {
    "no argument": subclassed.Generator,
    "arguments": lambda: subclassed.WithArguments(4, layers.Dense(5), lambda x: x * 0.5),
    "forgetful": lambda: subclassed.Forgetful(-1.0),
    "functional with a call": lambda: subclassed.GraphWithCall(6),
}
SAVABLE = {
    "configured": lambda: subclassed.Configured(5),
    "functional": lambda: subclassed.Graph(6),
}


def gan(make=subclassed.Generator, **options):
    keras.utils.set_random_seed(0)
    return kgan.GAN(
        subclassed.generator(make()), subclassed.discriminator(subclassed_discriminator()), seed=0, **options
    )


def subclassed_discriminator():
    return keras.Sequential([layers.Flatten(), layers.Dense(1)])


@pytest.mark.parametrize("make", {**UNSAVABLE, **SAVABLE}.values(), ids=[*UNSAVABLE, *SAVABLE])
def test_the_average_has_weights_of_its_own(make):
    model = subclassed.generator(make())
    network = kgan._functional.functional(model)
    average = _networks.average_of(network)
    before = model(LATENTS).numpy()
    np.testing.assert_allclose(average(LATENTS), before, atol=1e-6)
    assert average.trainable_weights == []
    assert not {id(weight) for weight in network.weights} & {id(weight) for weight in average.weights}
    for own, weight in zip(average.weights, network.weights, strict=True):
        np.testing.assert_array_equal(own, weight)
    for weight in model.trainable_weights:
        weight.assign(weight + 0.5)
    assert np.abs(model(LATENTS) - before).max() > 1e-3
    np.testing.assert_allclose(average(LATENTS), before, atol=1e-6)


@pytest.mark.filterwarnings(CANNOT_SAVE)
def test_training_changes_the_user_s_own_networks():
    model = gan(ema_decay=0.5)
    model.compile(loss="hinge", run_eagerly=True)
    generator = model.generator.layers[-1]
    discriminator = model.discriminator
    assert type(generator) is subclassed.Generator
    before = [[weight.numpy() for weight in network.trainable_weights] for network in (generator, discriminator)]
    average = model.generate(2, seed=1)
    model.fit(np.random.default_rng(0).uniform(-1, 1, (8, *subclassed.SHAPE)).astype("float32"), verbose=0)
    for network, weights in zip((generator, discriminator), before, strict=True):
        assert all(
            np.abs(weight - old).max() > 0 for weight, old in zip(network.trainable_weights, weights, strict=True)
        )
    assert np.abs(model.generate(2, seed=1) - average).max() > 1e-6
    moving = generator.normalized.moving_mean.numpy()
    assert np.abs(moving).max() > 0
    assert np.abs(model.ema_generator.weights[-2].numpy()).max() > 0  # running statistics are averaged too


def reason_of(model, tmp_path):
    with pytest.raises(ValueError, match="Expected networks that a file can hold") as error:
        model.save(tmp_path / "gan.keras")
    return str(error.value)


@pytest.mark.parametrize(("name", "make"), UNSAVABLE.items(), ids=UNSAVABLE)
def test_what_a_file_cannot_hold_is_told_at_once(name, make, tmp_path):
    with pytest.warns(UserWarning, match="`save` cannot write this model to a file: in the generator") as warned:
        model = gan(make, ema_decay=None)
    reason = reason_of(model, tmp_path)
    expected = "leaves out an argument" if name == "forgetful" else "needs a `get_config`"
    assert expected in reason
    assert expected in str(warned[0].message)
    assert "register_keras_serializable" in reason
    assert not (tmp_path / "gan.keras").exists()


@pytest.mark.filterwarnings(CANNOT_SAVE)
def test_the_state_of_such_a_model_is_saved_and_loaded(tmp_path):
    model, other = gan(), gan()
    for weight in model.ema_generator.weights + model.generator.weights:
        weight.assign(weight + 0.1)
    model.save_weights(tmp_path / "gan.weights.h5")
    model.save_state(tmp_path / "state.keras")
    with pytest.raises(ValueError, match="Received: one of their weights alone, because of the generator"):
        keras.saving.load_model(tmp_path / "state.keras")
    for path in ("gan.weights.h5", "state.keras"):
        other.ema_generator.set_weights([0.0 * weight for weight in model.ema_generator.get_weights()])
        other.load_weights(tmp_path / path)
        np.testing.assert_array_equal(other.generate(2, seed=0), model.generate(2, seed=0))
        for weight, same in zip(other.generator.weights, model.generator.weights, strict=True):
            np.testing.assert_array_equal(weight, same)


@pytest.mark.parametrize("make", SAVABLE.values(), ids=SAVABLE)
def test_what_a_file_can_hold_is_loaded(make, tmp_path):
    model = gan(make)
    model.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.generate(2, seed=0), model.generate(2, seed=0))
    assert loaded.latent_dim == 3
