"""Compare denoising and super-resolution with common methods, on the usual test images.

    python benchmarks/restoration.py FOLDER           # holds Set5/test, Set12/test and BSD68/test
    python benchmarks/restoration.py FOLDER --methods noisy "kgan faithful" --limit 5     # a few minutes

Needs bm3d and scikit-image. The models are those of saved_models/, or those of `--models`.

- Gray denoising (Set12, BSD68) and color denoising (Set5): Gaussian noise of sigma 15, 25 and 50, neither clipped nor
  rounded, the same for all methods (the seed is the number of the image). BM3D (the package's `bm3d` and `bm3d_rgb`)
  and non-local means (scikit-image's, patches of 5, distance 6, h = 0.8 sigma) are given sigma; kgan's network is not.
- Super-resolution (Set5, x2 and x4): images are cropped to a multiple of the scale and downsampled as by MATLAB's
  imresize, in 256 levels; bicubic interpolation and kgan upsample them. Scores are those of the luma (BT.601, 16 to
  235), without a border as wide as the scale.
- Results are rounded to 256 levels. PSNR in dB; SSIM with a Gaussian window (1.5 pixels); means over the images.
  `texture` is the Frechet distance between the 7x7 patches of results and of originals, each minus its mean (every
  third pixel in both directions, 256 levels): overly smooth images lack the energy of real ones.
- Time: one image of BSD68, tiled to 512x512, with sigma 25, in rounds that alternate between the methods (3, medians),
  in seconds per megapixel. Memory: the peak of a process of its own, minus what it has after its imports.

Prints tables. Writes results/restoration.json, which keeps the results of what is not measured again;
results/restoration_NAME.png with crops of each method; and results/restoration.png with crops of two photographs that
come with scikit-learn: noisy (sigma 25), or upsampled 4 times by bicubic interpolation; faithful; sharp; original.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
from scoring import RESULTS, peak_memory, write_results

SIGMAS = (15, 25, 50)
GRAY = ("Set12", "BSD68")
METHODS = ("noisy", "non-local means", "bm3d", "kgan faithful", "kgan sharp")
ROUNDS = 3


def load(folder, name, limit=None):
    """Return the images of a set, uint8 arrays `(height, width, channels)`."""
    import kgan

    files = sorted(path for path in (folder / name / "test").iterdir() if path.suffix in (".png", ".bmp", ".jpg"))
    if not files:
        raise SystemExit(f"{folder / name / 'test'} holds no images.")
    return [kgan.images.read(path, 1 if name in GRAY else 3) for path in files[:limit]]


def denoiser(method, models, channels):
    """Return a function of a noisy image (float64, in 256 levels) and sigma."""
    if method == "noisy":
        return lambda noisy, sigma: noisy
    if method == "non-local means":
        from skimage.restoration import denoise_nl_means

        options = {"patch_size": 5, "patch_distance": 6, "fast_mode": True, "channel_axis": -1}
        return lambda noisy, sigma: denoise_nl_means(noisy, h=0.8 * sigma, sigma=sigma, **options).reshape(noisy.shape)
    if method == "bm3d":
        import bm3d

        function = bm3d.bm3d_rgb if channels == 3 else bm3d.bm3d
        return lambda noisy, sigma: function(noisy, sigma).reshape(noisy.shape)
    from kgan.applications import restoration

    restorer = restoration.Restorer.open(models / f"denoise_{'colour' if channels == 3 else 'grey'}")
    fidelity = float(method == "kgan faithful")
    return lambda noisy, sigma: (restorer.restore((noisy / 127.5 - 1).astype("float32"), fidelity) + 1) * 127.5


def upscaler(method, models, scale):
    """Return a function of a small uint8 image."""
    if method == "bicubic":
        from kgan.images import resampling

        return lambda small: np.asarray(resampling.upsample(small, scale))
    from kgan.applications.restoration import upscale

    fidelity = float(method == "kgan faithful")
    return lambda small: upscale(models / f"upscale_x{scale}", small, scale, fidelity)


def to_levels(image):
    """Return an image rounded to 256 levels."""
    return np.clip(np.rint(image), 0, 255).astype("uint8")


def patches(image, side=7, step=3):
    """Return the patches of an image `(num, side * side * channels)`, each minus its mean."""
    windows = np.lib.stride_tricks.sliding_window_view(image.astype("float64"), (side, side), axis=(0, 1))
    vectors = windows[::step, ::step].reshape(-1, image.shape[-1] * side * side)
    return vectors - vectors.mean(axis=1, keepdims=True)


def score(originals, results, border=0):
    """Return the mean PSNR and SSIM of results, and the Frechet distance of all their patches."""
    from skimage.metrics import structural_similarity

    import kgan

    rows = []
    for original, result in zip(originals, results, strict=True):
        inner = slice(border, -border or None)
        first, second = original[inner, inner], result[inner, inner]
        similarity = structural_similarity(
            first, second, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        rows.append((float(kgan.metrics.psnr(first[None], second[None])[0]), similarity))
    real, restored = (np.concatenate([patches(image) for image in images]) for images in (originals, results))
    psnr, ssim = np.mean(rows, axis=0)
    return {"psnr": psnr, "ssim": ssim, "texture": kgan.metrics.frechet_distance(real, restored)}


def compare_denoising(options, name, record):
    """Measure all methods on the images of a set; draw crops."""
    clean = load(options.folder, name, options.limit)
    methods = {method: denoiser(method, options.models, clean[0].shape[-1]) for method in options.methods}
    crops = []
    for sigma in SIGMAS:
        noisy = [
            image + np.random.default_rng((number, sigma)).normal(scale=sigma, size=image.shape)
            for number, image in enumerate(clean)
        ]
        for method, function in methods.items():
            restored = [to_levels(function(image, sigma)) for image in noisy]
            row = score(clean, restored)
            record[f"{name}, sigma {sigma}, {method}"] = row
            print(f"{name:6} sigma {sigma:2}  {method:16} {as_text(row)}", flush=True)
            crops.append(middle(restored[0]))
        crops.append(middle(clean[0]))
    draw(f"restoration_{name}", crops, len(methods) + 1)


def compare_upscaling(options, record):
    """Measure all methods on Set5; draw crops."""
    import kgan

    for scale in options.scales:
        large = [kgan.images.resampling.crop_to_multiple(image, scale) for image in load(options.folder, "Set5")]
        small = [np.asarray(kgan.images.resampling.downsample(image, scale)) for image in large]
        crops = []
        for method in ("bicubic", *(name for name in options.methods if name.startswith("kgan"))):
            function = upscaler(method, options.models, scale)
            restored = [function(image) for image in small]
            row = score(*([kgan.images.luma(image) for image in images] for images in (large, restored)), border=scale)
            record[f"Set5, x{scale}, {method}"] = row
            print(f"Set5   x{scale}        {method:16} {as_text(row)}", flush=True)
            crops.append([middle(image) for image in restored])
        crops.append([middle(image) for image in large])
        draw(f"restoration_x{scale}", [crop for row in zip(*crops, strict=True) for crop in row], len(crops))


def draw_photographs(options):
    """Draw crops of scikit-learn's two photographs: degraded, restored by kgan, original."""
    from sklearn.datasets import load_sample_images

    import kgan

    temple, flower = load_sample_images().images
    noisy = to_levels(temple + np.random.default_rng(0).normal(scale=25, size=temple.shape))
    large = kgan.images.resampling.crop_to_multiple(flower, 4)
    small = np.asarray(kgan.images.resampling.downsample(large, 4))
    kgans = [method for method in options.methods if method.startswith("kgan")]
    rows = [
        [
            noisy,
            *(to_levels(denoiser(method, options.models, 3)(noisy.astype("float64"), 25)) for method in kgans),
            temple,
        ],
        [upscaler(method, options.models, 4)(small) for method in ("bicubic", *kgans)] + [large],
    ]
    draw("restoration", [middle(image, 192) for row in rows for image in row], len(rows[0]))


