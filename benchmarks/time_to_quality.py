"""Measure how long kgan takes to reach the quality of the classic script, and what it reaches in the script's time.

    TFDS_DATA_DIR=... python benchmarks/time_to_quality.py --folder runs/quality    # MNIST, about an hour on 2 cores
    python benchmarks/time_to_quality.py --data fashion_mnist --folder runs/quality_fashion

Needs torch.

Two runs, each in a process of its own: the classic PyTorch script as written, for 100 epochs; and `gan.fit` with the
recommended recipe (`dcgan`, batch size 32) for as many updates as fit into the time of the classic script. The time per
step is measured separately, on a quiet machine, in short runs of both that alternate (5 rounds, medians), so that other
load during the long runs does not count. kgan's time starts at `fit` and includes tracing; generating samples is left
out of both. 10,000 samples at each checkpoint are then compared with the 10,000 test images in the features of a
classifier that kgan trains on the data (Frechet distance; precision and recall of 5,000 with k = 5). The floor is the
score of 10,000 training images. `--clusters 50` conditions the networks on 50 clusters of the data.

Prints a table; writes results/time_to_quality_DATA.json and .png, with clusters under names of their own. A benchmark
that is killed continues with the parts that are missing. The last model of the recipe is kept as recipe.keras.
"""

import argparse
import itertools
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
from scoring import ALPHA, NUM_SAMPLES, RESULTS, Scorer, as_text, optimizers, write_results

EPOCHS = (1, 10, 50, 100)
UPDATES = (
    100,
    150,
    200,
    250,
    300,
    400,
    500,
    600,
    800,
    1000,
    2000,
    5000,
    10_000,
    15_000,
    20_000,
    30_000,
    40_000,
    50_000,
)
ROUNDS = 5


def save(folder, step, images):
    """Write samples in [-1, 1] as uint8."""
    images = np.clip(np.rint((images + 1) * 127.5), 0, 255).astype("uint8")
    np.save(folder / f"{step:07d}.npy", images.reshape(len(images), 28, 28, 1))


def classic(data):
    """Return a function that makes one step of the classic script, its generator, and the steps of an epoch."""
    import classic_pytorch
    import tensorflow_datasets as tfds

    images = np.asarray(tfds.load(data, split="train", batch_size=-1, download=False)["image"])[..., 0].copy()
    return *classic_pytorch.training(images, in_memory=False), len(images) // classic_pytorch.BATCH


def run_classic(options):
    """Train the classic script and write samples."""
    import classic_pytorch
    import torch

    step, generator, steps = classic(options.data)
    for epoch in range(1, options.epochs + 1):
        for _ in range(steps):
            step()
        if epoch in EPOCHS or epoch == options.epochs:
            with torch.no_grad():
                latents = torch.randn(NUM_SAMPLES, classic_pytorch.LATENT, generator=torch.Generator().manual_seed(1))
                save(options.folder / "classic", epoch, generator(latents).numpy())
        print(f"classic: epoch {epoch} of {options.epochs}", flush=True)


def time_classic(options):
    """Return the seconds of a step, and those before the first step."""
    step, _, _ = classic(options.data)
    for _ in range(20):
        step()
    start = time.perf_counter()
    for _ in range(200):
        step()
    return (time.perf_counter() - start) / 200, 0.0


def recipe(options):
    """Return a GAN with the recommended recipe, and its data."""
    import keras

    import kgan

    keras.utils.set_random_seed(options.seed)
    train = kgan.datasets.load(options.data, batch_size=32, seed=options.seed)
    gan = kgan.GAN(
        kgan.architectures.dcgan.generator((28, 28, 1), num_classes=options.clusters, conditioning="concatenation"),
        kgan.architectures.dcgan.discriminator((28, 28, 1), num_classes=options.clusters),
        clusters=options.clusters is not None,
        seed=options.seed,
    )
    gan.compile(*optimizers(options))
    return gan, train.repeat()


