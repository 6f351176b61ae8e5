"""A folder of pictures as people have them: many formats and modes, rotated, transparent and broken ones.

As a script: `python tests/helpers/mixed_pictures.py OUT [--source FOLDER] [--num N] [--seed SEED]`.
"""

import argparse
import pathlib

import numpy as np
from PIL import ExifTags, Image, features

SOURCE_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
TO_STORED = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def make(folder, num=24, seed=0, source=None):
    """Write pictures of many formats to a folder, with broken pictures and other files among them.

    Args:
        folder: where to write.
        num: number of good pictures.
        seed: of the shapes, or of the choice of pictures.
        source: a folder whose pictures are written in these formats; None for colored shapes.

    Returns:
        The paths by what they are: `good`; `broken` (a torn JPEG, a torn PNG, text, an empty file); and `others`,
        which are no pictures.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    pictures = _shapes(num, rng) if source is None else _chosen(pathlib.Path(source), num, rng)
    good = [_write(picture, folder, index, rng) for index, picture in enumerate(pictures)]
    return {"good": good, "broken": _broken(folder, rng), "others": _others(folder)}


def _shapes(num, rng):
    """Yield RGBA pictures of several sizes: a colored disc, square or diamond, on transparent ground."""
    for index in range(num):
        height, width = rng.integers(40, 73, size=2)
        rows, columns = np.mgrid[:height, :width]
        y, x = np.abs(rows - height / 2) / height, np.abs(columns - width / 2) / width
        distance = (np.hypot(y, x), np.maximum(y, x), (y + x) / 1.4)[index % 3]
        opacity = np.clip((rng.uniform(0.25, 0.45) - distance) * 40, 0, 1)
        color = rng.uniform(0, 200, 3) + 55 * (rows / height)[..., None]
        yield Image.fromarray(np.dstack([color, 255 * opacity]).astype("uint8"))


def _chosen(source, num, rng):
    """Yield pictures of a folder, again from the beginning if it has too few."""
    paths = sorted(path for path in source.rglob("*") if path.suffix.lower() in SOURCE_SUFFIXES)
    for index in np.resize(rng.permutation(len(paths)), num):
        with Image.open(paths[index]) as picture:
            yield picture.convert("RGBA")


def _write(picture, folder, index, rng):
    """Write an RGBA picture in the format that is next."""
    kinds = [
        (".png", _opaque, {}),
        (".jpg", _opaque, {"quality": 95}),
        (".webp", _opaque, {"quality": 95}),
        (".jpg", lambda picture: _opaque(picture).convert("CMYK"), {"quality": 95}),
        (".png", lambda picture: _opaque(picture).quantize(), {}),
        (".png", lambda picture: _with_hidden_colors(picture, rng), {}),
        (".jpg", _opaque, {"quality": 95, "orientation": 6}),
        (".gif", _opaque, {}),
        (".tiff", _opaque, {}),
        (".png", _sixteen_bits, {}),
        (".webp", lambda picture: _with_hidden_colors(picture, rng), {"lossless": True, "exact": True}),
        (".tif", _opaque, {"orientation": 8}),
        (".png", lambda picture: picture.convert("LA"), {}),
        (".gif", lambda picture: _with_hidden_colors(picture, rng), {}),
        (".bmp", _opaque, {}),
        (".webp", _opaque, {"quality": 95, "orientation": 3}),
        (".ppm", _opaque, {}),
        (".tif", lambda picture: _opaque(picture).convert("CMYK"), {"compression": "tiff_lzw"}),
        (".png", _opaque, {"orientation": 6}),
        (".tga", _opaque, {}),
    ]
    kinds += [(".avif", _opaque, {"quality": 90})] if features.check("avif") else []
    kinds += [(".jp2", _opaque, {})] if features.check("jpg_2000") else []
    suffix, convert, options = kinds[index % len(kinds)]
    path = folder / f"{index:04d}{suffix}"
    orientation = options.pop("orientation", None)
    converted = convert(picture)
    if orientation:
        options["exif"] = Image.Exif()
        options["exif"][ExifTags.Base.Orientation] = orientation
        converted = converted.transpose(TO_STORED[orientation])
    converted.save(path, **options)
    return path


def _opaque(picture):
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def _sixteen_bits(picture):
    return Image.fromarray(np.asarray(_opaque(picture).convert("L")).astype("uint16") * 257)


def _with_hidden_colors(picture, rng):
    """Return a picture whose transparent pixels have random colors, which nobody may see."""
    pixels = np.array(picture)
    hidden = pixels[..., 3] == 0
    pixels[hidden, :3] = rng.integers(0, 256, (hidden.sum(), 3))
    return Image.fromarray(pixels)


def _broken(folder, rng):
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), "uint8"))
    for name in ("torn.jpg", "torn.png"):
        noise.save(folder / name)
        (folder / name).write_bytes((folder / name).read_bytes()[:2500])
    (folder / "text.png").write_text("This is no picture.\n")
    (folder / "empty.jpg").touch()
    return [folder / name for name in ("empty.jpg", "text.png", "torn.jpg", "torn.png")]


def _others(folder):
    (folder / "notes.txt").write_text("Where the pictures come from.\n")
    (folder / "Thumbs.db").write_bytes(bytes(64))
    (folder / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    return [folder / name for name in ("Thumbs.db", "notes.txt", "phone.heic")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--source", help="a folder whose pictures are used, instead of colored shapes")
    parser.add_argument("--num", type=int, default=24, help="number of good pictures")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    made = make(arguments.out, arguments.num, arguments.seed, arguments.source)
    print(", ".join(f"{len(paths)} {kind}" for kind, paths in made.items()), "in", arguments.out)


if __name__ == "__main__":
    main()
