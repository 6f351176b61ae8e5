"""The distance between two clouds of features that a polynomial kernel sees."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from kgan.metrics.feature_metric import FeatureMetric, fill
from kgan.metrics.samples import check_pair


class Estimate(NamedTuple):
    """A figure and its standard error."""

    value: float
    standard_error: float


def kernel_distance(real, fake, block_size: int = 1000) -> Estimate:
    """Return the unbiased kernel distance of two sets of features; the KID if they are Inception's.

    The squared maximum mean discrepancy under `k(x, y) = (x . y / d + 1)^3`, averaged over disjoint blocks of
    samples. The blocks being independent, their spread gives the standard error. Unlike the Frechet distance
    it does not grow when samples are few; around 0 it can be negative.

    Args:
        real, fake: features `(n, d)`; what is left over beyond whole blocks is not used.
        block_size: samples a block. Defaults to 1000, or to all samples if they are fewer.

    Returns:
        The mean over blocks, and its standard error (nan of a single block).

    Raises:
        ValueError: fewer than two samples, other dimensions, or features that are not finite.

    Reference: Binkowski et al., Demystifying MMD GANs, 2018.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(400, 8))
    >>> distance = kernel_distance(real[:200], real[200:], block_size=100)
    >>> abs(distance.value) < 4 * distance.standard_error
    True
    """
    real, fake = check_pair(real, fake, minimum=2)
    size = min(block_size, len(real), len(fake))
    if size < 2:
        raise ValueError(f"`block_size` must be at least 2. Received: block_size={block_size}")
    starts = range(0, min(len(real), len(fake)) - size + 1, size)
    blocks = [_discrepancy(*(_double(each[start : start + size]) for each in (real, fake))) for start in starts]
    return _estimate(np.array([float(block) for block in blocks]))


def _estimate(blocks):
    error = blocks.std(ddof=1) / np.sqrt(len(blocks)) if len(blocks) > 1 else np.nan
    return Estimate(float(blocks.mean()), float(error))


def _double(features):
    return ops.cast(features, "float64")


def _kernel(x, y):
    return ops.power(x @ ops.transpose(y) / x.shape[-1] + 1.0, 3)


def _discrepancy(real, fake):
    count = real.shape[0]
    pairs = count * (count - 1)
    within = [(ops.sum(gram) - ops.trace(gram)) / pairs for gram in (_kernel(real, real), _kernel(fake, fake))]
    return within[0] + within[1] - 2.0 * ops.mean(_kernel(real, fake))


@keras.saving.register_keras_serializable("kgan")
class KernelDistance(FeatureMetric):
    """`kernel_distance` as a Keras metric: keeps one block only, so any number of samples streams through.

    Args:
        features: as in `kgan.features.get`; None if the metric is fed with features.
        name: defaults to `kernel_distance_` and the name of the features; `kid` for Inception's.
        block_size: samples a block; a batch must not hold more. Defaults to 1000. What is left over at the end
            counts only where no block was filled.
    """

    base_name = "kernel_distance"
    short_names = {"inception": "kid"}

    def __init__(self, features=None, name=None, block_size=1000):
        if block_size < 2:
            raise ValueError(f"`block_size` must be at least 2. Received: block_size={block_size}")
        super().__init__(features, name)
        self.block_size = block_size

    def _prepare(self, dimension):
        self._buffers = [
            self.add_variable((self.block_size, dimension), initializer="zeros", dtype="float64", name=side)
            for side in ("real", "fake")
        ]
        self._position = self.add_variable((), initializer="zeros", dtype="int32", name="position")
        # Sum and count of the blocks' distances.
        self._totals = self.add_variable((2,), initializer="zeros", dtype="float64", name="totals")

    def _update(self, real, fake):
        batch = (real, fake)
        end = self._position + ops.shape(real)[0]
        for buffer, features in zip(self._buffers, batch, strict=True):
            buffer.assign(fill(buffer.value, features, self._position.value))
        full = end >= self.block_size

        def add_block():
            distance = _discrepancy(*(buffer.value for buffer in self._buffers))
            return self._totals.value + ops.stack([distance, ops.ones_like(distance)])

        self._totals.assign(ops.cond(full, add_block, lambda: self._totals.value))
        for buffer, features in zip(self._buffers, batch, strict=True):
            begin = self._position.value - self.block_size  # where the batch begins, seen from the next block
            buffer.assign(ops.where(full, fill(buffer.value, features, begin), buffer.value))
        self._position.assign(ops.where(full, end - self.block_size, end))

    def _result(self):
        total, blocks = self._totals[0], self._totals[1]
        return ops.where(blocks > 0, total / ops.maximum(blocks, 1.0), np.nan)

    def get_config(self):
        return {**super().get_config(), "block_size": self.block_size}
