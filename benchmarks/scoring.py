"""What the benchmarks share: scores of samples, the recipe's optimizers, peak memory, and the files of results."""

import json
import os
import pathlib

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # kgan sets it too, but only if it is imported before Keras

RESULTS = pathlib.Path(__file__).resolve().parent / "results"
NUM_SAMPLES = 10_000
ALPHA = "final learning rate after 20,000 updates, as a share of the first; 1 keeps it constant"


class Scorer:
    """Scores samples against the 10,000 test images, in the features of a classifier that kgan trains on the data.

    Attributes:
        real: scores of 10,000 training images, the best that samples can be expected to reach.
    """

    def __init__(self, data):
        import kgan

        self.extractor = kgan.features.classifier(data)
        (train, _), (test, _) = kgan.datasets.train_and_test(data, share=0.1)
        self.images = test[:NUM_SAMPLES]
        self.test_features = self.extractor.extract(self.images)["features"]
        self.real = self.score(np.random.default_rng(0).permutation(train)[:NUM_SAMPLES])

    def score(self, images):
        """Return the Frechet distance of all images, and precision and recall (k = 5) of the first 5,000."""
        import kgan

        features = self.extractor.extract(images)["features"]
        half = NUM_SAMPLES // 2
        shares = kgan.metrics.precision_recall(self.test_features[:half], features[:half])
        return {
            "frechet": kgan.metrics.frechet_distance(self.test_features, features),
            "precision": shares["precision"],
            "recall": shares["recall"],
        }


def optimizers(options):
    """Return the recipe's optimizers of both networks, whose learning rate decays to the share `options.alpha`."""
    import kgan

    return [kgan.optimizers.AnnealedAdam(alpha=options.alpha) for _ in range(2)]


def as_text(scores):
    """Return scores as one line."""
    return f"Frechet {scores['frechet']:7.2f}  precision {scores['precision']:.3f}  recall {scores['recall']:.3f}"


def peak_memory():
    """Return the peak memory of this process so far, in MiB. Linux's `ru_maxrss` starts at that of the parent."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def write_results(name, record):
    """Write results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1, default=_plain) + "\n")


def _plain(value):
    return value.item() if isinstance(value, np.generic) else str(value)
