"""What tests of several files share."""

import keras
import linear
import pytest

from kgan.applications.editing.spaces import CodeSpace
from kgan.architectures import style

collect_ignore = ["data"]  # files that an earlier version wrote, and the script that made it write them


@pytest.fixture(scope="session")
def space():
    """Of a generator whose images are linear functions of its two latents."""
    return CodeSpace(linear.generator())


@pytest.fixture(scope="session")
def style_space():
    """Of a small style-based generator, never trained, with two levels."""
    keras.utils.set_random_seed(0)
    return CodeSpace(style.generator((8, 8, 1), latent_dim=6, width=4, style_dim=5))
