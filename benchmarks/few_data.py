"""Little data: what augmentation of the discriminator's images brings with a tenth of Fashion-MNIST.

    TFDS_DATA_DIR=... python benchmarks/few_data.py

Trains `dcgan` with kgan's recommended recipe, batch 32, on the first 6,000 images of Fashion-MNIST, with each
augmentation, and reports its probability p at each mark. Compares 10,000 samples with the 10,000 test images in the
features of a classifier that kgan trains on all training images; and counts how many of the first 1,000 samples are
copies, closer (in pixels) to one of the 6,000 images than 99 % of 1,000 test images are: a distance of features does
not detect copies. Writes results/few_data_IMAGES.json.
"""

import argparse
import time

from scoring import ALPHA, SAMPLES, Scorer, keep, line, rates

EVERY = 10_000  # updates between two marks
WHOLE = "color,translation,cutout"  # the paper's changes
CHOICES = {  # what of `kgan.augmentation`, and which penalties beside the recipe's
    "none": (None, []),
    "diffaugment, p rising to 0.5": (lambda augmentation: augmentation.recommended(), []),
    "diffaugment, p 0.4": (lambda augmentation: augmentation.DiffAugment(WHOLE, 0.4), []),
    "diffaugment, p 1": (lambda augmentation: augmentation.DiffAugment(WHOLE), []),
    "ada": (lambda augmentation: augmentation.ADA(WHOLE), []),
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
    record = {"options": vars(options), "real images": scorer.floor}
    print(f"{'real images':34} {line(scorer.floor)}", flush=True)
    every = next(iter(kgan.datasets.load(options.data, batch_size=options.images, shuffle=False))).numpy()
    for choice in options.choices:
        keras.utils.set_random_seed(options.seed)
        gan = kgan.GAN(
            kgan.architectures.dcgan.generator((28, 28, 1)),
            kgan.architectures.dcgan.discriminator((28, 28, 1)),
            seed=options.seed,
        )
        augmentation, penalties = CHOICES[choice]
        gan.compile(
            *rates(options),
            loss="relativistic",
            penalties=[*kgan.penalties.recommended(), *penalties],
            augmentation=augmentation and augmentation(kgan.augmentation),
        )
        start, rows = time.perf_counter(), []
        data = kgan.datasets.from_arrays(every, batch_size=32, seed=options.seed).repeat()
        for done in range(0, options.updates, EVERY):
            updates = min(done + EVERY, options.updates)
            gan.fit(data, steps_per_epoch=updates - done, verbose=0)
            samples = gan.generate(SAMPLES, seed=1, batch_size=100)
            row = scorer.figures(samples)
            copies = kgan.metrics.memorization(samples[:1000], every, scorer.images[:1000])
            row["copied_share"], row["copies_z_score"] = copies.copied_share, copies.z_score
            row["p"] = max((float(each.current_probability) for each in gan.augmentations), default=0.0)
            row["updates"], row["seconds"] = updates, time.perf_counter() - start
            rows.append(row)
            print(
                f"{choice:34} {line(row)}  copies {copies.copied_share:.1%} (z {copies.z_score:.1f})  "
                f"p {row['p']:.2f}  {updates} updates, {row['seconds']:4.0f} s",
                flush=True,
            )
        record[choice] = rows
        keep(f"few_data_{options.images}", record)


if __name__ == "__main__":
    main()
