"""The page of `kgan.callbacks.RunReport`, section by section."""

import datetime
import io
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from kgan import _html, datasets, diagnosis
from kgan.callbacks import _curves, _report_words
from kgan.callbacks.sample_images import SampleImages
from kgan.callbacks.watch import Change, Watch
from kgan.models.adversarial import AdversarialModel

STRIP = 6  # grids over time
STRIP_WIDTH = 360  # of each, in pixels
PYTHON = (
    ("Generate images:", "images = gan.generate(64, seed=7)"),
    ("Save the model, and open it later:", 'gan.save("model.keras")\ngan = kgan.open_model("model.keras")'),
    ("Export the generator for use without kgan:", 'gan.export("saved_model")'),
)


class Data(NamedTuple):
    """The data of a run.

    Attributes:
        rows: what is known of them, by name.
        batch_size: images of an update; None if it is not known.
    """

    rows: dict[str, Any]
    batch_size: int | None

    @classmethod
    def of(cls, data: Any, image_shape: Sequence[int | None]) -> "Data":
        """Return what is known of what `fit` reads."""
        try:
            info = datasets.info_of(data)
        except ValueError:  # not made by kgan
            info = None
        spec = getattr(data, "element_spec", None)
        while isinstance(spec, list | tuple) and spec:
            spec = spec[0]
        shape = getattr(spec, "shape", None)
        batch_size = int(shape[0]) if shape is not None and shape.rank and shape[0] else None
        return cls(_report_words.data_rows(data, image_shape, info), batch_size)


class Run(NamedTuple):
    """What a page is about.

    Attributes:
        model: that is trained.
        title, settings, commands, command_line: as in `RunReport`.
        data: that is trained on.
        rows: the logs of the epochs so far.
        watch, samples: callbacks of the same `fit`, or None.
        status: `"training"`, `"finished"` or `"stopped"`.
        epochs, num_epochs: done so far, and in all.
        steps: updates of an epoch, or None.
        started: when the run began, as text.
        seconds: of training so far.
        updates_per_second: since the run began or was resumed; 0 if it is not known.
    """

    model: AdversarialModel
    title: str
    settings: Mapping[str, Any]
    commands: Sequence[tuple[str, str]] | None
    command_line: bool
    data: Data
    rows: Sequence[dict[str, Any]]
    watch: Watch | None
    samples: SampleImages | None
    status: str
    epochs: float
    num_epochs: int
    steps: int | None
    started: str
    seconds: float
    updates_per_second: float


def page(run: Run) -> str:
    """Return the page as HTML."""
    sections = [_verdict(run), *_samples(run), *_plots(run), _next(run), _settings(run), _cost(run)]
    written = f"Written by kgan on {datetime.datetime.now():%Y-%m-%d at %H:%M:%S}."
    return _html.page(run.title, *sections, lead=_lead(run), footer=written)


def _lead(run: Run) -> str:
    done = run.num_epochs if run.status == "finished" else run.epochs
    progress = f"{_epochs(done)} of {run.num_epochs:,} epochs, {_report_words.duration(run.seconds)}"
    if run.status == "finished":
        stopped = run.rows[-1]["epoch"] if run.rows else run.num_epochs
        if stopped < run.num_epochs:  # by a callback
            return f"The run has ended early: {stopped:,} of {run.num_epochs:,} epochs, {progress.split(', ')[-1]}."
        return f"The run is finished: {progress}."
    if run.status == "stopped":
        return f"The run was stopped: {progress}. It can go on: see below."
    return f"The run goes on: {progress} so far. Load the page again for what is new."


def _epochs(number: float) -> str:
    return f"{number:,.0f}" if abs(number - round(number)) < 1e-6 else f"{number:,.2f}"


