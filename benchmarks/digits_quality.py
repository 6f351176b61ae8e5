"""Score generated digits with a classifier that is independent of kgan.

    python benchmarks/digits_quality.py saved_models/digits      # 10 seconds; prints a table, writes JSON

The classifier is scikit-learn's support vector machine, trained on the 1,437 training digits that come with it. It is
applied to 1,797 generated images (seed 1) and, for comparison, to the 360 test digits. The Frechet distance is that of
the 64 pixels, against all 1,797 real digits; its floor is the distance between the two halves of the real digits.
"""

import argparse
import json
import pathlib

import numpy as np
from scipy.linalg import sqrtm
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import SVC

from kgan import datasets
from kgan.models.open_model import open_model


def frechet(a, b):
    """Return the Frechet distance of two arrays of pixels."""
    covariances = np.cov(a.T), np.cov(b.T)
    # Some pixels are always black: the product of covariances is singular, so a small ridge is added.
    ridge = 1e-8 * np.eye(a.shape[1])
    root = sqrtm((covariances[0] + ridge) @ (covariances[1] + ridge)).real
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(covariances[0] + covariances[1] - 2 * root))


def arrays(split):
    """Return the images and labels of a split."""
    batches = list(datasets.load("digits", split, labels=True, shuffle=False))
    return [np.concatenate([batch[part] for batch in batches]) for part in (0, 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="saved_models/digits")
    options = parser.parse_args()
    (train, train_labels), (test, test_labels) = ((x.reshape(len(x), -1), y) for x, y in map(arrays, ("train", "test")))
    classifier = CalibratedClassifierCV(SVC(), ensemble=False).fit(train, train_labels)
    all_digits = np.concatenate([train, test]).astype("float64")
    shuffled = np.random.default_rng(0).permutation(all_digits)
    fake = open_model(options.model).generate(1797, seed=1).reshape(1797, -1).astype("float64")

    rows = {}
    for name, images in (("real test digits", test), ("generated", fake)):
        probabilities = classifier.predict_proba(images)
        share = np.bincount(probabilities.argmax(1), minlength=10) / len(images)
        rows[name] = {
            "judge_is_sure_of": float(probabilities.max(1).mean()),
            "class_entropy_of_log_10": float(-np.sum(share * np.log(share + 1e-12)) / np.log(10)),
        }
    rows["real test digits"]["accuracy"] = float(classifier.score(test, test_labels))
    rows["real test digits"]["frechet_pixels_floor"] = frechet(shuffled[::2], shuffled[1::2])
    rows["generated"]["frechet_pixels"] = frechet(fake, all_digits)
    for name, row in rows.items():
        print(f"{name:18}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
    path = pathlib.Path(__file__).resolve().parent / "results" / "digits_quality.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
