"""Edits of linear generators, whose results can be computed by hand."""

import keras
import linear
import numpy as np
import pytest

from kgan.applications import editing
from kgan.applications.editing.directions import Direction
from kgan.applications.editing.edit import METHODS
from kgan.applications.editing.spaces import CodeSpace
from kgan.architectures import style


@pytest.fixture(scope="module")
def style_space():
    keras.utils.set_random_seed(0)
    return CodeSpace(style.generator((28, 28, 1), latent_dim=6, width=4, style_dim=5))


def along(space, vector, **options):
    return Direction(vector, space=space.name, fingerprint=space.fingerprint, **options)


class TestEdit:
    def test_of_codes(self, space):
        edited = editing.edit(space, [[0.0, 1.0], [1.0, 0.0]], along(space, [2.0, 0.0]), [-1, 0, 2])
        assert edited.shape == (2, 3, 4, 4, 1)
        np.testing.assert_allclose(edited[0, :, 0, 3, 0], [-0.2, 0.0, 0.4], atol=1e-6)  # 0.1 z0 on the right
        np.testing.assert_allclose(edited[1, :, 0, 0, 0], [-0.1, 0.1, 0.5], atol=1e-6)
        np.testing.assert_allclose(editing.edit(space, [0.0, 1.0], along(space, [2.0, 0.0]), 2)[0, 0], edited[0, 2])

    def test_of_images_begins_with_their_inversion(self, space):
        images = space.images([[0.5, -1.0], [1.0, 1.0]])
        edited = editing.edit(space, images, along(space, [1.0, 0.0]), [0, 1])
        np.testing.assert_allclose(edited[:, 0], images, atol=0.03)
        np.testing.assert_allclose(edited[:, 1] - edited[:, 0], 0.1, atol=1e-5)

    def test_with_labels(self):
        space = CodeSpace(linear.generator(3))
        edited = editing.edit(space, [[0.0, 0.0]] * 2, along(space, [1.0, 0.0]), [0], labels=[0, 2])
        np.testing.assert_allclose(edited[:, 0, 0, 0, 0], [0.0, -0.4], atol=1e-6)
        with pytest.raises(ValueError, match="Expected `labels`"):
            editing.edit(space, [[0.0, 0.0]], along(space, [1.0, 0.0]), [0])

    def test_of_some_levels(self, style_space):
        codes = style_space.sample(2)
        direction = along(style_space, np.arange(5.0), levels=[0, 2])
        moved = editing.move(style_space, codes, direction, 0.5)
        np.testing.assert_allclose(moved[:, [0, 2]], codes[:, [0, 2]] + 0.5 * np.arange(5.0), rtol=1e-5)
        np.testing.assert_array_equal(moved[:, [1, 3]], codes[:, [1, 3]])
        edited = editing.edit(style_space, codes, direction, [0.5])
        np.testing.assert_allclose(edited[:, 0], style_space.images(moved), atol=1e-5)

    def test_each_image_along_its_own_direction(self, space, style_space):
        directions = along(space, [1.0, 0.0]), along(space, [0.0, 2.0])
        edited = editing.edit(space, np.zeros((2, 2)), directions, [1])
        np.testing.assert_allclose(edited[:, 0, 0, 3, 0], [0.1, 0.0], atol=1e-6)  # 0.1 z0 on the right
        np.testing.assert_allclose(edited[:, 0, 0, 0, 0], [0.1, 0.2], atol=1e-6)  # and 0.1 z1 on the left
        with pytest.raises(ValueError, match="one for each of 3 images. Received: 2"):
            editing.edit(space, np.zeros((3, 2)), directions, [1])
        one = style_space.sample(1)[0]
        own = editing.edit(style_space, one, [along(style_space, np.ones(5))], [1])
        np.testing.assert_array_equal(own, editing.edit(style_space, one, along(style_space, np.ones(5)), [1]))

    def test_bad_requests(self, space, style_space):
        direction = along(space, [1.0, 0.0])
        for strengths in ([], [np.inf], [[1.0, 2.0]]):
            with pytest.raises(ValueError, match="Expected at least one strength"):
                editing.edit(space, [[0.0, 0.0]], direction, strengths)
        with pytest.raises(ValueError, match="Expected a direction in the style space"):
            editing.edit(style_space, style_space.sample(1), direction, [0])
        foreign = Direction([1.0, 0.0], fingerprint=space.fingerprint + 1)
        with pytest.raises(ValueError, match="Expected a direction of this generator"):
            editing.edit(space, [[0.0, 0.0]], foreign, [0])


class TestSetAngle:
    def test_to_an_angle(self, space):
        directions = along(space, [1.0, 0.0]), along(space, [0.6, 0.8])  # not quite orthogonal
        turned = editing.set_angle(space, [[5.0, 1.0], [0.0, -3.0]], directions, [0, 90])
        for code, (cosine, sine) in zip(turned, [(2**0.5, 0), (0, 2**0.5)], strict=True):
            np.testing.assert_allclose([direction.normal @ code for direction in directions], [cosine, sine], atol=1e-5)

    def test_of_styles_changes_all_levels(self, style_space):
        directions = along(style_space, [1.0, 0, 0, 0, 0]), along(style_space, [0, 1.0, 0, 0, 0])
        codes = style_space.sample(2)
        turned = editing.set_angle(style_space, codes, directions, 180.0)
        np.testing.assert_allclose((turned - style_space.mean)[..., :2], [[[-(2**0.5), 0]] * 4] * 2, atol=1e-5)
        np.testing.assert_allclose(turned[..., 2:], codes[..., 2:], rtol=1e-6)
        for direction in directions:
            direction.levels = (1, 3)
        np.testing.assert_array_equal(
            editing.set_angle(style_space, codes, directions, 180.0)[:, [0, 2]], codes[:, [0, 2]]
        )
        np.testing.assert_allclose(
            editing.set_angle(style_space, codes, directions, 180.0)[:, [1, 3]], turned[:, [1, 3]]
        )


