"""What the benchmarks share: one classifier that scores all samples, the recipe's optimizers, peak memory, results."""

import json
import os
import pathlib

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # kgan does so too, but only if it is imported before Keras

RESULTS = pathlib.Path(__file__).resolve().parent / "results"
SAMPLES = 10_000
ALPHA = "final learning rate after 20,000 updates as a share of the first; 1: a constant rate"


class Scorer:
    """Scores samples against the 10,000 test images in the features of a classifier that kgan trains on the data."""

    def __init__(self, data):
        import kgan

        self.extractor = kgan.features.classifier(data)
        (train, _), (test, _) = kgan.datasets.train_and_test(data, share=0.1)
        self.images = test[:SAMPLES]
        self.test = self.extractor.extract(self.images)["features"]
        self.floor = self.figures(np.random.default_rng(0).permutation(train)[:SAMPLES])

    def figures(self, images):
        """Return the Frechet distance of all images, and precision and recall (k = 5) of the first 5,000."""
        import kgan

        found = self.extractor.extract(images)["features"]
        few = SAMPLES // 2
        shares = kgan.metrics.precision_recall(self.test[:few], found[:few])
        return {
            "frechet": kgan.metrics.frechet_distance(self.test, found),
            "precision": shares["precision"],
            "recall": shares["recall"],
        }


def rates(options):
    """Return the recipe's optimizers, whose rate falls to `options.alpha` of the first."""
    import kgan

    return [kgan.optimizers.AnnealedAdam(alpha=options.alpha) for _ in range(2)]


def line(row):
    """Return the figures as text."""
    return f"Frechet {row['frechet']:7.2f}  precision {row['precision']:.3f}  recall {row['recall']:.3f}"


def peak_memory():
    """Return the most memory that this process has held so far, in MiB; Linux's `ru_maxrss` begins at the parent's."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def keep(name, record):
    """Write results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1, default=_plain) + "\n")


def _plain(value):
    return value.item() if isinstance(value, np.generic) else str(value)
