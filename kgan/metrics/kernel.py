"""The kernel distance between two sets of features: their maximum mean discrepancy under a polynomial kernel."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kgan._typing import Array, Tensor
from kgan.metrics.feature_metric import FeatureMetric, FeaturesLike, fill
from kgan.metrics.samples import check_pair


class Estimate(NamedTuple):
    """A value and its standard error."""

    value: float
    standard_error: float


def kernel_distance(real: Tensor, fake: Tensor, block_size: int = 1000) -> Estimate:
    """Return the unbiased kernel distance of two sets of features; the KID if they are Inception's.

    The squared maximum mean discrepancy under `k(x, y) = (x . y / d + 1)^3`, averaged over disjoint blocks of
    samples. The blocks are independent, so their spread gives the standard error. Unlike the Frechet distance it
    does not grow when there are few samples; near 0 it can be negative.

    Args:
        real, fake: features `(num, dimension)`; samples that do not fill a block are not used.
        block_size: number of samples per block. Defaults to 1000, or to all samples if there are fewer.

    Returns:
        The mean over blocks, and its standard error (nan for a single block).

    Raises:
        ValueError: there are fewer than two samples, dimensions differ, or features are not finite.

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
    blocks = [_discrepancy(*(_double(kind[start : start + size]) for kind in (real, fake))) for start in starts]
    return _estimate(np.array([float(block) for block in blocks]))


def _estimate(blocks: Array) -> Estimate:
    error = blocks.std(ddof=1) / np.sqrt(len(blocks)) if len(blocks) > 1 else np.nan
    return Estimate(float(blocks.mean()), float(error))


def _double(features: Tensor) -> Tensor:
    return ops.cast(features, "float64")


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return ops.power(x @ ops.transpose(y) / x.shape[-1] + 1.0, 3)


def _discrepancy(real: Tensor, fake: Tensor) -> Tensor:
    num = real.shape[0]
    pairs = num * (num - 1)
    within = [(ops.sum(gram) - ops.trace(gram)) / pairs for gram in (_kernel(real, real), _kernel(fake, fake))]
    return within[0] + within[1] - 2.0 * ops.mean(_kernel(real, fake))


@keras.saving.register_keras_serializable("kgan")
class KernelDistance(FeatureMetric):
    """`kernel_distance` as a Keras metric. It keeps one block only, so there may be any number of samples.

    Args:
        features: as in `kgan.features.get`; None if the metric is given features rather than images.
        name: defaults to `kernel_distance_` and the name of the features; `kid` for Inception's.
        block_size: number of samples per block; a batch must not have more. Defaults to 1000. Samples that do not fill
            a block at the end are not used, and the value is nan until one block is full.
    """

    base_name = "kernel_distance"
    short_names = {"inception": "kid"}

    def __init__(self, features: FeaturesLike | None = None, name: str | None = None, block_size: int = 1000) -> None:
        if block_size < 2:
            raise ValueError(f"`block_size` must be at least 2. Received: block_size={block_size}")
        super().__init__(features, name)
        self.block_size = block_size

    def _prepare(self, dimension: int) -> None:
        self._buffers = [
            self.add_variable((self.block_size, dimension), initializer="zeros", dtype="float64", name=side)
            for side in ("real", "fake")
        ]
        self._position = self.add_variable((), initializer="zeros", dtype="int32", name="position")
        # The sum of the blocks' distances, and the number of blocks.
        self._totals = self.add_variable((2,), initializer="zeros", dtype="float64", name="totals")

    def _update(self, real: Tensor, fake: Tensor) -> None:
        batch = (real, fake)
        end = self._position + ops.shape(real)[0]
        for buffer, features in zip(self._buffers, batch, strict=True):
            buffer.assign(fill(buffer.value, features, self._position.value))
        full = end >= self.block_size

        def add_block() -> Tensor:
            distance = _discrepancy(*(buffer.value for buffer in self._buffers))
            return self._totals.value + ops.stack([distance, ops.ones_like(distance)])

        self._totals.assign(ops.cond(full, add_block, lambda: self._totals.value))
        for buffer, features in zip(self._buffers, batch, strict=True):
            begin = self._position.value - self.block_size  # where the batch begins, seen from the next block
            buffer.assign(ops.where(full, fill(buffer.value, features, begin), buffer.value))
        self._position.assign(ops.where(full, end - self.block_size, end))

    def _result(self) -> Tensor:
        total, blocks = self._totals[0], self._totals[1]
        return ops.where(blocks > 0, total / ops.maximum(blocks, 1.0), np.nan)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "block_size": self.block_size}
