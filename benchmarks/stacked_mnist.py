"""Measure mode coverage on stacked MNIST: are all 1,000 triples of digits generated, and how evenly?

    TFDS_DATA_DIR=... python benchmarks/stacked_mnist.py --folder runs/stacked

The protocol of PacGAN (Lin et al., 2018): 128,000 training images of 28x28x3, each of three random MNIST digits as its
red, green and blue channel; batch size 64; 26,000 samples, each channel classified by a classifier of MNIST. The modes
are the triples. KL is the reverse divergence, of the shares of the samples from those of the data. `dcgan` and the
recommended recipe with packing 2, for 20 epochs instead of the paper's 50: an hour on one core. A run that is killed
continues when it is started again. With a constant learning rate (`--alpha 1`) so many modes are learned faster.
Writes results/stacked_mnist_SEED.json and a picture of samples.
"""

import argparse
import pathlib
import time

import numpy as np
from scoring import ALPHA, RESULTS, optimizers, write_results


def stacked(seed, num=128_000):
    """Return uint8 images `(num, 28, 28, 3)` and the mode of each."""
    import tensorflow_datasets as tfds

    data = tfds.load("mnist", split="train", batch_size=-1, download=False)
    images, labels = np.asarray(data["image"])[..., 0], np.asarray(data["label"])
    chosen = np.random.default_rng(seed).integers(len(images), size=(num, 3))
    return np.moveaxis(images[chosen], 1, -1), labels[chosen] @ [100, 10, 1]


def modes_of(images, extractor):
    """Return the mode of each image in [-1, 1]."""
    channels = [
        extractor.extract(images[..., channel : channel + 1])["probabilities"].argmax(axis=1) for channel in range(3)
    ]
    return np.stack(channels, axis=1) @ [100, 10, 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--width", type=int, default=32, help="width of the generator")
    parser.add_argument("--discriminator-width", type=int, default=24)
    parser.add_argument("--packing", type=int, default=2)
    parser.add_argument(
        "--folder", type=pathlib.Path, required=True, help="folder of the run, which continues if it was killed"
    )
    options = parser.parse_args()

    import keras

    import kgan

    extractor = kgan.features.classifier("mnist")
    images, modes = stacked(options.seed)
    real_share = np.bincount(modes, minlength=1000) / len(modes)
    keras.utils.set_random_seed(options.seed)
    architecture = kgan.architectures.dcgan
    gan = kgan.GAN(
        architecture.generator((28, 28, 3), latent_dim=100, width=options.width),
        architecture.discriminator((28, 28, 3), width=options.discriminator_width, packing=options.packing),
        packing=options.packing,
        seed=options.seed,
    )
    gan.compile(*optimizers(options))

    class Progress(keras.callbacks.Callback):
        seconds = 0.0

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.perf_counter() - self.start
            if (epoch + 1) % 5 == 0 or epoch == 0:
                samples = modes_of(self.model.generate(26_000, seed=1, batch_size=200), extractor)
                coverage = kgan.metrics.mode_coverage(samples, 1000, real_share)
                print(f"epoch {epoch + 1}: {coverage}, {self.seconds:.0f} s", flush=True)

        def get_state(self):
            return self.seconds

        def set_state(self, state):
            self.seconds = state

    progress = Progress()
    data = kgan.datasets.from_arrays(images, batch_size=64, seed=options.seed)
    callbacks = [progress, kgan.callbacks.Resume(options.folder / "backup", save_freq=1000)]
    gan.fit(data, epochs=options.epochs, verbose=0, callbacks=callbacks)
    fake = gan.generate(26_000, seed=1, batch_size=200)
    samples = modes_of(fake, extractor)
    coverage = {
        **kgan.metrics.mode_coverage(samples, 1000, real_share),
        "reverse_kl_from_equal_shares": kgan.metrics.mode_coverage(samples, 1000)["reverse_kl"],
        "seconds": progress.seconds,
    }
    print(coverage)
    kgan.images.save_grid(RESULTS / f"stacked_mnist_{options.seed}.png", fake[:100])
    settings = {name: value for name, value in vars(options).items() if name != "folder"}
    write_results(f"stacked_mnist_{options.seed}", {"options": settings, **coverage})


if __name__ == "__main__":
    main()
