"""Directions in the space of a generator along which one thing changes: learnt from attributes, or found unaided."""

import zipfile

import keras
import numpy as np
from keras import ops
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split

from kgan import files
from kgan.applications import attributes
from kgan.applications.spaces import SAME, space_of


class Direction:
    """A way to move the codes of one generator; strength 1 is one standard deviation of its codes along it.

    A code `c` becomes `c + strength * vector`, for style-based generators at all levels. `normal` reads a code's
    place on the way, `normal . (c - mean)`, so strength 1 raises that by exactly 1.

    Args:
        vector: the move of strength 1, `(dim,)`.
        normal: with `normal . vector = 1`. Defaults to `vector / |vector|^2`.
        name: of what changes.
        space: `"latent"` or `"style"`.
        fingerprint: of the generator, `CodeSpace.fingerprint`.
        score: how much of the attribute it explains on held-out images: R^2, or for two kinds the share that it
            tells apart. None for those found unaided.

    Raises:
        ValueError: shapes do not fit, the vector is 0 or not finite, or `normal . vector` is not 1.

    Example:
    >>> direction = Direction([0.0, 2.0], name="up", space="latent", fingerprint=np.zeros((4, 8)))
    >>> direction.normal.tolist()
    [0.0, 0.5]
    """

    def __init__(self, vector, normal=None, name="direction", space="latent", fingerprint=None, score=None):
        self.vector = np.asarray(vector, "float32")
        if self.vector.ndim != 1 or not np.isfinite(self.vector).all() or not self.vector.any():
            raise ValueError(f"Expected a finite vector (dim,) that is not 0. Received: {vector!r}")
        self.normal = self.vector / np.sum(self.vector**2) if normal is None else np.asarray(normal, "float32")
        if self.normal.shape != self.vector.shape or not abs(self.normal @ self.vector - 1) < 1e-2:
            raise ValueError("Expected `normal` of the vector's shape with normal . vector = 1. Received: another.")
        self.name = str(name)
        self.space = str(space)
        self.fingerprint = np.asarray(fingerprint, "float32")
        self.score = None if score is None else float(score)

    def __repr__(self):
        score = "" if self.score is None else f", score={self.score:.2f}"
        return f"<Direction {self.name!r} in {self.space} space of {len(self.vector)} dimensions{score}>"

    def check(self, space):
        """Check that it is one of the generator of `space`.

        Raises:
            ValueError: it is of another generator, or of another of its spaces.
        """
        if self.space != space.name or len(self.vector) != space.shape[-1]:
            raise ValueError(
                f"Expected a direction in the {space.name} space of {space.shape[-1]} dimensions. Received: {self!r}. "
                "Find it anew for this generator."
            )
        if (
            self.fingerprint.shape != space.fingerprint.shape
            or np.abs(self.fingerprint - space.fingerprint).max() > SAME
        ):
            raise ValueError(
                f"Expected a direction of this generator. Received: {self.name!r} of another one, or of this one "
                "before it was trained further. Find it anew for this generator."
            )

    def save(self, path):
        """Write one `.npz` file, whole or not at all."""
        with files.replacing(path) as temporary, open(temporary, "wb") as file:
            score = np.nan if self.score is None else self.score
            arrays = {"vector": self.vector, "normal": self.normal, "fingerprint": self.fingerprint, "score": score}
            np.savez(file, name=self.name, space=self.space, **arrays)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it holds no direction.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
                score = float(found["score"])
                own = {name: found[name] for name in ("vector", "normal", "name", "space", "fingerprint")}
        except FileNotFoundError:
            raise FileNotFoundError(
                f"Expected a file with a direction. Received: {path}, which is not there."
            ) from None
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
            raise ValueError(f"Expected a direction that kgan saved. Received: {path}, which holds none.") from error
        return cls(**own, score=None if np.isnan(score) else score)


