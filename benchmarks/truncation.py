"""Measure what truncation buys: quality against variety, for several ways to leave out odd samples.

    TFDS_DATA_DIR=... python benchmarks/truncation.py       # 10 minutes on two cores
    TFDS_DATA_DIR=... python benchmarks/truncation.py --model runs/mnist:mnist      # a GAN with its discriminator

- `sensitivity`: kgan's `generate(truncation=...)`, the share of latents at which the image changes slowest;
- `discriminator`: the share of samples with the highest discriminator scores, where the model has a discriminator;
- `psi`: styles moved towards their mean, for style-based generators;
- `cut normal`: latents from a normal distribution cut at a value, kgan's truncation in earlier versions;
- `random`: a share chosen at random, the floor of what a choice is worth.

For 2,000 samples of each of several seeds, in the features of a classifier that kgan trains on the data, against as
many test images: the share of samples of which the classifier is less than 90 % sure, precision and recall (k = 5), the
entropy of the classes and the Frechet distance. Writes results/truncation_MODEL.json, and draws all of them to
docs/images/truncation.png.
"""

import argparse
import json
import pathlib
import warnings

import numpy as np
from scoring import RESULTS, write_results

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODELS = ("mnist:mnist", "mnist_conditional:mnist", "mnist_style:mnist", "fashion_mnist:fashion_mnist")
NUM = 2000
SHARES = (0.9, 0.7, 0.5)
PSI = (0.9, 0.7, 0.5)
CUTS = (2.0, 1.0, 0.7)
BATCH = 250


class Scorer:
    """Scores samples in the features of a classifier of the data, against `NUM` test images."""

    def __init__(self, data):
        import kgan

        self.extractor = kgan.features.classifier(data)
        (train, _), (test, _) = kgan.datasets.train_and_test(data, share=0.1)
        order = np.random.default_rng(0).permutation(len(test))[:NUM]
        self.real = self.extractor.extract(test[order])["features"]
        self.floor = self.score(self.extractor.extract(train[:NUM]))

    def score(self, outputs, chosen=slice(None)):
        """Return the scores of some of the samples."""
        import kgan

        features, probabilities = outputs["features"][chosen], outputs["probabilities"][chosen]
        shares = kgan.metrics.precision_recall(self.real, features)
        return {
            "unsure": float(np.mean(probabilities.max(axis=1) < 0.9)),
            "precision": shares["precision"],
            "recall": shares["recall"],
            "entropy": kgan.metrics.mode_coverage(probabilities.argmax(axis=1), probabilities.shape[1])[
                "class_entropy"
            ],
            "frechet": kgan.metrics.frechet_distance(self.real, features),
        }


def in_batches(function, *arrays):
    """Return what a function makes of arrays, batch by batch."""
    starts = range(0, len(arrays[0]), BATCH)
    return np.concatenate(
        [np.asarray(function(*(array[start : start + BATCH] for array in arrays))) for start in starts]
    )