class TestInterpolate:
    def test_straight(self, space):
        codes = editing.interpolate(space, [0.0, 0.0], [4.0, 2.0], steps=3, method="linear")
        np.testing.assert_allclose(codes, [[0, 0], [2, 1], [4, 2]])

    def test_on_an_arc_the_rate_is_constant(self, space):
        codes = editing.interpolate(space, [2.0, 0.0], [0.0, 2.0], steps=4)
        angles = np.degrees(np.arctan2(codes[:, 1], codes[:, 0]))
        np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 2, rtol=1e-6)

    @pytest.mark.parametrize("end", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    def test_without_an_arc_it_goes_straight(self, space, end):
        codes = editing.interpolate(space, [1.0, 0.0], end, steps=3)
        np.testing.assert_allclose(codes[1], (np.array([1.0, 0.0]) + end) / 2, atol=1e-6)

    def test_styles(self, style_space):
        first, last = style_space.sample(2)
        for method in METHODS:
            codes = editing.interpolate(style_space, first, last, 5, method)
            assert codes.shape == (5, 4, 5)
            np.testing.assert_allclose(codes[[0, -1]], [first, last], rtol=1e-5, atol=1e-6)

    def test_bad_requests(self, space):
        with pytest.raises(ValueError, match="Did you mean 'spherical'"):
            editing.interpolate(space, [1.0, 0.0], [0.0, 1.0], method="sperical")
        with pytest.raises(ValueError, match="`steps` must be an integer of at least 2"):
            editing.interpolate(space, [1.0, 0.0], [0.0, 1.0], steps=1)
        with pytest.raises(ValueError, match="Received: 2 and 1"):
            editing.interpolate(space, np.zeros((2, 2)), [0.0, 1.0])


def test_arithmetic_is_about_the_mean(style_space, space):
    np.testing.assert_allclose(editing.arithmetic(space, [[1, 2], [3, 4], [5, 7]], [1, -1, 1]), [[3, 5]])
    codes = style_space.sample(3)
    expected = codes[0] - codes[1] + codes[2]  # weights that add up to 1: the mean drops out
    np.testing.assert_allclose(editing.arithmetic(style_space, codes, [1, -1, 1])[0], expected, atol=1e-5)
    np.testing.assert_allclose(editing.arithmetic(style_space, codes, [0, 0, 0])[0, 1], style_space.mean)
    with pytest.raises(ValueError, match="Expected 3 weights"):
        editing.arithmetic(style_space, codes, [1, 1])


def test_mixing_takes_coarse_levels_from_one_and_fine_ones_from_the_other(style_space, space):
    codes = style_space.sample(3)
    mixed = editing.mix(style_space, codes[:1], codes[1:], 3)
    np.testing.assert_array_equal(mixed[:, :3], np.repeat(codes[:1, :3], 2, axis=0))
    np.testing.assert_array_equal(mixed[:, 3:], codes[1:, 3:])
    for level in (0, 4, 1.0):
        with pytest.raises(ValueError, match="`level` must be from 1 to 3"):
            editing.mix(style_space, codes, codes, level)
    with pytest.raises(ValueError, match="Received: 3, 2"):
        editing.mix(style_space, codes, codes[:2], 1)
    with pytest.raises(ValueError, match="without styles"):
        editing.mix(space, [1.0, 0.0], [0.0, 1.0], 1)


def test_truncation_goes_to_the_mean(style_space, space):
    with pytest.raises(ValueError, match="latents that are moved towards 0 give worse images"):
        editing.truncate(space, [[2.0, -1.0]], 0.25)
    codes = style_space.sample(2)
    np.testing.assert_allclose(editing.truncate(style_space, codes, 0)[1, 2], style_space.mean)
    np.testing.assert_allclose(editing.truncate(style_space, codes, 1), codes, atol=1e-6)
    quarter = editing.truncate(style_space, codes, 0.25) - style_space.mean
    np.testing.assert_allclose(quarter, (codes - style_space.mean) / 4, atol=1e-5)
    with pytest.raises(ValueError, match=r"`psi` must be in \[0, 1\]"):
        editing.truncate(space, codes, 1.5)


@pytest.mark.parametrize(
    ("text", "strengths"),
    [("-2..2", np.linspace(-2, 2, 7)), ("0..1:3", [0, 0.5, 1]), ("-1, 0,1.5", [-1, 0, 1.5]), ("3", [3])],
)
def test_strengths_in_a_text(text, strengths):
    np.testing.assert_allclose(editing.parse_strengths(text), strengths)


@pytest.mark.parametrize("text", ["", ",", "a..b", "1..2..3", "0..1:0", "0..1:x", "nan", "1;2"])
def test_texts_without_strengths(text):
    with pytest.raises(ValueError, match="Expected strengths such as"):
        editing.parse_strengths(text)
