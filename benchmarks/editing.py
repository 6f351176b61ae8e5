"""Editing: does an edit change what it should, and nothing else?

    TFDS_DATA_DIR=... python benchmarks/editing.py --folder runs/editing            # all three data sets
    python benchmarks/editing.py --folder runs/editing --data mnist --train-only     # only train its generator

For each data set a style-based generator is trained with kgan's recommended recipe (`--updates`, 10,000 of 32 images)
and kept in the folder; a run that was stopped continues. Then, on 200 test images that it has not seen:

- inversion: their peak signal-to-noise ratio, median and tenth percentile;
- attributes: a direction for each is learned from 30,000 random images, each moved a little, at the levels that the
  table names, so that the classes stay (those of a classifier that kgan trains on the data); for the size, which
  grows differently in each image, a direction for each inverted image is learned from 1,000 moves of its own. The
  inverted images are moved by -2, -1, 0, 1 and 2 standard deviations. The table has the share of images whose
  attribute, measured on the images, rises from each strength to the next, over all five and over the central three,
  and the share that the classifier assigns to the same class as at 0, at the strengths -1 and 1 (the smaller of
  both), and -2 and 2. The same classifier helped to learn the directions; but, except for the size, they were learned
  on random images, and these are inverted ones;
- hue (colored digits: MNIST's in a random hue on a dark background of another one): how far the measured hue of the
  inverted images is from the true one; once they are turned to a random hue, how far from the one that was asked for;
  and how far the hue of the background moved; medians in degrees.

Prints a table; writes results/editing.json and results/editing_DATA.png: test images, and moved by -2 to 2.
"""

import argparse
import pathlib
import time

import numpy as np
from scoring import ALPHA, RESULTS, keep, rates

IMAGES = 200  # the last: the levels below were chosen on random images, and on some of the first
STRENGTHS = (-2.0, -1.0, 0.0, 1.0, 2.0)
ATTRIBUTES = {  # with the levels that move
    "mnist": {"slant": [0, 1], "thickness": [3], "size": [1, 2]},
    "fashion_mnist": {"brightness": [3], "size": [0]},
    "coloured": {"slant": [0], "background_brightness": None},
}
LOCAL = ("size",)  # learned in each image


def coloured(images, seed):
    """Return digits `(n, 28, 28, 3)`, each in its own hue on a dark background of another hue, and both hues."""
    from matplotlib.colors import hsv_to_rgb

    rng = np.random.default_rng(seed)
    hues, grounds, values = rng.uniform(size=len(images)), rng.uniform(size=len(images)), rng.uniform(size=len(images))

    def colours(hue, saturation, value):
        whole = np.stack(np.broadcast_arrays(hue, saturation, value), axis=-1)
        return 2 * hsv_to_rgb(whole)[:, None, None] - 1

    drawn = (images + 1) / 2
    made = drawn * colours(hues, 0.9, 1.0) + (1 - drawn) * colours(grounds, 0.8, 0.15 + 0.25 * values)
    return made.astype("float32"), 360 * hues, 360 * grounds


def load(data):
    """Return the images for training and for testing, and the hues of the latter; colored ones are made from MNIST."""
    import kgan

    (train, _), (test, _) = kgan.datasets.train_and_test("mnist" if data == "coloured" else data, share=0.1)
    if data != "coloured":
        return train, test, None
    test, *hues = coloured(test, seed=1)
    return coloured(train, seed=0)[0], test, hues


