"""Sample images after each epoch, and an animation of them."""

import pathlib

import keras
from keras import ops

from kgan import backend, images
from kgan.backend import keras_internals


class SampleImages(keras.callbacks.Callback):
    """Writes a grid of samples after each epoch, from the same latents every time, and an animation at the end.

    For a `kgan.ImageToImageGAN`, give `inputs`: each stands beside what the model makes of it.

    The files are `epoch-0001.png`, ... and `animation.gif`. If a `keras.callbacks.TensorBoard` takes part in
    the same `fit`, or a default summary writer is set, the grids are written there too.

    Args:
        directory: where the pictures go; made if missing.
        num: how many samples a grid holds. Defaults to 64.
        seed: of the latents. Defaults to 0.
        labels: for class-conditional networks, as in `GAN.generate`.
        every: epochs between two grids. Defaults to 1.
        animation: the animation's name, its suffix (`.gif`, `.webp`, `.png`) being its format; None for none.
        inputs: for image-to-image models, instead of `num`, `seed` and `labels`: images `(n, height, width,
            channels)`. Defaults to none.

    Raises:
        ValueError: `num` or `every` is not positive; or, when training begins, `inputs` are missing for an
            image-to-image model, or given for a GAN of latents.

    Example:
    >>> callback = SampleImages("samples", num=16)
    """

    def __init__(self, directory, num=64, seed=0, labels=None, every=1, animation="animation.gif", inputs=None):
        super().__init__()
        if num < 1 or every < 1:
            raise ValueError(f"`num` and `every` must be positive. Received: num={num}, every={every}")
        self.directory = pathlib.Path(directory)
        self.num = num
        self.seed = seed
        self.labels = labels
        self.every = every
        self.animation = animation
        self.inputs = inputs

    def on_train_begin(self, logs=None):
        """Check that there is what this model makes images of."""
        if (self.inputs is None) != (self.model.samples_from == "latents"):
            received = "no `inputs` for one" if self.inputs is None else "`inputs` for a GAN that has latents"
            raise ValueError(
                "Expected `SampleImages(inputs=images)` for image-to-image models, and for no others. "
                f"Received: {received}."
            )

    def on_epoch_end(self, epoch, logs=None):
        """Write the grid of this epoch."""
        if (epoch + 1) % self.every:
            return
        if self.inputs is None:
            grid = images.grid(self.model.generate(self.num, self.seed, self.labels))
        else:
            outputs = ops.convert_to_numpy(self.model(self.inputs))
            grid = images.grid(images.side_by_side(self.inputs, outputs), scale=1 if outputs.shape[2] > 32 else None)
        images.save(self.directory / f"epoch-{epoch + 1:04d}.png", grid)
        writers = [
            keras_internals.training_writer(callback)
            for callback in self.model.fit_callbacks
            if isinstance(callback, keras.callbacks.TensorBoard)
        ]
        backend.summarize_image("samples", grid, step=epoch, writer=writers[0] if writers else None)

    def on_train_end(self, logs=None):
        """Join the grids, also those from before a resume, into the animation."""
        frames = sorted(self.directory.glob("epoch-*.png"))
        if self.animation and frames:
            images.animate(self.directory / self.animation, frames)