def boundary(model, attribute, codes=None, labels=None, num=4000, seed=0, keep=(), name=None) -> Direction:
    """Learn the direction of an attribute from random images, or from codes that you labelled.

    The attribute is fitted as a linear function of the codes: by ridge regression, or by logistic regression, the
    boundary of InterFaceGAN, if it has two values. `normal` is that function's gradient. `vector` is its product
    with the covariance of the codes, that is the mean move of codes whose attribute is one deviation higher, so
    it stays among codes that occur. In latent space, where the covariance is 1, both are parallel.

    Args:
        model: as in `CodeSpace`.
        attribute: a name in `attributes.ATTRIBUTES`, a function of images `(n, height, width, channels)` to `(n,)`,
            or the values themselves `(n,)`, numbers or booleans.
        codes: what it is learnt from, as `CodeSpace.codes` takes them. Defaults to those of `num` random images
            (where values are given, of as many: `CodeSpace.sample(len(values), seed)`).
        labels: as in `kgan.GAN.generate`, for class-conditional models.
        num, seed: of the random images. Default to 4,000 and 0.
        keep: directions whose attributes must not change: see `orthogonalized`.
        name: of the direction. Defaults to the attribute's.

    Raises:
        ValueError: the attribute is unknown, constant, circular, not finite, or of another length than the codes.
        TypeError: it is no number.

    Reference: Shen et al., InterFaceGAN: Interpreting the Disentangled Face Representation Learned by GANs, 2020.

    Example:
    >>> from kgan.architectures import mlp
    >>> boundary(mlp.generator((8, 8, 1), latent_dim=4), "brightness", num=100).name
    'brightness'
    """
    space = space_of(model)
    given = not isinstance(attribute, str) and not callable(attribute)
    if attribute in attributes.CIRCULAR if isinstance(attribute, str) else False:
        raise ValueError(f"Expected an attribute on a line. Received: {attribute!r}, a circle. Use `circle`.")
    if codes is None:
        num = len(np.asarray(attribute)) if given else num
        labels = space.labels_of(num, labels)
        codes = space.sample(num, seed, labels)
    codes = space.codes(codes, labels)
    values = attribute if given else attributes.get(attribute)(space.images(codes, labels))
    name = name or ("attribute" if given else attribute if isinstance(attribute, str) else attribute.__name__)
    found = _fit(space, codes, values, name)
    return orthogonalized(found, keep) if len(keep) else found


def circle(model, attribute, codes=None, labels=None, num=4000, seed=0) -> tuple[Direction, Direction]:
    """Learn the two directions of an attribute that is an angle, such as a hue: of its cosine and its sine.

    Args:
        model, codes, labels, num, seed: as in `boundary`.
        attribute: a name or a function of images, or the values, in degrees.

    Returns:
        Two directions, for `editing.turn`.

    Raises:
        ValueError, TypeError: as `boundary`.
    """
    space = space_of(model)
    if isinstance(attribute, str) or callable(attribute):
        labels = space.labels_of(num, labels) if codes is None else labels
        codes = space.sample(num, seed, labels) if codes is None else space.codes(codes, labels)
        name = attribute if isinstance(attribute, str) else attribute.__name__
        degrees = attributes.get(attribute)(space.images(codes, labels))
    else:
        name, degrees = "attribute", np.asarray(attribute, "float64")
    radians = np.radians(degrees)
    return tuple(
        boundary(space, values, codes, labels, seed=seed, name=f"{part} of {name}")
        for part, values in (("cosine", np.cos(radians)), ("sine", np.sin(radians)))
    )


