"""Measure speed: steps per second of the classic network beside PyTorch and a bare loop; images per second of `dcgan`.

    python benchmarks/throughput.py    # about 10 minutes on 2 cores; prints tables, writes results/throughput.json

Each run is a process of its own, and the runs alternate: A B C A B C ... The table gives medians. PyTorch is measured
if it is installed. The images are MNIST if it is prepared (TFDS_DATA_DIR), random ones otherwise; the speed is the
same.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

from scoring import peak_memory, write_results  # also sets TF_ENABLE_ONEDNN_OPTS for all runs

BATCH = 100
HERE = pathlib.Path(__file__).resolve().parent

# Multiply-adds of one image through the classic generator and discriminator, without biases.
GENERATOR = [100 * 256, 256 * 512, 512 * 784]
DISCRIMINATOR = [784 * 512, 512 * 256, 256 * 1]


def operations_of_a_classic_step() -> int:
    """Return the floating-point operations of the matrix products of one alternating step with batch size 100."""
    forward = 3 * sum(DISCRIMINATOR) + sum(GENERATOR)  # D of real, of fake, and of fake again after its update; G once
    weights = 2 * sum(DISCRIMINATOR) + sum(GENERATOR)  # gradients of weights: D of real and fake, G
    inputs = 2 * sum(DISCRIMINATOR[1:]) + sum(DISCRIMINATOR) + sum(GENERATOR[1:])  # gradients of inputs
    return 2 * BATCH * (forward + weights + inputs)


def images():
    """Return uint8 images `(60000, 28, 28)`."""
    import numpy as np

    try:
        import tensorflow_datasets as tfds

        data = tfds.load("mnist", split="train", batch_size=-1, download=False)
        return np.asarray(data["image"])[..., 0].copy()
    except Exception:  # noqa: BLE001  (whatever the reason, MNIST is not available)
        return np.random.default_rng(0).integers(0, 256, (60_000, 28, 28), "uint8")


def rate(step, seconds):
    """Return how often `step` runs per second, after a warm-up."""
    for _ in range(20):
        step()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step()
        done += 1
    return done / (time.perf_counter() - start)


def run_torch(seconds, in_memory):
    """Return the steps per second of the PyTorch script."""
    import classic_pytorch

    return rate(classic_pytorch.training(images(), in_memory)[0], seconds)


def run_bare(seconds):
    """Return the steps per second of a bare `tf.function`: two tapes, two Keras optimizers, nothing else."""
    import keras
    import tensorflow as tf

    import kgan

    generator = kgan.architectures.mlp.generator((28, 28, 1))
    discriminator = kgan.architectures.mlp.discriminator((28, 28, 1))
    optimizers = keras.optimizers.Adam(2e-4), keras.optimizers.Adam(2e-4)
    for optimizer, network in zip(optimizers, (generator, discriminator), strict=True):
        optimizer.build(network.trainable_variables)

    @tf.function
    def step(real):
        latents = tf.random.normal((BATCH, 100))
        with tf.GradientTape() as generator_tape:
            fake = generator(latents, training=True)
            with generator_tape.stop_recording(), tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.softplus(-discriminator(real, training=True))) + tf.reduce_mean(
                    tf.nn.softplus(discriminator(fake, training=True))
                )
            with generator_tape.stop_recording():
                optimizers[1].apply(tape.gradient(loss, discriminator.trainable_variables))
            generator_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fake, training=True)))
        optimizers[0].apply(generator_tape.gradient(generator_loss, generator.trainable_variables))
        return loss, generator_loss

    dataset = kgan.datasets.from_arrays(images()[..., None], batch_size=BATCH)

    def batches():
        while True:
            yield from dataset

    data = batches()
    return rate(lambda: step(next(data)), seconds)


def run_kgan(seconds, update="alternating", policy="float32", steps_per_execution=1, ema_decay=None):
    """Return the steps per second of `gan.fit` with the classic network."""
    import keras

    import kgan

    keras.config.set_dtype_policy(policy)
    gan = kgan.GAN(
        kgan.architectures.mlp.generator((28, 28, 1)),
        kgan.architectures.mlp.discriminator((28, 28, 1)),
        ema_decay=ema_decay,
    )
    gan.compile(
        keras.optimizers.Adam(2e-4),
        keras.optimizers.Adam(2e-4),
        loss="non_saturating",
        update=update,
        steps_per_execution=steps_per_execution,
    )
    return fit_rate(gan, kgan.datasets.from_arrays(images()[..., None], batch_size=BATCH), seconds)


def fit_rate(gan, data, seconds):
    """Return the steps per second of `gan.fit(data)`, over whole epochs after the first."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            now = time.perf_counter()
            if epoch == 1:
                self.start = now
            elif epoch > 1 and now - self.start > seconds:
                self.rate = (epoch - 1) * self.params["steps"] / (now - self.start)
                self.model.stop_training = True

    clock = Clock()
    gan.fit(data, epochs=1000, verbose=0, callbacks=[clock])
    return clock.rate