def _verdict(run: Run) -> str:
    heading, watch = "Verdict", run.watch
    if watch is None:
        how = "Add kgan.callbacks.Watch() to the callbacks of fit for a verdict."
        return _html.section(heading, _html.verdict("The run was not checked.", "unsure", how))
    if not watch.history:
        how = f"A run is checked {watch.num_checks} times, evenly spread."
        return _html.section(heading, _html.verdict("There was no check yet.", "unsure", how))
    parts = [_now(run, watch), *_history(run, watch.changes)]
    header = ("figure", "at first", "now", "what it says", "what is good")
    rows = _report_words.evidence_rows(watch.history)
    last = watch.history[-1]
    caption = f"The evidence of the newest of {len(watch.history):,} checks, after {last.step:,} updates"
    parts += [_html.subsection("What was seen", _html.table(header, rows, caption))]
    return _html.section(heading, *parts)


def _now(run: Run, watch: Watch) -> str:
    verdict = watch.verdict
    if verdict.name != diagnosis.HEALTHY:
        advice = diagnosis.advice(verdict.name, watch.in_use, run.command_line)
        return _html.verdict(
            _capital(verdict.name), "bad", _capital(verdict.reason), _html.paragraph(_html.with_options(advice))
        )
    texts = [f"Nothing suspicious was seen in the newest of {len(watch.history):,} checks."]
    if diagnosis.warming_up(watch.history):
        texts.append(
            "It is early: a mode collapse, for example, is not looked for in the first ten checks and 200 updates."
        )
    if watch.held_out is None:
        texts.append("Overfitting was not checked: that needs real images which are not trained on.")
    return _html.verdict("Healthy", "good", " ".join(texts))


def _history(run: Run, changes: Sequence[Change]) -> list[str]:
    if not changes:
        return [_html.paragraph("The verdict has not changed since the run began.")]
    in_use = run.watch.in_use if run.watch is not None else ()
    rows = [
        (
            f"epoch {_epochs(change.epoch)}",
            f"update {change.step:,}",
            _html.strong(change.verdict.name),
            _capital(change.verdict.reason),
            _html.with_options(diagnosis.advice(change.verdict.name, in_use, run.command_line)),
        )
        for change in changes
    ]
    header = ("when", "", "verdict", "evidence", "what helps")
    return [_html.subsection("Verdicts so far", _html.table(header, rows, "Each change of the verdict"))]


def _samples(run: Run) -> list[str]:
    frames = [frame for frame in run.samples.frames if frame[1].is_file()] if run.samples is not None else []
    if run.samples is None or not frames:
        return []
    parts = ["Every grid is made from the same random numbers, so that the same place shows the same sample."]
    if len(frames) > 1:
        strip = [
            _html.figure(
                _reduced(path), f"after {_plural(number)}", alt=f"Samples after {_plural(number)}", width=STRIP_WIDTH
            )
            for number, path in (frames[index] for index in _chosen(len(frames)))
        ]
        parts.append(_html.gallery(*strip))
    number, path = frames[-1]
    columns = run.samples.columns() or ()
    caption = f"The newest samples, after {_plural(number)}."
    if columns:
        caption += " Each column is a class."
    parts.append(_html.figure(path, caption, alt=f"A grid of samples after {_plural(number)}", columns=columns))
    if run.status != "training" and len(frames) > 1:
        parts.append(_animation([path for _, path in frames]))
    return [_html.section("Samples", *parts)]


def _animation(paths: Sequence[pathlib.Path]) -> str:
    """Return a small animation of grids, shown on demand."""
    pictures = []
    for path in paths:
        with Image.open(io.BytesIO(_reduced(path))) as picture:
            pictures.append(picture.convert("RGB"))
    pictures = [picture for picture in pictures if picture.size == pictures[-1].size]  # as `SampleImages` does
    buffer = io.BytesIO()
    durations = [200] * (len(pictures) - 1) + [2000]
    pictures[0].save(
        buffer, "WEBP", save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=75, method=2
    )
    alt = "An animation of the grids of the run"
    shown = _html.figure(buffer.getvalue(), "", alt=alt, still=_reduced(paths[-1]))
    return _html.details(f"Animation of {len(pictures):,} grids", shown)


