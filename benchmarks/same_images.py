"""How much the images of two saved generators differ, for example of one before and after `kgan.export.resave`.

python benchmarks/same_images.py saved_models/mnist runs/mnist-float32
"""

import argparse
import pathlib

import numpy as np

import kgan


def differences(first: pathlib.Path, second: pathlib.Path, num: int) -> np.ndarray:
    """Return the absolute differences of `num` images of seed 0, all classes in turn, in [-1, 1]."""
    one, other = (kgan.open_model(path).generate(num, seed=0) for path in (first, second))
    return np.abs(one - other)


def main() -> None:
    """Print the largest and the mean difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=pathlib.Path, help="a .keras file, a SavedModel or a run folder")
    parser.add_argument("second", type=pathlib.Path, help="another one of the same generator")
    parser.add_argument("-n", "--num", type=int, default=256, help="number of images (default: 256)")
    arguments = parser.parse_args()
    difference = differences(arguments.first, arguments.second, arguments.num)
    largest, mean = difference.max(), difference.mean()
    print(f"{arguments.num} images in [-1, 1], seed 0: largest difference {largest:.4f}, mean {mean:.6f}")


if __name__ == "__main__":
    main()
