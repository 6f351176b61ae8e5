"""Write the files of this folder with kgan 0.1.0 as it was before its modules became packages.

Run it in a checkout of that version: `python make.py FOLDER`. The contents of `.keras` files are as kgan wrote them,
but compressed; folders are packed as `.zip`. `expected.npz` holds what that version computed of fixed inputs.
"""

import json
import pathlib
import shutil
import sys
import tempfile
import zipfile

import keras
import numpy as np

import kgan
from kgan.applications import directions, spaces
from kgan.applications.restoration import Restorer
from kgan.architectures import dcgan, mlp, patch, restoration, style

SHAPE = (8, 8, 1)
CLASSES = 3
RANDOM = np.random.default_rng(0)
LATENTS = RANDOM.normal(size=(6, 4)).astype("float32")
LABELS = (np.arange(6) % CLASSES).astype("int32")
IMAGES = RANDOM.uniform(-1, 1, (24, *SHAPE)).astype("float32")
TARGETS = RANDOM.uniform(-1, 1, (4, 16, 16, 1)).astype("float32")
INPUTS = TARGETS[:, ::2, ::2]


def gan(units=(6,), num_classes=None, conditioning="projection", packing=1, **options):
    return kgan.GAN(
        mlp.generator(SHAPE, latent_dim=4, units=units, num_classes=num_classes),
        mlp.discriminator(SHAPE, units=units, num_classes=num_classes, conditioning=conditioning, packing=packing),
        packing=packing,
        seed=0,
        **options,
    )


def models():
    """Return the models by name, each with its data."""
    everything = {}
    everything["plain"] = gan()
    everything["plain"].compile()
    everything["clusters"] = gan(num_classes=CLASSES, clusters=True)
    everything["clusters"].compile(loss="non_saturating", penalties=["dragan"])
    everything["packing"] = gan(packing=2)
    everything["packing"].compile("adam", "rmsprop", loss="wasserstein", penalties=["wgan_gp", "weight_clipping"])
    everything["conditional"] = gan(
        num_classes=CLASSES, conditioning="projection_and_classifier", label_dropout=0.2, ema_decay=0.9
    )
    everything["conditional"].compile(loss="hinge", penalties=["r1", "lecam"], discriminator_steps=2)
    everything["every_state"] = gan()
    everything["every_state"].compile(
        loss="relativistic",
        penalties=[kgan.penalties.R1(2.0, final_gamma=0.5, decay_steps=9), "r2", "lecam"],
        augmentation=[
            kgan.augmentation.DiffAugment("translation,flip", probability=0.5, warmup_steps=10),
            kgan.augmentation.ADA("cutout", horizon=100, interval=2),
            kgan.augmentation.InstanceNoise(0.1, steps=10),
        ],
        metrics=[keras.metrics.MeanSquaredError()],
        update="simultaneous",
    )
    everything["style"] = kgan.GAN(
        style.generator(SHAPE, latent_dim=4, width=2, style_dim=4),
        dcgan.discriminator(SHAPE, width=2, normalization="spectral"),
        seed=0,
    )
    everything["style"].compile(loss="least_squares")
    everything["dcgan"] = kgan.GAN(
        dcgan.generator(SHAPE, latent_dim=4, width=2, num_classes=CLASSES),
        dcgan.discriminator(SHAPE, width=2, num_classes=CLASSES),
        ema_decay=None,
        seed=0,
    )
    everything["dcgan"].compile(loss="minimax")
    return everything


def images_of(model, latents, labels):
    latents, labels = keras.ops.convert_to_tensor(latents), keras.ops.convert_to_tensor(labels)
    return model.ema_generator([latents, labels] if model.conditional else latents, training=False)


def logits_of(model, images, labels):
    images, labels = model._packed(keras.ops.convert_to_tensor(images)), keras.ops.convert_to_tensor(labels)
    logits = model.discriminator([images, labels] if model.conditional else images, training=False)
    return logits[0] if isinstance(logits, list | tuple) else logits


def perceptual():
    images = keras.Input((16, 16, 1))
    return keras.Model(images, keras.layers.Conv2D(2, 3, kernel_initializer=keras.initializers.HeNormal(5))(images))


