"""A generator and a discriminator as one Keras model: the networks, the average, the configuration."""

import warnings
from typing import Any

import keras

from kgan import _networks
from kgan.training.fit import TrainableModel


class NetworkPair(TrainableModel):
    """Base of models that hold a generator, its average and a discriminator.

    Args:
        generator: Functional model to images in [-1, 1].
        discriminator: Functional model, images to raw logits.
        ema_decay: in [0, 1), decay of the averaged generator; it warms up as (1 + step) / (10 + step). None keeps no
            average.
        seed: integer, of all random numbers of training. None draws one from Keras's global seed.
        name: the model's name.

    Raises:
        ValueError: `ema_decay` is not in [0, 1).
    """

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, ema_decay: float | None, seed: int | None, name: str
    ) -> None:
        super().__init__(name=name)
        if ema_decay is not None and not 0 <= ema_decay < 1:
            raise ValueError(f"`ema_decay` must be in [0, 1) or None. Received: ema_decay={ema_decay}")
        self.generator = generator
        self.discriminator = discriminator
        self.ema_decay = ema_decay
        self.image_shape = generator.outputs[0].shape[1:]
        self.ema_generator = generator if ema_decay is None else _networks.average_of(generator)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.evaluation_seed_generator = keras.random.SeedGenerator(0)
        self.seed = seed
        self._step_metrics: Any = None  # a `StepMetrics` once the model is compiled
        self._unsavable = {
            role: reason
            for role, network in (("generator", generator), ("discriminator", discriminator))
            if (reason := _networks.why_not_saved(network)) is not None
        }
        if self._unsavable:
            warnings.warn(
                f"`save` cannot write this model to a file: {self.why_not_saved()} Training, `generate`, "
                "`save_weights`, `kgan.callbacks.Resume` and `export` work as they are.",
                stacklevel=4,
            )
        self.built = True

    def why_not_saved(self) -> str | None:
        """Return why a file cannot hold the networks, or None if it can."""
        if not self._unsavable:
            return None
        reasons = "; ".join(f"in the {role}, {reason}" for role, reason in self._unsavable.items())
        return f"{reasons}. {_networks.SAVABLE}"

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments that all such models have."""
        return {
            "generator": self.serialized("generator", self.generator),
            "discriminator": self.serialized("discriminator", self.discriminator),
            "ema_decay": self.ema_decay,
            "seed": self.seed,
            "name": self.name,
        }

    def serialized(self, role: str, network: keras.Model) -> dict[str, Any]:
        """Return the configuration of a network; of one that a file cannot hold, the reason."""
        if role in self._unsavable:
            return {"unsavable": self._unsavable[role]}
        return keras.saving.serialize_keras_object(network)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "NetworkPair":
        """Return the model that `get_config` described.

        Raises:
            ValueError: a network is of a class that a file cannot hold.
        """
        networks = {}
        for role in ("generator", "discriminator"):
            if "unsavable" in config[role]:
                raise ValueError(
                    f"Expected a file that holds the networks. Received: one of their weights alone, because of the "
                    f"{role}: {config[role]['unsavable']}. {_networks.SAVABLE} Make the networks and the model in "
                    "Python, as they were for training, and call `load_weights` with this file."
                )
            with warnings.catch_warnings():
                # Keras cannot build a model of several arguments by itself, and says so; the network's graph does.
                warnings.filterwarnings("ignore", _networks.CANNOT_BUILD, UserWarning)
                networks[role] = keras.saving.deserialize_keras_object(config[role])
        return cls(**{**config, **networks})