def run_dcgan(seconds, penalties):
    """Return the images per second of `gan.fit` with `dcgan`."""
    import keras
    import numpy as np

    import kgan

    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).integers(0, 256, (4096, 32, 32, 3), "uint8")
    gan = kgan.GAN(kgan.architectures.dcgan.generator((32, 32, 3)), kgan.architectures.dcgan.discriminator((32, 32, 3)))
    gan.compile(loss="non_saturating", penalties=penalties)
    return 64 * fit_rate(gan, kgan.datasets.from_arrays(images, batch_size=64), seconds)


def run_peak(policy="float32"):
    """Return the highest GFLOP/s of square matrix products."""
    import tensorflow as tf

    a = tf.cast(tf.random.normal((2048, 2048)), "bfloat16" if "bfloat16" in policy else "float32")
    multiply = tf.function(lambda: tf.reduce_sum(tf.cast(tf.matmul(a, a)[:1], tf.float32)))
    times = []
    for _ in range(12):
        start = time.perf_counter()
        multiply().numpy()
        times.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(times) / 1e9


CLASSIC = {
    "PyTorch, script as written": lambda seconds: run_torch(seconds, in_memory=False),
    "PyTorch, data in memory": lambda seconds: run_torch(seconds, in_memory=True),
    "bare tf.function loop": run_bare,
    "kgan": run_kgan,
    "kgan, averaged generator": lambda seconds: run_kgan(seconds, ema_decay=0.999),
    "kgan, 10 steps an execution": lambda seconds: run_kgan(seconds, steps_per_execution=10),
    "kgan, simultaneous": lambda seconds: run_kgan(seconds, update="simultaneous"),
    "kgan, simultaneous, bfloat16, 10 steps an execution": lambda seconds: run_kgan(
        seconds, "simultaneous", "mixed_bfloat16", steps_per_execution=10
    ),
}
DCGAN = {
    "dcgan 32x32, no penalty": [],
    **{f"dcgan 32x32, {name}": [name] for name in ("r1", "r2", "wgan_gp", "dragan", "lecam")},
    "dcgan 32x32, r1 + r2 (the recipe)": ["r1", "r2"],
}


def one(name, seconds):
    """Run one row of the table in this process, and print its speed and peak memory."""
    if name == "peak":
        speed = run_peak()
    elif name in CLASSIC:
        speed = CLASSIC[name](seconds)
    else:
        speed = run_dcgan(seconds, DCGAN[name])
    print(json.dumps([speed, peak_memory()]))


def alternate(names, rounds, seconds):
    """Run all names in turn, `rounds` times, each in a process of its own; return speeds and memory by name."""
    results = {name: ([], []) for name in names}
    for number in range(rounds):
        for name in names:
            print(f"\r{number + 1}/{rounds} {name:60}", end="", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
            done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
            if done.returncode:
                raise RuntimeError(f"{name} failed:\n{done.stderr}")
            speed, memory = json.loads(done.stdout.splitlines()[-1])
            results[name][0].append(speed)
            results[name][1].append(memory)
    print(file=sys.stderr)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="duration of each run after the warm-up")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.seconds)
        return

    import importlib.util

    with_torch = importlib.util.find_spec("torch") is not None
    names = [name for name in CLASSIC if with_torch or "PyTorch" not in name]
    results = alternate([*names, "peak"], options.rounds, options.seconds)
    peak = statistics.median(results.pop("peak")[0])
    operations = operations_of_a_classic_step()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; {options.rounds} rounds, medians")
    print(f"classic network, batch {BATCH}: {operations / 1e9:.2f} GFLOP per step, at most {peak:.0f} GFLOP/s here\n")
    columns = ["bare tf.function loop", *(name for name in names if "PyTorch" in name)]
    print(f"{'':52} steps/s   limit  " + "".join(f"x {column[:24]:26}" for column in columns))
    table = {}
    for name in names:
        speeds = results[name][0]
        # The ratio is taken within each round, because the speed of the machine may change between rounds.
        ratios = {
            column: statistics.median(a / b for a, b in zip(speeds, results[column][0], strict=True))
            for column in columns
        }
        share = statistics.median(speeds) * operations / 1e9 / peak
        table[name] = {"steps_per_second": statistics.median(speeds), "all": speeds, "limit": share, "ratios": ratios}
        cells = "".join(f"{ratios[column]:<28.2f}" for column in columns)
        print(f"{name:52} {statistics.median(speeds):7.1f} {share:6.0%}   {cells}")

    print()
    memory = alternate(list(DCGAN), max(1, options.rounds // 2), options.seconds)
    print(f"{'batch 64':52} images/s   peak MiB")
    for name, (speeds, sizes) in memory.items():
        table[name] = {"images_per_second": statistics.median(speeds), "peak_mib": statistics.median(sizes)}
        print(f"{name:52} {statistics.median(speeds):8.0f}   {statistics.median(sizes):8.0f}")

    write_results(
        "throughput", {"peak_gflops": peak, "operations": operations, "cores": os.cpu_count(), "table": table}
    )


if __name__ == "__main__":
    main()
