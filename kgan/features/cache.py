"""Networks that kgan trains on the user's data for its metrics: trained once and kept in Keras's cache folder."""

import hashlib
import json
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from kgan import _files

if TYPE_CHECKING:
    from kgan.datasets import Source


class Trained(NamedTuple):
    """A network and what is known of it.

    Attributes:
        network: the Keras model.
        accuracy: what its training reported: of a classifier the share of held-out images that it gets right.
        path: the file in which it is kept.
    """

    network: keras.Model
    accuracy: float
    path: pathlib.Path


def home() -> pathlib.Path:
    """Return the folder in which Keras keeps downloads."""
    return pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()


def file_of(data: "Source", settings: Sequence[Any]) -> pathlib.Path:
    """Return the file in which a network is kept.

    Args:
        data: what it is trained on.
        settings: all that its weights and its accuracy depend on, as JSON has it.
    """
    key = hashlib.sha256(json.dumps(list(settings)).encode()).hexdigest()[:12]
    return home() / "kgan" / f"{pathlib.Path(data.name).expanduser().resolve().name}-{key}.keras"


def load_or_train(path: pathlib.Path, train: Callable[[], tuple[keras.Model, float]]) -> Trained:
    """Return the network in a file, or train it now and write the file.

    Args:
        path: a `.keras` file. A JSON file beside it holds the accuracy.
        train: returns the network and its accuracy.
    """
    record = path.with_suffix(".json")
    if not (path.exists() and record.exists()):
        model, accuracy = train()
        with _files.replacing(path) as temporary:
            model.save(temporary)
        with _files.replacing(record) as temporary:
            temporary.write_text(json.dumps({"accuracy": accuracy}) + "\n")
    accuracy = json.loads(record.read_text())["accuracy"]
    return Trained(keras.saving.load_model(path, compile=False), accuracy, path)
