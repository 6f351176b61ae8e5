"""The penalties against analytic input gradients, hand-worked numbers and the published definitions."""

import keras
import numpy as np
import pytest
from keras import ops

from kgan import backend, penalties

SHAPE = (4, 4, 1)
WEIGHTS = np.random.default_rng(0).normal(size=(4, 4, 1)).astype("float32")


def linear(images):
    """A discriminator whose input gradient is `WEIGHTS` everywhere."""
    return ops.sum(images * WEIGHTS, axis=(1, 2, 3), keepdims=True)[:, :, 0, 0]


def quadratic(images):
    """A discriminator whose input gradient at x is x."""
    return 0.5 * ops.sum(ops.square(images), axis=(1, 2, 3))[:, None]


def patches(images):
    """A discriminator with 16 logits an image; the gradient of their sum at x is x."""
    return 0.5 * ops.square(images)


def batch(seed):
    return ops.convert_to_tensor(np.random.default_rng(seed).uniform(-1, 1, (5, *SHAPE)).astype("float32"))


def value(penalty, discriminator, real, fake, seed=0):
    """What GAN computes: the input gradient at the penalty's points, then the penalty."""
    points = {"real": real, "fake": fake}.get(penalty.points)
    if points is None:
        points = penalty.draw_points(real, fake, keras.random.SeedGenerator(seed))
    gradient = backend.input_gradient(discriminator, points)[1]
    return ops.convert_to_numpy(penalty(gradient)), points


@pytest.mark.parametrize("name", ["r1", "r2", "wgan_gp", "dragan"])
def test_linear_discriminator(name):
    """The gradient of a linear discriminator is its weights, wherever the points are."""
    norm = np.linalg.norm(WEIGHTS)
    expected = {
        "r1": 0.5 * norm**2,
        "r2": 0.5 * norm**2,
        "wgan_gp": 10 * (norm - 1) ** 2,
        "dragan": 10 * (norm - 1) ** 2,
    }
    result, _ = value(penalties.get(name), linear, batch(1), batch(2))
    np.testing.assert_allclose(result, np.full(5, expected[name]), rtol=1e-5)


@pytest.mark.parametrize("discriminator", [quadratic, patches])
@pytest.mark.parametrize("name", ["r1", "r2", "wgan_gp", "dragan"])
def test_quadratic_discriminator_at_the_penalty_s_points(name, discriminator):
    """Where the gradient is the point itself, the penalty tells where it looked; vectors and patches alike."""
    result, points = value(penalties.get(name), discriminator, batch(1), batch(2))
    norm = np.linalg.norm(np.reshape(points, (5, -1)), axis=1)
    expected = 0.5 * norm**2 if name in ("r1", "r2") else 10 * (norm - 1) ** 2
    np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_recommended_gamma_falls_along_half_a_cosine_and_stays():
    r1, r2 = penalties.recommended()
    for step, expected in ((0, 5.0), (2500, (5.0 + 0.1) / 2), (5000, 0.1), (99_999, 0.1)):
        assert r1.gamma * float(r1.factor(step)) == pytest.approx(expected, rel=1e-5)
        assert float(r2.factor(step)) == float(r1.factor(step))
    again = penalties.get(keras.saving.serialize_keras_object(r1))
    assert (again.gamma, again.final_gamma, again.decay_steps) == (5.0, 0.1, 5000)
    assert penalties.R1(gamma=0, final_gamma=0).factor(7) == 1.0
    assert penalties.LeCam().factor(7) == 1.0


def test_r1_and_r2_look_at_real_and_fake():
    real, fake = batch(1), batch(2)
    for penalty, images in ((penalties.R1(gamma=10), real), (penalties.R2(gamma=10), fake)):
        result, _ = value(penalty, quadratic, real, fake)
        np.testing.assert_allclose(result, 5 * np.sum(np.square(images), axis=(1, 2, 3)), rtol=1e-5)


def test_wgan_gp_looks_on_the_line_between_real_and_fake_at_one_place_an_image():
    real, fake = batch(1), batch(2)
    points = penalties.WGANGP().draw_points(real, fake, keras.random.SeedGenerator(0))
    place = (np.asarray(points) - np.asarray(fake)) / (np.asarray(real) - np.asarray(fake))
    place = place.reshape(5, -1)
    np.testing.assert_allclose(place, np.repeat(place[:, :1], place.shape[1], axis=1), atol=1e-3)
    assert ((place > -1e-3) & (place < 1 + 1e-3)).all()
    assert np.ptp(place[:, 0]) > 0.1  # each image has a place of its own


def test_dragan_looks_within_half_a_deviation_of_the_real_images():
    real = batch(1)
    moved = np.asarray(penalties.DRAGAN().draw_points(real, None, keras.random.SeedGenerator(0))) - np.asarray(real)
    assert moved.min() >= 0
    assert 0.4 * np.std(real) < moved.max() <= 0.5 * np.std(real)


