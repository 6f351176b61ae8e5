"""Measure what generated images are worth to a classifier with few labels.

    TFDS_DATA_DIR=... python benchmarks/data_augmentation.py --seeds 5
    TFDS_DATA_DIR=... python benchmarks/data_augmentation.py --cas runs/mnist/model.keras --data mnist

The accuracy on the 10,000 test images, in %, of one small convolutional classifier with one number of updates, trained
on 100, 500 and 1,000 labeled images of MNIST and Fashion-MNIST (the classes keep their shares)

- alone (`nothing`);
- with the usual augmentation, Keras's RandomTranslation and RandomRotation (`standard`);
- with images of a class-conditional GAN that was trained on the same few images, slightly shifted and rotated (`kgan`);
- with both (`standard + kgan`);
- and on generated images only.

Then the imbalanced case: all training images, but only 1 % of those of one class (another class with each seed). The
table gives the recall of that class without augmentation, with its images repeated until the classes are balanced, and
with generated images instead.

Every finished measurement is kept in results/data_augmentation.json, and a second run continues from there. `--cas`
prints the classification accuracy score of a conditional model instead (Ravuri and Vinyals, Classification Accuracy
Score for Conditional Generative Models, 2019): a classifier is trained on as many generated images as there are
training images.
"""

import argparse
import json
import time

import numpy as np
from scoring import RESULTS, write_results

