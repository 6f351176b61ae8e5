"""Write edited images to a picture, with a column for each strength, or to an animation."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kgan import images
from kgan._typing import Array, PathLike


def save_strip(
    path: PathLike, edited: ArrayLike, beside: ArrayLike | None = None, titles: Sequence[str] | None = None
) -> None:
    """Write edited images to one picture, with a row for each image and a column for each strength.

    Args:
        path: image file.
        edited: images `(num, strengths, height, width, channels)`, from `edit`.
        beside: images `(num, columns, height, width, channels)` to the left of them, such as the given picture and its
            inversion. Defaults to none.
        titles: a text above each column, those of `beside` first. Defaults to none.

    Raises:
        ValueError: if the shapes do not agree, or there is not a title for each column.
    """
    columns = np.concatenate([_check_beside(edited, beside), _check_edited(edited)], axis=1)
    images.save(path, _sheet(columns, _check_titles(titles, columns.shape[1])))


def animate(
    path: PathLike,
    edited: ArrayLike,
    milliseconds: int = 120,
    beside: ArrayLike | None = None,
    titles: Sequence[str] | None = None,
) -> None:
    """Write edited images to an animation that runs through the strengths, forth and back.

    Args:
        path: as in `kgan.images.animate`.
        edited: images `(num, strengths, height, width, channels)` from `edit`, or `space.images(codes)[None]` for the
            codes of `interpolate`.
        milliseconds: duration of each frame. Defaults to 120.
        beside: images that stand still to the left, as in `save_strip`. Defaults to none.
        titles: a text for each column of `beside` and for each strength, as in `save_strip`. Defaults to none.

    Raises:
        ValueError: if the shapes do not agree, or there is not a title for each column and strength.
    """
    still, edited = _check_beside(edited, beside), _check_edited(edited)
    num_still, num_strengths = still.shape[1], edited.shape[1]
    titles = _check_titles(titles, num_still + num_strengths)
    frames = []
    for index in range(num_strengths):
        if num_still:
            columns = np.concatenate([still, edited[:, index : index + 1]], axis=1)
            frames.append(_sheet(columns, titles and [*titles[:num_still], titles[num_still + index]]))
        else:
            frame = images.grid(edited[:, index])
            frames.append(images.add_titles(frame, [titles[index]]) if titles else frame)
    images.animate(path, [*frames, *frames[-2:0:-1]], milliseconds)


def _sheet(columns: Array, titles: Sequence[str] | None) -> Array:
    """Return a grid of images `(num, columns, height, width, channels)`, with titles if there are some."""
    grid = images.grid(columns.reshape(-1, *columns.shape[2:]), columns=columns.shape[1])
    return grid if titles is None else images.add_titles(grid, titles)


def _check_edited(edited: ArrayLike) -> Array:
    edited = np.asarray(edited)
    if edited.ndim != 5 or 0 in edited.shape:
        raise ValueError(
            "Expected images (num, strengths, height, width, channels), as `edit` returns them. "
            f"Received: shape {edited.shape}"
        )
    return edited


def _check_beside(edited: ArrayLike, beside: ArrayLike | None) -> Array:
    """Return the images beside the edited ones; without any, an array of no columns."""
    edited = _check_edited(edited)
    if beside is None:
        return edited[:, :0]
    beside = np.asarray(beside)
    if beside.ndim != 5 or (len(beside), *beside.shape[2:]) != (len(edited), *edited.shape[2:]):
        expected = ", ".join(map(str, (len(edited), "columns", *edited.shape[2:])))
        raise ValueError(f"Expected images ({expected}) `beside` the edited ones. Received: shape {beside.shape}")
    return beside


def _check_titles(titles: Sequence[str] | None, num: int) -> list[str] | None:
    if titles is None:
        return None
    if isinstance(titles, str) or len(titles) != num:
        raise ValueError(f"Expected {num} titles, one for each column. Received: {titles!r}")
    return [str(title) for title in titles]
