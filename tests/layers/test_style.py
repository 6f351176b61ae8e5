"""The layers of style-based generators against kernels that are written out for each image."""

import contracts
import numpy as np
import pytest
from keras import ops

from kgan.layers.style import LearnedConstant, ModulatedConv2D, NoiseInjection

MAPS, STYLES = np.ones((2, 4, 6, 3), "float32"), np.ones((2, 5), "float32")


@pytest.mark.parametrize(
    ("layer", "inputs", "shape"),
    [
        (LearnedConstant((2, 3, 4)), STYLES, (2, 2, 3, 4)),
        (ModulatedConv2D(7), [MAPS, STYLES], (2, 4, 6, 7)),
        (ModulatedConv2D(7, 4, strides=2, demodulate=False), [MAPS, STYLES], (2, 8, 12, 7)),
        (NoiseInjection(seed=3), MAPS, (2, 4, 6, 3)),
    ],
)
def test_contract(layer, inputs, shape):
    contracts.check_layer(layer, inputs, shape)


def test_the_learned_constant_is_the_same_for_every_image():
    layer = LearnedConstant((2, 3, 4))
    maps = ops.convert_to_numpy(layer(ops.zeros((5, 7))))
    assert maps.shape == layer.compute_output_shape((5, 7)) == (5, 2, 3, 4)
    np.testing.assert_array_equal(maps, np.broadcast_to(maps[:1], maps.shape))
    assert 0.5 < maps[0].std() < 1.5
    assert LearnedConstant.from_config(layer.get_config()).shape == (2, 3, 4)


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("strides", [1, 2])
def test_modulation_is_that_of_the_kernel(strides, demodulate):
    """Karras et al. 2020, equations 1 and 3: one kernel an image."""
    rng = np.random.default_rng(0)
    maps, styles = rng.normal(size=(2, 4, 6, 3)).astype("float32"), rng.normal(size=(2, 5)).astype("float32")
    layer = ModulatedConv2D(7, kernel_size=4 if strides == 2 else 3, strides=strides, demodulate=demodulate)
    received = ops.convert_to_numpy(layer([maps, styles]))
    assert received.shape == layer.compute_output_shape([(2, 4, 6, 3), (2, 5)])
    for image in range(2):
        scale = styles[image] @ layer.affine.numpy() + 1.0
        kernel = layer.kernel.numpy() * (scale[:, None] if strides == 1 else scale)
        if demodulate:
            inner = (0, 1, 2) if strides == 1 else (0, 1, 3)
            power = (kernel**2).sum(axis=inner, keepdims=True) / strides**2  # the part that contributes to one pixel
            kernel = kernel / np.sqrt(power)
        convolve = ops.conv if strides == 1 else ops.conv_transpose
        expected = convolve(maps[image : image + 1], kernel, strides=strides, padding="same")
        np.testing.assert_allclose(received[image], expected[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("strides", [1, 2])
def test_demodulated_maps_keep_their_variance(strides):
    rng = np.random.default_rng(0)
    maps, styles = rng.normal(size=(4, 16, 16, 32)).astype("float32"), 3 * rng.normal(size=(4, 5)).astype("float32")
    outputs = ops.convert_to_numpy(ModulatedConv2D(32, 4, strides)([maps, styles]))
    assert 0.8 < outputs[:, 4:-4, 4:-4].std() < 1.2


def test_noise_is_new_in_training_and_fixed_otherwise():
    layer = NoiseInjection(seed=3)
    maps = ops.ones((2, 4, 4, 3))
    np.testing.assert_array_equal(layer(maps, training=True), maps)  # the factor starts at 0
    layer.factor.assign(0.5)
    fixed = ops.convert_to_numpy(layer(maps))
    np.testing.assert_array_equal(fixed, layer(maps))
    np.testing.assert_allclose(fixed, 1 + 0.5 * np.broadcast_to(layer.noise.numpy(), fixed.shape), rtol=1e-6)
    first, second = (ops.convert_to_numpy(layer(maps, training=True)) for _ in range(2))
    assert (first != second).any()
    assert (first[0] != first[1]).any()
    np.testing.assert_array_equal(first[..., 0], first[..., 1])
    assert [weight.name for weight in layer.non_trainable_weights] == ["noise"]


@pytest.mark.parametrize("bad", [{"filters": 0}, {"filters": 2, "kernel_size": 0}, {"filters": 2, "strides": 1.5}])
def test_bad_arguments(bad):
    with pytest.raises(ValueError, match="must be a positive integer"):
        ModulatedConv2D(**bad)
