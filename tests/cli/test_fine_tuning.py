"""Starting from the networks of a trained model."""

import dataclasses

import networks
import numpy as np
import pytest
from commands import SMALL, run

import kgan
from kgan.architectures import mlp
from kgan.cli import fine_tuning
from kgan.cli.console import CommandError
from kgan.cli.train_options import Options


def options(**given):
    defaults = {"data": "digits", "conditional": False, "conditioning": "projection"}
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(Options))
    return Options(**{**nothing, **defaults, **given})


@pytest.fixture(scope="module")
def models():
    shape = (8, 8, 1)
    return {
        "plain": kgan.GAN(mlp.generator(shape), mlp.discriminator(shape), seed=0),
        "classes": networks.gan(3),
        "clusters": networks.gan(3, clusters=True),
    }


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("plain", {"conditional": True}, "neither of the two. Received: --conditional"),
        ("classes", {}, "with them: --conditional. Received: --clusters none"),
        ("classes", {"clusters": 3}, "with them: --conditional. Received: --clusters 3"),
        ("clusters", {"clusters": 4}, "with them: --clusters 3. Received: --clusters 4"),
        ("classes", {"conditional": True}, "data of 3 classes.*Received: digits with 2"),
        ("plain", {"precision": "mixed_bfloat16"}, "Expected --precision float32.*Name their --architecture"),
    ],
)
def test_options_that_do_not_fit(models, kind, given, message):
    with pytest.raises(CommandError, match=message):
        fine_tuning.check(models[kind], options(**given), "runs/x", ["a", "b"])


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("plain", {"architecture": "mlp", "precision": "mixed_bfloat16"}),
        ("classes", {"conditional": True}),
        ("clusters", {"clusters": 3}),
    ],
)
def test_options_that_fit(models, kind, given):
    fine_tuning.check(models[kind], options(**given), "runs/x", ["a", "b", "c"])


@pytest.mark.parametrize("kind", ["classes", "clusters"])
def test_networks_and_weights(models, kind):
    model = models[kind]
    model.ema_generator.set_weights([0.5 * weight for weight in model.ema_generator.get_weights()])
    generator, discriminator = fine_tuning.networks_of(model)
    new = kgan.GAN(
        generator.from_config(generator.get_config()),
        discriminator.from_config(discriminator.get_config()),
        clusters=kind == "clusters",
    )
    fine_tuning.copy_weights(model, new, options())
    for role in ("generator", "discriminator", "ema_generator"):
        for expected, received in zip(getattr(model, role).weights, getattr(new, role).weights, strict=True):
            np.testing.assert_array_equal(received, expected)
    with pytest.raises(
        CommandError, match=r"--architecture mlp, whose generator has other layers: \d+ parameters, there 190,272"
    ):
        fine_tuning.copy_weights(models["plain"], networks.gan(), options(architecture="mlp"))


def test_what_is_no_gan(tmp_path):
    networks.generator().save(tmp_path / "generator.keras")
    with pytest.raises(CommandError, match=r"generator.keras, which holds a generator alone"):
        fine_tuning.open_gan(tmp_path / "generator.keras")


@pytest.mark.slow
def test_with_other_data_and_again(trained, tmp_path):
    """A run starts from the networks of another one, is continued without it, and starts from its weights."""
    out = ["--from", trained, "--out", tmp_path / "new"]
    output = run("train", "digits", *out, "--updates", "2", "--seed", "3", "--learning-rate", "1e-9")
    assert f"of {trained}" in output
    first, second = kgan.open_model(trained), kgan.open_model(tmp_path / "new")
    assert int(second.generator_optimizer.iterations) == 2
    for expected, received in zip(first.generator.weights, second.generator.weights, strict=True):
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-7)
    assert "which holds a generator alone" in run(
        "train", "digits", "--from", trained / "saved_model", "-o", tmp_path / "x", code=1
    )
    output = run("train", "digits", *SMALL[2:], "--from", trained, "--image-size", "16", "-o", tmp_path / "x", code=1)
    assert "Expected images of the shape (8, 8, 1)" in output
