"""The progress of a whole run."""

from kgan._fit_progress import FitProgress


class Progress(FitProgress):
    """Shows the progress of the whole run: images per second, the time that it took and will take, and the losses.

    For `fit(verbose=0)`. In a terminal and in a notebook it is one bar for all epochs. Without either, in a log of
    nohup, Slurm, Docker or CI, it is a line after 10 seconds, then one every 30 seconds, and one at the end. All of it
    goes to standard error. The environment variable `KGAN_QUIET=1` turns it off.

    A run that `kgan.callbacks.Resume` continues begins where it was; the times are those of this process.

    Args:
        batch_size: number of images in a batch, from which the images per second are computed. Defaults to None:
            updates per second are shown.

    Example:
    >>> callback = Progress(batch_size=64)
    """

    def __init__(self, batch_size: int | None = None) -> None:
        super().__init__(batch_size=batch_size, keep=True)
