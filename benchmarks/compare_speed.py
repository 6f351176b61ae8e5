"""Compare the time of a training step of two versions of kgan, side by side.

    python benchmarks/compare_speed.py OLD NEW    # about 6 minutes on 2 cores

OLD and NEW are folders that hold the package `kgan`, for example two checkouts. Each run is a process of its own, and
the runs alternate (old new, new old, ...), so that a slow moment of the machine meets both. A run's figure is the
median over its epochs; the ratio is taken within each pair of runs. The table gives medians over the pairs.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import numpy as np
from same_weights import import_kgan

EPOCHS = 10
UPDATES = {"classic": (100, 50), "dcgan": (32, 20)}
"""The batch size and the steps of an epoch of each network."""


def networks(kgan, name):
    if name == "classic":
        return kgan.architectures.mlp.generator((28, 28, 1)), kgan.architectures.mlp.discriminator((28, 28, 1))
    return kgan.architectures.dcgan.generator((28, 28, 1)), kgan.architectures.dcgan.discriminator((28, 28, 1))


def milliseconds(kgan, name):
    """Return the time of each step of `fit`, one figure an epoch, after the first two epochs."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = []

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.times.append(1000 * (time.perf_counter() - self.start) / steps)

    batch_size, steps = UPDATES[name]
    images = np.random.default_rng(0).integers(0, 256, (batch_size * steps, 28, 28, 1), "uint8")
    keras.utils.set_random_seed(0)
    gan = kgan.GAN(*networks(kgan, name))
    if name == "classic":
        gan.compile(keras.optimizers.Adam(2e-4), keras.optimizers.Adam(2e-4), loss="non_saturating")
    else:
        gan.compile()
    clock = Clock()
    data = kgan.datasets.from_arrays(images, batch_size=batch_size)
    gan.fit(data, epochs=EPOCHS + 2, verbose=0, callbacks=[clock])
    return clock.times[2:]


def measured(package, name):
    """Return the median time of a step, measured in a process of its own."""
    command = [sys.executable, __file__, "--one", name, str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} of {package} failed:\n{done.stderr}")
    return statistics.median(json.loads(done.stdout.splitlines()[-1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", help="OLD and NEW")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--out", help="a JSON file to write")
    parser.add_argument("--one", choices=UPDATES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(milliseconds(import_kgan(options.packages[0]), options.one)))
        return
    if len(options.packages) != 2:
        parser.error(f"Expected two folders, OLD and NEW. Received: {len(options.packages)}")
    table = {}
    for name in UPDATES:
        pairs = []
        for number in range(options.rounds):
            order = (0, 1) if number % 2 == 0 else (1, 0)
            times = {index: measured(options.packages[index], name) for index in order}
            pairs.append((times[0], times[1]))
        old, new = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratios = sorted(after / before for before, after in pairs)
        table[name] = {"old_ms": old, "new_ms": new, "ratio": statistics.median(ratios), "pairs": pairs}
        print(
            f"{name:8} old {old:7.2f} ms, new {new:7.2f} ms a step; new / old {statistics.median(ratios):.3f} "
            f"({ratios[0]:.3f} to {ratios[-1]:.3f} in {len(pairs)} pairs)",
            flush=True,
        )
    if options.out:
        pathlib.Path(options.out).write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
