"""Picture files that Pillow does not write, byte by byte, and the pictures in them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

HALVES = np.repeat(np.uint8([[0, 0, 255, 255]]), 4, axis=0)
PAGE = np.arange(12, dtype="uint8").reshape(3, 4) * 20
UPRIGHT = {  # what the stored PAGE is, by its orientation
    1: PAGE,
    2: PAGE[:, ::-1],
    3: np.rot90(PAGE, 2),
    4: PAGE[::-1],
    5: PAGE.T,
    6: np.rot90(PAGE, -1),
    7: np.rot90(PAGE, 2).T,
    8: np.rot90(PAGE),
}


def tag(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def entry(kind, count, value, order="<"):
    """EXIF data with one entry, the orientation, of any type."""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8)
    return start + struct.pack(order + "HHHL", 1, 0x0112, kind, count) + value + bytes(4)


def segment(marker, content):
    return b"\xff" + marker + struct.pack(">H", len(content) + 2) + content


def jpeg(path, *segments, picture=None, **options):
    """Write a JPEG file with more segments before its own."""
    file = io.BytesIO()
    (picture or Image.fromarray(HALVES).resize((32, 16), Image.Resampling.NEAREST)).save(file, "JPEG", **options)
    path.write_bytes(file.getvalue()[:2] + b"".join(segments) + file.getvalue()[2:])


def chunk(kind, content, crc=None):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc or zlib.crc32(kind + content))


def png(path, depth, kind, rows, *before, after=b"", end=True):
    """Write a PNG file from its raw rows, with chunks before and after its pixels."""
    width = len(rows[0]) * 8 // (depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind])
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *before, chunk(b"IDAT", pixels), after]
    path.write_bytes(b"".join(parts) + (chunk(b"IEND", b"") if end else b""))


def tiff(path, pixels, photometric=1, bits=8, sample_format=1, extra=()):
    """Write an uncompressed TIFF file of one channel, little-endian, from its bytes."""
    data = pixels.tobytes()
    height, width = pixels.shape
    entries = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, photometric), (273, 4, 8)]
    entries += [(277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, sample_format), *extra]
    directory = b"".join(struct.pack("<HHLL", name, kind, 1, value) for name, kind, value in sorted(entries))
    start = b"II*\0" + struct.pack("<L", 8 + len(data))
    path.write_bytes(start + data + struct.pack("<H", len(entries)) + directory + bytes(4))