def test_lecam_by_hand():
    """Averages 0 and 0, decay 0.5: after real 2, 4 and fake -1, 1 they are 1.5 and 0."""
    penalty = penalties.LeCam(weight=2.0, decay=0.5)
    result = penalty(ops.convert_to_tensor([[2.0], [4.0]]), ops.convert_to_tensor([[-1.0], [1.0]]))
    assert float(penalty.real_average) == pytest.approx(1.5)
    assert float(penalty.fake_average) == pytest.approx(0.0)
    np.testing.assert_allclose(result, [[2 * (4 + 6.25)], [2 * (16 + 0.25)]], rtol=1e-6)


def test_lecam_does_not_keep_a_nan():
    penalty = penalties.LeCam()
    penalty(ops.convert_to_tensor([[np.nan]]), ops.convert_to_tensor([[1.0]]))
    assert np.isfinite(float(penalty.real_average))


def test_weight_clipping():
    variable = keras.Variable([-3.0, 0.005, 3.0])
    penalty = penalties.WeightClipping(limit=0.01)
    penalty.apply([variable])
    np.testing.assert_allclose(variable, [-0.01, 0.005, 0.01])


@pytest.mark.parametrize("name", ["r1", "r2", "wgan_gp", "dragan"])
def test_the_penalty_trains_the_discriminator(name):
    """A second derivative: d/dw of the penalty of D(x) = w . x, known in closed form."""
    weights = keras.Variable(WEIGHTS)
    penalty = penalties.get(name)
    real, fake = batch(1), batch(2)

    def loss():
        points = {"real": real, "fake": fake}.get(penalty.points)
        if points is None:
            points = penalty.draw_points(real, fake, keras.random.SeedGenerator(0))
        _, gradient = backend.input_gradient(lambda x: ops.sum(x * weights, axis=(1, 2, 3)), points)
        return [ops.mean(penalty(gradient))], None

    _, ((slope,),), _ = backend.gradients(loss, [weights.value])
    norm = np.linalg.norm(WEIGHTS)
    expected = WEIGHTS if name in ("r1", "r2") else 20 * (norm - 1) * WEIGHTS / norm
    np.testing.assert_allclose(slope, expected, rtol=1e-4)


def test_a_dead_critic_has_finite_gradients():
    """The norm has no derivative at 0."""
    weights = keras.Variable(np.zeros(SHAPE, "float32"))
    penalty = penalties.WGANGP()

    def loss():
        _, gradient = backend.input_gradient(lambda x: ops.sum(x * weights, axis=(1, 2, 3)), batch(1))
        return [ops.mean(penalty(gradient))], None

    (total,), ((slope,),), _ = backend.gradients(loss, [weights.value])
    assert float(total) == pytest.approx(10.0, rel=1e-4)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", penalties.PENALTIES)
def test_config_round_trip(name):
    penalty = penalties.get(name)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert type(again) is type(penalty)
    assert again.get_config() == penalty.get_config()
    assert penalty.name == name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: penalties.R1(gamma=-1), "`gamma` must be non-negative. Received: gamma=-1"),
        (lambda: penalties.R2(gamma=float("nan")), "`gamma` must be non-negative"),
        (lambda: penalties.R1(gamma=1, final_gamma=2), "`final_gamma` must be in .0, gamma=1."),
        (lambda: penalties.R1(final_gamma=0.1, decay_steps=0), "`decay_steps` must be positive"),
        (lambda: penalties.WGANGP(weight=-1), "`weight` must be non-negative"),
        (lambda: penalties.LeCam(decay=1), r"`decay` must be in \[0, 1\)"),
        (lambda: penalties.WeightClipping(limit=0), "`limit` must be positive"),
        (lambda: penalties.get("r3"), "Unknown penalty. Received: 'r3'. Did you mean 'r2' or 'r1'"),
        (lambda: penalties.get(7), "Expected a penalty: a name"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_three_kinds_and_no_kind_is_another():
    """R2 is no R1: each class says one thing."""
    kinds = {
        penalties.GradientPenalty: ["r1", "r2", "wgan_gp", "dragan"],
        penalties.LogitPenalty: ["lecam"],
        penalties.Constraint: ["weight_clipping"],
    }
    for kind, names in kinds.items():
        assert [name for name in penalties.PENALTIES if isinstance(penalties.get(name), kind)] == names
    assert not isinstance(penalties.R2(), penalties.R1)


def test_a_penalty_of_no_kind_is_refused():
    class Old(penalties.Penalty):
        pass

    with pytest.raises(ValueError, match="`GradientPenalty`, `LogitPenalty` or `Constraint`"):
        penalties.get(Old("old"))
