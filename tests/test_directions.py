"""Directions that can be worked out by hand, and what is refused."""

import keras
import linear
import numpy as np
import pytest

from kgan.applications import directions
from kgan.applications.directions import Direction, boundary, circle, closed_form, orthogonalized, principal_components
from kgan.applications.spaces import CodeSpace
from kgan.architectures import dcgan, resnet, style


@pytest.fixture(scope="module")
def space():
    return CodeSpace(linear.generator())


@pytest.fixture(scope="module")
def style_space():
    keras.utils.set_random_seed(0)
    return CodeSpace(style.generator((8, 8, 1), latent_dim=6, width=4, style_dim=5))


class TestBoundary:
    def test_of_a_number(self, space):
        # The mean pixel is 0.1 z0 + 0.05 z1.
        found = boundary(space, "brightness", num=500)
        np.testing.assert_allclose(found.vector, np.array([2, 1]) / 5**0.5, atol=0.01)
        np.testing.assert_allclose(found.normal, found.vector, atol=0.01)
        assert found.score > 0.999
        assert found.name == "brightness"
        assert repr(found) == "<Direction 'brightness' in latent space of 2 dimensions, score=1.00>"

    def test_of_a_function_and_of_values_that_a_user_gives(self, space):
        codes = space.sample(300, seed=4)
        by_function = boundary(space, linear.left, codes)
        by_values = boundary(space, codes[:, 0] + codes[:, 1], codes, name="left")
        np.testing.assert_allclose(by_function.vector, by_values.vector, atol=1e-4)
        np.testing.assert_allclose(by_function.vector, [0.5**0.5, 0.5**0.5], atol=0.01)
        assert by_values.name == by_function.name == "left"
        # Without codes, values are of the random images of that seed.
        np.testing.assert_allclose(boundary(space, codes[:, 0] + codes[:, 1], seed=4).vector, by_values.vector)

    def test_of_two_kinds(self, space):
        codes = space.sample(1000, seed=4)
        found = boundary(space, codes[:, 1] > 0.3, codes)
        np.testing.assert_allclose(found.vector, [0, 1], atol=0.05)
        assert found.score > 0.97
        flipped = boundary(space, np.where(codes[:, 1] > 0.3, 0, 5), codes)
        np.testing.assert_allclose(flipped.vector, -found.vector, atol=0.05)

    def test_noise_is_seen_in_the_score(self, space):
        assert boundary(space, np.random.default_rng(0).normal(size=500)).score < 0.1

    def test_in_style_space_it_is_the_mean_move_of_the_styles(self, style_space):
        codes = style_space.sample(4000, seed=1)
        weights = np.float32([1, -2, 0.5, 0, 1])
        found = boundary(style_space, codes[:, 0] @ weights, codes)
        covariance = np.cov(codes[:, 0], rowvar=False)
        expected = covariance @ weights / np.sqrt(weights @ covariance @ weights)  # one deviation of the attribute
        np.testing.assert_allclose(found.vector, expected, atol=0.05 * np.abs(expected).max())
        assert found.space == "style"
        # Strength 1 is one standard deviation of the codes along it.
        assert abs(((codes[:, 0] - style_space.mean) @ found.normal).std() - 1) < 0.05

    def test_of_a_class_conditional_generator(self):
        space = CodeSpace(linear.generator(3))
        # Each class is darker, which is no matter of the latents.
        np.testing.assert_allclose(boundary(space, linear.right, num=2000, labels=1).vector, [1, 0], atol=0.01)
        codes = space.sample(50)
        with pytest.raises(ValueError, match="Expected `labels`: the generator is class-conditional"):
            boundary(space, linear.right, codes)

    def test_of_an_angle_there_are_two(self, space):
        codes = space.sample(1000, seed=2)
        cosine, sine = circle(space, np.degrees(np.arctan2(codes[:, 1], codes[:, 0])), codes)
        np.testing.assert_allclose(cosine.vector, [1, 0], atol=0.06)
        np.testing.assert_allclose(sine.vector, [0, 1], atol=0.06)
        with pytest.raises(ValueError, match="Use `circle`"):
            boundary(space, "hue")

    @pytest.mark.parametrize(
        ("values", "error", "message"),
        [
            (np.zeros(19), ValueError, r"shape \(20,\). Received: shape \(19,\)"),
            (np.zeros((20, 1)), ValueError, r"shape \(20,\). Received: shape \(20, 1\)"),
            (["bold"] * 20, TypeError, "numbers or booleans"),
            (np.full(20, 2.0), ValueError, "always 2.0"),
            (np.r_[np.nan, np.arange(19)], ValueError, "finite values of 'attribute'. Received: 1"),
            ("slent", ValueError, "Did you mean 'slant'"),
            ("hue", ValueError, "circle"),
        ],
    )
    def test_bad_attributes(self, space, values, error, message):
        with pytest.raises(error, match=message):
            boundary(space, values, space.sample(20))

    def test_too_few_images(self, space):
        with pytest.raises(ValueError, match="at least 10"):
            boundary(space, np.arange(5.0), space.sample(5))


