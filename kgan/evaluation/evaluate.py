"""One model, one data set, all figures: with floors, intervals and pictures."""

import base64
import html
import json
import pathlib
import platform
import time
from typing import NamedTuple

import numpy as np
from rich.table import Table

from kgan import _files, datasets, images, metrics
from kgan import features as feature_extractors
from kgan.models.open_model import open_model

GROUPS = 10  # of the jackknife
Z = 1.96  # 95 % of a normal distribution


class Row(NamedTuple):
    """One figure of an evaluation.

    Attributes:
        name: of the figure.
        value: of the generated images.
        interval: half the width of its 95 % interval over draws of samples; nan if it is not known.
        floor: what real images score in place of generated ones.
        samples: how many generated images, and as many real ones, it was taken of.
        better: "lower", "higher" or "as the floor".
    """

    name: str
    value: float
    interval: float
    floor: float
    samples: int
    better: str


class Evaluation(NamedTuple):
    """The outcome of `evaluate`: figures and the pictures that belong to them.

    Attributes:
        rows: the figures.
        settings: model, data, features, counts, seed and machine.
        samples: uint8 picture of generated images.
        neighbors: uint8 picture of generated images, each beside its nearest training images.
    """

    rows: list
    settings: dict
    samples: np.ndarray
    neighbors: np.ndarray

    def table(self) -> Table:
        """Return the figures as a table for the terminal."""
        table = Table("figure", "generated", "95 %", "real", "samples", "better", title=self.settings["title"])
        for row in self.rows:
            interval = "" if np.isnan(row.interval) else f"± {row.interval:.3g}"
            table.add_row(row.name, f"{row.value:.4g}", interval, f"{row.floor:.4g}", f"{row.samples:,}", row.better)
        return table

    def save(self, folder):
        """Write `report.html` (pictures inside), `report.json`, `samples.png` and `neighbors.png` into a folder."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("samples", "neighbors"):
            images.save(folder / f"{name}.png", getattr(self, name))
        figures = [{key: _plain(value) for key, value in row._asdict().items()} for row in self.rows]
        with _files.replacing(folder / "report.json") as temporary:
            temporary.write_text(json.dumps({"settings": self.settings, "figures": figures}, indent=1) + "\n")
        with _files.replacing(folder / "report.html") as temporary:
            temporary.write_text(self._html(folder))

    def _html(self, folder):
        cells = "".join(
            f"<tr><td>{html.escape(row.name)}<td>{row.value:.4g}<td>"
            f"{'' if np.isnan(row.interval) else f'± {row.interval:.3g}'}<td>{row.floor:.4g}<td>{row.samples:,}"
            f"<td>{row.better}"
            for row in self.rows
        )
        curves = pathlib.Path(self.settings["model"]).parent / "curves.png"
        pictures = [
            ("Samples", folder / "samples.png"),
            ("Samples and their nearest training images", folder / "neighbors.png"),
        ]
        if curves.exists():
            pictures.append(("Training", curves))
        figures = "".join(
            f'<h2>{title}</h2><img src="data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}">'
            for title, path in pictures
        )
        settings = "".join(f"<tr><td>{html.escape(str(k))}<td>{html.escape(str(v))}" for k, v in self.settings.items())
        return (
            f"<!doctype html><meta charset=utf-8><title>{html.escape(self.settings['title'])}</title>"
            "<style>body{font:16px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
            "td,th{padding:.2em 1em .2em 0;text-align:left}img{max-width:100%}</style>"
            f"<h1>{html.escape(self.settings['title'])}</h1><table><tr><th>figure<th>generated<th>95 %<th>real"
            f"<th>samples<th>better{cells}</table>{figures}<h2>How it was measured</h2><table>{settings}</table>\n"
        )


def evaluate(model, data, features=None, num=10_000, seed=0, image_size=None) -> Evaluation:
    """Score a model on a data set with every metric that fits, beside what real images score.

    The reference are images of the split `test`; the floor is what as many training images score against
    them. Data without a test split are cut into halves, which serve as the two.

    Args:
        model: a `GAN`, or the path of a `.keras` file, an exported SavedModel or a run folder.
        data: as in `kgan.datasets.load`.
        features: as in `kgan.features.get`. Defaults to a classifier of the data if they are labelled, else to
            Inception.
        num: generated and real images; no more than the data hold. Defaults to 10,000.
        seed: of the samples.
        image_size: as in `kgan.datasets.load`. Defaults to the model's size.

    Raises:
        ValueError: model, data and features do not fit together, or there are too few images.

    Example:
    >>> import keras
    >>> from kgan import GAN, architectures
    >>> gan = GAN(architectures.mlp.generator((8, 8, 1)), architectures.mlp.discriminator((8, 8, 1)))
    >>> pixels = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")
    >>> evaluate(gan, "digits", features=pixels).rows[0].name
    'frechet_distance_pixels'
    """
    started = time.monotonic()
    path = str(model) if isinstance(model, str | pathlib.Path) else getattr(model, "name", "model")
    if isinstance(model, str | pathlib.Path):
        model = open_model(model)
    shape = tuple(model.image_shape)
    source = datasets.find(data)
    (train, _), (reference, _) = datasets.train_and_test(source, 0.5, image_size or shape[:2], shape[2])
    if min(len(reference), len(train)) < 2 * GROUPS:
        raise ValueError(
            f"Expected at least {4 * GROUPS} images to compare with. Received: {len(reference) + len(train)}"
        )
    if features is None:
        features = "inception" if source.class_names is None else _default_classifier(source, shape)
    extractor = feature_extractors.get(features)
    extractor.check((None, *shape))
    count = min(num, len(reference), len(train))
    if num < GROUPS * 2:
        raise ValueError(f"`num` must be at least {2 * GROUPS}. Received: num={num}")
    chosen = np.random.default_rng(seed)
    reference = reference[chosen.permutation(len(reference))[:count]]
    floor = train[chosen.permutation(len(train))[:count]]
    fake = model.generate(count, seed=seed, batch_size=100)
    outputs = {
        "real": extractor.extract(reference, title="features of real images"),
        "floor": extractor.extract(floor, title="features of training images"),
        "fake": extractor.extract(fake, title="features of generated images"),
    }
    rows = _rows(outputs, extractor, count)
    memory = {
        kind: metrics.memorization(each[:1000], train, reference)
        for kind, each in (("fake", fake), ("real", reference))
    }
    rows.append(Row("memorization_z", memory["fake"].z_score, np.nan, 0.0, min(1000, count), "above -3"))
    rows.append(Row("copied_share", memory["fake"].copied_share, np.nan, 0.01, min(1000, count), "as the real"))
    beside = np.concatenate([fake[:24, None], train[memory["fake"].neighbors[:24]]], axis=1)
    settings = {
        "title": f"{path} on {data}",
        "model": path,
        "data": f"{data}: {count:,} real images to compare with, {len(train):,} training images",
        "features": f"{extractor.name}, {extractor.dimension()} dimensions",
        "samples": f"{count:,} of seed {seed}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seconds": round(time.monotonic() - started, 1),
    }
    if count < extractor.dimension():
        settings["note"] = (
            f"{count} samples are fewer than the {extractor.dimension()} features: covariances are singular and the "
            "Frechet distance is much too large. Compare it with its floor only, or use the kernel distance."
        )
    return Evaluation(rows, settings, images.grid(fake[:64]), images.grid(beside.reshape(-1, *shape), columns=16))


def _rows(outputs, extractor, count):
    real, floor, fake = (outputs[kind]["features"] for kind in ("real", "floor", "fake"))
    suffix = extractor.name
    moments = {
        kind: [metrics.Moments.of(part) for part in np.array_split(each, GROUPS)]
        for kind, each in (("real", real), ("floor", floor), ("fake", fake))
    }
    rows = [
        Row(
            "fid" if suffix == "inception" else f"frechet_distance_{suffix}",
            metrics.frechet_distance(_merged(moments["real"]), _merged(moments["fake"])),
            Z
            * _jackknife(
                lambda left: metrics.frechet_distance(_merged(moments["real"]), _merged(left)), moments["fake"]
            ),
            metrics.frechet_distance(_merged(moments["real"]), _merged(moments["floor"])),
            count,
            "lower",
        )
    ]
    kernel, kernel_floor = (metrics.kernel_distance(real, each) for each in (fake, floor))
    name = "kid" if suffix == "inception" else f"kernel_distance_{suffix}"
    rows.append(Row(name, kernel.value, Z * kernel.standard_error, kernel_floor.value, count, "lower"))
    few = min(count, 5000)
    shares, shares_floor = (metrics.precision_recall(real[:few], each[:few]) for each in (fake, floor))
    for name, value in shares.items():
        interval = Z * np.sqrt(value * (1 - value) / few) if value <= 1 else np.nan
        rows.append(Row(f"{name}_{suffix}", value, interval, shares_floor[name], few, "higher"))
    if "probabilities" in outputs["fake"]:
        scores = {kind: metrics.inception_score(outputs[kind]["probabilities"]) for kind in ("fake", "real")}
        name = "inception_score" if suffix == "inception" else f"inception_score_{suffix}"
        rows.append(
            Row(name, scores["fake"].value, Z * scores["fake"].standard_error, scores["real"].value, count, "higher")
        )
        classes = outputs["fake"]["probabilities"].shape[1]
        seen = {kind: outputs[kind]["probabilities"].argmax(axis=1) for kind in ("real", "floor", "fake")}
        share = np.bincount(seen["real"], minlength=classes) / count
        share = np.maximum(share, 1e-9) / np.maximum(share, 1e-9).sum()
        modes, modes_floor = (metrics.mode_coverage(seen[kind], classes, share) for kind in ("fake", "floor"))
        for name, better in (("modes", "higher"), ("reverse_kl", "lower"), ("class_entropy", "as the real")):
            rows.append(Row(f"{name}_{suffix}", modes[name], np.nan, modes_floor[name], count, better))
    return rows


def _merged(moments):
    whole = moments[0]
    for part in moments[1:]:
        whole = whole.merge(part)
    return whole


def _jackknife(statistic, groups):
    """Return the standard error of a statistic, from leaving out one group of samples after the other."""
    values = np.array([statistic(groups[:i] + groups[i + 1 :]) for i in range(len(groups))])
    return float(np.sqrt((len(values) - 1) / len(values) * np.sum((values - values.mean()) ** 2)))


def _default_classifier(source, shape):
    if shape == source.image_shape:
        return feature_extractors.classifier(source)
    return feature_extractors.classifier(source, image_size=shape[:2], channels=shape[2])


def _plain(value):
    return None if isinstance(value, float) and np.isnan(value) else value