def as_text(row):
    """Return scores as text."""
    return f"{row['psnr']:6.2f} dB  SSIM {row['ssim']:.4f}  texture {row['texture']:8.1f}"


def middle(image, side=128):
    """Return the central crop of an image."""
    top, left = ((length - side) // 2 for length in image.shape[:2])
    return image[top : top + side, left : left + side]


def draw(name, crops, columns):
    """Write results/NAME.png."""
    from kgan import images

    images.save_grid(RESULTS / f"{name}.png", np.stack(crops), columns=columns)


def noisy_image(folder):
    """Return a noisy gray image of 512x512."""
    image = np.tile(load(folder, "BSD68", 1)[0], (2, 2, 1))[:512, :512].astype("float64")
    return image + np.random.default_rng(0).normal(scale=25, size=image.shape)


def measure_costs(options):
    """Return seconds per megapixel and MiB, by method."""
    noisy = noisy_image(options.folder)
    methods = {name: denoiser(name, options.models, 1) for name in options.methods if name != "noisy"}
    seconds = {method: [] for method in methods}
    for _ in range(ROUNDS + 1):  # the first is a warm-up
        for method, function in methods.items():
            start = time.perf_counter()
            function(noisy, 25)
            seconds[method].append((time.perf_counter() - start) / (noisy.size / 1e6))
    command = [sys.executable, __file__, str(options.folder), "--models", str(options.models), "--memory-of"]
    costs = {}
    for method in methods:
        done = subprocess.run([*command, method], check=True, stdout=subprocess.PIPE, text=True)
        costs[method] = {"seconds_a_megapixel": statistics.median(seconds[method][1:]), "mib": json.loads(done.stdout)}
        seconds_per_megapixel, mib = costs[method].values()
        print(f"{method:16} {seconds_per_megapixel:7.2f} s per megapixel, {mib:5.0f} MiB")
    return costs


def print_memory(options):
    """Print the memory that a method needs beyond its imports, in MiB."""
    function, noisy = denoiser(options.memory_of, options.models, 1), noisy_image(options.folder)
    before = peak_memory()
    function(noisy, 25)
    print(json.dumps(peak_memory() - before))


def earlier_results(options):
    """Return the record of earlier measurements, if they are of as many images."""
    path = RESULTS / "restoration.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    return record if record.get("limit") == options.limit else {"limit": options.limit}


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, default=root / "saved_models")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--tasks", nargs="+", default=[*GRAY, "Set5", "upscaling", "photographs", "clock"])
    parser.add_argument("--scales", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--limit", type=int, help="number of images of each set")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print_memory(options)
        return
    record = earlier_results(options)
    for name in (*GRAY, "Set5"):
        if name in options.tasks:
            compare_denoising(options, name, record)
            write_results("restoration", record)
    if "upscaling" in options.tasks:
        compare_upscaling(options, record)
        write_results("restoration", record)
    if "photographs" in options.tasks:
        draw_photographs(options)
    if "clock" in options.tasks:
        record.setdefault("clock", {}).update(measure_costs(options))
        write_results("restoration", record)


if __name__ == "__main__":
    main()
