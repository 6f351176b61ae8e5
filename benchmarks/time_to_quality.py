"""How long until samples are as good as the classic script's after 100 epochs, and how good they get in its time.

    python benchmarks/time_to_quality.py                      # MNIST, about 30 minutes on 2 cores
    python benchmarks/time_to_quality.py --data fashion_mnist

Two runs, one after the other, each in a process of its own: the classic PyTorch script as written for 100 epochs, and
`gan.fit` with kgan's default recipe (`dcgan`, batch 64) for as long as the classic took. The clock of kgan starts at
`fit` and so includes tracing; making samples is left out of both clocks. 10,000 samples at each mark are then scored
against the 10,000 test images in the features of a classifier that kgan trains on the data (Frechet distance; precision
and recall of 5,000 with k = 5). The floor is what 10,000 training images score. Prints a table; writes
results/time_to_quality_DATA.json and .png. Without torch the classic runs in kgan, and its own time is taken.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from judge import RESULTS, SAMPLES, Judge, keep, line

EPOCHS = (1, 5, 10, 20, 30, 50, 75, 100)
UPDATES = (25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 600, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000, 12_000)


def save(folder, mark, seconds, images):
    """Keep samples in [-1, 1] as bytes."""
    images = np.clip(np.rint((images + 1) * 127.5), 0, 255).astype("uint8")
    np.savez(folder / f"{mark:07d}.npz", seconds=seconds, images=images.reshape(len(images), 28, 28, 1))


def run_classic(folder, data, epochs):
    import classic_pytorch
    import tensorflow_datasets as tfds
    import torch

    pictures = np.asarray(tfds.load(data, split="train", batch_size=-1, download=False)["image"])[..., 0].copy()
    step, generator = classic_pytorch.training(pictures, in_memory=False)
    spent = 0.0
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        for _ in range(len(pictures) // classic_pytorch.BATCH):
            step()
        spent += time.perf_counter() - start
        if epoch in EPOCHS or epoch == epochs:
            with torch.no_grad():
                noise = torch.randn(SAMPLES, classic_pytorch.LATENT, generator=torch.Generator().manual_seed(1))
                save(folder, epoch, spent, generator(noise).numpy())
        print(f"classic: epoch {epoch} of {epochs}, {spent:.0f} s", flush=True)


def run_recipe(folder, data, seconds, seed):
    import keras

    import kgan

    class Marks(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.start, self.paused, self.updates = time.perf_counter(), 0.0, 0

        def on_train_batch_end(self, batch, logs=None):
            self.updates += 1
            over = time.perf_counter() - self.start - self.paused > seconds
            if self.updates in UPDATES or over:
                now = time.perf_counter()
                spent = now - self.start - self.paused
                save(folder, self.updates, spent, self.model.generate(SAMPLES, seed=1, batch_size=100))
                self.paused += time.perf_counter() - now
                print(f"recipe: {self.updates} updates, {spent:.1f} s", flush=True)
            self.model.stop_training = over

        def on_epoch_end(self, epoch, logs=None):
            self.on_train_batch_end(None)

    keras.utils.set_random_seed(seed)
    train = kgan.datasets.load(data, batch_size=64, seed=seed)
    gan = kgan.GAN(
        kgan.architectures.dcgan.generator((28, 28, 1)), kgan.architectures.dcgan.discriminator((28, 28, 1)), seed=seed
    )
    gan.compile()
    gan.fit(train, epochs=1000, verbose=0, callbacks=[Marks()])


def score(folder, judge):
    """Return `{part: {mark: figures}}` of all samples in a folder."""
    import kgan

    table = {}
    for file in sorted(folder.rglob("*.npz")):
        with np.load(file) as archive:
            row = {"seconds": float(archive["seconds"]), **judge.figures(kgan.images.from_uint8(archive["images"]))}
        table.setdefault(file.parent.name, {})[int(file.stem)] = row
    return table


def draw(table, floor, path):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, rows in table.items():
        axes.plot(
            [row["seconds"] for row in rows.values()], [row["frechet"] for row in rows.values()], "o-", label=name
        )
    axes.axhline(floor["frechet"], color="grey", linestyle=":", label="real images")
    axes.set(xscale="log", yscale="log", xlabel="seconds of training", ylabel="Frechet distance")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--epochs", type=int, default=100, help="of the classic")
    parser.add_argument("--seconds", type=float, help="of the recipe; what the classic took if not given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path, help="keep the samples here, and use those that are there")
    parser.add_argument("--part", choices=["classic", "recipe"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "classic":
        run_classic(options.folder, options.data, options.epochs)
    elif options.part == "recipe":
        run_recipe(options.folder, options.data, options.seconds, options.seed)
    else:
        compare(options)


def compare(options):
    folder = options.folder or pathlib.Path(tempfile.mkdtemp())
    for part in ("classic", "recipe"):
        place = folder / part
        if not list(place.glob("*.npz")):
            place.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, __file__, "--part", part, "--folder", str(place), "--data", options.data]
            seconds = options.seconds or spent(folder / "classic")
            command += ["--epochs", str(options.epochs), "--seed", str(options.seed), "--seconds", str(seconds)]
            subprocess.run(command, check=True)
    judge = Judge(options.data)
    table, floor = score(folder, judge), judge.floor

    classic = list(table["classic"].values())[-1]
    print(f"\n{options.data}, {SAMPLES} samples; real training images: " + line(floor))
    for name, rows in table.items():
        unit = "epochs" if name == "classic" else "updates"
        for mark, row in rows.items():
            print(f"{name:8} {mark:6} {unit:8} {row['seconds']:8.1f} s   " + line(row))
    reached = next((row for row in table["recipe"].values() if row["frechet"] <= classic["frechet"]), None)
    ratio = classic["seconds"] / reached["seconds"] if reached else None
    if reached:
        print(f"\nthe classic's {classic['frechet']:.1f} after {reached['seconds']:.1f} s: {ratio:.0f} times faster")
    name = f"time_to_quality_{options.data}"
    keep(name, {"data": options.data, "seed": options.seed, "floor": floor, "table": table, "times_faster": ratio})
    draw(table, floor, RESULTS / f"{name}.png")


def spent(folder):
    """Return the seconds at the last mark of a run, or 0 before it."""
    files = sorted(folder.glob("*.npz"))
    if not files:
        return 0.0
    with np.load(files[-1]) as archive:
        return float(archive["seconds"])


if __name__ == "__main__":
    main()
