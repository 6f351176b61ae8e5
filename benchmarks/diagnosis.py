"""Measure `Watch`: does it detect each fault, and raise no false alarm?

    TFDS_DATA_DIR=... python benchmarks/diagnosis.py      # about 40 minutes on 2 cores

Ten healthy runs with various networks, data sets and seeds; and runs into which each fault is injected after a third of
the updates. Overfitting instead trains on 64 images from the start (on MNIST in a longer run). A fault counts as
detected if it is the verdict within a tenth of the run. Prints a line per run, the rate of detection and the number of
false alarms. Writes results/diagnosis.json, which keeps earlier runs until they are repeated (`--only`).
"""

import argparse
import json
import time
import warnings

import numpy as np
from scoring import RESULTS, write_results


def images(name, num=None, split="train"):
    """Return the first images of a split, or all."""
    import kgan

    size = kgan.datasets.describe(name, split).num_examples
    return next(iter(kgan.datasets.load(name, split, batch_size=num or size, shuffle=False))).numpy()


class ScaledLatents:
    """A generator whose latents are scaled by a variable: at 0 all samples are the same."""

    def __init__(self, generator):
        import keras

        self.layer = keras.layers.Rescaling(1.0)
        self.scale = keras.Variable(1.0, trainable=False)
        self.layer.scale = self.scale
        latents = keras.Input(generator.inputs[0].shape[1:])
        self.generator = keras.Model(latents, generator(self.layer(latents)))


def build(setting, seed):
    """Return a compiled GAN, its data, held-out images, and the `ScaledLatents` for mode collapse."""
    import keras

    import kgan

    keras.utils.set_random_seed(seed)
    data, held_out = images(setting["data"], setting.get("images")), images(setting["data"], 256, "test")
    architecture = kgan.architectures.get(setting.get("architecture", "dcgan"))
    generator, discriminator = (
        function(data.shape[1:]) for function in (architecture.generator, architecture.discriminator)
    )
    scaled = ScaledLatents(generator) if setting.get("fault") == "mode collapse" else None
    gan = kgan.GAN(
        scaled.generator if scaled else generator, discriminator, ema_decay=None if scaled else 0.999, seed=seed
    )
    gan.compile(**setting.get("compile", {}))
    return gan, data, held_out, scaled


def inject(setting, gan, scaled):
    """Return a callback that injects the fault after a third of the updates; overfitting comes with the data."""
    import keras

    fault, untrained = setting.get("fault"), gan.generator.get_weights()

    class Inject(keras.callbacks.Callback):
        step, at = 0, 0 if fault == "overfitting" else setting["updates"] // 3

        def on_train_batch_end(self, batch, logs=None):
            self.step += 1
            if self.step != self.at:
                return
            if fault == "mode collapse":
                scaled.scale.assign(0.0)
            elif fault == "divergence":
                gan.optimizer.learning_rate = 1e3 * float(gan.optimizer.learning_rate)
            elif fault == "discriminator too strong":
                gan.generator.set_weights(untrained)  # a discriminator is not too strong for a good generator
                gan.generator_optimizer.learning_rate = 0.0
            elif fault == "generator too strong":
                gan.discriminator_optimizer.learning_rate = 0.0

    return Inject()


def run(name, setting, seed):
    """Return the verdicts of one run."""
    import keras

    import kgan

    gan, data, held_out, scaled = build(setting, seed)

    class RandomBatches(keras.utils.PyDataset):
        """Random batches of the images, the same for each seed."""

        def __len__(self):
            return setting["updates"]

        def __getitem__(self, index):
            random = np.random.default_rng([seed, index])
            return data[random.integers(len(data), size=64)]

    watch = kgan.callbacks.Watch(held_out=held_out)
    injection = inject(setting, gan, scaled)
    verdicts = []

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if watch.history and watch.history[-1].step == batch + 1:
                verdicts.append((batch + 1, watch.verdict.name))

    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gan.fit(RandomBatches(), verbose=0, shuffle=False, callbacks=[injection, watch, Record()])
    fault = setting.get("fault")
    alarms = [(step, verdict) for step, verdict in verdicts if verdict != "healthy"]
    after = [(step, verdict) for step, verdict in alarms if step > injection.at]
    row = {
        "run": name,
        "seed": seed,
        "seconds": time.perf_counter() - start,
    }
    if fault is None:
        row["alarms"] = alarms
        print(f"healthy  {name:40} seed {seed}: {alarms[:3] or 'quiet'}", flush=True)
    else:
        detected = next((step for step, verdict in after if verdict == fault), None)
        delay = None if detected is None else (detected - injection.at) / setting["updates"]
        early = [alarm for alarm in alarms if alarm[0] <= injection.at]
        row.update(
            fault=fault, delay=delay, others=sorted({verdict for _, verdict in after if verdict != fault}), early=early
        )
        result = "not detected" if delay is None else f"detected after {delay:.0%} of the run"
        print(f"{fault:26} {name:30} seed {seed}: {result}; others {row['others']}; before {early[:2]}", flush=True)
    return row


HEALTHY = {
    "digits": {"data": "digits", "updates": 3000},
    "digits resnet": {"data": "digits", "updates": 1500, "architecture": "resnet"},
    "digits hinge + r1": {"data": "digits", "updates": 3000, "compile": {"loss": "hinge", "penalties": ["r1"]}},
    "mnist": {"data": "mnist", "updates": 1000},
    "mnist mlp": {"data": "mnist", "updates": 2000, "architecture": "mlp"},
    "fashion_mnist": {"data": "fashion_mnist", "updates": 1000},
}
NUM_SEEDS = {"digits": 3, "mnist": 3}  # healthy runs of these settings; one of the others
FAULTS = ("mode collapse", "divergence", "discriminator too strong", "generator too strong", "overfitting")


def earlier_runs():
    """Return the rows of earlier runs."""
    path = RESULTS / "diagnosis.json"
    return json.loads(path.read_text()) if path.exists() else []


def add(row):
    """Write the row of a run in the place of an earlier one."""

    def key(run):
        return run.get("fault", ""), run["run"], run["seed"]

    write_results("diagnosis", sorted([*(run for run in earlier_runs() if key(run) != key(row)), row], key=key))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="repeat the runs whose name contains this text")
    parser.add_argument("--seeds", type=int, default=3, help="number of runs of each fault on digits")
    options = parser.parse_args()
    for name, setting in HEALTHY.items():
        for seed in range(NUM_SEEDS.get(name, 1)):
            if not options.only or options.only in f"healthy {name}":
                add(run(name, setting, seed))
    for fault in FAULTS:
        few = {"images": 64} if fault == "overfitting" else {}
        for data, seeds, updates in (("digits", options.seeds, 1500), ("mnist", 1, 2500 if few else 900)):
            for seed in range(seeds):
                if not options.only or options.only in f"{fault} {data}":
                    add(run(data, {"data": data, "updates": updates, "fault": fault, **few}, seed))
    rows = earlier_runs()
    faults = [row for row in rows if "fault" in row]
    healthy = [row for row in rows if "fault" not in row]
    detected = sum(row["delay"] is not None and row["delay"] <= 0.1 for row in faults)
    alarms = sum(bool(row["alarms"]) for row in healthy)
    print(
        f"\n{detected} of {len(faults)} faults detected within a tenth of the run; "
        f"{alarms} of {len(healthy)} false alarms"
    )


if __name__ == "__main__":
    main()
