"""PNG, JPEG and TIFF files as they would be without metadata, which so never cost pixels.

Pillow reads metadata and pixels together, and gives up a picture whose color profile, text or EXIF data are damaged.
Here the metadata are hidden from it, and only the orientation is taken from them, by a reader that no content fails.
"""

import contextlib
import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
UNKNOWN_CHUNK = b"jUNK"  # of no meaning; the letters' cases say that it may be passed over
LARGEST_TEXT = 2**20

JPEG_COMMENT = b"\xfe"
JPEG_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))
JPEG_SCAN, JPEG_END = 0xDA, 0xD9
EXIF_MARK, XMP_MARK = b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0"

TIFF_PIXELS = frozenset(
    [*range(254, 260), 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, *range(320, 326), 332, 338, 339, 340, 341, 347]
    + [*range(512, 522), *range(529, 533)]
)
"""Tags of TIFF files about the layout of their pixels."""

ORIENTATION, XMP = 274, 700
XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
INTEGERS = {1: "B", 3: "H", 4: "L"}
"""The types of integers in EXIF data, and in `struct`."""


class PatchedFile:
    """A binary file, some bytes of which are replaced when it is read.

    Args:
        file: the file, which is not written to.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._patches: list[tuple[int, bytes]] = []

    def patch(self, offset: int, replacement: bytes) -> None:
        """Replace the bytes from `offset` on."""
        self._patches.append((offset, replacement))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        start = self._file.tell()
        content = self._file.read(size)
        for offset, replacement in self._patches:
            first, last = max(offset, start), min(offset + len(replacement), start + len(content))
            if first < last:
                inserted = replacement[first - offset : last - offset]
                content = content[: first - start] + inserted + content[last - start :]
        return content

    def at(self, offset: int, size: int) -> bytes:
        """Return bytes of the file as they are."""
        self._file.seek(offset)
        return self._file.read(size)


class Plain(NamedTuple):
    """A file without metadata.

    Attributes:
        file: what Pillow may read.
        orientation: the EXIF orientation, from 1 (upright) to 8; None if the file is of another format, whose metadata
            are not hidden.
    """

    file: PatchedFile
    orientation: int | None


def without_metadata(file: IO[bytes]) -> Plain:
    """Hide the metadata of a PNG, JPEG or TIFF file.

    Args:
        file: an open file of any content.
    """
    patched = PatchedFile(file)
    start = patched.at(0, 16)
    orientation = None
    if start.startswith(PNG_SIGNATURE):
        orientation = _hide_in_png(patched)
    elif start.startswith(b"\xff\xd8\xff"):
        orientation = _hide_in_jpeg(patched)
    elif start[:2] in (b"II", b"MM"):
        orientation = _hide_in_tiff(patched)
    patched.seek(0)
    return Plain(patched, orientation)


def orientation_of(exif: bytes, xmp: bytes = b"") -> int:
    """Return the orientation that EXIF data or, if they do not name any, XMP data name; 1 if neither does.

    Args:
        exif: EXIF data of any content, with or without the mark `Exif`.
        xmp: XMP data of any content.

    Example:
    >>> orientation_of(b"damaged"), orientation_of(b"", b'tiff:Orientation="6"')
    (1, 6)
    """
    while exif.startswith(EXIF_MARK):
        exif = exif[6:]
    directory = _directory(PatchedFile(io.BytesIO(exif)))
    for entry in directory.entries if directory else ():
        if entry.tag == ORIENTATION:
            return entry.orientation
    match = XMP_ORIENTATION.search(xmp)
    return int(match[1]) if match else 1


def _hide_in_png(file: PatchedFile) -> int:
    exif = xmp = b""
    before_pixels = True
    end = None  # of the pixels
    for kind, offset, length in _png_chunks(file):
        if kind == b"IDAT":
            before_pixels = False
            continue
        if not before_pixels and end is None:
            end = offset
        if kind in PNG_PIXELS:
            continue
        content = file.at(offset + 8, length)
        if kind == b"eXIf":
            exif = content
        elif kind in (b"iTXt", b"tEXt", b"zTXt"):
            exif, xmp = _of_text(content, exif, xmp)
        if before_pixels:
            file.patch(offset + 4, UNKNOWN_CHUNK)
            file.patch(offset + 8 + length, struct.pack(">I", zlib.crc32(UNKNOWN_CHUNK + content)))
    if end is not None:
        file.patch(end, PNG_END)
    return orientation_of(exif, xmp)


def _png_chunks(file: PatchedFile) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind, the position and the length of each chunk, up to the end of the picture or of the file."""
    offset = len(PNG_SIGNATURE)
    while len(header := file.at(offset, 8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            return
        yield kind, offset, length
        offset += 12 + length


def _of_text(content: bytes, exif: bytes, xmp: bytes) -> tuple[bytes, bytes]:
    """Return EXIF and XMP data with what a text chunk of a PNG file says of them."""
    keyword, _, text = content.partition(b"\0")
    if keyword == b"XML:com.adobe.xmp":
        return exif, xmp or text
    if keyword == b"Raw profile type exif" and not exif:
        if not text.startswith(b"\n"):  # compressed
            with contextlib.suppress(zlib.error):
                text = zlib.decompressobj().decompress(text[1:], LARGEST_TEXT)
        with contextlib.suppress(ValueError):
            exif = bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("latin-1"))
    return exif, xmp


def _hide_in_jpeg(file: PatchedFile) -> int:
    exif = xmp = b""
    offset = 2
    while len(header := file.at(offset, 4)) == 4 and header[0] == 0xFF:
        marker = header[1]
        if marker == 0xFF or marker in JPEG_WITHOUT_LENGTH:
            offset += 1 if marker == 0xFF else 2
            continue
        if marker in (JPEG_SCAN, JPEG_END):
            break
        length = int.from_bytes(header[2:], "big")
        if 0xE0 <= marker <= 0xEF:
            content = file.at(offset + 4, max(0, length - 2))
            if marker == 0xE1 and content.startswith(EXIF_MARK):
                exif = exif or content
            elif marker == 0xE1 and content.startswith(XMP_MARK):
                xmp = xmp or content
            if not _tells_colors(marker, content):
                file.patch(offset + 1, JPEG_COMMENT)
        offset += 2 + length
    return orientation_of(exif, xmp)


def _tells_colors(marker: int, content: bytes) -> bool:
    """Return whether the decoder needs an application segment to know the color space."""
    if marker == 0xE0:
        return content.startswith(b"JFIF\0") and len(content) >= 14
    return marker == 0xEE and content.startswith(b"Adobe") and len(content) >= 12


class _Entry(NamedTuple):
    """An entry of a TIFF directory: its bytes, its tag, and the orientation that it names if it does."""

    content: bytes
    tag: int
    orientation: int


class _Directory(NamedTuple):
    """The first directory of a TIFF file: its position, its entries, and the formats of its numbers in `struct`."""

    offset: int
    entries: list[_Entry]
    count_format: str
    next_format: str


def _hide_in_tiff(file: PatchedFile) -> int | None:
    directory = _directory(file)
    if directory is None:
        return None
    kept = [entry.content for entry in directory.entries if entry.tag in TIFF_PIXELS]
    count, last = struct.pack(directory.count_format, len(kept)), struct.pack(directory.next_format, 0)
    file.patch(directory.offset, b"".join([count, *kept, last]))
    return next((entry.orientation for entry in directory.entries if entry.tag == ORIENTATION), 1)


def _directory(file: PatchedFile) -> _Directory | None:
    """Return the first directory of TIFF or EXIF data, as far as it is there; None if it is not."""
    start = file.at(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    large = b"\x2b" in start[2:4]  # BigTIFF
    if order is None or len(start) < 8 or not (large or b"\x2a" in start[2:4]) or (large and len(start) < 16):
        return None
    count_format, size, next_format = (order + "Q", 20, order + "Q") if large else (order + "H", 12, order + "L")
    offset = struct.unpack(next_format, start[8:16] if large else start[4:8])[0]
    count_size = struct.calcsize(count_format)
    if offset > 2**62 or len(number := file.at(offset, count_size)) < count_size:
        return None
    num = min(struct.unpack(count_format, number)[0], 2**16)
    content = file.at(offset + count_size, num * size)
    whole = [content[index : index + size] for index in range(0, len(content) - size + 1, size)]
    return _Directory(offset, [_entry(entry, order, large) for entry in whole], count_format, next_format)


def _entry(content: bytes, order: str, large: bool) -> _Entry:
    tag, kind = struct.unpack(order + "HH", content[:4])
    (count,) = struct.unpack(order + ("Q" if large else "L"), content[4 : 12 if large else 8])
    orientation = 1
    if tag == ORIENTATION and kind in INTEGERS and count == 1:
        value = struct.unpack_from(order + INTEGERS[kind], content, 12 if large else 8)[0]
        orientation = value if value in range(1, 9) else 1
    return _Entry(content, tag, orientation)
