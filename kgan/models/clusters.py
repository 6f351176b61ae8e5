"""Clusters that stand in for labels: a generator that knows which part of the data to make makes nothing in between."""

import math

import keras
import numpy as np
from keras import ops
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

# k-means sees so many images, or so many as have so many numbers (400 MB), by so many of their principal components.
IMAGES = 20_000
NUMBERS = 100_000_000
COMPONENTS = 50


class Clusters(keras.layers.Layer):
    """Tells which cluster of the training data an image belongs to, and draws latents that ask for it.

    The data's parts (digits, kinds of clothes) are apart, and a continuous map of normal latents cannot reach them
    without leaving samples in between. Labels would say where to jump; so do clusters that k-means finds unaided.
    `kgan.GAN(clusters=True)` makes and uses them: the cluster of a real image is its label in the game, and the
    generator reads its own from two more latents, by the angle that they form: each cluster has a sector as large as
    its share of the data. For editing, such a generator has latents only: directions that look into the network, and
    the styles of a style-based one, need a GAN without clusters.

    Args:
        num_clusters: at least 2.
        image_shape: of one image, any rank.

    Shapes: images `(batch, *image_shape)` to int32 `(batch,)` in [0, num_clusters).

    References: Liu et al., Diverse Image Generation via Self-Conditioned GANs, 2020 (which finds its clusters in the
    discriminator's features, and anew from time to time); Khayatkhoei et al., Disconnected Manifold Learning for
    Generative Adversarial Networks, 2018.

    Example:
    >>> clusters = Clusters(2, (1,))
    >>> clusters.adapt(np.array([[-1.0], [-1.1], [1.0]], "float32"))
    >>> first, second, third = clusters(np.array([[-0.9], [-1.2], [1.1]])).numpy()
    >>> bool(first == second), bool(first == third)
    (True, False)
    >>> [round(float(share), 2) for share in sorted(clusters.shares.numpy())]
    [0.33, 0.67]
    """

    def __init__(self, num_clusters: int, image_shape: tuple):
        super().__init__(dtype="float32", name="clusters")
        if not isinstance(num_clusters, int) or num_clusters < 2:
            raise ValueError(f"Expected at least 2 clusters. Received: {num_clusters!r}")
        self.num_clusters = num_clusters
        size = math.prod(image_shape)
        self.wanted = max(100 * num_clusters, min(IMAGES, NUMBERS // size))  # so many images are looked at
        self.centres = self.add_weight(shape=(num_clusters, size), initializer="zeros", trainable=False, name="centres")
        self.shares = self.add_weight(
            shape=(num_clusters,),
            initializer=keras.initializers.Constant(1 / num_clusters),
            trainable=False,
            name="shares",
        )
        self.adapted = False  # whether they have been found, or loaded
        self.built = True

    def adapt(self, images, seed: int = 0):
        """Find the clusters.

        Neighbours get neighbouring numbers, round a circle: the order of their centres in the plane of the first two
        principal components.

        Args:
            images: array `(n, *image_shape)`, at least as many as clusters. The first `wanted` are looked at: 20,000,
                or fewer if they are large.
            seed: of k-means.

        Raises:
            ValueError: there are fewer different images than clusters.
        """
        flat = np.asarray(images[: self.wanted], "float32")
        flat = flat.reshape(len(flat), -1)
        if len(np.unique(flat[: 100 * self.num_clusters], axis=0)) < self.num_clusters:
            raise ValueError(f"Expected at least {self.num_clusters} different images for as many clusters.")
        basis = PCA(min(COMPONENTS, *flat.shape), random_state=seed)
        found = KMeans(self.num_clusters, n_init=3, random_state=seed).fit(basis.fit_transform(flat))
        plane = np.pad(found.cluster_centers_, ((0, 0), (0, 1)))[:, :2]
        order = np.argsort(np.arctan2(plane[:, 1], plane[:, 0]))
        self.centres.assign(basis.inverse_transform(found.cluster_centers_[order]))
        self.shares.assign(np.bincount(found.labels_)[order] / len(flat))
        self.adapted = True

    def load_own_variables(self, store):
        """Read them from a file."""
        super().load_own_variables(store)
        self.adapted = bool(ops.convert_to_numpy(self.centres).any())

    def call(self, images):
        """Return the number of the nearest centre."""
        flat = ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))
        distance = ops.sum(ops.square(self.centres), axis=1) - 2.0 * ops.matmul(flat, ops.transpose(self.centres))
        return ops.cast(ops.argmin(distance, axis=1), "int32")

    def place(self, latents, labels):
        """Turn the last two of normal latents into the sectors of the labels; they stay normal.

        Args:
            latents: `(batch, latent_dim + 2)`.
            labels: int32 `(batch,)`.
        """
        *_, x, y = ops.unstack(latents, axis=1)
        shares = ops.take(self.shares, labels)
        turn = 2.0 * math.pi * (ops.take(ops.cumsum(self.shares), labels) - shares * (1.0 - _turn(x, y)))
        radius = ops.sqrt(ops.square(x) + ops.square(y))
        placed = ops.stack([radius * ops.cos(turn), radius * ops.sin(turn)], axis=1)
        return ops.concatenate([latents[:, :-2], placed], axis=1)

    def steer(self, generator: keras.Model) -> keras.Model:
        """Return a generator of latents `(batch, latent_dim + 2)`, from one of `[latents, labels]`."""
        latents = keras.Input((generator.inputs[0].shape[1] + 2,), name="latents")
        return keras.Model(latents, generator(Sectors(self.num_clusters)(latents)), name=f"steered_{generator.name}")


@keras.saving.register_keras_serializable("kgan")
class Sectors(keras.layers.Layer):
    """Reads a label from the angle that the last two latents form.

    Args:
        num_sectors: how many labels there are.

    Shapes: `(batch, latent_dim + 2)` to latents `(batch, latent_dim)` and int32 labels `(batch,)`.

    Example:
    >>> sectors = Sectors(2)
    >>> sectors.assign([0.25, 0.75])
    >>> latents, labels = sectors(np.array([[0.5, 1.0, 1.0], [0.5, -1.0, 1.0], [0.5, 1.0, -1.0]]))
    >>> tuple(latents.shape), labels.numpy().tolist()
    ((3, 1), [0, 1, 1])
    """

    def __init__(self, num_sectors: int, **kwargs):
        super().__init__(**{"dtype": "float32", "name": "sectors", **kwargs})
        self.num_sectors = num_sectors
        self.ends = self.add_weight(shape=(num_sectors - 1,), initializer="zeros", trainable=False, name="ends")
        self.assign(np.full(num_sectors, 1 / num_sectors))
        self.built = True

    def assign(self, shares):
        """Give each label a sector as large as its share; the shares add up to 1."""
        self.ends.assign(ops.cumsum(ops.convert_to_tensor(shares, dtype="float32"))[:-1])

    def call(self, latents):
        """Return the latents for the generator, and the label."""
        turn = _turn(latents[:, -2], latents[:, -1])
        labels = ops.sum(ops.cast(turn[:, None] >= self.ends, "int32"), axis=1)
        return latents[:, :-2], labels

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_sectors": self.num_sectors}


def _turn(x, y):
    """Return the angle of points in the plane, as a share of a full turn in [0, 1)."""
    return ops.mod(ops.arctan2(y, x) / (2.0 * math.pi), 1.0)
