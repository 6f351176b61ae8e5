"""Directions found unaided: in the first features of a generator, or in its first weights."""

import keras
import numpy as np
from keras import ops
from sklearn.decomposition import PCA

from kgan.applications.editing.directions import Direction
from kgan.applications.editing.spaces import space_of
from kgan.layers.style import ModulatedConv2D


def principal_components(model, num_directions=8, layer=None, labels=None, num=10_000, seed=0) -> list[Direction]:
    """Find the directions in which the first features vary most (GANSpace).

    In a style-based generator these are the principal components of the styles. In any other they are those of the
    outputs of its first activation, carried back to the latents by least squares.

    Args:
        model: as in `CodeSpace`; an exported one has no layers to look into.
        num_directions: how many. Defaults to 8.
        layer: the name of another layer whose outputs to look at (not for style-based generators).
        labels, num, seed: of the random images, as in `boundary`.

    Returns:
        Directions named `component 1` and so on, strongest first.

    Raises:
        ValueError: the model is an exported one, there is no such layer, or there are fewer directions.

    Reference: Harkonen et al., GANSpace: Discovering Interpretable GAN Controls, 2020.

    Example:
    >>> from kgan.architectures import dcgan
    >>> [each.name for each in principal_components(dcgan.generator((8, 8, 1), width=4), 2, num=100)]
    ['component 1', 'component 2']
    """
    space = space_of(model)
    _check_layers(space, num_directions)
    labels = space.labels_of(num, labels)
    codes = space.sample(num, seed, labels)
    if space.name == "style":
        found = PCA(num_directions, svd_solver="full").fit(codes[:, 0].astype("float64"))
        vectors = found.components_ * np.sqrt(found.explained_variance_)[:, None]
    else:
        network = keras.Model(_inputs(space.generator), _first_features(space.generator, layer))
        features = network.predict([codes, labels] if space.conditional else codes, batch_size=500, verbose=0)
        features = features.reshape(num, -1)
        if features.shape[1] < num_directions:
            raise ValueError(f"Expected at most {features.shape[1]} directions. Received: {num_directions}")
        places = PCA(num_directions, whiten=True, random_state=0).fit_transform(features)
        vectors = np.linalg.lstsq(places, codes, rcond=None)[0]
    return [_plain(space, vector, f"component {index}") for index, vector in enumerate(vectors, 1)]


def closed_form(model, num_directions=8) -> list[Direction]:
    """Find the directions that the first weights amplify most (SeFa), without making a single image.

    They are the eigenvectors of `A^T A` with the largest eigenvalues, where `A` are the weights of the first dense
    layer, or in style-based generators those by which all levels' convolutions take their styles.

    Args:
        model: as in `CodeSpace`; an exported one has no weights to look at.
        num_directions: how many. Defaults to 8.

    Returns:
        Directions named `factor 1` and so on, strongest first.

    Raises:
        ValueError: the model is an exported one, there are fewer directions, or its latents do not go into a dense
            layer.

    Reference: Shen and Zhou, Closed-Form Factorization of Latent Semantics in GANs, 2021.

    Example:
    >>> from kgan.architectures import dcgan
    >>> len(closed_form(dcgan.generator((8, 8, 1), width=4), 3))
    3
    """
    space = space_of(model)
    _check_layers(space, num_directions)
    weights = _first_weights(space)  # (dim, features)
    _, vectors = np.linalg.eigh(weights @ weights.T)
    vectors = vectors.T[::-1][:num_directions]
    deviations = np.linalg.norm(vectors @ space.root, axis=1)
    return [_plain(space, vectors[i] * deviations[i], f"factor {i + 1}") for i in range(num_directions)]


def _plain(space, vector, name):
    return Direction(vector, None, name, space.name, space.fingerprint)


def _check_layers(space, num_directions):
    if space.generator is None:
        raise ValueError("Expected a generator with layers. Received: an exported one. Open its model.keras instead.")
    if not isinstance(num_directions, int) or not 1 <= num_directions <= space.shape[-1]:
        raise ValueError(f"Expected from 1 to {space.shape[-1]} directions. Received: {num_directions!r}")


def _first_features(generator, layer):
    if layer is not None:
        if layer not in [each.name for each in generator.layers]:
            raise ValueError(f"Expected the name of a layer. Received: {layer!r}. See `generator.summary()`.")
        return generator.get_layer(layer).output
    activations = keras.layers.ReLU | keras.layers.LeakyReLU | keras.layers.Activation
    for each in generator.layers:
        activation = getattr(each, "activation", None)
        if isinstance(each, activations) or activation not in (None, keras.activations.linear):
            return each.output
    raise ValueError("Expected a generator with an activation. Received: one without. Name a layer with `layer`.")


def _first_weights(space):
    """Return the weights that act on codes first, `(dim, features)`, from all layers that do."""
    if space.name == "style":
        return np.concatenate([layer.affine.numpy() for layer in _modulated(space.generator)], axis=1)
    generator = space.generator
    dense = next((layer for layer in generator.layers if isinstance(layer, keras.layers.Dense)), None)
    if dense is None:
        raise ValueError("Expected a generator whose latents go into a Dense layer. Received: one without.")
    # Whatever joins latents and labels on the way is linear in the latents: its weights are its responses.
    before = keras.Model(_inputs(generator), dense.input)
    probes = np.concatenate([np.zeros((1, space.latent_dim)), np.eye(space.latent_dim)]).astype("float32")

    def response(scale):
        inputs = [scale * probes, np.zeros(len(probes), "int32")] if space.conditional else scale * probes
        answers = ops.convert_to_numpy(before(inputs, training=False))
        return answers[1:] - answers[:1]

    if not np.allclose(response(2.0), 2.0 * response(1.0), atol=1e-4):
        raise ValueError(
            "Expected latents to go into a Dense layer as they are. Received: a generator that alters them."
        )
    return response(1.0) @ dense.kernel.numpy()


def _inputs(generator):
    return generator.inputs if len(generator.inputs) == 2 else generator.inputs[0]


def _modulated(generator):
    return [layer for layer in generator.layers if isinstance(layer, ModulatedConv2D)]