def image_to_image():
    model = kgan.ImageToImageGAN(
        restoration.upscaler(2, channels=1, width=2, blocks=1),
        patch.discriminator(width=2, layers=1),
        seed=0,
    )
    model.compile(
        loss="least_squares",
        pixel_loss="l1",
        perceptual=perceptual(),
        warmup_steps=1,
        metrics=[kgan.metrics.PSNR()],
    )
    return model


def configurations():
    """Return one object of every class that kgan registers with Keras, but for the models."""
    return [
        *(kgan.losses.get(name) for name in ("minimax", "wasserstein", "relativistic")),
        kgan.losses.NonSaturating(label_smoothing=0.1),
        kgan.losses.LeastSquares(label_smoothing=0.1),
        kgan.losses.Hinge(),
        kgan.penalties.R1(3.0, final_gamma=1.0, decay_steps=7),
        kgan.penalties.R2(2.0),
        kgan.penalties.WGANGP(5.0),
        kgan.penalties.DRAGAN(4.0),
        kgan.penalties.LeCam(0.2, decay=0.5),
        kgan.penalties.WeightClipping(0.03),
        kgan.augmentation.DiffAugment("color,flip", probability=0.5, warmup_steps=3),
        kgan.augmentation.ADA("flip", target=0.5, horizon=10, interval=2, maximum=0.7),
        kgan.augmentation.InstanceNoise(0.2, steps=4),
        kgan.optimizers.AnnealedAdam(1e-2, decay_steps=10, alpha=0.2, beta_2=0.8, final_beta_2=0.95),
        *(kgan.pixel_losses.get(name) for name in ("l1", "l2")),
        kgan.pixel_losses.Charbonnier(),
        kgan.metrics.FrechetDistance(),
        kgan.metrics.KernelDistance(block_size=10),
        kgan.metrics.InceptionScore(),
        kgan.metrics.ModeCoverage(),
        kgan.metrics.PrecisionRecall(neighbors=2, samples=10),
        kgan.metrics.PSNR(),
        kgan.clusters.Sectors(3),
        kgan.layers.SpectralNormalization(keras.layers.Dense(2)),
        kgan.layers.MinibatchStdDev(),
        kgan.layers.LabelEmbedding(3, 2),
        kgan.layers.ConditionalBatchNormalization(3),
        kgan.style_layers.LearnedConstant((2, 2, 2)),
        kgan.style_layers.ModulatedConv2D(2, 3),
        kgan.style_layers.NoiseInjection(),
        kgan.restoration_layers.CropLike(),
        kgan.restoration_layers.DepthToSpace(2),
        kgan.restoration_layers.BicubicUpSampling(2),
    ]


