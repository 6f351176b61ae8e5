"""Spectral normalization against NumPy's SVD, minibatch deviation by hand, conditional normalization."""

import contracts
import keras
import numpy as np
import pytest
from keras import layers, ops

from kgan import backend
from kgan.layers.common import (
    ConditionalBatchNormalization,
    LabelEmbedding,
    MinibatchStdDev,
    SpectralNormalization,
    projection_logit,
)

RANDOM = np.random.default_rng(0)
MAPS = RANDOM.normal(size=(4, 6, 5, 3)).astype("float32")
LABELS = np.int32([0, 1, -1, 2])


@pytest.mark.parametrize(
    ("layer", "inputs", "shape"),
    [
        (SpectralNormalization(layers.Conv2D(2, 3)), MAPS, (4, 4, 3, 2)),
        (MinibatchStdDev(), MAPS, (4, 6, 5, 4)),
        (LabelEmbedding(3, 7), LABELS, (4, 7)),
        (ConditionalBatchNormalization(3), [MAPS, LABELS], (4, 6, 5, 3)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, keras.Layer) else "",
)
def test_contract(layer, inputs, shape):
    contracts.check_layer(layer, inputs, shape)


def spectral(kernel):
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


class TestSpectralNormalization:
    @pytest.mark.parametrize(
        ("layer", "x"),
        [
            (layers.Dense(5, use_bias=False), np.ones((2, 7), "float32")),
            (layers.Conv2D(5, 3, use_bias=False), np.ones((2, 6, 6, 3), "float32")),
            (layers.Conv2DTranspose(5, 4, strides=2, use_bias=False), np.ones((2, 3, 3, 4), "float32")),
            (layers.Embedding(9, 5), np.int32([3, 1])),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_the_layer_computes_with_kernel_over_largest_singular_value(self, layer, x):
        normalized = SpectralNormalization(layer)
        for _ in range(200):
            result = normalized(x, training=True)
        raw = normalized.raw_kernel
        kernel = raw.numpy()
        sigma = spectral(kernel)
        np.testing.assert_allclose(normalized(x), layer(x) / sigma, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(result, layer(x) / sigma, rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(raw.numpy(), kernel)  # a reparametrisation: the kernel itself is never touched
        assert raw is normalized.raw_kernel

    def test_the_gradient_has_the_term_of_sigma(self):
        """d/dW of sum(x W / sigma) = x^T 1 / sigma - (sum(x W) / sigma^2) u v^T, with u and v from NumPy."""
        layer = SpectralNormalization(layers.Dense(4, use_bias=False))
        x = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
        for _ in range(300):
            layer(x, training=True)
        kernel = layer.layer.kernel
        _, ((slope,),), _ = backend.gradients(lambda: ([ops.sum(layer(x))], None), [kernel])
        left, values, right = np.linalg.svd(kernel.numpy())
        total = (x @ kernel.numpy()).sum()
        expected = x.sum(0)[:, None] / values[0] - total / values[0] ** 2 * np.outer(left[:, 0], right[0])
        np.testing.assert_allclose(slope, expected, rtol=1e-3, atol=1e-5)

    def test_power_iteration_moves_in_training_only(self):
        layer = SpectralNormalization(layers.Dense(4))
        x = np.ones((2, 6), "float32")
        layer(x)
        before = layer.u.numpy()
        layer(x, training=False)
        np.testing.assert_array_equal(layer.u.numpy(), before)
        layer(x, training=True)
        assert (layer.u.numpy() != before).any()

    def test_second_order_gradient_in_a_compiled_model_and_a_file(self, tmp_path):
        inputs = keras.Input((5,))
        model = keras.Model(inputs, SpectralNormalization(layers.Dense(1))(layers.Dense(4, activation="tanh")(inputs)))
        model.compile("adam", "mse", jit_compile=True)
        x = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
        model.fit(x, x[:, :1], verbose=0)
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(loaded(x), model(x))

        def penalty():
            _, gradient = backend.input_gradient(lambda x: model(x, training=True), ops.convert_to_tensor(x))
            return [ops.mean(ops.square(gradient))], None

        _, (slopes,), _ = backend.gradients(penalty, model.trainable_variables)
        assert np.isfinite(slopes[0]).all()
        assert np.abs(slopes[0]).max() > 0

    def test_half_precision(self):
        layer = SpectralNormalization(layers.Dense(3, dtype="mixed_bfloat16"), dtype="mixed_bfloat16")
        assert layer(np.ones((2, 4), "float32"), training=True).dtype.name == "bfloat16"

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="`power_iterations` must be positive"):
            SpectralNormalization(layers.Dense(3), power_iterations=0)
        with pytest.raises(ValueError, match="Expected a layer with a kernel"):
            SpectralNormalization(layers.ReLU())(np.ones((2, 4), "float32"))


class TestMinibatchStdDev:
    def test_by_hand(self):
        """Groups are (0, 2) and (1, 3): deviations of (1, 5), (2, 2) and of (0, 4), (7, 1) are 2, 0 and 2, 3."""
        x = np.float32([[1, 2], [0, 7], [5, 2], [4, 1]])
        result = np.asarray(MinibatchStdDev(group_size=2)(x))
        np.testing.assert_array_equal(result[:, :2], x)
        np.testing.assert_allclose(result[:, 2], [1.0, 2.5, 1.0, 2.5], atol=1e-3)

    def test_maps_and_several_features(self):
        x = np.random.default_rng(0).normal(size=(8, 3, 5, 6)).astype("float32")
        result = np.asarray(MinibatchStdDev(group_size=4, features=2)(x))
        assert result.shape == (8, 3, 5, 8)
        grouped = x.reshape(4, 2, 3, 5, 2, 3)
        expected = grouped.std(axis=0).mean(axis=(1, 2, 4))  # (groups, features)
        for image in range(8):
            np.testing.assert_allclose(result[image, 1, 2, 6:], expected[image % 2], rtol=1e-4)

    @pytest.mark.parametrize("batch", [1, 3, 6])
    def test_a_batch_that_the_group_does_not_divide_is_one_group(self, batch):
        model = keras.Sequential([keras.Input((4,)), MinibatchStdDev(group_size=4)])
        x = np.random.default_rng(0).normal(size=(batch, 4)).astype("float32")
        result = model.predict(x, verbose=0)
        np.testing.assert_allclose(result[:, 4], x.std(axis=0).mean(), rtol=1e-3, atol=1e-4)

    def test_identical_images_have_finite_gradients(self):
        x = ops.ones((4, 3))
        _, slope = backend.input_gradient(MinibatchStdDev(), x)
        assert np.isfinite(slope).all()

    def test_bad_arguments(self):
        for options, message in (({"group_size": 1}, "`group_size`"), ({"features": 0}, "`features`")):
            with pytest.raises(ValueError, match=message):
                MinibatchStdDev(**options)
        with pytest.raises(ValueError, match="must divide the number of channels, 3. Received: features=2"):
            MinibatchStdDev(features=2)(np.ones((4, 3), "float32"))


@pytest.mark.parametrize("shape", [(16, 4, 4, 3), (16, 3)])
def test_conditional_batch_normalization(shape):
    layer = ConditionalBatchNormalization(num_classes=2, momentum=0.5)
    x = np.random.default_rng(0).normal(3, 2, shape).astype("float32")
    labels = np.int32([0, 1] * 8)
    result = np.asarray(layer([x, labels], training=True))
    axes = tuple(range(x.ndim - 1))
    plain = (x - x.mean(axes)) / np.sqrt(x.var(axes) + 1e-3)
    np.testing.assert_allclose(result, plain, atol=1e-4)
    layer.gamma.assign([[1, 1, 1], [2, 2, 2], [3, 3, 3]])  # the last is that of no class
    layer.beta.assign([[0, 0, 0], [5, 5, 5], [7, 7, 7]])
    result = np.asarray(layer([x, labels], training=True))
    np.testing.assert_allclose(result[::2], plain[::2], atol=1e-4)
    np.testing.assert_allclose(result[1::2], 2 * plain[1::2] + 5, atol=1e-4)
    assert (np.asarray(layer([x, labels], training=False)) != result).any()
    result = np.asarray(layer([x, np.full(16, -1, "int32")], training=True))
    np.testing.assert_allclose(result, 3 * plain + 7, atol=1e-4)


def test_label_embedding_has_a_vector_for_no_class():
    layer = LabelEmbedding(num_classes=2, output_dim=3)
    vectors = layer(np.int32([0, 1, -1])).numpy()
    np.testing.assert_array_equal(vectors, layer.embeddings.numpy())
    assert len(np.unique(vectors)) == 9
    copy = LabelEmbedding.from_config(layer.get_config())
    assert copy.compute_output_shape((5,)) == (5, 3)


def test_projection_logit_is_the_formula():
    features, labels = keras.Input((3,)), keras.Input((), dtype="int32")
    model = keras.Model([features, labels], projection_logit(features, labels, num_classes=4))
    embedding, kernel, bias = (
        next(w.numpy() for w in model.weights if name in w.path) for name in ("embeddings", "kern", "bias")
    )
    x, y = np.random.default_rng(0).normal(size=(5, 3)).astype("float32"), np.int32([0, 1, 2, 3, 0])
    expected = x @ kernel + bias + np.sum(x * embedding[y], axis=1, keepdims=True)
    np.testing.assert_allclose(model([x, y]), expected, rtol=1e-5, atol=1e-6)
