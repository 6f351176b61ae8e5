"""Directions of attributes that can be computed by hand."""

import linear
import numpy as np
import pytest

from kgan.applications import editing
from kgan.applications.editing.spaces import CodeSpace
from kgan.applications.editing.supervised import angle_directions, average_gradient, boundary, local_gradients


class TestBoundary:
    def test_of_a_number(self, space):
        # The mean pixel is 0.1 z0 + 0.05 z1.
        direction = boundary(space, "brightness", num=500)
        np.testing.assert_allclose(direction.vector, np.array([2, 1]) / 5**0.5, atol=0.01)
        np.testing.assert_allclose(direction.normal, direction.vector, atol=0.01)
        assert direction.score > 0.999
        assert direction.name == "brightness"
        assert repr(direction) == "<Direction 'brightness' in latent space of 2 dimensions, score=1.00>"

    def test_of_a_function_and_of_values_that_a_user_gives(self, space):
        codes = space.sample(300, seed=4)
        by_function = boundary(space, linear.left, codes)
        by_values = boundary(space, codes[:, 0] + codes[:, 1], codes, name="left")
        np.testing.assert_allclose(by_function.vector, by_values.vector, atol=1e-4)
        np.testing.assert_allclose(by_function.vector, [0.5**0.5, 0.5**0.5], atol=0.01)
        assert by_values.name == by_function.name == "left"
        # Without codes, values are of the random images of that seed.
        np.testing.assert_allclose(boundary(space, codes[:, 0] + codes[:, 1], seed=4).vector, by_values.vector)

    def test_of_two_values(self, space):
        codes = space.sample(1000, seed=4)
        direction = boundary(space, codes[:, 1] > 0.3, codes)
        np.testing.assert_allclose(direction.vector, [0, 1], atol=0.05)
        assert direction.score > 0.97
        flipped = boundary(space, np.where(codes[:, 1] > 0.3, 0, 5), codes)
        np.testing.assert_allclose(flipped.vector, -direction.vector, atol=0.05)

    def test_the_score_of_noise_is_low(self, space):
        assert boundary(space, np.random.default_rng(0).normal(size=500)).score < 0.1

    def test_in_style_space_it_is_the_mean_move_of_the_styles(self, style_space):
        codes = style_space.sample(4000, seed=1)
        weights = np.float32([1, -2, 0.5, 0, 1])
        direction = boundary(style_space, codes[:, 0] @ weights, codes)
        covariance = np.cov(codes[:, 0], rowvar=False)
        expected = covariance @ weights / np.sqrt(weights @ covariance @ weights)  # one deviation of the attribute
        np.testing.assert_allclose(direction.vector, expected, atol=0.05 * np.abs(expected).max())
        assert direction.space == "style"
        # Strength 1 is one standard deviation of the codes along it.
        assert abs(((codes[:, 0] - style_space.mean) @ direction.normal).std() - 1) < 0.05

    def test_of_a_class_conditional_generator(self):
        space = CodeSpace(linear.generator(3))
        # Each class is darker, which is no matter of the latents.
        np.testing.assert_allclose(boundary(space, linear.right, num=2000, labels=1).vector, [1, 0], atol=0.01)
        codes = space.sample(50)
        with pytest.raises(ValueError, match="Expected `labels`: the generator is class-conditional"):
            boundary(space, linear.right, codes)

    def test_of_some_levels(self, style_space):
        """The brightness of images whose first level has the style of another image tells nothing of the second."""
        measured = []

        def first_level(images):
            measured.append(images)
            return style_space.sample(len(images), seed=8)[:, 0, 0]

        direction = boundary(style_space, first_level, levels=[0], seed=7)  # level 0 is of seed 8, level 1 of seed 7
        assert direction.levels == (0,)
        assert direction.score > 0.99
        codes = style_space.sample(4000, seed=7)
        codes[:, 0] = style_space.sample(4000, seed=8)[:, 0]
        np.testing.assert_allclose(measured[0], style_space.images(codes), atol=1e-5)
        assert boundary(style_space, first_level, levels=1, seed=8).score < 0.1
        for bad in ([], [2], -1, [0.5]):
            with pytest.raises(ValueError, match="Expected levels from 0 to 1"):
                boundary(style_space, "slant", levels=bad)
        with pytest.raises(ValueError, match="Expected `codes` or `levels`"):
            boundary(style_space, "slant", codes, levels=[0])

    def test_levels_of_a_generator_without_styles(self, space):
        with pytest.raises(ValueError, match="has no styles. Received: levels"):
            boundary(space, "slant", levels=[0])

    def test_angle_directions(self, space):
        codes = space.sample(1000, seed=2)
        cosine, sine = angle_directions(space, np.degrees(np.arctan2(codes[:, 1], codes[:, 0])), codes)
        np.testing.assert_allclose(cosine.vector, [1, 0], atol=0.06)
        np.testing.assert_allclose(sine.vector, [0, 1], atol=0.06)
        with pytest.raises(ValueError, match="Use `angle_directions`"):
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
            ("hue", ValueError, "angle_directions"),
        ],
    )
    def test_bad_attributes(self, space, values, error, message):
        with pytest.raises(error, match=message):
            boundary(space, values, space.sample(20))

    def test_too_few_images(self, space):
        with pytest.raises(ValueError, match="at least 10"):
            boundary(space, np.arange(5.0), space.sample(5))


