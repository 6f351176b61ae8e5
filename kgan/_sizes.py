"""How sizes of images are written in messages: width x height, as picture viewers write them."""

from collections.abc import Sequence


def size_text(shape: Sequence[int | None]) -> str:
    """Return the size of an image as users read it, width x height.

    Arrays have the height first, `(height, width, channels)`; people, cameras and programs write the width first. Every
    message that is about pictures uses this function; what is about arrays prints their shape.

    Args:
        shape: `(height, width)`, or `(height, width, channels)`, whose channels are left out.

    Example:
    >>> size_text((321, 481, 3))
    '481x321'
    """
    height, width = shape[:2]
    return f"{width}x{height}"


def crop_text(size: Sequence[int], target: Sequence[int]) -> str:
    """Return what scaling an image to cover a size, and cropping its middle to it, cuts off; "" if it is nothing.

    Args:
        size: `(height, width)` of the image.
        target: `(height, width)` that it is made to fit, as `kgan.images.read` does.

    Example:
    >>> crop_text((321, 481), (32, 32))
    'cropped to its middle square (33 % is cut off)'
    >>> crop_text((100, 200), (60, 80))
    'cropped to its middle (33 % is cut off)'
    >>> crop_text((64, 64), (28, 28))
    ''
    """
    (height, width), (target_height, target_width) = size[:2], target[:2]
    scale = max(target_height / height, target_width / width)
    kept = (target_height * target_width) / (height * width * scale**2)
    if 100 * (1 - kept) < 0.5:  # a pixel or so, by rounding
        return ""
    square = " square" if target_height == target_width else ""
    return f"cropped to its middle{square} ({100 * (1 - kept):.0f} % is cut off)"
