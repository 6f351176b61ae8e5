"""Denoising and super-resolution on common test sets, beside other methods.

    python benchmarks/restoration.py FOLDER           # holds Set5/test, Set12/test and BSD68/test
    python benchmarks/restoration.py FOLDER --methods noisy "kgan faithful" --limit 5     # a few minutes

Needs bm3d and scikit-image. The models are those of saved_models/, or those of `--models`.

- Gray denoising (Set12, BSD68) and color denoising (Set5): normal noise of sigma 15, 25 and 50, neither clipped nor
  rounded, the same for all methods (seeded by the picture's number). BM3D (the package's `bm3d` and `bm3d_rgb`) and
  non-local means (scikit-image's, patches of 5, distance 6, h = 0.8 sigma) are told sigma; kgan's network is not.
- Super-resolution (Set5, x2 and x4): pictures are cropped to a multiple of the scale and made smaller as MATLAB's
  imresize does, in 256 levels; bicubic interpolation and kgan enlarge them. Figures are of the luma (BT.601, 16 to
  235), without a border as wide as the scale.
- Results are rounded to 256 levels. PSNR in dB; SSIM with a normal window (1.5 pixels); means over pictures.
  `texture` is the Frechet distance between the 7x7 patches of results and of originals, each minus its mean (every
  third pixel in both directions, 256 levels): smooth pictures lack the energy of real ones.
- Time: one of BSD68's pictures, tiled to 512x512, with sigma 25, in rounds that alternate between the methods (3,
  medians), in seconds a megapixel; and the peak memory of a process of its own, minus what it has after its imports.

Prints tables; writes results/restoration.json, where figures that are not measured again stay;
results/restoration_NAME.png, crops of each method; and results/restoration.png, crops of two photographs that come
with scikit-learn: noisy (sigma 25), or enlarged 4 times by bicubic interpolation; faithful; sharp; original.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
from scoring import RESULTS, keep, peak_memory

SIGMAS = (15, 25, 50)
GREY = ("Set12", "BSD68")
METHODS = ("noisy", "non-local means", "bm3d", "kgan faithful", "kgan sharp")
ROUNDS = 3


def pictures(folder, name, limit=None):
    """Return the pictures of a set, uint8 arrays `(height, width, channels)`."""
    import kgan

    files = sorted(each for each in (folder / name / "test").iterdir() if each.suffix in (".png", ".bmp", ".jpg"))
    if not files:
        raise SystemExit(f"{folder / name / 'test'} holds no pictures.")
    return [kgan.images.read(each, 1 if name in GREY else 3) for each in files[:limit]]


def denoiser(method, models, channels):
    """Return a function of a noisy picture in 256 levels, float64, and sigma."""
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
    """Return a function of a small picture, uint8."""
    if method == "bicubic":
        from kgan.images import resampling

        return lambda small: np.asarray(resampling.upsample(small, scale))
    from kgan.applications.restoration import upscale

    fidelity = float(method == "kgan faithful")
    return lambda small: upscale(models / f"upscale_x{scale}", small, scale, fidelity)


def levels(image):
    return np.clip(np.rint(image), 0, 255).astype("uint8")


def patches(image, side=7, step=3):
    """Return the patches of a picture `(n, side * side * channels)`, each less its mean."""
    found = np.lib.stride_tricks.sliding_window_view(image.astype("float64"), (side, side), axis=(0, 1))
    found = found[::step, ::step].reshape(-1, image.shape[-1] * side * side)
    return found - found.mean(axis=1, keepdims=True)


def figures(originals, results, border=0):
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
    real, made = (np.concatenate([patches(each) for each in images]) for images in (originals, results))
    psnr, ssim = np.mean(rows, axis=0)
    return {"psnr": psnr, "ssim": ssim, "texture": kgan.metrics.frechet_distance(real, made)}


def compare_denoising(options, name, record):
    clean = pictures(options.folder, name, options.limit)
    methods = {each: denoiser(each, options.models, clean[0].shape[-1]) for each in options.methods}
    crops = []
    for sigma in SIGMAS:
        noisy = [
            each + np.random.default_rng((number, sigma)).normal(scale=sigma, size=each.shape)
            for number, each in enumerate(clean)
        ]
        for method, function in methods.items():
            found = [levels(function(each, sigma)) for each in noisy]
            row = figures(clean, found)
            record[f"{name}, sigma {sigma}, {method}"] = row
            print(f"{name:6} sigma {sigma:2}  {method:16} {shown(row)}", flush=True)
            crops.append(middle(found[0]))
        crops.append(middle(clean[0]))
    draw(f"restoration_{name}", crops, len(methods) + 1)


def compare_upscaling(options, record):
    import kgan

    for scale in options.scales:
        large = [kgan.images.resampling.crop_to_multiple(each, scale) for each in pictures(options.folder, "Set5")]
        small = [np.asarray(kgan.images.resampling.downsample(each, scale)) for each in large]
        crops = []
        for method in ("bicubic", *(each for each in options.methods if each.startswith("kgan"))):
            function = upscaler(method, options.models, scale)
            found = [function(each) for each in small]
            row = figures(*([kgan.images.luma(each) for each in images] for images in (large, found)), border=scale)
            record[f"Set5, x{scale}, {method}"] = row
            print(f"Set5   x{scale}        {method:16} {shown(row)}", flush=True)
            crops.append([middle(each) for each in found])
        crops.append([middle(each) for each in large])
        draw(f"restoration_x{scale}", [each for row in zip(*crops, strict=True) for each in row], len(crops))


def draw_photographs(options):
    """Draw crops of scikit-learn's two photographs: what is given, what kgan makes of it, the original."""
    from sklearn.datasets import load_sample_images

    import kgan

    temple, flower = load_sample_images().images
    noisy = levels(temple + np.random.default_rng(0).normal(scale=25, size=temple.shape))
    large = kgan.images.resampling.crop_to_multiple(flower, 4)
    small = np.asarray(kgan.images.resampling.downsample(large, 4))
    kgans = [method for method in options.methods if method.startswith("kgan")]
    rows = [
        [noisy, *(levels(denoiser(each, options.models, 3)(noisy.astype("float64"), 25)) for each in kgans), temple],
        [upscaler(each, options.models, 4)(small) for each in ("bicubic", *kgans)] + [large],
    ]
    draw("restoration", [middle(each, 192) for row in rows for each in row], len(rows[0]))


