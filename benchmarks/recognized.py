"""Which pictures does an inversion recognize: `python benchmarks/recognized.py [--folder FOLDER ...]`.

Pictures that a generator never saw are inverted (`kgan.applications.editing.inversion.invert`, its defaults): 40 test
images of the data that it was trained on, 16 of another data set, and 8 of each folder of pictures that is named, at
the generator's size and channels. Printed are how many are recognized, and their peak signal-to-noise ratios.
"""

import argparse
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

MODELS = {"mnist_style": "mnist", "mnist": "mnist", "fashion_mnist": "fashion_mnist"}
SAVED = pathlib.Path(__file__).resolve().parents[1] / "saved_models"


def test_images(data, num):
    """Return test images of a data set, chosen with seed 0."""
    import kgan

    _, (test, _) = kgan.datasets.train_and_test(data, share=0.2)
    return test[np.random.default_rng(0).choice(len(test), num, replace=False)]


def pictures(folder, num, shape):
    """Return pictures of a folder, evenly spaced in the order of their paths, as a generator makes them."""
    import kgan

    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".png", ".jpg"))
    paths = paths[:: max(1, len(paths) // num)][:num]
    return kgan.images.from_uint8(np.stack([kgan.images.read(path, shape[2], shape[:2]) for path in paths]))


def main():
    """Print a table for each model."""
    from kgan.applications import editing
    from kgan.applications.editing import inversion

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=pathlib.Path, action="append", default=[])
    options = parser.parse_args()
    for model, data in MODELS.items():
        space = editing.CodeSpace(SAVED / model)
        other = "fashion_mnist" if data == "mnist" else "mnist"
        sets = {f"{data}, test images": test_images(data, 40), f"{other}, test images": test_images(other, 16)}
        sets |= {folder.name: pictures(folder, 8, space.image_shape) for folder in options.folder}
        start = time.perf_counter()
        found = inversion.invert(space, np.concatenate(list(sets.values())), batch_size=sum(map(len, sets.values())))
        print(f"{model}: {time.perf_counter() - start:.0f} s, neighbors {found.neighbor_psnr[0]:.1f} dB", flush=True)
        first = 0
        for name, images in sets.items():
            these = slice(first, first + len(images))
            first += len(images)
            psnr = found.psnr[these]
            print(
                f"| {name} | {found.recognized[these].sum()} of {len(images)} | "
                f"{psnr.min():.1f}, {np.median(psnr):.1f}, {psnr.max():.1f} dB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