def _chosen(num: int) -> list[int]:
    """Return which of `num` grids are shown: more of the first, when most happens."""
    if num <= STRIP:
        return list(range(num))
    chosen: list[int] = []
    for place in np.geomspace(1, num, STRIP) - 1:
        chosen.append(max(round(place), chosen[-1] + 1 if chosen else 0))
    return chosen


def _reduced(path: pathlib.Path) -> bytes:
    """Return a picture as a small PNG, so that the page stays light."""
    with Image.open(path) as picture:
        if picture.width <= STRIP_WIDTH:
            return path.read_bytes()
        buffer = io.BytesIO()
        size = STRIP_WIDTH, max(1, round(picture.height * STRIP_WIDTH / picture.width))
        picture.resize(size, Image.Resampling.LANCZOS).save(buffer, "PNG")
        return buffer.getvalue()


def _plots(run: Run) -> list[str]:
    if not run.rows:
        return []
    checks = _curves.of_checks(run.watch.history, run.steps) if run.watch is not None else ()
    panels = _curves.panels_of(run.rows, run.model.loss, checks)
    texts = _curves.explanations(panels, run.model.loss)
    figures = []
    for panel in panels:
        buffer = io.BytesIO()
        _curves.draw([panel], "").savefig(buffer, dpi=150, format="png")
        caption = _html.Html(f"{_html.strong(f'{panel.title}.')} {_html.markup(texts[panel.title])}")
        figures.append(_html.figure(buffer.getvalue(), caption, alt=f"{panel.title} over the epochs"))
    header = ("figure", "first epoch", "newest epoch")
    names = dict.fromkeys(name for row in run.rows for name in row if name != "epoch")
    rows = [
        (name, *(f"{row[name]:,.4g}" if name in row else "" for row in (run.rows[0], run.rows[-1]))) for name in names
    ]
    table = _html.details("All figures of the log", _html.table(header, rows, "The means over an epoch"))
    return [_html.section("Curves", _html.gallery(*figures, large=True), table)]


def _next(run: Run) -> str:
    parts: list[str] = []
    for sentence, command in PYTHON if run.commands is None else run.commands:
        parts += [_html.paragraph(sentence), _html.command(command)]
    return _html.section("How to go on", *parts)


def _settings(run: Run) -> str:
    model = run.model
    summary = model.recipe_summary().removeprefix(f"Training {model.name}: ").split(", ")
    rows: dict[str, Any] = {
        **run.data.rows,
        "generator": f"{model.generator.name}, {model.generator.count_params():,} parameters",
        "discriminator": f"{model.discriminator.name}, {model.discriminator.count_params():,} parameters",
        "loss and optimizers": ", ".join(summary),
        "updates of an epoch": f"{run.steps:,}" if run.steps else "not known",
        "images of an update": f"{run.data.batch_size:,}" if run.data.batch_size else "not known",
        "seed": str(model.seed),
        **run.settings,
        "versions": _report_words.versions(),
        "machine": _report_words.machine(model.generator.weights[0]),
    }
    cells = [(name, value if isinstance(value, _html.Html) else str(value)) for name, value in rows.items()]
    return _html.section("What is trained", _html.table((), cells, "Data, networks and settings"))


def _cost(run: Run) -> str:
    rows = [("started", run.started), ("time used", _report_words.duration(run.seconds))]
    if run.updates_per_second:
        rows.append(("updates per second", f"{run.updates_per_second:,.2f}"))
        if run.data.batch_size:
            rows.append(("images per second", f"{run.updates_per_second * run.data.batch_size:,.0f}"))
        if run.status == "training" and run.steps:
            left = (run.num_epochs - run.epochs) * run.steps / run.updates_per_second
            rows.append(("time left", f"about {_report_words.duration(left)}"))
    skipped = sum(row.get("skipped_updates", 0.0) for row in run.rows)
    rows.append(("skipped updates", f"{skipped:,.0f} (their loss or gradients were not finite)"))
    return _html.section("Time", _html.table((), rows, "What the run has cost so far"))


def _plural(epochs: float) -> str:
    return f"{_epochs(epochs)} epoch{'' if epochs == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