def measure(model, scorer, seed):
    """Return the scores of each method and setting, for one seed."""
    import kgan
    from kgan import _truncation

    rounds = round(1 / min(SHARES))
    labels = np.arange(NUM, dtype="int32") % model.num_classes if model.conditional else np.zeros(NUM, "int32")
    latents = np.asarray(kgan.latents.draw(rounds * NUM, model.latent_dim, seed))
    tiled = np.tile(labels, rounds)

    def synthesize(sources, classes):
        return model.synthesize(sources, classes if model.conditional else None)

    def sensitivity(sources, classes):
        return _truncation.sensitivity(lambda moved: synthesize(moved, classes), sources)

    images = in_batches(synthesize, latents, tiled)
    outputs = scorer.extractor.extract(images)
    scores = {
        "sensitivity": in_batches(sensitivity, latents, tiled),
        "random": np.random.default_rng(seed).uniform(size=len(latents)).astype("float32"),
    }
    if hasattr(model, "discriminator"):
        judged = in_batches(
            lambda batch, classes: model.discriminate(batch, classes if model.conditional else None), images, tiled
        )
        scores["discriminator"] = -judged.reshape(len(images), -1).mean(axis=1)
    rows = {"none": {"1": scorer.score(outputs, slice(0, NUM))}}
    for name, values in scores.items():
        rows[name] = {}
        for share in SHARES:
            drawn = int(_truncation.rounds(labels, share)) * NUM  # as `generate` does it
            chosen = np.asarray(_truncation.select(values[:drawn], labels, share))
            rows[name][str(share)] = scorer.score(outputs, chosen)
    rows["cut normal"] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        for cut in CUTS:
            short = np.asarray(kgan.latents.draw(NUM, model.latent_dim, seed, truncation=cut))
            rows["cut normal"][str(cut)] = scorer.score(scorer.extractor.extract(in_batches(synthesize, short, labels)))
    if kgan.architectures.style.is_style_based(getattr(model, "ema_generator", None) or Empty):
        space = kgan.applications.editing.CodeSpace(model)
        codes = space.codes(latents[:NUM], labels if model.conditional else None)
        rows["psi"] = {}
        for psi in PSI:
            typical = space.images(kgan.applications.editing.truncate(space, codes, psi))
            rows["psi"][str(psi)] = scorer.score(scorer.extractor.extract(typical))
    return rows


class Empty:
    """Stands for the generator of an exported model, which has no layers."""

    layers = ()


def mean(records):
    """Return the mean of nested dictionaries of numbers."""
    if isinstance(records[0], dict):
        return {key: mean([record[key] for record in records]) for key in records[0]}
    return float(np.mean(records))


def show(name, record):
    """Print a table."""
    print(f"{name}, mean of seeds {record['seeds']}, {NUM:,} samples each")
    print(f"{'':20}{'unsure':>9}{'precision':>11}{'recall':>8}{'entropy':>9}{'Frechet':>9}")
    for method, settings in {"real images": {"": record["floor"]}, **record["mean"]}.items():
        for setting, row in settings.items():
            print(
                f"{method + ' ' + setting:20}{100 * row['unsure']:8.1f}%{row['precision']:11.3f}{row['recall']:8.3f}"
                f"{row['entropy']:9.3f}{row['frechet']:9.2f}",
                flush=True,
            )


def draw(path):
    """Draw precision against recall of all models that were measured."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    files = sorted(RESULTS.glob("truncation_*.json"))
    figure, axes = plt.subplots(1, len(files), figsize=(4 * len(files), 4), squeeze=False)
    for axis, file in zip(axes[0], files, strict=True):
        record = json.loads(file.read_text())
        start = record["mean"]["none"]["1"]
        for method, settings in record["mean"].items():
            points = [start, *settings.values()] if method != "none" else [start]
            recall, precision = ([point[key] for point in points] for key in ("recall", "precision"))
            label = {"sensitivity": "truncation (sensitivity)", "none": "all samples"}.get(method, method)
            axis.plot(
                recall, precision, "k*" if method == "none" else "o-", label=label, zorder=3 if method == "none" else 2
            )
        axis.set(title=file.stem.removeprefix("truncation_"), xlabel="recall (variety)", ylabel="precision (quality)")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8, loc="lower left")
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="*", default=MODELS, help="MODEL:DATA, of saved_models or a path")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    options = parser.parse_args()

    import kgan

    for pair in options.model:
        path, _, data = pair.rpartition(":")
        path = path if pathlib.Path(path).exists() else ROOT / "saved_models" / path
        model, scorer = kgan.open_model(path), Scorer(data)
        rows = [measure(model, scorer, seed) for seed in options.seeds]
        record = {
            "data": data,
            "num": NUM,
            "seeds": options.seeds,
            "floor": scorer.floor,
            "mean": mean(rows),
            "rows": rows,
        }
        name = pathlib.Path(path).name
        write_results(f"truncation_{name}", record)
        show(name, record)
    draw(ROOT / "docs" / "images" / "truncation.png")


if __name__ == "__main__":
    main()