def orthogonalized(direction: Direction, others) -> Direction:
    """Return the direction without what moves others: along it their linear functions stay as they are.

    With `vector' = vector - sum of a_k vector_k` such that `normal_k . vector' = 0` for each other `k`, scaled
    to one standard deviation again.

    Args:
        direction: what shall change.
        others: one or more directions of the same generator, which shall stay.

    Raises:
        ValueError: they are of different generators, or nothing of the direction is left.

    Reference: Shen et al., InterFaceGAN, 2020, section 3.2 (conditional manipulation).

    Example:
    >>> first, second = Direction([1.0, 0.0]), Direction([0.8, 0.6])
    >>> orthogonalized(second, [first]).vector.tolist()
    [0.0, 1.0]
    """
    others = [others] if isinstance(others, Direction) else list(others)
    for other in others:
        same = (other.space, other.vector.shape, other.fingerprint.shape) == (
            direction.space,
            direction.vector.shape,
            direction.fingerprint.shape,
        )
        if not same or np.abs(other.fingerprint - direction.fingerprint).max(initial=0) > SAME:
            raise ValueError(f"Expected directions of one generator. Received: {direction!r} and {other!r} of another.")
    if not others:
        return direction
    vectors, normals = (np.stack([getattr(each, part) for each in others]) for part in ("vector", "normal"))
    vector = (
        direction.vector - np.linalg.lstsq(normals @ vectors.T, normals @ direction.vector, rcond=1e-4)[0] @ vectors
    )
    normal = (
        direction.normal - np.linalg.lstsq(vectors @ normals.T, vectors @ direction.normal, rcond=1e-4)[0] @ normals
    )
    left = float(normal @ vector)
    if left < 1e-3:
        names = ", ".join(repr(each.name) for each in others)
        raise ValueError(f"Expected a direction that {names} leave room for. Received: {direction.name!r}, their sum.")
    return Direction(
        vector / left**0.5, normal / left**0.5, direction.name, direction.space, direction.fingerprint, direction.score
    )


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


def find(model, name, keep=()) -> Direction:
    """Return the direction that a name stands for.

    Args:
        model: as in `CodeSpace`.
        name: of an attribute, `"component-3"` or `"factor-3"` (the third that `principal_components` or
            `closed_form` finds), or the path of a file that `Direction.save` wrote.
        keep: names of others, which must not change along.

    Raises:
        ValueError: the name is unknown, or the direction is not of this model.
        FileNotFoundError: there is no such file.

    Example:
    >>> from kgan.architectures import dcgan
    >>> find(dcgan.generator((8, 8, 1), width=4), "factor-2").name
    'factor 2'
    """
    space = space_of(model)
    if keep:
        return orthogonalized(find(space, name), [find(space, each) for each in keep])
    kind, _, index = str(name).partition("-")
    if kind in UNAIDED and index.isdecimal():
        return UNAIDED[kind](space, int(index))[-1]
    if str(name).endswith(".npz"):
        found = Direction.load(name)
        found.check(space)
        return found
    return boundary(space, name)


UNAIDED = {"component": principal_components, "factor": closed_form}


def _fit(space, codes, values, name):
    values = np.asarray(values)
    if values.dtype.kind not in "bifu":
        raise TypeError(f"Expected an attribute of numbers or booleans. Received: {values.dtype}")
    if values.shape != (len(codes),):
        raise ValueError(f"Expected one value for each image: shape ({len(codes)},). Received: shape {values.shape}.")
    values = values.astype("float64")
    if not np.isfinite(values).all():
        raise ValueError(f"Expected finite values of {name!r}. Received: {(~np.isfinite(values)).sum()} that are not.")
    kinds = np.unique(values)
    if len(kinds) < 2:
        raise ValueError(
            f"Expected an attribute that varies. Received: {name!r}, always {kinds[0] if len(kinds) else '?'}."
        )
    if len(codes) < 10:
        raise ValueError(f"Expected at least 10 images to learn from. Received: {len(codes)}")
    places = space.whiten(codes.mean(axis=1) if space.name == "style" else codes)
    two = len(kinds) == 2
    values = (values == kinds[1]) if two else (values - values.mean()) / values.std()
    seen, unseen, seen_values, unseen_values = train_test_split(
        places, values, test_size=0.2, random_state=0, stratify=values if two and min(np.bincount(values)) > 1 else None
    )
    fitted = (LogisticRegression(max_iter=1000) if two else Ridge(1.0)).fit(seen, seen_values)
    slope = fitted.coef_.ravel()
    unit = (slope / np.linalg.norm(slope)).astype("float32")
    vector, normal = space.root @ unit, space.inverse_root @ unit
    normal = normal / (normal @ vector)
    return Direction(vector, normal, name, space.name, space.fingerprint, fitted.score(unseen, unseen_values))


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
    from kgan.style_layers import ModulatedConv2D

    return [layer for layer in generator.layers if isinstance(layer, ModulatedConv2D)]
