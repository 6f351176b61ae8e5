"""Measure a class-conditional GAN: are the classes right, how varied are they, and what does conditioning cost?

    TFDS_DATA_DIR=... python benchmarks/conditional.py --folder runs/conditional       # 15 minutes on one core

`dcgan` with labels and the recommended recipe, batch size 32, a tenth of the labels dropped. 10,000 samples, 1,000 of
each class, are compared with the 10,000 test images in the features of a classifier that kgan trains on the data:

- the share of samples that the classifier assigns to their class, beside its accuracy on the test images;
- recall within each class (k = 5, as many samples as the smallest class has test images), beside that of training
  images;
- the Frechet distance of all samples, and of as many samples without a label.

A run that is killed continues when it is started again. Writes results/conditional_DATA_CONDITIONING.json and a grid of
samples, one class per row, and model.keras to the folder.
"""

import argparse
import pathlib

import numpy as np
from scoring import ALPHA, NUM_SAMPLES, RESULTS, Scorer, as_text, optimizers, write_results


def recall_within_classes(real, real_labels, generated, labels):
    """Return the mean of the recall of each class, with equally many samples of each."""
    import kgan

    num = np.bincount(real_labels).min()
    return np.mean(
        [
            kgan.metrics.precision_recall(real[real_labels == label][:num], generated[labels == label][:num])["recall"]
            for label in np.unique(labels)
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
    parser.add_argument(
        "--folder", type=pathlib.Path, required=True, help="folder of the run, which continues if it was killed"
    )
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
    gan.compile(*optimizers(options), classification_weight=options.classification_weight)
    resume = kgan.callbacks.Resume(options.folder / "backup", save_freq=500)
    epochs = -(-options.updates // int(train.cardinality()))
    gan.fit(train, epochs=epochs, verbose=2, callbacks=[resume])
    gan.save(options.folder / "model.keras")

    scorer = Scorer(options.data)
    (images, image_labels), (test, test_labels) = kgan.datasets.train_and_test(options.data, share=0.1)
    test, test_labels = test[:NUM_SAMPLES], test_labels[:NUM_SAMPLES]
    labels = (np.arange(NUM_SAMPLES) % classes).astype("int32")
    samples = gan.generate(NUM_SAMPLES, seed=1, labels=labels, batch_size=100)
    generated = scorer.extractor.extract(samples)
    recognized = np.mean(generated["probabilities"].argmax(axis=1) == labels)
    accuracy = np.mean(scorer.extractor.extract(test)["probabilities"].argmax(axis=1) == test_labels)
    chosen = np.random.default_rng(0).permutation(len(images))[:NUM_SAMPLES]
    real = scorer.extractor.extract(images[chosen])["features"]
    recalls = (
        recall_within_classes(scorer.test_features, test_labels, generated["features"], labels),
        recall_within_classes(scorer.test_features, test_labels, real, image_labels[chosen]),
    )
    record = {
        "options": {key: value for key, value in vars(options).items() if key != "folder"},
        "epochs": epochs,
        "recognised": {"samples": recognized, "test images": accuracy},
        "recall_within_classes": {"samples": recalls[0], "training images": recalls[1]},
        "real images": scorer.real,
        "with labels": scorer.score(samples),
    }
    print(f"assigned to their class: {recognized:.2%} (test images: {accuracy:.2%})")
    print(f"recall within classes: {recalls[0]:.3f} (training images: {recalls[1]:.3f})")
    if options.label_dropout:
        record["without labels"] = scorer.score(gan.generate(NUM_SAMPLES, seed=1, labels=-1, batch_size=100))
    for name in ("real images", "with labels", "without labels"):
        if name in record:
            print(f"{name:14} {as_text(record[name])}")
    name = f"conditional_{options.data}_{options.conditioning}"
    write_results(name, record)
    rows = gan.generate(10 * classes, seed=1, labels=np.repeat(np.arange(classes), 10))
    kgan.images.save_grid(RESULTS / f"{name}.png", rows, columns=10)


if __name__ == "__main__":
    main()
