"""Class-conditional generation: are generated digits of the class that was asked for, and how varied are they?

    TFDS_DATA_DIR=... python benchmarks/conditional.py --folder runs/conditional       # 15 minutes on one core

Trains `dcgan` with labels and kgan's recommended recipe, batch 32, with a tenth of the labels dropped. Compares
10,000 samples, 1,000 of each class, with the 10,000 test images, in the features of a classifier that kgan trains on
the data:

- the share of samples that the classifier assigns to the class asked for, beside its accuracy on the test images;
- recall within each class (k = 5; as many samples as the smallest class has test images), beside that of training
  images;
- the Frechet distance of all samples, and of as many samples without a label.

A run that was stopped continues. Writes results/conditional_DATA_CONDITIONING.json, a grid of samples with one class
in each row, and model.keras in the folder.
"""

import argparse
import pathlib

import numpy as np
from scoring import ALPHA, RESULTS, SAMPLES, Scorer, keep, line, rates


def within_class(real, real_labels, found, labels):
    """Return the mean recall within classes, of equally many."""
    import kgan

    count = np.bincount(real_labels).min()
    return np.mean(
        [
            kgan.metrics.precision_recall(real[real_labels == each][:count], found[labels == each][:count])["recall"]
            for each in np.unique(labels)
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--conditioning", default="projection")
    parser.add_argument("--classification-weight", type=float, default=1.0)
    parser.add_argument("--label-dropout", type=float, default=0.1)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="of the run; a stopped run continues")
    options = parser.parse_args()

    import keras

    import kgan

    keras.utils.set_random_seed(options.seed)
    train = kgan.datasets.load(options.data, batch_size=32, labels=True, seed=options.seed)
    shape = tuple(train.element_spec[0].shape[1:])
    classes = len(kgan.datasets.describe(options.data).class_names)
    gan = kgan.GAN(
        kgan.architectures.dcgan.generator(shape, num_classes=classes),
        kgan.architectures.dcgan.discriminator(shape, num_classes=classes, conditioning=options.conditioning),
        label_dropout=options.label_dropout,
        seed=options.seed,
    )
    gan.compile(*rates(options), classification_weight=options.classification_weight)
    resume = kgan.callbacks.Resume(options.folder / "backup", save_freq=500)
    epochs = -(-options.updates // int(train.cardinality()))
    gan.fit(train, epochs=epochs, verbose=2, callbacks=[resume])
    gan.save(options.folder / "model.keras")

    scorer = Scorer(options.data)
    (images, image_labels), (test, test_labels) = kgan.datasets.train_and_test(options.data, share=0.1)
    test, test_labels = test[:SAMPLES], test_labels[:SAMPLES]
    labels = (np.arange(SAMPLES) % classes).astype("int32")
    samples = gan.generate(SAMPLES, seed=1, labels=labels, batch_size=100)
    made = scorer.extractor.extract(samples)
    recognised = np.mean(made["probabilities"].argmax(axis=1) == labels)
    accuracy = np.mean(scorer.extractor.extract(test)["probabilities"].argmax(axis=1) == test_labels)
    chosen = np.random.default_rng(0).permutation(len(images))[:SAMPLES]
    real = scorer.extractor.extract(images[chosen])["features"]
    recalls = (
        within_class(scorer.test, test_labels, made["features"], labels),
        within_class(scorer.test, test_labels, real, image_labels[chosen]),
    )
    record = {
        "options": {key: value for key, value in vars(options).items() if key != "folder"},
        "epochs": epochs,
        "recognised": {"samples": recognised, "test images": accuracy},
        "recall_within_classes": {"samples": recalls[0], "training images": recalls[1]},
        "real images": scorer.floor,
        "with labels": scorer.figures(samples),
    }
    print(f"of the class asked for: {recognised:.2%} (test images: {accuracy:.2%})")
    print(f"recall within classes: {recalls[0]:.3f} (training images: {recalls[1]:.3f})")
    if options.label_dropout:
        record["without labels"] = scorer.figures(gan.generate(SAMPLES, seed=1, labels=-1, batch_size=100))
    for name in ("real images", "with labels", "without labels"):
        if name in record:
            print(f"{name:14} {line(record[name])}")
    name = f"conditional_{options.data}_{options.conditioning}"
    keep(name, record)
    rows = gan.generate(10 * classes, seed=1, labels=np.repeat(np.arange(classes), 10))
    kgan.images.save_grid(RESULTS / f"{name}.png", rows, columns=10)


if __name__ == "__main__":
    main()
