"""Measure editing: does an edit change its attribute, and nothing else?

    TFDS_DATA_DIR=... python benchmarks/editing.py --folder runs/editing            # all three data sets
    python benchmarks/editing.py --folder runs/editing --data mnist --train-only     # only train its generator

For each data set a style-based generator is trained with the recommended recipe (`--updates`, 10,000 of 32 images) and
kept in the folder; a run that is killed continues when it is started again. Then, on 200 test images that the generator
has not seen:

- Inversion: the peak signal-to-noise ratio of the images, median and tenth percentile.
- Attributes: the direction of each is learned from 30,000 random images (`average_gradient`), at the levels in the
  table, with the classes kept (those of a classifier that kgan trains on the data). The direction of the size, which
  grows differently in each image, is learned for each inverted image from 1,000 moves (`local_gradients`). The images
  are edited by -2, -1, 0, 1 and 2 standard deviations. The table gives the share of images whose measured attribute
  rises from each strength to the next, over all five and over the central three; and the share that the classifier
  assigns to the same class as at strength 0, at -1 and 1 (the smaller of both), and at -2 and 2. The same classifier
  was used to keep the classes, but, except for the size, on random images, and not on these.
- Hue (colored digits: MNIST's in a random hue on a dark background of another hue): how far the measured hue of the
  inverted images is from the true one; how far it is from a random target hue after `set_angle`; and how much the hue
  of the background changes. Medians in degrees.

Prints a table; writes results/editing.json, and results/editing_DATA.png with test images and their edits by -2 to 2.
"""

import argparse
import pathlib
import time

import numpy as np
from scoring import ALPHA, RESULTS, optimizers, write_results

NUM_IMAGES = 200  # the last test images: the levels below were chosen on random images and on some of the first
STRENGTHS = (-2.0, -1.0, 0.0, 1.0, 2.0)
ATTRIBUTES = {  # and the levels at which they are edited
    "mnist": {"slant": [0, 1], "thickness": [3], "size": [1, 2]},
    "fashion_mnist": {"brightness": [3], "size": [0]},
    "coloured": {"slant": [0], "background_brightness": None},
}
LOCAL = ("size",)  # attributes whose direction is learned for each image


def coloured(images, seed):
    """Return digits `(num, 28, 28, 3)` in random hues on dark backgrounds of other hues, and both hues in degrees."""
    from matplotlib.colors import hsv_to_rgb

    rng = np.random.default_rng(seed)
    hues, backgrounds, values = (
        rng.uniform(size=len(images)),
        rng.uniform(size=len(images)),
        rng.uniform(size=len(images)),
    )

    def colors(hue, saturation, value):
        hsv = np.stack(np.broadcast_arrays(hue, saturation, value), axis=-1)
        return 2 * hsv_to_rgb(hsv)[:, None, None] - 1

    drawn = (images + 1) / 2
    images = drawn * colors(hues, 0.9, 1.0) + (1 - drawn) * colors(backgrounds, 0.8, 0.15 + 0.25 * values)
    return images.astype("float32"), 360 * hues, 360 * backgrounds


def load(data):
    """Return training images, test images, and the hues of the test images. Colored digits are made from MNIST."""
    import kgan

    (train, _), (test, _) = kgan.datasets.train_and_test("mnist" if data == "coloured" else data, share=0.1)
    if data != "coloured":
        return train, test, None
    test, *hues = coloured(test, seed=1)
    return coloured(train, seed=0)[0], test, hues