def pack(path, folder):
    """Write a folder as one compressed file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))


def compress(path):
    """Compress what is in a `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        contents = [(item, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for item, content in contents:
            archive.writestr(item.filename, content)


def write_models(folder):
    expected = {"latents": LATENTS, "labels": LABELS, "images": IMAGES, "inputs": INPUTS, "targets": TARGETS}
    for name, model in models().items():
        labels = np.tile(LABELS, 4)
        data = (IMAGES, labels) if model.conditional else (IMAGES,)
        model.fit(*data, batch_size=8, verbose=0)
        model.save(folder / f"{name}.keras")
        latents = np.concatenate([LATENTS, LATENTS[:, :2]], axis=1) if name == "clusters" else LATENTS
        expected[f"{name}/images"] = images_of(model, latents, LABELS)
        expected[f"{name}/generate"] = model.generate(4, seed=7)
        if name != "clusters":
            expected[f"{name}/logits"] = logits_of(model, IMAGES, labels)
        if name == "plain":
            model.generator.save(folder / "generator.keras")
            expected["generator/generate"] = kgan.opening.KerasGenerator(model.generator).generate(4, seed=7)
            code_space = spaces.CodeSpace(model)
            direction = directions.Direction([1.0, 0.0, 2.0, 0.0], name="up", fingerprint=code_space.fingerprint)
            direction.save(folder / "direction.npz")
        # Going on with the training must give the same weights.
        model.fit(*data, batch_size=8, verbose=0)
        expected[f"{name}/next"] = images_of(model, latents, LABELS)
        if name == "conditional":
            with tempfile.TemporaryDirectory() as place:
                model = keras.saving.load_model(folder / f"{name}.keras")
                model.export(pathlib.Path(place) / "export")
                pack(folder / "saved_model.zip", pathlib.Path(place) / "export")
    model = image_to_image()
    model.fit(INPUTS, TARGETS, batch_size=2, verbose=0)
    model.save(folder / "image_to_image.keras")
    expected["image_to_image/images"] = model.predict(INPUTS, verbose=0)
    with tempfile.TemporaryDirectory() as place:
        model.export(pathlib.Path(place) / "export")
        pack(folder / "saved_model_of_images.zip", pathlib.Path(place) / "export")
    model.fit(INPUTS, TARGETS, batch_size=2, verbose=0)
    expected["image_to_image/next"] = model.predict(INPUTS, verbose=0)
    return expected


def write_restorer(folder, expected):
    networks = [restoration.denoiser(channels=1, width=2, blocks=1) for _ in range(2)]
    for seed, network in enumerate(networks):
        random = np.random.default_rng(seed)
        network.set_weights([random.normal(0, 0.2, weight.shape) for weight in network.get_weights()])
    restorer = Restorer(*networks, trained_on={"note": "nothing"})
    with tempfile.TemporaryDirectory() as place:
        restorer.save(place, dtype="float16")
        pack(folder / "restorer.zip", pathlib.Path(place))
        restorer = Restorer.open(place)
    image = np.random.default_rng(3).uniform(-1, 1, (13, 17, 1)).astype("float32")
    expected["restorer/input"] = image
    expected["restorer/output"] = restorer.restore(image, fidelity=0.5)


def write_run(folder, expected):
    """Write what `kgan train` leaves, of smaller networks."""

    def train(run, epochs, keep=True):
        keras.utils.set_random_seed(0)
        data = kgan.datasets.load("digits", batch_size=256, seed=0)
        model = gan(units=(4,))
        model.compile()
        callbacks = [kgan.callbacks.Resume(run / "backup", save_freq=2)]
        if keep:
            callbacks = [
                kgan.callbacks.SampleImages(run / "samples", num=4),
                kgan.callbacks.LossCurves(run / "curves.png", csv=run / "log.csv"),
                *callbacks,
            ]
        model.fit(data, epochs=epochs, verbose=0, callbacks=callbacks)
        return model

    with tempfile.TemporaryDirectory() as place:
        run = pathlib.Path(place)
        settings = {"data": "digits", "architecture": "mlp", "loss": None, "penalties": None, "image_size": None}
        settings |= {"batch_size": 256, "conditional": False, "conditioning": None, "classification_weight": None}
        settings |= {"label_dropout": None, "clusters": None, "augment": None, "decay_steps": None, "seed": 0}
        (run / "run.json").write_text(json.dumps(settings, indent=2) + "\n")
        model = train(run, 1)
        model.save(run / "model.keras")
        kgan.images.save_grid(run / "samples.png", model.generate(4, seed=0))
        (run / "curves.png").unlink()  # large
        for path in run.rglob("*.keras"):
            compress(path)
        expected["run/generate"] = model.generate(4, seed=7)
        names = sorted(path.name for path in (run / "backup").iterdir())
        pack(folder / "run.zip", run)
        for name in names:
            with tempfile.TemporaryDirectory() as other:
                (pathlib.Path(other) / "backup").mkdir()
                shutil.copy(run / "backup" / name, pathlib.Path(other) / "backup" / name)
                expected[f"run/{name}"] = train(pathlib.Path(other), 2, keep=False).generate(4, seed=7)


def main():
    folder = pathlib.Path(sys.argv[1])
    keras.utils.set_random_seed(0)
    expected = write_models(folder)
    write_restorer(folder, expected)
    write_run(folder, expected)
    configs = [keras.saving.serialize_keras_object(each) for each in configurations()]
    (folder / "configurations.json").write_text(json.dumps(configs) + "\n")
    for path in folder.glob("*.keras"):
        compress(path)
    np.savez_compressed(folder / "expected.npz", **{name: np.asarray(value) for name, value in expected.items()})


if __name__ == "__main__":
    main()
