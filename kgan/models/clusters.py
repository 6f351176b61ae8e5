"""Clusters of unlabeled data, which replace labels in training."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan import _progress
from kgan._typing import Array, Tensor

# k-means is given at most this many images, and images of at most this many numbers in all (400 MB), projected on
# their first principal components.
MAX_IMAGES = 20_000
MAX_NUMBERS = 100_000_000
MAX_COMPONENTS = 50
NUM_STARTS = 3


class Clusters(keras.layers.Layer):
    """Assigns images to clusters of the training data, and draws latents that ask for a cluster.

    The modes of the data (digits, kinds of clothes) are apart, and a continuous map of normal latents cannot cover them
    without samples in between. Labels solve this, and so do clusters found by k-means. `kgan.GAN(clusters=True)` makes
    and uses them: the cluster of a real image is its label in training, and the generator reads its own label from two
    additional latents, by the angle that they form: the sector of each cluster is as large as its share of the data.
    For editing, such a generator has latents only: directions from its weights, and the styles of a style-based
    generator, need a GAN without clusters.

    Args:
        num_clusters: at least 2.
        image_shape: of one image, of any rank.

    Shapes: images `(batch, *image_shape)` to int32 `(batch,)` in [0, num_clusters).

    Raises:
        ValueError: `num_clusters` is less than 2.

    References: Liu et al., Diverse Image Generation via Self-Conditioned GANs, 2020 (where the clusters are those of
    the discriminator's features, found again from time to time); Khayatkhoei et al., Disconnected Manifold Learning for
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

    def __init__(self, num_clusters: int, image_shape: Sequence[int]) -> None:
        super().__init__(dtype="float32", name="clusters")
        if not isinstance(num_clusters, int) or num_clusters < 2:
            raise ValueError(f"`num_clusters` must be at least 2. Received: num_clusters={num_clusters!r}")
        self.num_clusters = num_clusters
        size = math.prod(image_shape)
        self.num_images = max(100 * num_clusters, min(MAX_IMAGES, MAX_NUMBERS // size))
        self.centres = self.add_weight(shape=(num_clusters, size), initializer="zeros", trainable=False, name="centres")
        self.shares = self.add_weight(
            shape=(num_clusters,),
            initializer=keras.initializers.Constant(1 / num_clusters),
            trainable=False,
            name="shares",
        )
        self.adapted = False
        self.built = True

    def adapt(self, images: Array, seed: int = 0) -> None:
        """Find the clusters with k-means.

        Neighboring clusters get neighboring numbers on a circle: the order of their centers in the plane of the first
        two principal components.

        Args:
            images: array `(num, *image_shape)`, at least as many as clusters. The first `num_images` are used: 20,000,
                or fewer if they are large.
            seed: of k-means.

        Raises:
            ValueError: there are fewer different images than clusters.
        """
        from sklearn.cluster import KMeans  # a second to import, and used only here
        from sklearn.decomposition import PCA

        flat = np.asarray(images[: self.num_images], "float32")
        flat = flat.reshape(len(flat), -1)
        num_different = len(np.unique(flat[: 100 * self.num_clusters], axis=0))
        if num_different < self.num_clusters:
            raise ValueError(
                f"Expected at least {self.num_clusters} different images for as many clusters. "
                f"Received: {num_different}."
            )
        projection = PCA(min(MAX_COMPONENTS, *flat.shape), random_state=seed)
        points, random = projection.fit_transform(flat), np.random.RandomState(seed)
        starts = _progress.track(range(NUM_STARTS), "finding clusters (k-means)", unit="starts")
        attempts = [KMeans(self.num_clusters, n_init=1, random_state=random).fit(points) for _ in starts]
        kmeans = min(attempts, key=lambda attempt: attempt.inertia_)
        plane = np.pad(kmeans.cluster_centers_, ((0, 0), (0, 1)))[:, :2]
        order = np.argsort(np.arctan2(plane[:, 1], plane[:, 0]))
        self.centres.assign(projection.inverse_transform(kmeans.cluster_centers_[order]))
        self.shares.assign(np.bincount(kmeans.labels_)[order] / len(flat))
        self.adapted = True

    def load_own_variables(self, store: Any) -> None:
        """Load the centers and shares from a file."""
        super().load_own_variables(store)
        self.adapted = bool(ops.convert_to_numpy(self.centres).any())

    def call(self, images: Tensor) -> Tensor:
        """Return the number of the nearest center, int32 `(batch,)`."""
        flat = ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))
        distance = ops.sum(ops.square(self.centres), axis=1) - 2.0 * ops.matmul(flat, ops.transpose(self.centres))
        return ops.cast(ops.argmin(distance, axis=1), "int32")

    def request(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Turn the last two of normal latents into the sectors of the labels; they stay normal.

        Args:
            latents: `(batch, latent_dim + 2)`.
            labels: int32 `(batch,)`.

        Returns:
            Latents `(batch, latent_dim + 2)`.
        """
        *_, x, y = ops.unstack(latents, axis=1)
        shares = ops.take(self.shares, labels)
        turn = 2.0 * math.pi * (ops.take(ops.cumsum(self.shares), labels) - shares * (1.0 - _turn(x, y)))
        radius = ops.sqrt(ops.square(x) + ops.square(y))
        turned = ops.stack([radius * ops.cos(turn), radius * ops.sin(turn)], axis=1)
        return ops.concatenate([latents[:, :-2], turned], axis=1)

    def with_sectors(self, generator: keras.Model) -> keras.Model:
        """Return a generator from latents `(batch, latent_dim + 2)`, given one from `[latents, labels]`."""
        latents = keras.Input((generator.inputs[0].shape[1] + 2,), name="latents")
        return keras.Model(latents, generator(Sectors(self.num_clusters)(latents)), name=f"steered_{generator.name}")


@keras.saving.register_keras_serializable("kgan")
class Sectors(keras.layers.Layer):
    """Reads a label from the angle that the last two latents form.

    Args:
        num_sectors: number of labels.
        **kwargs: as in `keras.layers.Layer`.

    Shapes: `(batch, latent_dim + 2)` to latents `(batch, latent_dim)` and int32 labels `(batch,)`.

    Example:
    >>> sectors = Sectors(2)
    >>> sectors.assign([0.25, 0.75])
    >>> latents, labels = sectors(np.array([[0.5, 1.0, 1.0], [0.5, -1.0, 1.0], [0.5, 1.0, -1.0]]))
    >>> tuple(latents.shape), labels.numpy().tolist()
    ((3, 1), [0, 1, 1])
    """

    def __init__(self, num_sectors: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", "name": "sectors", **kwargs})
        self.num_sectors = num_sectors
        self.ends = self.add_weight(shape=(num_sectors - 1,), initializer="zeros", trainable=False, name="ends")
        self.assign(np.full(num_sectors, 1 / num_sectors))
        self.built = True

    def assign(self, shares: Tensor) -> None:
        """Give each label a sector as large as its share. The shares add up to 1."""
        self.ends.assign(ops.cumsum(ops.convert_to_tensor(shares, dtype="float32"))[:-1])

    def call(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Return the latents for the generator, and the labels."""
        turn = _turn(latents[:, -2], latents[:, -1])
        labels = ops.sum(ops.cast(turn[:, None] >= self.ends, "int32"), axis=1)
        return latents[:, :-2], labels

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_sectors": self.num_sectors}


def _turn(x: Tensor, y: Tensor) -> Tensor:
    """Return the angle of points in the plane, as a share of a full turn in [0, 1)."""
    return ops.mod(ops.arctan2(y, x) / (2.0 * math.pi), 1.0)
