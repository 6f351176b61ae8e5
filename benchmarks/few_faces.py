"""Train on four hundred faces with augmentation: are the samples new, or copies?

    python benchmarks/few_faces.py FOLDER      # with images of faces, which are resized to 64x64 and made gray

A tenth of the images is held out. `dcgan` and the recommended recipe with differentiable augmentation (p 0.4). Draws 16
samples, each beside its three nearest training images (Euclidean distance of pixels), in results/few_faces.png. Writes
the memorization test to results/few_faces.json: for the samples, and for comparison for the training images themselves.
"""

import argparse
import time

import numpy as np
from scoring import ALPHA, RESULTS, optimizers, write_results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--updates", type=int, default=6000)
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    import keras

    import kgan

    size = (64, 64, 1)
    (train, _), (held_out, _) = kgan.datasets.train_and_test(options.folder, 0.1, image_size=64, channels=1)
    keras.utils.set_random_seed(options.seed)
    dcgan = kgan.architectures.dcgan
    gan = kgan.GAN(dcgan.generator(size), dcgan.discriminator(size), seed=options.seed)
    gan.compile(
        *optimizers(options),
        augmentation=kgan.augmentation.DiffAugment("color,translation,cutout,flip", probability=0.4),
    )
    data = kgan.datasets.from_arrays(train, batch_size=32, seed=options.seed).repeat()
    start = time.perf_counter()
    gan.fit(data, steps_per_epoch=options.updates // 10, epochs=10, verbose=2)
    seconds = time.perf_counter() - start
    samples = gan.generate(400, seed=1, batch_size=100)
    memorization = kgan.metrics.memorization(samples, train, held_out)
    copies = kgan.metrics.memorization(train, train, held_out)
    rows = np.concatenate([samples[:16, None], train[memorization.neighbors[:16]]], axis=1)
    RESULTS.mkdir(exist_ok=True)
    kgan.images.save_grid(RESULTS / "few_faces.png", rows.reshape(-1, *size), columns=16)
    record = {
        "options": {"updates": options.updates, "seed": options.seed},
        "training pictures": len(train),
        "held-out pictures": len(held_out),
        "seconds": seconds,
        "samples": {"z_score": memorization.z_score, "copied_share": memorization.copied_share},
        "training pictures as samples": {"z_score": copies.z_score, "copied_share": copies.copied_share},
    }
    print(record)
    write_results("few_faces", record)


if __name__ == "__main__":
    main()
