"""Images that the generator makes after each epoch, and an animation of them."""

import pathlib
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan import backend, images
from kgan._typing import Array, PathLike, Tensor
from kgan.backend import keras_internals

MAX_COLUMNS = 16  # more classes than that are not the columns of a grid


class SampleImages(keras.callbacks.Callback):
    """Writes a grid of generated images after each epoch, and an animation of all grids at the end.

    Every grid is generated from the same latents, so that the animation shows how the samples develop. For a
    `kgan.ImageToImageGAN`, pass `inputs`: each stands beside the model's output for it.

    The files are `epoch-0001.png`, `epoch-0002.png`, ..., and `animation.gif`; those within an epoch
    `epoch-0002-batch-000500.png`: 500 batches into the second. In the grids of class-conditional models each column is
    a class, unless there are too many. The animation holds the epochs of this
    run only, with those before a resume (`kgan.callbacks.Resume`); files of another run in the same folder are left
    out of it. If a `keras.callbacks.TensorBoard` takes part in the same `fit`, or a default summary writer is set, the
    grids are written there, too.

    Args:
        directory: where the images are written. It is made if it is missing.
        num: number of samples in a grid, positive. Defaults to 64. Where each column is a class, the last row may be
            left out.
        seed: of the latents. Defaults to 0.
        labels: for class-conditional networks, as in `GAN.generate`. Defaults to all classes in turn.
        every: number of epochs between two grids, positive; below 1 (1/4: four grids in each epoch) for long epochs.
            Defaults to 1.
        animation: file name of the animation, whose suffix (`.gif`, `.webp` or `.png`) is its format; None for none.
            Defaults to `"animation.gif"`.
        inputs: for image-to-image models, instead of `num`, `seed` and `labels`: float images
            `(num, height, width, channels)` in [-1, 1]. Defaults to None.

    Raises:
        ValueError: `num` or `every` is not positive; or, when training begins, `inputs` are missing for an
            image-to-image model, or given for a GAN.

    Example:
    >>> import kgan
    >>> from kgan.architectures import mlp
    >>> gan = kgan.GAN(mlp.generator((8, 8, 1)), mlp.discriminator((8, 8, 1)))
    >>> gan.compile()
    >>> callback = SampleImages("samples", num=16)
    >>> _ = gan.fit(np.zeros((32, 8, 8, 1), "float32"), epochs=2, verbose=0, callbacks=[callback])
    >>> sorted(path.name for path in pathlib.Path("samples").iterdir())
    ['animation.gif', 'epoch-0001.png', 'epoch-0002.png']
    """

    def __init__(
        self,
        directory: PathLike,
        num: int = 64,
        seed: int = 0,
        labels: int | Array | None = None,
        every: float = 1,
        animation: str | None = "animation.gif",
        inputs: Tensor | None = None,
    ) -> None:
        super().__init__()
        for name, value in (("num", num), ("every", every)):
            if value <= 0:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        if every > 1 and every != int(every):
            raise ValueError(f"`every` must be a whole number of epochs, or less than 1. Received: every={every}")
        self.directory = pathlib.Path(directory)
        self.num = num
        self.seed = seed
        self.labels = labels
        self.every = every
        self.animation = animation
        self.inputs = inputs
        self._frames: list[tuple[float, str]] = []  # the number of epochs and the file of each grid of this run
        self._epoch = self._done = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Check that the samples can be made by this model."""
        takes_images = self.model.samples_from == "images"
        if takes_images and self.inputs is None:
            raise ValueError(
                "Expected images to make samples from: `SampleImages(inputs=images)`. "
                f"Received: inputs=None and an image-to-image model, {type(self.model).__name__}."
            )
        if not takes_images and self.inputs is not None:
            raise ValueError(
                "Expected no `inputs`: this model makes samples from latents. Use `num`, `seed` and `labels` instead. "
                f"Received: inputs of shape {np.shape(self.inputs)}."
            )

    @property
    def frames(self) -> list[tuple[float, pathlib.Path]]:
        """The grids of this run: after how many epochs each was made, and its file."""
        return [(number, self.directory / name) for number, name in self._frames]

    def columns(self) -> tuple[str, ...] | None:
        """Return the classes of the columns of a grid by name; None if the columns are no classes."""
        num_classes = self.model.num_classes if self._by_class() else None
        if num_classes is None:
            return None
        names = getattr(self.model, "class_names", None)
        return tuple(names) if names else tuple(str(index) for index in range(num_classes))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the batches of the epoch from 0."""
        self._epoch, self._done = epoch, 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a grid within the epoch if it is due."""
        before, self._done = self._done, batch + 1
        steps = self.params["steps"]
        if self.every >= 1 or not steps or self._done >= steps or self.model.data_position.passed_over:
            return
        parts = round(1 / self.every)
        if before * parts // steps < self._done * parts // steps:
            digits = max(6, len(str(steps)))
            self._write(self._epoch + self._done / steps, f"-batch-{self._done:0{digits}d}")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the grid of this epoch."""
        self._epoch = epoch
        if self.every < 1 or (epoch + 1) % self.every == 0:
            self._write(epoch + 1)

    def _write(self, number: float, ending: str = "") -> None:
        """Write the grid after a number of epochs, not always whole."""
        grid = self._grid()
        digits = max(4, len(str(self.params["epochs"])))  # so that the names sort as the epochs do
        name = f"epoch-{self._epoch + 1:0{digits}d}{ending}.png"
        images.save(self.directory / name, grid)
        # Training anew from an earlier epoch replaces the grids that came after it.
        self._frames = [*(frame for frame in self._frames if frame[0] < number), (number, name)]
        if ending:
            return
        writers = [
            keras_internals.training_writer(callback)
            for callback in self.model.fit_callbacks
            if isinstance(callback, keras.callbacks.TensorBoard)
        ]
        backend.summarize_image("samples", grid, step=self._epoch, writer=writers[0] if writers else None)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Join the grids of this run into the animation."""
        paths = [self.directory / name for _, name in self._frames if (self.directory / name).exists()]
        if self.animation is None or not paths:
            return
        sizes = [images.header(path)[1] for path in paths]  # another `num` before a resume gives another size
        frames = [path for path, size in zip(paths, sizes, strict=True) if size == sizes[-1]]
        images.animate(self.directory / self.animation, frames)

    def get_state(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        return {"frames": self._frames}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from `get_state`."""
        self._frames = [(number, name) for number, name in state["frames"]]

    def _by_class(self) -> bool:
        """Return whether each column of the grid is a class."""
        model = self.model
        if self.inputs is not None or self.labels is not None or not model.conditional or not model.num_classes:
            return False
        return model.num_classes <= min(MAX_COLUMNS, self.num)

    def _grid(self) -> Array:
        if self.inputs is not None:
            outputs = ops.convert_to_numpy(self.model(self.inputs))
            return images.grid(images.side_by_side(self.inputs, outputs), scale=1 if outputs.shape[2] > 32 else None)
        num_classes = self.model.num_classes if self._by_class() else None
        num = self.num if num_classes is None else self.num - self.num % num_classes
        return images.grid(self.model.generate(num, self.seed, self.labels), num_classes)
