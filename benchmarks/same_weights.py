"""Check that a change of the code changes no number: short seeded runs, compared to the last bit.

    python benchmarks/same_weights.py --package OLD --out old.json
    python benchmarks/same_weights.py --package NEW --out new.json --compare old.json

`--package` is a folder that holds the package `kgan`, for example a checkout of an earlier version. Each run trains for
a few updates on the CPU with generated data. The file has a hash of every array that a run ends with: weights,
averages, optimizer slots, random states, penalties, augmentations, the history and generated images. Two files
compare only if they were written on one machine with the same TensorFlow and Keras. All runs take about a minute.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys
import time
import warnings

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

SHAPE = (8, 8, 1)


def pictures(num, shape=SHAPE, seed=0):
    """Smooth random images, float32 in [-1, 1]."""
    coarse = np.random.default_rng(seed).uniform(-1, 1, (num, *shape))
    return ((coarse + np.roll(coarse, 1, 1) + np.roll(coarse, 1, 2)) / 3).astype("float32")


def classes(num, num_classes=3):
    return (np.arange(num) % num_classes).astype("int32")


def small_mlp(kgan, num_classes=None, shape=SHAPE, packing=1, **discriminator):
    return (
        kgan.architectures.mlp.generator(shape, latent_dim=6, units=(16,), num_classes=num_classes),
        kgan.architectures.mlp.discriminator(
            shape, units=(16,), num_classes=num_classes, packing=packing, **discriminator
        ),
    )


def small_dcgan(kgan, shape=SHAPE, num_classes=None, packing=1, **discriminator):
    return (
        kgan.architectures.dcgan.generator(shape, latent_dim=6, width=4, num_classes=num_classes),
        kgan.architectures.dcgan.discriminator(
            shape, width=4, num_classes=num_classes, packing=packing, minibatch_deviations=4, **discriminator
        ),
    )


def dropout_discriminator(shape=SHAPE):
    """A discriminator whose Dropout layer has a random state of its own."""
    import keras

    inputs = keras.Input(shape)
    x = keras.layers.Flatten()(inputs)
    x = keras.layers.Dropout(0.3)(keras.layers.Dense(8, activation="relu")(x))
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def train(kgan, networks, data=None, labels=None, options=None, fit=None, **compiled):
    """Train a GAN of latents for two epochs and return the model and its history."""
    gan = kgan.GAN(*networks, seed=3, **(options or {}))
    gan.compile(**compiled)
    data = pictures(48, tuple(networks[0].outputs[0].shape[1:])) if data is None else data
    history = gan.fit(data, labels, **{"batch_size": 16, "epochs": 2, "verbose": 0, **(fit or {})})
    return gan, history


def classic(kgan, **compiled):
    """The algorithm of 2014 on a small network; `compiled` says what is different."""
    import keras

    optimizers = {f"{name}_optimizer": keras.optimizers.Adam(2e-4) for name in ("generator", "discriminator")}
    return train(kgan, small_mlp(kgan), **{"loss": "non_saturating", **optimizers, **compiled})


def clustered(kgan):
    return train(kgan, small_dcgan(kgan, num_classes=3), options={"clusters": True})


def conditional(kgan, conditioning, label_dropout=0.0):
    networks = small_dcgan(kgan, num_classes=3, conditioning=conditioning)
    return train(kgan, networks, labels=classes(48), options={"label_dropout": label_dropout})


def data_set(kgan):
    """A `tf.data` data set of labeled uint8 images, without an average, with several steps an execution."""
    images = np.random.default_rng(0).integers(0, 256, (50, *SHAPE), "uint8")
    data = kgan.datasets.from_arrays(images, classes(50), batch_size=8, seed=2)
    return train(
        kgan,
        small_mlp(kgan, num_classes=3),
        data,
        options={"ema_decay": None},
        fit={"batch_size": None},
        steps_per_execution=2,
    )


def validated(kgan):
    """Arrays that are split for validation, a compiled metric, Dropout, and a Keras callback that sets the rate."""
    import keras

    networks = small_mlp(kgan)[0], dropout_discriminator()
    rate = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    gan, history = train(
        kgan, networks, metrics=["mean_absolute_error"], fit={"validation_split": 0.25, "callbacks": [rate]}
    )
    scores = gan.evaluate(pictures(16, seed=5), batch_size=8, verbose=0, return_dict=True)
    history.history["evaluate"] = [scores[name] for name in sorted(scores)]
    return gan, history


def low_precision(kgan):
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return train(kgan, small_mlp(kgan), penalties=["r1", "wgan_gp"], loss="wasserstein")
    finally:
        keras.config.set_dtype_policy("float32")


def skipped(kgan):
    """Weights so large that updates are skipped."""
    networks = small_mlp(kgan)
    networks[1].set_weights([weight * 1e25 for weight in networks[1].get_weights()])
    return train(kgan, networks, loss="least_squares", penalties=["wgan_gp"])


def pairs(kgan, scale=1, fit=None, input_channels=None, **compiled):
    """Train an image-to-image model for two epochs."""
    targets = pictures(16, (16, 16, 1))
    inputs = targets[:, ::scale, ::scale] + np.random.default_rng(1).normal(0, 0.1, targets[:, ::scale, ::scale].shape)
    restoration = kgan.architectures.restoration
    if scale == 1:
        generator = restoration.denoiser(width=4, blocks=1)
    else:
        generator = restoration.upscaler(scale, channels=1, width=4, blocks=1)
    discriminator = kgan.architectures.patch.discriminator(
        width=4, layers=2, input_channels=input_channels, scale=scale if input_channels else 1
    )
    model = kgan.ImageToImageGAN(generator, discriminator, seed=3)
    model.compile(**compiled)
    history = model.fit(
        inputs.astype("float32"), targets, **{"batch_size": 4, "epochs": 2, "verbose": 0, **(fit or {})}
    )
    return model, history


def perceived(kgan):
    """All losses, the first three updates on pixels alone, validation and a metric."""
    import keras

    inputs = keras.Input((None, None, 1))
    perceptual = keras.Model(inputs, keras.layers.Conv2D(4, 3, activation="relu", padding="same")(inputs))
    held_out = pictures(8, (16, 16, 1), seed=4)
    return pairs(
        kgan,
        fit={"validation_data": (held_out, held_out)},
        warmup_steps=3,
        perceptual=perceptual,
        metrics=["mean_absolute_error"],
    )


def penalty(name):
    return lambda kgan: classic(kgan, penalties=[name])


def loss(name):
    return lambda kgan: classic(kgan, loss=name, penalties=[])


RUNS = {
    "recommended": lambda kgan: train(kgan, small_dcgan(kgan)),
    "dcgan_28": lambda kgan: train(kgan, small_dcgan(kgan, (28, 28, 1)), loss="non_saturating", penalties=["r1"]),
    "classic": classic,
    "classic_data_set": data_set,
    "projection_label_dropout": lambda kgan: conditional(kgan, "projection", 0.2),
    "auxiliary_classifier": lambda kgan: conditional(kgan, "projection_and_classifier"),
    "clusters": clustered,
    "packing": lambda kgan: train(kgan, small_mlp(kgan, packing=2), options={"packing": 2}),
    "spectral_hinge": lambda kgan: train(kgan, small_dcgan(kgan, normalization="spectral"), loss="hinge"),
    "resnet": lambda kgan: train(
        kgan,
        (
            kgan.architectures.resnet.generator(SHAPE, latent_dim=6, width=4),
            kgan.architectures.resnet.discriminator(SHAPE, width=4),
        ),
    ),
    "style": lambda kgan: train(
        kgan, (kgan.architectures.style.generator(SHAPE, latent_dim=6, width=4, style_dim=5), dropout_discriminator())
    ),
    **{f"loss_{name}": loss(name) for name in ("minimax", "least_squares", "relativistic")},
    **{f"penalty_{name}": penalty(name) for name in ("r1", "r2", "wgan_gp", "dragan", "lecam")},
    "penalty_weight_clipping": lambda kgan: classic(
        kgan, loss="wasserstein", penalties=["weight_clipping"], discriminator_steps=3
    ),
    "penalties_together": lambda kgan: classic(kgan, penalties=["r1", "r2", "wgan_gp", "lecam"]),
    "simultaneous": lambda kgan: classic(kgan, update="simultaneous", penalties=["r1", "lecam"]),
    "simultaneous_classifier": lambda kgan: train(
        kgan,
        small_mlp(kgan, num_classes=3, conditioning="auxiliary_classifier"),
        labels=classes(48),
        update="simultaneous",
        classification_weight=0.5,
    ),
    **{
        f"augmentation_{name}": lambda kgan, name=name: classic(kgan, augmentation=name, penalties=["r1"])
        for name in ("diffaugment", "ada", "instance_noise")
    },
    "validation": validated,
    "mixed_bfloat16": low_precision,
    "skipped_updates": skipped,
    "image_to_image": perceived,
    "image_to_image_condition": lambda kgan: pairs(kgan, 2, input_channels=1, penalties=["r1"], loss="hinge"),
    "image_to_image_pixels": lambda kgan: pairs(kgan, adversarial_weight=0, feature_weight=0),
}


def arrays_of(model, history):
    """Return all arrays of a trained model by name."""
    networks = {"generator": model.generator, "average": model.ema_generator, "discriminator": model.discriminator}
    groups = {name: network.weights for name, network in networks.items()}
    for name, network in networks.items():
        weights = {id(weight) for weight in network.weights}
        groups[f"{name}_seeds"] = [variable for variable in network.variables if id(variable) not in weights]
    groups["seeds"] = [model.seed_generator.state]
    groups["generator_optimizer"] = model.generator_optimizer.variables
    groups["discriminator_optimizer"] = model.discriminator_optimizer.variables
    for name in ("penalties", "augmentations"):
        parts = getattr(model, name, None) or []
        groups[name] = [variable for part in parts for variable in getattr(part, "variables", [])]
    arrays = {f"{name}/{i}": variable.numpy() for name, group in groups.items() for i, variable in enumerate(group)}
    arrays.update({f"history/{name}": np.asarray(values, "float64") for name, values in history.history.items()})
    if len(model.generator.inputs[0].shape) == 2:
        options = {} if model.generator.inputs[1:] == [] or model.clusters is not None else {"labels": classes(4)}
        arrays["generate"] = np.asarray(model.generate(4, seed=7, **options))
    else:
        side = model.generator.inputs[0].shape[-1]
        arrays["predict"] = model.predict(pictures(2, (12, 20, side), seed=9), verbose=0)
    return arrays


def data_arrays(kgan):
    """Return what the data pipeline gives: the order of two epochs, and degraded images."""
    data = kgan.datasets.load("digits", batch_size=64, labels=True, seed=5)
    arrays = {}
    for epoch in range(2):
        for images, labels in data.take(2):
            arrays[f"digits/{epoch}/{len(arrays)}"] = images.numpy()
            arrays[f"digits/{epoch}/{len(arrays)}"] = labels.numpy()
    try:
        from kgan.datasets import degradations
    except ImportError:
        from kgan import degradations
    chain = [degradations.GaussianNoise(), degradations.PoissonNoise(), degradations.SaltAndPepper()]
    images = pictures(16, (16, 16, 3))
    for degradation in chain:
        clean = kgan.datasets.from_arrays(images, batch_size=4, shuffle=False)
        batches = [pair[0].numpy() for pair in degradations.pairs(clean, degradation, seed=1)]
        arrays[f"degradations/{type(degradation).__name__}"] = np.concatenate(batches)
    return arrays


def record(arrays):
    """Return a hash and a few numbers of each array."""
    table = {}
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        digest = hashlib.sha256(f"{array.dtype}{array.shape}".encode() + array.tobytes()).hexdigest()[:16]
        table[name] = {"hash": digest, "sum": float(np.sum(array, dtype="float64"))}
    return table


def import_kgan(package):
    """Import `kgan` from the folder `package`."""
    folder = pathlib.Path(package).resolve()
    sys.path.insert(0, str(folder))
    import kgan

    if folder not in pathlib.Path(kgan.__file__).resolve().parents:
        raise ImportError(f"Expected a package `kgan` in {folder}. Received: {kgan.__file__}")
    return kgan


def run(package, names):
    """Return the record of each run."""
    kgan = import_kgan(package)
    import keras

    results = {}
    for name in names:
        start = time.perf_counter()
        keras.backend.clear_session(free_memory=False)
        keras.utils.set_random_seed(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results[name] = record(data_arrays(kgan) if name == "data" else arrays_of(*RUNS[name](kgan)))
        print(f"{name:28} {len(results[name]):4} arrays {time.perf_counter() - start:6.1f} s", flush=True)
    return results


def compare(before, after):
    """Print what differs, and return whether all is equal; a history may gain or lose a name, which is printed."""
    equal = True
    for name in after:
        if name not in before:
            print(f"{name:28} is new")
            continue
        old, new = before[name], after[name]
        lost, gained = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        changed = [key for key in old if key in new and old[key]["hash"] != new[key]["hash"]]
        print(f"{name:28} {'equal' if not changed else f'{len(changed)} of {len(old)} arrays differ'}")
        for key in changed[:8]:
            print(f"    {key:32} sum {old[key]['sum']:.9g} -> {new[key]['sum']:.9g}")
        for kind, keys in (("lost", lost), ("gained", gained)):
            if keys:
                print(f"    {kind}: {', '.join(keys[:12])}")
        equal = equal and not changed and all(key.startswith("history/") for key in lost)
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", default=pathlib.Path(__file__).resolve().parents[1], help="holds `kgan`")
    parser.add_argument("--out", help="the file to write")
    parser.add_argument("--compare", help="a file of another version")
    parser.add_argument("--only", nargs="+", choices=[*RUNS, "data"], help="some of the runs")
    options = parser.parse_args()
    results = run(options.package, options.only or [*RUNS, "data"])
    if options.out:
        pathlib.Path(options.out).write_text(json.dumps(results, indent=0) + "\n")
    if options.compare and not compare(json.loads(pathlib.Path(options.compare).read_text()), results):
        sys.exit("The numbers differ.")


if __name__ == "__main__":
    main()