def trained_gan(data, options):
    """Return the trained GAN of a data set: the one in the folder, or else a new one."""
    import keras

    import kgan

    path = options.folder / f"{data}.keras"
    if path.exists():
        return keras.saving.load_model(path)
    keras.utils.set_random_seed(0)
    train, _, _ = load(data)
    shape = train.shape[1:]
    gan = kgan.GAN(kgan.architectures.style.generator(shape), kgan.architectures.style.discriminator(shape), seed=0)
    gan.compile(*optimizers(options))
    epochs = -(-options.updates // (len(train) // 32))
    resume = kgan.callbacks.Resume(options.folder / f"{data}-backup", save_freq=500)
    start = time.perf_counter()
    gan.fit(train[: len(train) // 32 * 32], batch_size=32, epochs=epochs, verbose=0, callbacks=[resume])
    print(f"{data}: {epochs} epochs in {time.perf_counter() - start:.0f} s", flush=True)
    gan.save(path)
    kgan.images.save_grid(options.folder / f"{data}.png", gan.generate(64, seed=0))
    return gan


def class_scores(data):
    """Return `attributes.class_scores` of kgan's classifier, which sees the foreground of colored digits."""
    import kgan
    from kgan.applications.editing import attributes

    scores = attributes.class_scores(kgan.features.classifier("mnist" if data == "coloured" else data, verbose=0))

    def scores_of_foreground(images):
        drawn = attributes.foreground(images)
        return scores((2 * drawn / np.maximum(drawn.max(axis=(1, 2), keepdims=True), 1e-6) - 1)[..., None])

    return scores_of_foreground if data == "coloured" else scores


def measure_attribute(data, space, codes, name, levels):
    """Return the scores of the edits of an attribute, and the edited images."""
    from kgan.applications import editing
    from kgan.applications.editing import attributes, supervised

    scores = class_scores(data)
    if name in LOCAL:
        directions = supervised.local_gradients(space, name, codes, levels=levels, keep=[scores])
    else:
        direction = supervised.average_gradient(space, name, levels=levels, keep=[scores], num=30_000)
        directions = [direction] * len(codes)
    edited = editing.edit(space, codes, directions, STRENGTHS)
    flat = edited.reshape(-1, *edited.shape[2:])
    values = attributes.get(name)(flat).reshape(edited.shape[:2])
    classes = scores(flat).argmax(axis=1).reshape(edited.shape[:2])
    rises, same = np.diff(values, axis=1) > 0, (classes == classes[:, 2:3]).mean(axis=0)
    figures = {
        "levels": levels or "all",
        "local": name in LOCAL,
        "score": np.mean([direction.score for direction in directions]),
        "monotone": rises.all(axis=1).mean(),
        "monotone_central": rises[:, 1:3].all(axis=1).mean(),
        "same_class_central": min(same[1], same[3]),
        "same_class_ends": min(same[0], same[4]),
        "mean_values": values.mean(axis=0).tolist(),
    }
    return figures, edited


def distance_of_hues(first, second):
    """Return the distance of two hues on the circle, in degrees."""
    return np.abs((first - second + 180) % 360 - 180)


def measure_hue(space, inversion, hues, backgrounds):
    """Return the errors of hues after inversion and after `set_angle`."""
    from kgan.applications import editing
    from kgan.applications.editing import attributes, supervised

    def background(images):
        radians = np.radians(attributes.background_hue(images))
        return np.stack([np.cos(radians), np.sin(radians)], axis=1)

    directions = supervised.angle_directions(space, "hue", keep=[background])
    targets = np.random.default_rng(2).uniform(0, 360, len(hues))
    edited = space.images(editing.set_angle(space, inversion.codes, directions, targets))
    before = attributes.background_hue(inversion.images)
    return {
        "inverted": np.median(distance_of_hues(attributes.hue(inversion.images), hues)),
        "inverted_ground": np.median(distance_of_hues(before, backgrounds)),
        "turned": np.median(distance_of_hues(attributes.hue(edited), targets)),
        "ground_went": np.median(distance_of_hues(attributes.background_hue(edited), before)),
    }


def measure(data, options):
    """Return the record of a data set; draw some edits."""
    from kgan.applications import editing
    from kgan.applications.editing import CodeSpace
    from kgan.applications.editing.inversion import invert

    space = CodeSpace(trained_gan(data, options))
    _, test, hues = load(data)
    start = time.perf_counter()
    test = test[-NUM_IMAGES:]
    inversion = invert(space, test)
    seconds = time.perf_counter() - start
    figures = {"median": np.median(inversion.psnr), "tenth": np.percentile(inversion.psnr, 10), "seconds": seconds}
    print(f"{data}: inversion {figures['median']:.1f} dB, a tenth below {figures['tenth']:.1f} dB", flush=True)
    record, rows = {"inversion": figures, "attributes": {}}, []
    for name, levels in ATTRIBUTES[data].items():
        record["attributes"][name], edited = measure_attribute(data, space, inversion.codes, name, levels)
        row = record["attributes"][name]
        print(
            f"  {name:22} levels {row['levels']!s:7} monotone {row['monotone']:.1%}, central "
            f"{row['monotone_central']:.1%}; same class {row['same_class_central']:.1%}, ends "
            f"{row['same_class_ends']:.1%}; means {np.round(row['mean_values'], 2).tolist()}",
            flush=True,
        )
        rows += [np.concatenate([test[:4, None], edited[:4]], axis=1)]
    if data == "coloured":
        record["hue"] = measure_hue(space, inversion, *(angles[-NUM_IMAGES:] for angles in hues))
        print("  hue", {name: round(float(value), 1) for name, value in record["hue"].items()}, flush=True)
    editing.save_strip(RESULTS / f"editing_{data}.png", np.concatenate(rows))
    return record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="folder of the trained generators")
    parser.add_argument("--data", nargs="+", default=list(ATTRIBUTES), choices=list(ATTRIBUTES))
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument("--updates", type=int, default=10_000)
    parser.add_argument("--train-only", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.train_only:
        for data in options.data:
            trained_gan(data, options)
        return
    write_results("editing", {"updates": options.updates, **{data: measure(data, options) for data in options.data}})


if __name__ == "__main__":
    main()