def trained(data, options):
    """Return the GAN of a data set, trained before, now, or further."""
    import keras

    import kgan

    path = options.folder / f"{data}.keras"
    if path.exists():
        return keras.saving.load_model(path)
    keras.utils.set_random_seed(0)
    train, _, _ = load(data)
    shape = train.shape[1:]
    gan = kgan.GAN(kgan.architectures.style.generator(shape), kgan.architectures.style.discriminator(shape), seed=0)
    gan.compile(*rates(options))
    epochs = -(-options.updates // (len(train) // 32))
    resume = kgan.callbacks.Resume(options.folder / f"{data}-backup", save_freq=500)
    start = time.perf_counter()
    gan.fit(train[: len(train) // 32 * 32], batch_size=32, epochs=epochs, verbose=0, callbacks=[resume])
    print(f"{data}: {epochs} epochs in {time.perf_counter() - start:.0f} s", flush=True)
    gan.save(path)
    kgan.images.save_grid(options.folder / f"{data}.png", gan.generate(64, seed=0))
    return gan


def classes(data):
    """Return `attributes.class_scores` of kgan's classifier; it sees colored digits as their foreground."""
    import kgan
    from kgan.applications.editing import attributes

    found = attributes.class_scores(kgan.features.classifier("mnist" if data == "coloured" else data, verbose=0))

    def of_ink(images):
        drawn = attributes.foreground(images)
        return found((2 * drawn / np.maximum(drawn.max(axis=(1, 2), keepdims=True), 1e-6) - 1)[..., None])

    return of_ink if data == "coloured" else found


def measured(data, space, codes, name, levels):
    """Return what moving `codes` along an attribute does, and the moved images."""
    from kgan.applications import editing
    from kgan.applications.editing import attributes, supervised

    shown = classes(data)
    if name in LOCAL:
        along = supervised.local_gradients(space, name, codes, levels=levels, keep=[shown])
    else:
        along = [supervised.average_gradient(space, name, levels=levels, keep=[shown], num=30_000)] * len(codes)
    edited = editing.edit(space, codes, along, STRENGTHS)
    flat = edited.reshape(-1, *edited.shape[2:])
    values = attributes.get(name)(flat).reshape(edited.shape[:2])
    found = shown(flat).argmax(axis=1).reshape(edited.shape[:2])
    rises, same = np.diff(values, axis=1) > 0, (found == found[:, 2:3]).mean(axis=0)
    figures = {
        "levels": levels or "all",
        "local": name in LOCAL,
        "score": np.mean([each.score for each in along]),
        "monotone": rises.all(axis=1).mean(),
        "monotone_central": rises[:, 1:3].all(axis=1).mean(),
        "same_class_central": min(same[1], same[3]),
        "same_class_ends": min(same[0], same[4]),
        "mean_values": values.mean(axis=0).tolist(),
    }
    return figures, edited


def apart(first, second):
    """Return the distance of two hues in degrees."""
    return np.abs((first - second + 180) % 360 - 180)


def hues(space, found, true, grounds):
    from kgan.applications import editing
    from kgan.applications.editing import attributes, supervised

    def ground(images):
        radians = np.radians(attributes.background_hue(images))
        return np.stack([np.cos(radians), np.sin(radians)], axis=1)

    directions = supervised.angle_directions(space, "hue", keep=[ground])
    asked = np.random.default_rng(2).uniform(0, 360, len(true))
    turned = space.images(editing.set_angle(space, found.codes, directions, asked))
    before = attributes.background_hue(found.images)
    return {
        "inverted": np.median(apart(attributes.hue(found.images), true)),
        "inverted_ground": np.median(apart(before, grounds)),
        "turned": np.median(apart(attributes.hue(turned), asked)),
        "ground_went": np.median(apart(attributes.background_hue(turned), before)),
    }


def examine(data, options):
    from kgan.applications import editing
    from kgan.applications.editing import inversion, spaces

    space = spaces.CodeSpace(trained(data, options))
    _, test, true = load(data)
    start = time.perf_counter()
    test = test[-IMAGES:]
    found = inversion.invert(space, test)
    seconds = time.perf_counter() - start
    figures = {"median": np.median(found.psnr), "tenth": np.percentile(found.psnr, 10), "seconds": seconds}
    print(f"{data}: inversion {figures['median']:.1f} dB, a tenth below {figures['tenth']:.1f} dB", flush=True)
    record, rows = {"inversion": figures, "attributes": {}}, []
    for name, levels in ATTRIBUTES[data].items():
        record["attributes"][name], edited = measured(data, space, found.codes, name, levels)
        row = record["attributes"][name]
        print(
            f"  {name:22} levels {row['levels']!s:7} monotone {row['monotone']:.1%}, central "
            f"{row['monotone_central']:.1%}; same class {row['same_class_central']:.1%}, ends "
            f"{row['same_class_ends']:.1%}; means {np.round(row['mean_values'], 2).tolist()}",
            flush=True,
        )
        rows += [np.concatenate([test[:4, None], edited[:4]], axis=1)]
    if data == "coloured":
        record["hue"] = hues(space, found, *(each[-IMAGES:] for each in true))
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
            trained(data, options)
        return
    keep("editing", {"updates": options.updates, **{data: examine(data, options) for data in options.data}})


if __name__ == "__main__":
    main()
