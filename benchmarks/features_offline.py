"""What features without labels and without a download are worth, on data with labels, where the truth is known.

    python benchmarks/features_offline.py --data mnist fashion_mnist digits       # prints tables, writes JSON

Real images are made worse in steps, each by one kind of damage. A feature extractor is good if its distances to real
images rise with the damage (rank correlation with its level), if they order all damaged sets as the distances of a
classifier of the data do (rank correlation with them), and if already the mildest level shows (its distance as a
multiple of that of undamaged images). `--folder NAME=PATH` adds a folder with classes, and `train` and `test` below.
"""

import argparse
import time

import numpy as np
import scoring
from scipy import ndimage
from scipy.stats import spearmanr

import kgan

LEVELS = {
    "blur": (0.3, 0.6, 1.0, 1.5),  # standard deviation in pixels
    "noise": (0.05, 0.1, 0.2, 0.4),  # standard deviation; images are in [-1, 1]
    "color": (0.05, 0.1, 0.2, 0.4),  # shift of red against blue, or of the brightness of gray images
    "warp": (0.3, 0.7, 1.2, 2.0),  # random smooth displacement, standard deviation in pixels
    "halves": (0.1, 0.3, 0.6, 1.0),  # share of images whose halves come from two images
    "missing classes": (1, 2, 4, 7),
    "repeated": (300, 100, 30, 10),  # number of different images among all
}


def damage(images, labels, kind, level, num, random):
    """Return `num` of the images, damaged."""
    if kind == "missing classes":
        return images[random.permutation(np.flatnonzero(labels >= level))[:num]]
    chosen = images[random.permutation(len(images))[: level if kind == "repeated" else num]].copy()
    if kind == "repeated":
        return chosen[random.choice(level, num)]
    if kind == "blur":
        return ndimage.gaussian_filter(chosen, (0, level, level, 0))
    if kind == "noise":
        return np.clip(chosen + level * random.standard_normal(chosen.shape), -1, 1).astype("float32")
    if kind == "color":
        shift = np.array([1, 0, -1]) if chosen.shape[-1] == 3 else np.array([1])
        return np.clip(chosen + level * shift, -1, 1).astype("float32")
    if kind == "halves":
        count, half = int(level * num), chosen.shape[2] // 2
        chosen[:count, :, half:] = images[random.permutation(len(images))[:count], :, half:]
        return chosen
    return warped(chosen, level, random)


def warped(images, level, random):
    """Return images whose pixels are displaced by a smooth random field."""
    height, width = images.shape[1:3]
    field = ndimage.gaussian_filter(random.standard_normal((len(images), 2, height, width)), (0, 0, 3, 3), mode="wrap")
    points = np.mgrid[:height, :width] + level * field / field.std()
    moved = [
        [ndimage.map_coordinates(image[..., c], where, order=1, mode="nearest") for c in range(image.shape[-1])]
        for image, where in zip(images, points, strict=True)
    ]
    return np.moveaxis(np.array(moved, "float32"), 1, -1)


def conditions(data, num):
    """Return held-out real images, and `{(kind, step): images}`; step 0 is undamaged."""
    (train, labels), (test, _) = kgan.datasets.train_and_test(data, share=0.2)
    random = np.random.default_rng(0)
    num = min(num, len(test))
    sets = {("none", 0): train[random.permutation(len(train))[:num]]}
    for kind, levels in LEVELS.items():
        for step, level in enumerate(levels, 1):
            sets[kind, step] = damage(train, labels, kind, level, num, random)
    return test[random.permutation(len(test))[:num]], sets


def with_model(sets, name):
    """Add mixtures of real images with samples of the model that comes with kgan, if there is one of the data."""
    path = scoring.RESULTS.parents[1] / "saved_models" / name
    if not path.is_dir():
        return
    real = sets["none", 0]
    samples = kgan.open_model(path).generate(len(real), seed=0)
    for step, share in enumerate((0.25, 0.5, 0.75, 1.0), 1):
        sets["saved model", step] = np.concatenate([samples[: int(share * len(real))], real[int(share * len(real)) :]])