class TestAverageGradient:
    def test_of_a_linear_attribute_it_is_the_boundary(self, space):
        direction = average_gradient(space, "brightness", num=500)  # the mean pixel is 0.1 z0 + 0.05 z1
        np.testing.assert_allclose(direction.vector, np.array([2, 1]) / 5**0.5, atol=0.01)
        np.testing.assert_allclose(direction.normal, direction.vector, atol=0.01)
        assert direction.score > 0.99
        assert direction.name == "brightness"

    def test_correlations_among_images_do_not_matter(self, space):
        """Of two kinds of images one is far larger; no small move leads from one to the other."""
        kind = np.where(np.arange(400) % 2, 3.0, -3.0)
        codes = np.stack([kind, np.random.default_rng(0).normal(size=400)], axis=1)

        def large(images):
            z0 = 10 * linear.right(images)
            return 100 * (z0 > 0) + 10 * linear.left(images) - z0  # the last two: z1

        assert boundary(space, large, codes).vector[0] > 0.99
        direction = average_gradient(space, large, codes)
        np.testing.assert_allclose(direction.vector, [0, 1], atol=0.05)
        assert direction.name == "large"

    def test_in_style_space_it_is_the_mean_gradient_at_the_levels_that_it_moves(self, style_space):
        codes = style_space.sample(200, seed=3)
        direction = average_gradient(style_space, linear.left, codes, levels=[1])
        assert direction.levels == (1,)
        moved = []
        for axis in style_space.covariance_root:
            step = np.zeros_like(codes)
            step[:, 1] = 0.1 * axis
            sides = [linear.left(style_space.images(codes + sign * step)) for sign in (1, -1)]
            moved.append((sides[0] - sides[1]).mean())
        whitened = style_space.whitening_matrix @ direction.vector
        assert np.corrcoef(whitened, moved)[0, 1] > 0.95

    def test_kept_attributes_do_not_change(self, space):
        constant = lambda images: np.zeros(len(images))  # noqa: E731, an attribute that nothing changes
        direction = average_gradient(space, "brightness", keep=[linear.right, constant], num=500)
        np.testing.assert_allclose(direction.vector, [0, 1], atol=0.02)

    def test_kept_attributes_that_hardly_ever_change_are_left_out(self, space):
        """Such as a class that the classifier hardly ever predicts: nothing can be learned about it."""

        def rare(images):
            return linear.left(images) > 0.6  # the first is just there

        codes = np.r_[[[3.0, 3.0]], np.zeros((199, 2))]
        direction = average_gradient(space, linear.left, codes, keep=[rare, linear.right])
        np.testing.assert_allclose(direction.vector, [0, 1], atol=0.05)

    def test_of_a_class_conditional_generator(self):
        space = CodeSpace(linear.generator(3))
        np.testing.assert_allclose(average_gradient(space, linear.right, num=500, labels=1).vector, [1, 0], atol=0.01)

    @pytest.mark.parametrize(
        ("attribute", "error", "message"),
        [
            ("slent", ValueError, "Did you mean 'slant'"),
            ("hue", ValueError, "Use `angle_directions`"),
            (np.arange(20.0), TypeError, "name of an attribute or a function"),
            (lambda images: np.zeros(len(images)), ValueError, "hardly any move changes"),
            (lambda images: np.full(len(images), np.nan), ValueError, "finite values"),
            (lambda images: np.full(len(images), "bold"), TypeError, "numbers or booleans"),
            (lambda images: images.reshape(len(images), -1)[:, :2], ValueError, "one value for each image"),
        ],
    )
    def test_bad_attributes(self, space, attribute, error, message):
        with pytest.raises(error, match=message):
            average_gradient(space, attribute, num=20)

    def test_levels_of_a_generator_without_styles(self, space):
        with pytest.raises(ValueError, match="has no styles. Received: levels"):
            average_gradient(space, "slant", levels=[0])


class TestLocalGradients:
    """The attribute is the product of both halves: the gradient is different in each image."""

    @staticmethod
    def product(images):
        return linear.left(images) * linear.right(images)

    def test_each_image_has_its_own_direction(self, space):
        codes = np.float32([[3, 0], [0, 3]])
        directions = local_gradients(space, self.product, codes, num=400)
        for direction, (z0, z1) in zip(directions, codes, strict=True):
            gradient = np.array([2 * z0 + z1, z0])  # of z0 (z0 + z1)
            np.testing.assert_allclose(direction.vector, gradient / np.linalg.norm(gradient), atol=0.05)
        rises = np.diff(
            [self.product(space.images(editing.move(space, codes, directions, s))) for s in (-1, 0, 1)], axis=0
        )
        assert (rises > 0).all()
        assert local_gradients(space, self.product, codes, num=400)[1].vector.tolist() == directions[1].vector.tolist()

    def test_kept_attributes_do_not_change(self, space):
        kept = local_gradients(space, "brightness", [[1.0, 2.0]], keep=[linear.right], num=200, name="left")[0]
        np.testing.assert_allclose(kept.vector, [0, 1], atol=0.02)
        assert kept.name == "left"

    def test_with_classes_and_levels(self, style_space):
        space = CodeSpace(linear.generator(3))
        directions = local_gradients(space, linear.right, np.zeros((2, 2)), labels=[0, 2], num=50)
        np.testing.assert_allclose([direction.vector for direction in directions], [[1, 0]] * 2, atol=0.02)
        with pytest.raises(ValueError, match="Expected `labels`"):
            local_gradients(space, linear.right, np.zeros((2, 2)), num=50)
        assert local_gradients(style_space, linear.left, style_space.sample(1), levels=[1], num=50)[0].levels == (1,)

    def test_too_few_moves(self, space):
        with pytest.raises(ValueError, match="hardly any move changes"):
            local_gradients(space, linear.left, [[0.0, 0.0]], num=5)
