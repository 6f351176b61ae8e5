"""Samples that tests of metrics compare."""

import numpy as np

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(500, 12))
FAKE = RANDOM.normal(size=(500, 12)) @ RANDOM.normal(scale=0.4, size=(12, 12)) + 0.3
PROBABILITIES = RANDOM.dirichlet(np.ones(7) * 0.3, size=300)
