"""Let Keras find kgan's classes in saved files, although `import kgan` imports neither Keras nor them.

`keras.saving.load_model` looks up the classes of a file by their registered names, such as `"kgan>GAN"`, and imports
no module of another package to find them. So a placeholder is registered for each class as soon as Keras has been
imported. It imports the class when a file asks for it; from then on the class itself is registered.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

CLASSES = {
    "kgan.augmentation": ("ADA", "DiffAugment", "InstanceNoise"),
    "kgan.layers.common": (
        "ConditionalBatchNormalization",
        "LabelEmbedding",
        "MinibatchStdDev",
        "SpectralNormalization",
    ),
    "kgan.layers.restoration": ("BicubicUpSampling", "CropLike", "DepthToSpace"),
    "kgan.layers.style": ("LearnedConstant", "ModulatedConv2D", "NoiseInjection"),
    "kgan.losses.adversarial": (
        "Hinge",
        "LeastSquares",
        "Minimax",
        "NonSaturating",
        "Relativistic",
        "Wasserstein",
    ),
    "kgan.losses.pixel": ("Charbonnier", "L1", "L2"),
    "kgan.metrics.frechet": ("FrechetDistance",),
    "kgan.metrics.inception_score": ("InceptionScore",),
    "kgan.metrics.kernel": ("KernelDistance",),
    "kgan.metrics.modes": ("ModeCoverage",),
    "kgan.metrics.precision_recall": ("PrecisionRecall",),
    "kgan.metrics.psnr": ("PSNR",),
    "kgan.models.clusters": ("Sectors",),
    "kgan.models.gan": ("GAN",),
    "kgan.models.image_to_image": ("ImageToImageGAN",),
    "kgan.optimizers": ("AnnealedAdam",),
    "kgan.penalties": ("DRAGAN", "LeCam", "R1", "R2", "WGANGP", "WeightClipping"),
}
"""The classes that kgan registers with Keras, by module."""


def install() -> None:
    """Register the placeholders now if Keras has been imported, else as soon as it is."""
    if "keras" in sys.modules:
        _register()
    elif not any(isinstance(finder, _KerasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _KerasFinder())


def _register() -> None:
    import keras

    registered = keras.saving.get_custom_objects()
    for module, names in CLASSES.items():
        for name in names:
            registered.setdefault(f"kgan>{name}", _placeholder(name, module))


def _placeholder(name: str, module: str) -> type:
    """Return a class that Keras can make an instance of the class `name` with."""

    def from_config(_: type, config: dict[str, Any]) -> Any:
        return getattr(importlib.import_module(module), name).from_config(config)

    return type(name, (), {"__module__": module, "from_config": classmethod(from_config)})


class _KerasFinder(importlib.abc.MetaPathFinder):
    """Finds Keras as it is found without kgan, and has `_register` called after its import."""

    def __init__(self) -> None:
        self.searching = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras" or self.searching:
            return None
        self.searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.searching = False
        if spec is not None and spec.loader is not None:
            spec.loader = _KerasLoader(spec.loader, self)
        return spec


class _KerasLoader(importlib.abc.Loader):
    def __init__(self, loader: Any, finder: _KerasFinder) -> None:
        self.loader = loader
        self.finder = finder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Import Keras with its own loader, which stays the module's loader, then register."""
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        _register()