def run_recipe(options):
    """Train with the recommended recipe and write samples."""
    import keras

    class SaveSamples(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            update = batch + 1
            if update in UPDATES or update == options.updates:
                save(options.folder / "recipe", update, self.model.generate(NUM_SAMPLES, seed=1, batch_size=100))
                print(f"recipe: {update} updates of {options.updates}", flush=True)

    gan, train = recipe(options)
    gan.fit(train, steps_per_epoch=options.updates, verbose=0, callbacks=[SaveSamples()])
    gan.save(options.folder / "recipe.keras")


def time_recipe(options):
    """Return the seconds of an update, and those before the first: checking the data and tracing."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch in (19, 219):
                times.append(time.perf_counter())

    gan, train = recipe(options)
    times = [time.perf_counter()]
    gan.fit(train, steps_per_epoch=220, verbose=0, callbacks=[Clock()])
    update = (times[2] - times[1]) / 200
    return update, times[1] - times[0] - 20 * update


def score(folder, scorer, clock):
    """Return `{part: {step: scores}}` of all samples in a folder."""
    import kgan

    table = {}
    for part, steps in (("classic", clock["steps_an_epoch"]), ("recipe", 1)):
        for file in sorted((folder / part).glob("*.npy")):
            step = int(file.stem)
            seconds = clock[part]["start"] + step * steps * clock[part]["step"]
            scores = scorer.score(kgan.images.from_uint8(np.load(file)))
            table.setdefault(part, {})[step] = {"seconds": seconds, **scores}
    return table


def seconds_until(distance, rows):
    """Return when a distance was reached, by linear interpolation of its logarithm; None if it was not."""
    if rows[0]["frechet"] <= distance:
        return rows[0]["seconds"]
    for before, after in itertools.pairwise(rows):
        if after["frechet"] <= distance < before["frechet"]:
            logarithms = np.log([after["frechet"], before["frechet"]])
            return float(np.interp(np.log(distance), logarithms, [after["seconds"], before["seconds"]]))
    return None


def draw(table, floor, path):
    """Draw the Frechet distance over the time of training."""
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


PARTS = {"classic": run_classic, "recipe": run_recipe, "time classic": time_classic, "time recipe": time_recipe}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of the classic script")
    parser.add_argument(
        "--updates",
        type=int,
        help="updates of the recipe; by default as many as fit into the time of the classic script",
    )
    parser.add_argument("--alpha", type=float, default=0.1, help=ALPHA)
    parser.add_argument(
        "--clusters",
        type=int,
        help="number of clusters of the data that the networks are conditioned on; none by default",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--folder", type=pathlib.Path, required=True, help="folder of the run, which continues if it was killed"
    )
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options)))
    else:
        compare(options)


def call(part, options, **more):
    """Run a part in a process of its own, and return its result."""
    arguments = {
        name: getattr(options, name) for name in ("data", "epochs", "alpha", "clusters", "seed", "folder")
    } | more
    arguments = {name: value for name, value in arguments.items() if value is not None}
    command = [sys.executable, __file__, "--part", part, *(f"--{key}={value}" for key, value in arguments.items())]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE if part.startswith("time") else None, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None


def measure_time(options):
    """Return the seconds of a step and before the first step: medians of alternating short runs."""
    rounds = [{part: call(f"time {part}", options) for part in ("classic", "recipe")} for _ in range(ROUNDS)]
    clock = {
        part: {
            name: statistics.median(times[part][index] for times in rounds)
            for index, name in enumerate(("step", "start"))
        }
        for part in ("classic", "recipe")
    }
    return {**clock, "steps_an_epoch": 600, "rounds": rounds}


def compare(options):
    """Run what is missing, score all samples, print the table and write the results."""
    folder = options.folder
    for part in ("classic", "recipe"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if not (folder / "clock.json").exists():
        (folder / "clock.json").write_text(json.dumps(measure_time(options)))
    clock = json.loads((folder / "clock.json").read_text())
    total = options.epochs * clock["steps_an_epoch"] * clock["classic"]["step"]
    updates = options.updates or int((total - clock["recipe"]["start"]) / clock["recipe"]["step"])
    if not (folder / "classic" / f"{options.epochs:07d}.npy").exists():
        call("classic", options)
    if not (folder / "recipe" / f"{updates:07d}.npy").exists():
        call("recipe", options, updates=updates)
    scorer = Scorer(options.data)
    table, floor = score(folder, scorer, clock), scorer.real

    last = list(table["classic"].values())[-1]
    best = [row for row in table["recipe"].values() if row["seconds"] <= last["seconds"]][-1]
    print(f"\n{options.data}, {NUM_SAMPLES} samples; real training images: " + as_text(floor))
    for name, rows in table.items():
        unit = "epochs" if name == "classic" else "updates"
        for step, row in rows.items():
            print(f"{name:8} {step:6} {unit:8} {row['seconds']:8.1f} s   " + as_text(row))
    reached = seconds_until(last["frechet"], list(table["recipe"].values()))
    ratio = last["seconds"] / reached if reached else None
    if reached:
        print(f"\n{last['frechet']:.1f}, as the classic script, after {reached:.1f} s: {ratio:.0f} times faster")
    share = best["frechet"] / last["frechet"]
    print(f"in the script's time ({best['seconds']:.0f} of {last['seconds']:.0f} s): {share:.2%} of its distance")
    record = {"data": options.data, "seed": options.seed, "floor": floor, "clock": clock, "table": table}
    name = f"time_to_quality_{options.data}{f'_clusters_{options.clusters}' if options.clusters else ''}"
    write_results(name, {**record, "times_faster": ratio, "share_of_the_classics_distance": share})
    draw(table, floor, RESULTS / f"{name}.png")


if __name__ == "__main__":
    main()