def shown(row):
    return f"{row['psnr']:6.2f} dB  SSIM {row['ssim']:.4f}  texture {row['texture']:8.1f}"


def middle(image, side=128):
    top, left = ((each - side) // 2 for each in image.shape[:2])
    return image[top : top + side, left : left + side]


def draw(name, crops, columns):
    from kgan import images

    images.save_grid(RESULTS / f"{name}.png", np.stack(crops), columns=columns)


def a_noisy_one(folder):
    """Return a noisy grey picture of 512x512."""
    whole = np.tile(pictures(folder, "BSD68", 1)[0], (2, 2, 1))[:512, :512].astype("float64")
    return whole + np.random.default_rng(0).normal(scale=25, size=whole.shape)


def clock(options):
    """Return seconds a megapixel and MiB, by method."""
    noisy = a_noisy_one(options.folder)
    methods = {each: denoiser(each, options.models, 1) for each in options.methods if each != "noisy"}
    seconds = {method: [] for method in methods}
    for _ in range(ROUNDS + 1):  # the first is to warm up
        for method, function in methods.items():
            start = time.perf_counter()
            function(noisy, 25)
            seconds[method].append((time.perf_counter() - start) / (noisy.size / 1e6))
    command = [sys.executable, __file__, str(options.folder), "--models", str(options.models), "--memory-of"]
    found = {}
    for method in methods:
        done = subprocess.run([*command, method], check=True, stdout=subprocess.PIPE, text=True)
        found[method] = {"seconds_a_megapixel": statistics.median(seconds[method][1:]), "mib": json.loads(done.stdout)}
        print(f"{method:16} {found[method]['seconds_a_megapixel']:7.2f} s a megapixel, {found[method]['mib']:5.0f} MiB")
    return found


def print_memory(options):
    function, noisy = denoiser(options.memory_of, options.models, 1), a_noisy_one(options.folder)
    before = peak_memory()
    function(noisy, 25)
    print(json.dumps(peak_memory() - before))


def opened(options):
    """Return the figures of before, if they are of as many pictures."""
    path = RESULTS / "restoration.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    return record if record.get("limit") == options.limit else {"limit": options.limit}


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, default=root / "saved_models")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--tasks", nargs="+", default=[*GREY, "Set5", "upscaling", "photographs", "clock"])
    parser.add_argument("--scales", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--limit", type=int, help="number of pictures of each set")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print_memory(options)
        return
    record = opened(options)
    for name in (*GREY, "Set5"):
        if name in options.tasks:
            compare_denoising(options, name, record)
            keep("restoration", record)
    if "upscaling" in options.tasks:
        compare_upscaling(options, record)
        keep("restoration", record)
    if "photographs" in options.tasks:
        draw_photographs(options)
    if "clock" in options.tasks:
        record.setdefault("clock", {}).update(clock(options))
        keep("restoration", record)


if __name__ == "__main__":
    main()
