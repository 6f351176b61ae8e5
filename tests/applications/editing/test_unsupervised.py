"""Principal components and the closed form, against eigenvectors."""

import keras
import linear
import numpy as np
import pytest

from kgan.applications.editing.spaces import CodeSpace
from kgan.applications.editing.unsupervised import closed_form, principal_components
from kgan.architectures import dcgan, resnet
from kgan.export import exporting


class TestUnsupervised:
    def test_the_strongest_weights_come_first(self, space):
        # A^T A = 0.01 (16 8; 8 8), whose larger eigenvector is (0.851, 0.526).
        for directions in (
            closed_form(space, 2),
            principal_components(space, 2, layer=space.generator.layers[-1].name),
        ):
            np.testing.assert_allclose(np.abs(directions[0].vector), [0.851, 0.526], atol=0.03)
            np.testing.assert_allclose(np.abs(directions[1].vector), [0.526, 0.851], atol=0.03)
            assert abs(directions[0].vector @ directions[1].vector) < 0.05
        assert [direction.name for direction in directions] == ["component 1", "component 2"]

    def test_principal_components_of_styles(self, style_space):
        directions = principal_components(style_space, 2, num=4000, seed=3)
        values, vectors = np.linalg.eigh(np.cov(style_space.sample(4000, seed=3)[:, 0], rowvar=False))
        np.testing.assert_allclose(np.abs(directions[0].vector), np.abs(vectors[:, -1]) * values[-1] ** 0.5, rtol=1e-3)

    def test_closed_form_of_styles_uses_all_levels(self, style_space):
        (direction,) = closed_form(style_space, 1)
        weights = [w.numpy() for w in style_space.generator.trainable_weights if w.name == "affine"]
        assert len(weights) == 2
        unit = direction.vector / np.linalg.norm(direction.vector)
        total = sum(a @ a.T for a in weights)
        np.testing.assert_allclose(total @ unit, np.linalg.eigvalsh(total)[-1] * unit, rtol=1e-3, atol=1e-4)
        deviation = (style_space.sample(5000)[:, 0] @ unit).std()
        np.testing.assert_allclose(np.linalg.norm(direction.vector), deviation, rtol=0.05)

    @pytest.mark.parametrize("num_classes", [None, 3])
    @pytest.mark.parametrize("architecture", [dcgan, resnet])
    def test_of_kgan_s_networks(self, architecture, num_classes):
        generator = architecture.generator((8, 8, 1), latent_dim=6, width=4, num_classes=num_classes)
        space = CodeSpace(generator)
        for directions in (closed_form(space, 3), principal_components(space, 3, num=200)):
            assert len(directions) == 3
            for direction in directions:
                direction.check(space)
        dense = next(layer for layer in generator.layers if isinstance(layer, keras.layers.Dense))
        weights = dense.kernel.numpy()[:6]
        vector = closed_form(space, 1)[0].vector
        np.testing.assert_allclose(np.linalg.norm(vector @ weights), np.linalg.svd(weights)[1][0], rtol=1e-4)

    @pytest.mark.slow
    def test_bad_requests(self, space, tmp_path):
        with pytest.raises(ValueError, match="from 1 to 2 directions. Received: 3"):
            closed_form(space, 3)
        with pytest.raises(ValueError, match="name of a layer"):
            principal_components(space, 1, layer="dens")
        with pytest.raises(ValueError, match="without. Name a layer"):
            principal_components(space, 1)
        exporting.export(linear.generator(), tmp_path / "exported")
        for find in (closed_form, principal_components):
            with pytest.raises(ValueError, match="with layers. Received: an exported one"):
                find(tmp_path / "exported", 1)
        latents = keras.Input((2,))
        x = keras.layers.Dense(16)(keras.layers.UnitNormalization()(latents))
        bent = CodeSpace(keras.Model(latents, keras.layers.Reshape((4, 4, 1))(x)))
        with pytest.raises(ValueError, match="nonlinear layer before"):
            closed_form(bent, 1)
