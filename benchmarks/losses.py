"""Compare all losses under one budget: the same networks, optimizers and number of updates.

    TFDS_DATA_DIR=... python benchmarks/losses.py

MNIST and Fashion-MNIST, `dcgan`, batch size 32, 1,000 updates, Adam(1e-3, 0, 0.99) for both networks. 1,000 updates are
half an epoch: the table shows which loss learns fastest, not which one ends best. Each loss is trained as published,
then with R1 and R2 (gamma 1); the last row is the recommended recipe, whose gamma decays. 10,000 samples of the
averaged generator are compared with the 10,000 test images in the features of a classifier that kgan trains on the
data. Published comparisons (Lucic et al., 2018) use other features, so their figures differ. Writes
results/losses.json.
"""

import argparse
import time

from scoring import NUM_SAMPLES, Scorer, as_text, write_results

SETTINGS = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
    "least_squares": {"loss": "least_squares"},
    "hinge": {"loss": "hinge"},
    "wasserstein + wgan_gp": {"loss": "wasserstein", "penalties": ["wgan_gp"]},
    "non_saturating + dragan": {"loss": "non_saturating", "penalties": ["dragan"]},
    "relativistic": {"loss": "relativistic", "penalties": []},
    **{
        f"{loss} + r1 + r2": {"loss": loss, "penalties": ["r1", "r2"]}
        for loss in ("minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic")
    },
    "kgan's recipe": {},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["mnist", "fashion_mnist"])
    parser.add_argument("--settings", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    import keras

    import kgan

    record = {"options": vars(options)}
    for name in options.data:
        scorer = Scorer(name)
        record[name] = {"real images": scorer.real}
        print(f"{name:14} {'real images':26} {as_text(scorer.real)}", flush=True)
        for setting in options.settings:
            keras.utils.set_random_seed(options.seed)
            keras.backend.clear_session()
            data = kgan.datasets.load(name, batch_size=32, seed=options.seed)
            gan = kgan.GAN(
                kgan.architectures.dcgan.generator((28, 28, 1)),
                kgan.architectures.dcgan.discriminator((28, 28, 1)),
                seed=options.seed,
            )
            adams = [keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
            gan.compile(*adams, **SETTINGS[setting])
            start = time.perf_counter()
            gan.fit(data.repeat(), steps_per_epoch=options.updates, verbose=0)
            seconds = time.perf_counter() - start
            row = {**scorer.score(gan.generate(NUM_SAMPLES, seed=1, batch_size=100)), "seconds": seconds}
            record[name][setting] = row
            print(f"{name:14} {setting:26} {as_text(row)}  {seconds:4.0f} s", flush=True)
            write_results("losses", record)


if __name__ == "__main__":
    main()