def with_generated(sets, data, updates):
    """Add samples of a GAN after ever fewer updates of its training."""
    (train, _), _ = kgan.datasets.train_and_test(data, share=0.2)
    shape, num = train.shape[1:], len(sets["none", 0])
    architecture = kgan.architectures.dcgan
    gan = kgan.GAN(architecture.generator(shape, latent_dim=32), architecture.discriminator(shape), seed=0)
    gan.compile()
    batches = kgan.datasets.from_arrays(train, batch_size=32)
    done = 0
    for step, end in enumerate(sorted(updates)):
        gan.fit(batches.repeat().take(end - done), epochs=1, steps_per_epoch=end - done, verbose=0)
        done = end
        sets["GAN", len(updates) - step] = gan.generate(num, seed=0)


def distances(extractor, real, sets):
    """Return `{(kind, step): (Frechet, kernel)}`."""
    features = extractor.extract(real)["features"]
    result = {}
    for name, images in sets.items():
        fake = extractor.extract(images)["features"]
        result[name] = (
            kgan.metrics.frechet_distance(features, fake),
            kgan.metrics.kernel_distance(features, fake, block_size=len(fake)).value,
        )
    return result


def rank_correlation(x, y):
    return float(spearmanr(x, y).statistic)


def scores(found, reference):
    """Return the rank correlations of an extractor's distances, and how much the mildest damage shows."""
    kinds = [kind for kind in dict.fromkeys(kind for kind, _ in found) if kind != "none"]
    by_kind = {}
    for kind in kinds:
        steps = [("none", 0), *((kind, step) for step in range(1, 1 + sum(name == kind for name, _ in found)))]
        row = {}
        for index, distance in enumerate(("frechet", "kernel")):
            values = [found[step][index] for step in steps]
            row[f"{distance}_with_level"] = rank_correlation(range(len(steps)), values)
        row["times_floor"] = [found[step][0] / found["none", 0][0] for step in steps[1:]]
        by_kind[kind] = row
    all_sets = list(found)
    agreement = {
        distance: rank_correlation([found[s][index] for s in all_sets], [reference[s][index] for s in all_sets])
        for index, distance in enumerate(("frechet", "kernel"))
    }
    return {"by_kind": by_kind, "agreement_with_classifier": agreement}


def show(name, record):
    print(f"\n{name}: rank correlation with the level (Frechet, kernel); Frechet distance / that of undamaged images")
    for extractor, row in record.items():
        agreement = row["agreement_with_classifier"]
        print(
            f"  {extractor}: {row['dimension']} features, {row['ms_per_image']:.2f} ms an image; all sets, with the "
            f"classifier: {agreement['frechet']:.2f}, {agreement['kernel']:.2f}"
        )
        for kind, values in row["by_kind"].items():
            ratios = " ".join(f"{value:7.2f}" for value in values["times_floor"])
            print(
                f"    {kind:16s} {values['frechet_with_level']:5.2f} {values['kernel_with_level']:5.2f}   {ratios}",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", default=["digits", "mnist", "fashion_mnist"])
    parser.add_argument("--folder", nargs="*", default=[], metavar="NAME=PATH")
    parser.add_argument("--num", type=int, default=2000, help="images of each set")
    parser.add_argument("--updates", type=int, nargs="*", default=[50, 100, 200, 400], help="of the GAN's samples")
    parser.add_argument("--features", nargs="*", default=["classifier", "random", "self_supervised"])
    parser.add_argument("--name", default="features_offline")
    options = parser.parse_args()
    sources = {**{name: name for name in options.data}, **dict(pair.split("=", 1) for pair in options.folder)}
    results = {}
    for name, source in sources.items():
        data = kgan.datasets.find(source)
        real, sets = conditions(data, options.num)
        with_model(sets, name)
        if options.updates:
            with_generated(sets, data, options.updates)
        found, record = {}, {}
        for features in options.features:
            extractor = kgan.features.get(features if features == "random" else f"{features}:{source}")
            extractor.extract(real[:100])
            started = time.monotonic()
            found[features] = distances(extractor, real, sets)
            seconds = time.monotonic() - started
            record[features] = {
                "dimension": extractor.dimension(),
                "ms_per_image": 1000 * seconds / (len(real) * (1 + len(sets))),
                **scores(found[features], found["classifier"]),
            }
        results[name] = {"num": len(real), "features": record}
        show(f"{name}, {len(real):,} images a set", record)
        scoring.write_results(options.name, results)


if __name__ == "__main__":
    main()