class TestOrthogonalized:
    def test_one_half_changes_and_the_other_stays(self, space):
        left, right = boundary(space, linear.left), boundary(space, linear.right)
        only_left = boundary(space, linear.left, keep=[right])
        np.testing.assert_allclose(only_left.vector, [0, 1], atol=0.02)
        assert abs(right.normal @ only_left.vector) < 1e-3
        np.testing.assert_allclose(orthogonalized(left, right).vector, only_left.vector, atol=1e-6)
        before, after = space.images([[0.0, 0.0], only_left.vector])
        assert abs(linear.right(after[None]) - linear.right(before[None])) < 0.01
        np.testing.assert_allclose(linear.left(after[None]) - linear.left(before[None]), 0.1, atol=0.01)

    def test_where_vector_and_normal_differ(self):
        """Codes with the covariance diag(4, 1): the functional (1, 1) must not change."""
        covariance = np.diag([4.0, 1.0])
        first, kept = np.array([1.0, 0.0]), np.array([1.0, 1.0])
        make = [
            Direction(covariance @ n / (n @ covariance @ n) ** 0.5, n / (n @ covariance @ n) ** 0.5)
            for n in (first, kept)
        ]
        found = orthogonalized(*[make[0]], [make[1]])
        assert abs(kept @ found.vector) < 1e-5
        np.testing.assert_allclose(found.normal @ found.vector, 1, rtol=1e-5)
        np.testing.assert_allclose(found.vector @ np.linalg.inv(covariance) @ found.vector, 1, rtol=1e-5)

    def test_nothing_left(self, space):
        left = boundary(space, linear.left)
        with pytest.raises(ValueError, match="that 'left' leave room for"):
            orthogonalized(left, [left])
        with pytest.raises(ValueError, match="directions of one generator"):
            orthogonalized(left, [Direction([1.0, 0.0], fingerprint=left.fingerprint + 1)])
        assert orthogonalized(left, []) is left


