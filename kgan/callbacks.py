"""What happens around `fit`: sample images, loss curves, progress, an end at the first bad number."""

import csv
import pathlib
import time
import warnings

import keras
from keras import ops
from matplotlib.figure import Figure
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from kgan import backend, files, images
from kgan.resume import Resume
from kgan.watch import Watch

__all__ = ["LossCurves", "Progress", "Resume", "SampleImages", "TerminateOnNonFinite", "Watch"]


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
        if (self.inputs is None) != (self.model.latent_dim is not None):
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
            callback._train_writer
            for callback in self.model.companions
            if isinstance(callback, keras.callbacks.TensorBoard)
        ]
        backend.summarize_image("samples", grid, step=epoch, writer=writers[0] if writers else None)

    def on_train_end(self, logs=None):
        """Join the grids, also those from before a resume, into the animation."""
        frames = sorted(self.directory.glob("epoch-*.png"))
        if self.animation and frames:
            images.animate(self.directory / self.animation, frames)


class LossCurves(keras.callbacks.Callback):
    """Draws the losses and the scores of all epochs so far as a PNG, every few seconds and at the end.

    Args:
        path: the picture's file name.
        csv: optional file name for the same numbers as a table, a line an epoch. Unlike Keras's `CSVLogger`
            it neither loses nor repeats a line when a killed run is resumed.
        seconds: at least so long between two pictures, since drawing can take longer than a short epoch.

    Example:
    >>> callback = LossCurves("curves.png", csv="log.csv")
    """

    def __init__(self, path, csv=None, seconds=10.0):
        super().__init__()
        self.seconds = seconds
        self._drawn = float("-inf")
        self.path = pathlib.Path(path)
        self.csv = csv
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        """Add this epoch."""
        self.rows.append({"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}})
        if time.monotonic() - self._drawn > self.seconds:
            self._draw()
        if self.csv:
            with files.replacing(self.csv) as temporary, open(temporary, "w", newline="") as file:
                table = csv.DictWriter(file, fieldnames=list(dict.fromkeys(name for row in self.rows for name in row)))
                table.writeheader()
                table.writerows(self.rows)

    def on_train_end(self, logs=None):
        """Draw all."""
        if self.rows:
            self._draw()

    def _draw(self):
        figure = Figure(figsize=(9, 3.5), layout="constrained")
        for axes, ending in zip(figure.subplots(1, 2), ("loss", "score"), strict=True):
            for name in self.rows[-1]:
                if name.endswith(ending):
                    points = [(row["epoch"], row[name]) for row in self.rows if name in row]
                    axes.plot(*zip(*points, strict=True), label=name.replace("_", " "), linewidth=1.2)
            axes.set(xlabel="epoch", title=f"{ending.capitalize()}{'e' if ending == 'loss' else ''}s")
            axes.grid(alpha=0.3)
            axes.legend(frameon=False)
        with files.replacing(self.path) as temporary:
            figure.savefig(temporary, dpi=120)
        self._drawn = time.monotonic()

    def get_state(self):
        """Return what a resumed run must know."""
        return self.rows

    def set_state(self, state):
        """Go on from `get_state`."""
        self.rows = state


class TerminateOnNonFinite(keras.callbacks.Callback):
    """Ends training once more than `patience` updates were skipped, because a loss or a gradient was not finite.

    Without it `GAN` skips such updates, counts them in `skipped_updates` and goes on. (Keras's
    `TerminateOnNaN` reads only a log named `loss`, which a GAN has not.)

    Args:
        patience: how many skipped updates an epoch may have. Defaults to 0.

    Example:
    >>> callback = TerminateOnNonFinite(patience=10)
    """

    def __init__(self, patience=0):
        super().__init__()
        if patience < 0:
            raise ValueError(f"`patience` must be non-negative. Received: patience={patience}")
        self.patience = patience

    def on_train_batch_end(self, batch, logs=None):
        """Stop if too many updates of this epoch were skipped."""
        if logs and float(logs["skipped_updates"]) > self.patience:
            warnings.warn(
                f"Training ends at batch {batch}: {int(logs['skipped_updates'])} updates were not finite. Try a "
                "lower learning rate, or a penalty (`r1`, `r2`).",
                stacklevel=2,
            )
            self.model.stop_training = True


class Progress(keras.callbacks.Callback):
    """One progress bar for the whole run, with images a second and the time left; for `fit(verbose=0)`.

    Args:
        batch_size: images a batch.

    Example:
    >>> callback = Progress(batch_size=64)
    """

    def __init__(self, batch_size: int):
        super().__init__()
        self.batch_size = batch_size

    def on_train_begin(self, logs=None):
        """Show the bar."""
        self._bar = Bar(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]} images/s "),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[losses]}"),
        )
        self._task = self._bar.add_task("train", total=None, epoch="", rate="-", losses="")
        self._began = None
        self._bar.start()

    def on_epoch_begin(self, epoch, logs=None):
        """Remember where the epoch stands in the run."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar."""
        steps, epochs = self.params["steps"], self.params["epochs"]
        done = self._epoch * (steps or 0) + batch + 1
        if self.model._to_skip > 0:
            return
        now, rate = time.monotonic(), "-"
        if self._began is None:  # the first step is the one that traces, and not a measure
            self._began = now, done
        elif now > self._began[0]:
            rate = f"{(done - self._began[1]) * self.batch_size / (now - self._began[0]):,.0f}"
        self._bar.update(
            self._task,
            completed=done,
            total=steps * epochs if steps else None,
            epoch=f"{self._epoch + 1}/{epochs}",
            rate=rate,
            losses=f"D {float(logs['discriminator_loss']):.3f}  G {float(logs['generator_loss']):.3f}",
        )

    def on_train_end(self, logs=None):
        """Leave the full bar."""
        self._bar.stop()
