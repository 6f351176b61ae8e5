"""Measure what augmentation of the discriminator's inputs is worth with a tenth of the data.

    TFDS_DATA_DIR=... python benchmarks/few_data.py

The first 6,000 images of Fashion-MNIST, `dcgan`, the recommended recipe, batch size 32, with each kind of augmentation,
whose probability p is printed after every 10,000 updates. 10,000 samples are compared with the 10,000 test images in
the features of a classifier that kgan trains on all training images. A distance of features does not detect copies, so
the copies among the first 1,000 samples are counted too: samples that are nearer (in pixels) to one of the 6,000 images
than 99 % of 1,000 test images are. Writes results/few_data_IMAGES.json.
"""

import argparse
import time

from scoring import ALPHA, NUM_SAMPLES, Scorer, as_text, optimizers, write_results

INTERVAL = 10_000  # updates between two rows of the table
ALL = "color,translation,cutout"  # the transformations of the paper
CHOICES = {  # an augmentation of `kgan.augmentation`, and penalties added to those of the recipe
    "none": (None, []),
    "diffaugment, p rising to 0.5": (lambda augmentation: augmentation.recommended(), []),
    "diffaugment, p 0.4": (lambda augmentation: augmentation.DiffAugment(ALL, 0.4), []),
    "diffaugment, p 1": (lambda augmentation: augmentation.DiffAugment(ALL), []),
    "ada": (lambda augmentation: augmentation.ADA(ALL), []),
    "lecam": (None, ["lecam"]),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="fashion_mnist")
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--choices", nargs="+", default=list(CHOICES), choices=list(CHOICES))
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    import keras

    import kgan

    scorer = Scorer(options.data)
    record = {"options": vars(options), "real images": scorer.real}
    print(f"{'real images':34} {as_text(scorer.real)}", flush=True)
    images = next(iter(kgan.datasets.load(options.data, batch_size=options.images, shuffle=False))).numpy()
    for choice in options.choices:
        keras.utils.set_random_seed(options.seed)
        gan = kgan.GAN(
            kgan.architectures.dcgan.generator((28, 28, 1)),
            kgan.architectures.dcgan.discriminator((28, 28, 1)),
            seed=options.seed,
        )
        augmentation, penalties = CHOICES[choice]
        gan.compile(
            *optimizers(options),
            loss="relativistic",
            penalties=[*kgan.penalties.recommended(), *penalties],
            augmentation=augmentation and augmentation(kgan.augmentation),
        )
        start, rows = time.perf_counter(), []
        data = kgan.datasets.from_arrays(images, batch_size=32, seed=options.seed).repeat()
        for done in range(0, options.updates, INTERVAL):
            updates = min(done + INTERVAL, options.updates)
            gan.fit(data, steps_per_epoch=updates - done, verbose=0)
            samples = gan.generate(NUM_SAMPLES, seed=1, batch_size=100)
            row = scorer.score(samples)
            copies = kgan.metrics.memorization(samples[:1000], images, scorer.images[:1000])
            row["copied_share"], row["copies_z_score"] = copies.copied_share, copies.z_score
            row["p"] = max((float(part.current_probability) for part in gan.augmentations), default=0.0)
            row["updates"], row["seconds"] = updates, time.perf_counter() - start
            rows.append(row)
            print(
                f"{choice:34} {as_text(row)}  copies {copies.copied_share:.1%} (z {copies.z_score:.1f})  "
                f"p {row['p']:.2f}  {updates} updates, {row['seconds']:4.0f} s",
                flush=True,
            )
        record[choice] = rows
        write_results(f"few_data_{options.images}", record)


if __name__ == "__main__":
    main()