class TestUnaided:
    def test_the_strongest_weights_come_first(self, space):
        # A^T A = 0.01 (16 8; 8 8), whose larger eigenvector is (0.851, 0.526).
        for found in (closed_form(space, 2), principal_components(space, 2, layer=space.generator.layers[-1].name)):
            np.testing.assert_allclose(np.abs(found[0].vector), [0.851, 0.526], atol=0.03)
            np.testing.assert_allclose(np.abs(found[1].vector), [0.526, 0.851], atol=0.03)
            assert abs(found[0].vector @ found[1].vector) < 0.05
        assert [each.name for each in found] == ["component 1", "component 2"]

    def test_principal_components_of_styles(self, style_space):
        found = principal_components(style_space, 2, num=4000, seed=3)
        values, vectors = np.linalg.eigh(np.cov(style_space.sample(4000, seed=3)[:, 0], rowvar=False))
        np.testing.assert_allclose(np.abs(found[0].vector), np.abs(vectors[:, -1]) * values[-1] ** 0.5, rtol=1e-3)

    def test_closed_form_of_styles_looks_at_all_levels(self, style_space):
        (found,) = closed_form(style_space, 1)
        weights = [w.numpy() for w in style_space.generator.trainable_weights if w.name == "affine"]
        assert len(weights) == 2
        unit = found.vector / np.linalg.norm(found.vector)
        total = sum(a @ a.T for a in weights)
        np.testing.assert_allclose(total @ unit, np.linalg.eigvalsh(total)[-1] * unit, rtol=1e-3, atol=1e-4)
        deviation = (style_space.sample(5000)[:, 0] @ unit).std()
        np.testing.assert_allclose(np.linalg.norm(found.vector), deviation, rtol=0.05)

    @pytest.mark.parametrize("num_classes", [None, 3])
    @pytest.mark.parametrize("architecture", [dcgan, resnet])
    def test_of_kgan_s_networks(self, architecture, num_classes):
        generator = architecture.generator((8, 8, 1), latent_dim=6, width=4, num_classes=num_classes)
        space = CodeSpace(generator)
        for found in (closed_form(space, 3), principal_components(space, 3, num=200)):
            assert len(found) == 3
            for each in found:
                each.check(space)
        dense = next(layer for layer in generator.layers if isinstance(layer, keras.layers.Dense))
        weights = dense.kernel.numpy()[:6]
        vector = closed_form(space, 1)[0].vector
        np.testing.assert_allclose(np.linalg.norm(vector @ weights), np.linalg.svd(weights)[1][0], rtol=1e-4)

    def test_bad_requests(self, space, tmp_path):
        from kgan import exporting

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
        with pytest.raises(ValueError, match="that alters them"):
            closed_form(bent, 1)


class TestDirection:
    def test_saved_and_loaded(self, space, tmp_path):
        for found in (boundary(space, "brightness", num=100), closed_form(space, 1)[0]):
            found.save(tmp_path / "direction.npz")
            again = Direction.load(tmp_path / "direction.npz")
            for name in ("vector", "normal", "fingerprint"):
                np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
            assert (again.name, again.space, again.score) == (found.name, found.space, found.score)
            again.check(space)
        assert [file.name for file in tmp_path.iterdir()] == ["direction.npz"]

    def test_of_another_model(self, space, style_space):
        found = boundary(space, "brightness", num=100)
        other = linear.generator()
        other.set_weights([weight * 1.1 for weight in other.get_weights()])
        with pytest.raises(ValueError, match="of this generator. Received: 'brightness' of another"):
            found.check(CodeSpace(other))
        with pytest.raises(ValueError, match="Expected a direction in the style space of 5 dimensions"):
            found.check(style_space)

    def test_no_direction(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="which is not there"):
            Direction.load(tmp_path / "nothing.npz")
        for content in (b"", b"no archive", b"PK\x03\x04 torn"):
            (tmp_path / "broken.npz").write_bytes(content)
            with pytest.raises(ValueError, match="which holds none"):
                Direction.load(tmp_path / "broken.npz")
        np.savez(tmp_path / "other.npz", vector=[1.0])
        with pytest.raises(ValueError, match="which holds none"):
            Direction.load(tmp_path / "other.npz")
        for vector in ([0.0, 0.0], [np.nan, 1.0], [[1.0]]):
            with pytest.raises(ValueError, match="finite vector"):
                Direction(vector)
        with pytest.raises(ValueError, match="normal . vector = 1"):
            Direction([1.0, 0.0], [0.5, 0.0])

    def test_found_by_name(self, space, tmp_path):
        assert directions.find(space, "factor-2").name == "factor 2"
        saved = directions.find(space, "brightness")
        saved.save(tmp_path / "mine.npz")
        np.testing.assert_array_equal(directions.find(space, tmp_path / "mine.npz").vector, saved.vector)
        assert abs(directions.find(space, "factor-1", keep=["brightness"]).vector @ saved.normal) < 1e-4
        with pytest.raises(ValueError, match="Unknown attribute. Received: 'facto-1'"):
            directions.find(space, "facto-1")
        with pytest.raises(FileNotFoundError):
            directions.find(space, str(tmp_path / "other.npz"))
