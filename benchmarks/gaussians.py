"""Measure mode coverage on two mixtures of normal distributions in the plane: a ring of 8 and a grid of 25.

    python benchmarks/gaussians.py                     # 10 seeds of each, half an hour on one core
    python benchmarks/gaussians.py --seeds 1 --plain   # the same networks as a plain GAN, for comparison

Data, networks and counting are those of PacGAN (Lin et al., 2018, table 1): 100,000 training points; a ring of radius 1
with standard deviation 0.01, a grid of spacing 2 with 0.05; generator and discriminator of width 400; 2,500 samples. A
sample is good if it is within 3 standard deviations of a center, and a center with a good sample is covered. Of real
points 98.9 % are good.

The loss and the penalties are those of the recommended recipe (relativistic, R1 and R2), with a smaller gamma, learning
rates that decay further, and points scaled to unit variance. Both networks are conditioned on 64 clusters of the points
(k-means, `GAN(clusters=True)`); `--clusters 0` trains without. Writes results/gaussians_MIXTURE.json and a picture of
the first seed.
"""

import argparse
import statistics
import time

import numpy as np
from scoring import RESULTS, write_results


def ring():
    """Return the centers of a ring, and the standard deviation."""
    angles = 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.01


def grid():
    """Return the centers of a grid, and the standard deviation."""
    return np.array([(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)], "float64"), 0.05


MIXTURES = {"ring": ring, "grid": grid}
LEARNING_RATES = {"ring": 1e-3, "grid": 2e-3}


def points(mixture, num, seed):
    """Return random points of a mixture, `(num, 2)`."""
    centers, deviation = MIXTURES[mixture]()
    random = np.random.default_rng(seed)
    return centers[random.integers(len(centers), size=num)] + random.normal(scale=deviation, size=(num, 2))


def coverage(samples, mixture):
    """Return the number of covered modes and the share of good samples."""
    centers, deviation = MIXTURES[mixture]()
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=2)
    good = distances.min(axis=1) < 3 * deviation
    return len(np.unique(distances.argmin(axis=1)[good])), float(good.mean())


def networks(width, latent_dim, clusters):
    """Return the generator and the discriminator."""
    import keras
    from keras import layers

    import kgan

    latents, inputs = keras.Input((latent_dim,)), keras.Input((2,))
    x, labels = latents, ()
    if clusters:
        labels = (keras.Input((), dtype="int32"),)
        x = layers.Concatenate()([latents, kgan.layers.LabelEmbedding(clusters, 16)(labels[0])])
    for _ in range(3):
        x = layers.Dense(width, activation="relu")(x)
    generator = keras.Model([latents, *labels] if labels else latents, layers.Dense(2)(x))
    x = inputs
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    logit = kgan.layers.projection_logit(x, *labels, num_classes=clusters or None)
    return generator, keras.Model([inputs, *labels] if labels else inputs, logit)


def train(mixture, seed, options):
    """Return samples in the plane and the seconds of training."""
    import keras

    import kgan

    keras.utils.set_random_seed(seed)
    data = points(mixture, 100_000, seed)
    scale = data.std()
    steps = options.steps
    dataset = kgan.datasets.from_arrays((data / scale).astype("float32"), batch_size=options.batch_size, seed=seed)
    generator, discriminator = networks(options.width, options.latent_dim, options.clusters)
    gan = kgan.GAN(generator, discriminator, ema_decay=options.ema, clusters=options.clusters > 0, seed=seed)
    optimizers = [
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(options.rate, steps, alpha=0.01), beta_1=0.0, beta_2=0.99
        )
        for _ in range(2)
    ]
    if options.plain:
        gan.compile(*(keras.optimizers.Adam(1e-4) for _ in range(2)), loss="non_saturating", steps_per_execution=50)
    else:
        penalties = [
            penalty(options.gamma, final_gamma=options.final_gamma, decay_steps=steps)
            for penalty in (kgan.penalties.R1, kgan.penalties.R2)
        ]
        gan.compile(*optimizers, loss="relativistic", penalties=penalties, steps_per_execution=50)
    start = time.perf_counter()
    gan.fit(dataset.repeat(), steps_per_epoch=steps // 10, epochs=10, verbose=0)
    return gan.generate(2500, seed=1, batch_size=2500) * scale, time.perf_counter() - start


def draw(mixture, samples, path):
    """Draw real points and samples."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(*points(mixture, 2500, 99).T, ".", markersize=2, color="lightgrey", label="real")
    axes.plot(*samples.T, ".", markersize=2, label="generated")
    axes.set(title=f"{mixture}: {coverage(samples, mixture)[0]} modes", aspect="equal")
    axes.legend(loc="upper right")
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mixtures", nargs="+", default=list(MIXTURES), choices=list(MIXTURES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--plain", action="store_true", help="non-saturating loss, no penalty, Adam 1e-4")
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--rate", type=float, help=f"learning rate at the start; defaults to {LEARNING_RATES}")
    parser.add_argument("--gamma", type=float, default=0.1)
    parser.add_argument("--final-gamma", type=float, default=0.01)
    parser.add_argument("--ema", type=float, default=0.999)
    parser.add_argument("--width", type=int, default=400)
    parser.add_argument("--latent-dim", type=int, default=2)
    parser.add_argument("--clusters", type=int, default=64, help="number of clusters; 0: none, as always with --plain")
    parser.add_argument("--batch-size", type=int, default=100)
    options = parser.parse_args()
    for mixture in options.mixtures:
        name, rows = f"gaussians_{mixture}{'_plain' if options.plain else ''}", []
        settings = argparse.Namespace(**vars(options))
        settings.rate = options.rate or LEARNING_RATES[mixture]
        settings.clusters = 0 if options.plain else options.clusters
        for seed in range(options.seeds):
            samples, seconds = train(mixture, seed, settings)
            modes, good = coverage(samples, mixture)
            rows.append({"seed": seed, "modes": modes, "good": good, "seconds": seconds})
            print(f"{mixture} seed {seed}: {modes} modes, {good:.1%} good, {seconds:.0f} s", flush=True)
            write_results(name, {"options": vars(settings), "runs": rows})
            if seed == 0:
                draw(mixture, samples, RESULTS / f"{name}.png")
        mean = {key: statistics.mean(row[key] for row in rows) for key in ("modes", "good", "seconds")}
        print(
            f"{mixture}: {mean['modes']:.1f} modes, {mean['good']:.1%} good, {mean['seconds']:.0f} s a run", flush=True
        )


if __name__ == "__main__":
    main()
