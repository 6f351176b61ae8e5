"""Mode coverage: which of the known modes of the data are generated, and how often."""

import keras
import numpy as np
from keras import ops

from kgan._typing import Array, Tensor
from kgan.metrics.feature_metric import FeatureMetric

NAMES = ("modes", "reverse_kl", "class_entropy")


def mode_coverage(modes: Tensor, num_modes: int, real_share: Array | None = None) -> dict[str, float]:
    """Return how many modes were generated, and how far their shares are from those of the data.

    - modes: number of modes with at least one sample;
    - reverse_kl: `sum p_fake log(p_fake / p_real)` in nats, 0 if the shares are equal; infinite if a mode is
      generated that the data do not have;
    - class_entropy: entropy of the generated shares, divided by its largest possible value; 1 if all are equal.

    Args:
        modes: integers `(num,)`, the mode of each sample, for example the class that a classifier predicts. A sample
            in no mode (a bad one) is -1, and does not count.
        num_modes: number of modes.
        real_share: `(num_modes,)` shares of the data. Defaults to equal shares.

    Raises:
        ValueError: a mode is out of range, there is no sample, or the shares do not fit the number of modes.

    References: Che et al., Mode Regularized Generative Adversarial Networks, 2017; Srivastava et al., VEEGAN,
    2017 (the reverse KL divergence of stacked MNIST).

    Example:
    >>> mode_coverage([0, 0, 1, 1], num_modes=4)
    {'modes': 2, 'reverse_kl': 0.6931471805599453, 'class_entropy': 0.5}
    """
    modes = np.asarray(modes)
    if modes.ndim != 1 or not np.issubdtype(modes.dtype, np.integer):
        raise ValueError(f"Expected integers (n,). Received: {modes.dtype} of shape {modes.shape}")
    if len(modes) and not (modes.min() >= -1 and modes.max() < num_modes):
        raise ValueError(f"Expected modes from -1 to {num_modes - 1}. Received: {modes.min()} to {modes.max()}")
    return _from_counts(np.bincount(modes[modes >= 0], minlength=num_modes), real_share)


def _from_counts(counts: Array, real_share: Array | None = None) -> dict[str, float]:
    if counts.sum() == 0:
        raise ValueError("Expected at least one sample in a mode. Received: none")
    real = np.full(len(counts), 1 / len(counts)) if real_share is None else np.asarray(real_share, "float64")
    if real.shape != counts.shape or (real < 0).any() or not np.isclose(real.sum(), 1.0, atol=1e-3):
        raise ValueError(f"Expected `real_share` of shape {counts.shape} that sums to 1. Received: shape {real.shape}")
    share = counts / counts.sum()
    hit = share > 0
    with np.errstate(divide="ignore"):
        divergence = np.sum(share[hit] * np.log(share[hit] / real[hit]))
    entropy = -np.sum(share[hit] * np.log(share[hit])) / np.log(len(counts)) if len(counts) > 1 else 1.0
    return {"modes": int(hit.sum()), "reverse_kl": float(divergence), "class_entropy": float(max(entropy, 0.0))}


@keras.saving.register_keras_serializable("kgan")
class ModeCoverage(FeatureMetric):
    """`mode_coverage` as a Keras metric of three values: the classes of generated and of real images are counted.

    Args:
        features: as in `kgan.features.get`, with probabilities; None if the metric is given probabilities rather than
            images.
        name: added to each value's name. Defaults to the features' name.
    """

    base_name = "mode_coverage"
    output = "probabilities"

    def _prepare(self, dimension: int) -> None:
        self._counts = [
            self.add_variable((dimension,), initializer="zeros", dtype="float32", name=side)
            for side in ("real", "fake")
        ]

    def _update(self, real: Tensor, fake: Tensor) -> None:
        for count, probabilities in zip(self._counts, (real, fake), strict=True):
            classes = ops.argmax(probabilities, axis=1)
            count.assign_add(ops.sum(ops.one_hot(classes, count.shape[0], dtype="float32"), axis=0))

    def result(self) -> dict[str, float]:
        """Return the three values by name; nan before the first batch. Not in a traced function."""
        values = dict.fromkeys(NAMES, float("nan"))
        if self._dimension is not None:
            real, fake = (ops.convert_to_numpy(count).astype("float64") for count in self._counts)
            if fake.sum() and real.sum():
                values = _from_counts(fake, real / real.sum())
        return {self._name_of(name): float(value) for name, value in values.items()}