ARMS = ("nothing", "standard", "kgan", "standard + kgan", "generated only")
RARE_ARMS = ("nothing", "repeated", "kgan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["mnist", "fashion_mnist"])
    parser.add_argument(
        "--labels",
        nargs="*",
        type=int,
        default=[500, 100, 1000],
        help="numbers of labels; none: only the imbalanced case",
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--no-rare", action="store_true", help="leave out the imbalanced case")
    parser.add_argument("--cas", help="a conditional model: only print its classification accuracy score")
    parser.add_argument("--updates", type=int, default=2000, help="updates of the GAN")
    parser.add_argument("--classifier-updates", type=int, default=800)
    parser.add_argument("--ratio", type=float, default=0.5, help="share of generated images in the whole")
    parser.add_argument("--pool", type=int, default=10_000, help="number of images that are generated for all epochs")
    parser.add_argument(
        "--threshold", type=float, default=0.5, help="below it, the ensemble rejects an image; 0: no ensemble"
    )
    parser.add_argument(
        "--transform",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="train the GAN and the ensemble on shifted and rotated images",
    )
    parser.add_argument("--augmentation", help="augmentation of the discriminator's inputs, as in GAN.compile")
    parser.add_argument(
        "--validate", action="store_true", help="test on 5,000 training images that are used for nothing else"
    )
    parser.add_argument("--name", default="data_augmentation", help="name of the file of results")
    options = parser.parse_args()
    if options.cas:
        classification_accuracy_score(options)
        return
    record = earlier_results(options)
    for data in options.data:
        train, test = arrays(data, options.validate)
        for labels in options.labels:
            for seed in range(options.seeds):
                measure_once(record, options, f"{data}, {labels} labels", seed, few_labels, train, test, labels)
        for seed in range(0 if options.no_rare else options.seeds):
            measure_once(record, options, f"{data}, rare class", seed, rare_class, train, test)
    table(record)


def earlier_results(options):
    """Return the record of earlier measurements with the same settings."""
    names = ("updates", "classifier_updates", "ratio", "pool", "threshold", "transform", "augmentation", "validate")
    settings = {name: getattr(options, name) for name in names}
    path = RESULTS / f"{options.name}.json"
    if not path.exists():
        return {"settings": settings, "cells": {}}
    record = json.loads(path.read_text())
    if record["settings"] != settings:
        raise SystemExit(f"{path} holds results of {record['settings']}. Received: {settings}. Choose another --name.")
    return record


def measure_once(record, options, group, seed, measure, *arguments):
    """Measure one group with one seed and write it, if that was not done before."""
    cells = record["cells"].setdefault(group, {})
    if str(seed) not in cells:
        start = time.perf_counter()
        row = measure(options, seed, *arguments)
        cells[str(seed)] = {**row, "seconds": round(time.perf_counter() - start)}
        write_results(options.name, record)
        text = "  ".join(f"{name} {value:.2f}" for name, value in cells[str(seed)].items())
        print(f"{group}, seed {seed}: {text}", flush=True)


def few_labels(options, seed, train, test, labels):
    """Return the accuracy with few labels, for each way of augmentation."""
    from sklearn.model_selection import train_test_split

    import kgan

    images, classes = train
    chosen, _ = train_test_split(np.arange(len(images)), train_size=labels, stratify=classes, random_state=seed)
    few = images[chosen], classes[chosen]
    gan, ensemble = models(options, seed, *few)
    augmentation = kgan.applications.data_augmentation
    mixed = augmentation.augment(
        gan,
        *few,
        ratio=options.ratio,
        ensemble=ensemble,
        threshold=options.threshold or 0.5,
        pool_size=options.pool,
        batch_size=64,
        seed=seed,
    )
    new_labels = np.arange(10 * labels, dtype="int32") % 10
    generated = augmentation.generate(gan, new_labels, seed=seed)
    alone = kgan.datasets.from_arrays(generated, new_labels, batch_size=64, seed=seed)
    real = kgan.datasets.from_arrays(*few, batch_size=64, seed=seed)
    standard = augmentation.standard_augmentation(seed=seed)

    def augmented(dataset):
        return dataset.map(lambda images, labels: (standard(images), labels))

    row = {}
    for arm, data in zip(ARMS, (real, augmented(real), mixed, augmented(mixed), alone), strict=True):
        network = classifier(data, images.shape[1:], options.classifier_updates, seed)
        row[arm] = 100 * float(np.mean(predicted(network, test[0]) == test[1]))
    if ensemble:
        row["believed"] = 100 * float(
            np.mean(augmentation.ensemble_probability(ensemble, generated, new_labels) >= options.threshold)
        )
    return row


def rare_class(options, seed, train, test):
    """Return the recall of a class with 1 % of its images, and the accuracy, for each way of augmentation."""
    import kgan

    rare = seed % 10
    images, classes = train
    rng = np.random.default_rng(seed)
    few = np.flatnonzero(classes == rare)
    kept = np.concatenate([np.flatnonzero(classes != rare), rng.choice(few, round(0.01 * len(few)), replace=False)])
    images, classes = images[kept], classes[kept]
    gan, ensemble = models(options, seed, images, classes)
    augmentation = kgan.applications.data_augmentation
    mixed = augmentation.augment(
        gan, images, classes, None, True, ensemble, options.threshold or 0.5, 1, batch_size=64, seed=seed
    )
    num = np.bincount(classes)
    repeated = np.concatenate([np.resize(np.flatnonzero(classes == label), num.max()) for label in range(10)])
    arms = (
        kgan.datasets.from_arrays(images, classes, batch_size=64, seed=seed),
        kgan.datasets.from_arrays(images[repeated], classes[repeated], batch_size=64, seed=seed),
        mixed,
    )
    row = {}
    for arm, data in zip(RARE_ARMS, arms, strict=True):
        predictions = predicted(classifier(data, images.shape[1:], options.classifier_updates, seed), test[0])
        row[arm] = 100 * float(np.mean(predictions[test[1] == rare] == rare))
        row[f"{arm}, all classes"] = 100 * float(np.mean(predictions == test[1]))
    return row


def models(options, seed, images, classes):
    """Return a GAN and an ensemble (or None), trained on the labeled images alone."""
    import kgan

    augmentation = kgan.applications.data_augmentation
    transform = augmentation.standard_augmentation(seed=seed) if options.transform else None
    gan = augmentation.train_gan(
        images,
        classes,
        updates=options.updates,
        transform=transform,
        augmentation=options.augmentation,
        seed=seed,
    )
    ensemble = None
    if options.threshold:
        ensemble = augmentation.train_ensemble(images, classes, transform=transform, seed=seed)
    return gan, ensemble


def classifier(data, image_shape, updates, seed):
    """Return a small convolutional classifier after `updates` updates on `data`."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(2e-3, updates)
    network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    network.fit(data.repeat(), steps_per_epoch=updates, shuffle=False, verbose=0)
    return network


def predicted(network, images):
    """Return the class that a classifier assigns to each image."""
    return network.predict(images, batch_size=500, verbose=0).argmax(axis=1)


def arrays(data, validate):
    """Return training and test images with their labels; with `validate` both are training images."""
    import kgan

    train, test = kgan.datasets.train_and_test(data, share=0.1)
    if validate:
        order = np.random.default_rng(0).permutation(len(train[0]))
        test, train = (tuple(part[chosen] for part in train) for chosen in np.split(order, [5000]))
    return train, test


def classification_accuracy_score(options):
    """Print the accuracy of a classifier that is trained on generated images only, and of one trained on real ones."""
    import kgan

    (data,) = options.data if len(options.data) == 1 else [None]
    if data is None:
        raise SystemExit("Name the --data that the model was trained on.")
    (images, classes), test = arrays(data, options.validate)
    model = kgan.open_model(options.cas)
    updates = 5 * options.classifier_updates
    for name in ("real images", "generated images"):
        accuracies = []
        for seed in range(options.seeds):
            if name == "generated images":
                images = model.generate(len(classes), seed, labels=classes, batch_size=500)
            dataset = kgan.datasets.from_arrays(images, classes, batch_size=64, seed=seed)
            predictions = predicted(classifier(dataset, images.shape[1:], updates, seed), test[0])
            accuracies.append(100 * np.mean(predictions == test[1]))
        print(
            f"{name:17} {np.mean(accuracies):6.2f} +- {np.std(accuracies, ddof=min(1, len(accuracies) - 1)):.2f}",
            flush=True,
        )


def table(record):
    """Print means and standard deviations over the seeds."""
    for group, cells in record["cells"].items():
        print(f"{group} ({len(cells)} seeds)")
        for arm in next(iter(cells.values())):
            values = [row[arm] for row in cells.values()]
            gains = [row[arm] - row["nothing"] for row in cells.values()]
            deviation, of_gain = (np.std(row, ddof=min(1, len(row) - 1)) for row in (values, gains))
            gain = f"   gain {np.mean(gains):+6.2f} +- {of_gain:4.2f}" if arm in (*ARMS, *RARE_ARMS) else ""
            print(f"  {arm:24} {np.mean(values):7.2f} +- {deviation:5.2f}{gain}")


if __name__ == "__main__":
    main()
