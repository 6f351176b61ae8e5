"""Directions without labels or attributes: principal components (GANSpace) and closed-form factorization (SeFa)."""

import keras
import numpy as np
from keras import ops

from kgan._typing import Array, Tensor
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.spaces import CodeSpace, Model, code_space
from kgan.layers.style import ModulatedConv2D


def principal_components(
    model: Model,
    num_directions: int = 8,
    layer: str | None = None,
    labels: int | Array | None = None,
    num: int = 10_000,
    seed: int = 0,
) -> list[Direction]:
    """Find the directions in which the first features of a generator vary most (GANSpace).

    In a style-based generator these are the principal components of the styles. In any other generator they are those
    of the outputs of its first activation, mapped to the latents by least squares.

    Args:
        model: as in `CodeSpace`, except exported generators, which have no layers.
        num_directions: number of directions. Defaults to 8.
        layer: name of another layer whose outputs are analyzed; not for style-based generators.
        labels: as in `kgan.GAN.generate`, for class-conditional generators.
        num: number of random images. Defaults to 10,000.
        seed: seed of the random images.

    Returns:
        Directions named `component 1` and so on, strongest first.

    Raises:
        ValueError: if the model is an exported one, there is no such layer, or there are fewer directions.

    Reference: Härkönen et al., GANSpace: Discovering Interpretable GAN Controls, 2020.

    Example:
    >>> from kgan.architectures import dcgan
    >>> directions = principal_components(dcgan.generator((8, 8, 1), width=4), 2, num=100)
    >>> [direction.name for direction in directions]
    ['component 1', 'component 2']
    """
    from sklearn.decomposition import PCA

    space = code_space(model)
    generator = _check_request(space, num_directions)
    labels = space.labels_for(num, labels)
    codes = space.sample(num, seed, labels)
    if space.has_styles:
        components = PCA(num_directions, svd_solver="full").fit(codes[:, 0].astype("float64"))
        vectors = components.components_ * np.sqrt(components.explained_variance_)[:, None]
    else:
        network = keras.Model(_inputs(generator), _features(generator, layer))
        features = network.predict([codes, labels] if space.conditional else codes, batch_size=500, verbose=0)
        features = features.reshape(num, -1)
        if features.shape[1] < num_directions:
            raise ValueError(f"Expected at most {features.shape[1]} directions. Received: {num_directions}")
        projections = PCA(num_directions, whiten=True, random_state=0).fit_transform(features)
        vectors = np.linalg.lstsq(projections, codes, rcond=None)[0]
    return [_direction(space, vector, f"component {number}") for number, vector in enumerate(vectors, 1)]


def closed_form(model: Model, num_directions: int = 8) -> list[Direction]:
    """Find the directions that the first weights of a generator amplify most (SeFa). No image is generated.

    They are the eigenvectors of `A^T A` with the largest eigenvalues. `A` are the weights of the first dense layer, or
    in style-based generators the weights by which the convolutions of all levels take their styles.

    Args:
        model: as in `CodeSpace`, except exported generators, which have no layers.
        num_directions: number of directions. Defaults to 8.

    Returns:
        Directions named `factor 1` and so on, strongest first.

    Raises:
        ValueError: if the model is an exported one, there are fewer directions, or its latents are not the inputs of a
            dense layer.

    Reference: Shen and Zhou, Closed-Form Factorization of Latent Semantics in GANs, 2021.

    Example:
    >>> from kgan.architectures import dcgan
    >>> len(closed_form(dcgan.generator((8, 8, 1), width=4), 3))
    3
    """
    space = code_space(model)
    generator = _check_request(space, num_directions)
    weights = _style_weights(generator) if space.has_styles else _latent_weights(space, generator)
    _, vectors = np.linalg.eigh(weights @ weights.T)
    vectors = vectors.T[::-1][:num_directions]
    deviations = np.linalg.norm(vectors @ space.covariance_root, axis=1)
    return [_direction(space, vectors[i] * deviations[i], f"factor {i + 1}") for i in range(num_directions)]


def _direction(space: CodeSpace, vector: Array, name: str) -> Direction:
    return Direction(vector, None, name, space.name, space.fingerprint)


def _check_request(space: CodeSpace, num_directions: int) -> keras.Model:
    """Return the generator's network."""
    if space.generator is None:
        raise ValueError("Expected a generator with layers. Received: an exported one. Open its model.keras instead.")
    if not isinstance(num_directions, int) or not 1 <= num_directions <= space.shape[-1]:
        raise ValueError(f"Expected from 1 to {space.shape[-1]} directions. Received: {num_directions!r}")
    return space.generator


def _features(generator: keras.Model, name: str | None) -> Tensor:
    """Return the output of the layer of that name, or else of the first activation."""
    if name is not None:
        if name not in [layer.name for layer in generator.layers]:
            raise ValueError(f"Expected the name of a layer. Received: {name!r}. See `generator.summary()`.")
        return generator.get_layer(name).output
    activations = keras.layers.ReLU | keras.layers.LeakyReLU | keras.layers.Activation
    for layer in generator.layers:
        activation = getattr(layer, "activation", None)
        if isinstance(layer, activations) or activation not in (None, keras.activations.linear):
            return layer.output
    raise ValueError("Expected a generator with an activation. Received: one without. Name a layer with `layer`.")


def _style_weights(generator: keras.Model) -> Array:
    """Return the weights that act on the styles, `(style_dim, features)`, of all levels."""
    convolutions = [layer for layer in generator.layers if isinstance(layer, ModulatedConv2D)]
    return np.concatenate([layer.affine.numpy() for layer in convolutions], axis=1)


def _latent_weights(space: CodeSpace, generator: keras.Model) -> Array:
    """Return the weights by which the first dense layer acts on the latents, `(latent_dim, features)`.

    What comes before that layer may add labels to the latents, but must be linear in them: its matrix is then its
    response to each unit vector.
    """
    dense = next((layer for layer in generator.layers if isinstance(layer, keras.layers.Dense)), None)
    if dense is None:
        raise ValueError("Expected a generator whose latents are the inputs of a Dense layer. Received: one without.")
    before = keras.Model(_inputs(generator), dense.input)
    matrix = _response(space, before, 1.0)
    if not np.allclose(_response(space, before, 2.0), 2.0 * matrix, atol=1e-4):
        raise ValueError(
            "Expected latents to be the inputs of a Dense layer. Received: a generator with a nonlinear layer before."
        )
    return matrix @ dense.kernel.numpy()


def _response(space: CodeSpace, network: keras.Model, scale: float) -> Array:
    """Return how the outputs of a network change with each latent by `scale`, `(latent_dim, features)`."""
    latents = np.concatenate([np.zeros((1, space.latent_dim)), np.eye(space.latent_dim)]).astype("float32")
    inputs = [scale * latents, np.zeros(len(latents), "int32")] if space.conditional else scale * latents
    outputs = ops.convert_to_numpy(network(inputs, training=False))
    return outputs[1:] - outputs[:1]


def _inputs(generator: keras.Model) -> Tensor | list[Tensor]:
    return generator.inputs if len(generator.inputs) == 2 else generator.inputs[0]
