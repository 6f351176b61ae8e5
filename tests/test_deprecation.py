"""Old names work for one more release, and the warning names the new one at the line that has to change."""

import importlib
import sys
import warnings

import numpy as np
import pytest

import kgan
from kgan import _deprecation

# The public modules and names of the version before this layout. Each must still be importable.
OLD = {
    "kgan.applications": "attributes data_augmentation denoising directions editing inversion judging labelled "
    "photographs restoration spaces super_resolution supervised unsupervised",
    "kgan.applications.attributes": "ATTRIBUTES CIRCULAR background background_brightness background_hue brightness "
    "classes get hue hue_of ink size slant thickness",
    "kgan.applications.data_augmentation": "augment generate plan standard train",
    "kgan.applications.denoising": "denoise train",
    "kgan.applications.directions": "Direction orthogonalized",
    "kgan.applications.editing": "animate arithmetic edit interpolate mix move parse_strengths save_strip truncate "
    "turn",
    "kgan.applications.inversion": "Inversion fitting invert",
    "kgan.applications.judging": "belief train",
    "kgan.applications.labelled": "balanced checked save",
    "kgan.applications.photographs": "FORMATS Photograph changed channels read",
    "kgan.applications.restoration": "Restorer",
    "kgan.applications.shipped": "NAMES folder resolve",
    "kgan.applications.spaces": "CodeSpace space_of",
    "kgan.applications.super_resolution": "train upscale",
    "kgan.applications.supervised": "boundary circle find slope slopes",
    "kgan.applications.unsupervised": "closed_form principal_components",
    "kgan.architectures": "ARCHITECTURES dcgan get mlp patch resnet restoration style unet",
    "kgan.architectures.dcgan": "discriminator generator",
    "kgan.architectures.mlp": "discriminator generator",
    "kgan.architectures.patch": "discriminator",
    "kgan.architectures.resnet": "discriminator generator",
    "kgan.architectures.restoration": "denoiser upscaler",
    "kgan.architectures.style": "discriminator generator is_style_based mapping synthesis",
    "kgan.architectures.unet": "generator",
    "kgan.augmentation": "ADA AUGMENTATIONS Augmentation DiffAugment InstanceNoise get get_all recommended",
    "kgan.callbacks": "LossCurves Progress Resume SampleImages TerminateOnNonFinite Watch",
    "kgan.classifier": "network trained",
    "kgan.cli": "main",
    "kgan.clusters": "Clusters Sectors",
    "kgan.datasets": "Info MEMORY_LIMIT by_epoch describe from_arrays load seek tell train_and_test",
    "kgan.degradations": "Chain DEGRADATIONS Degradation Downsampling GaussianNoise Jpeg PoissonNoise Rounding "
    "SaltAndPepper get pairs",
    "kgan.diagnosis": "Evidence HEALTHY Verdict diagnose gather",
    "kgan.evaluation": "Evaluation Row evaluate",
    "kgan.exporting": "FORMATS export",
    "kgan.exporting_images": "export",
    "kgan.feature_matching": "distance hidden",
    "kgan.features": "FeatureExtractor INCEPTION_URL classifier get inception load",
    "kgan.gan": "GAN",
    "kgan.image_to_image": "ImageToImageGAN",
    "kgan.images": "MODES animate fit from_uint8 grid header is_grey opened read save save_each save_grid side_by_side "
    "to_uint8",
    "kgan.latents": "draw",
    "kgan.layers": "ConditionalBatchNormalization LabelEmbedding MinibatchStdDev SpectralNormalization "
    "projection_logit wide_dtype",
    "kgan.losses": "Hinge LOSSES LeastSquares Loss Minimax NonSaturating Relativistic Wasserstein classification get",
    "kgan.metrics": "Estimate FeatureMetric FrechetDistance InceptionScore KernelDistance Memorization ModeCoverage "
    "Moments PSNR PrecisionRecall frechet_distance inception_score kernel_distance luma memorization mode_coverage "
    "precision_recall psnr",
    "kgan.metrics.frechet": "FrechetDistance Moments frechet_distance",
    "kgan.metrics.inception_score": "InceptionScore inception_score",
    "kgan.metrics.kernel": "Estimate KernelDistance kernel_distance",
    "kgan.metrics.luma": "luma",
    "kgan.metrics.modes": "ModeCoverage",
    "kgan.metrics.precision_recall": "PrecisionRecall",
    "kgan.opening": "KerasGenerator SavedGenerator open_model",
    "kgan.optimizers": "AnnealedAdam get",
    "kgan.patches": "load",
    "kgan.penalties": "DRAGAN LeCam PENALTIES Penalty R1 R2 WGANGP WeightClipping get recommended",
    "kgan.pixel_losses": "Charbonnier L1 L2 PIXEL_LOSSES PixelLoss get",
    "kgan.resampling": "crop_to_multiple downsample upsample",
    "kgan.restoration_layers": "BicubicUpSampling CropLike DepthToSpace",
    "kgan.resume": "Resume",
    "kgan.sampling": "Sampler",
    "kgan.sources": "Digits Folder TensorFlowDatasets",
    "kgan.style_layers": "LearnedConstant ModulatedConv2D NoiseInjection",
    "kgan.watch": "Watch",
}


@pytest.fixture(autouse=True)
def _forget():
    """Import every old module anew, as the first one to name it, and leave the packages as they were."""
    places = [old.rpartition(".")[::2] for old in _deprecation.MODULES]
    kept = [(package, name, vars(importlib.import_module(package)).get(name)) for package, name in places]
    forget()
    yield
    forget()
    for package, name, value in kept:
        if value is not None:
            setattr(sys.modules[package], name, value)


def forget():
    for old in _deprecation.MODULES:
        sys.modules.pop(old, None)
        package, _, name = old.rpartition(".")
        if type(vars(sys.modules[package]).get(name)).__name__ == "_Alias":
            delattr(sys.modules[package], name)


@pytest.mark.parametrize("module", OLD)
def test_every_old_name_is_still_there(module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        old = importlib.import_module(module)
        missing = [name for name in OLD[module].split() if getattr(old, name, None) is None]
    assert not missing


@pytest.mark.parametrize("old", sorted(_deprecation.MODULES))
def test_an_old_module_warns_with_its_new_name(old):
    new = _deprecation.PACKAGES.get(old, _deprecation.MODULES[old])
    with pytest.warns(FutureWarning, match=f"`{old}` is now `{new}`"):
        importlib.import_module(old)


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("import kgan.opening", "kgan"),
        ("from kgan import opening", "kgan"),
        ("import kgan; kgan.opening.open_model", "kgan"),
        ("import kgan; kgan.exporting.export", "kgan.export"),
        ("from kgan.clusters import Clusters", "kgan.models"),
        ("from kgan.resampling import *; upsample", "kgan.images"),
        ("from kgan.applications import judging", "kgan.applications.data_augmentation"),
        ("import kgan; kgan.applications.judging", "kgan.applications.data_augmentation"),
        ("import kgan.metrics.luma; kgan.metrics.luma.luma", "kgan.images"),
        ("double(count=1)", "double(num=)"),
        ("old_double(1)", "double"),
        ("Doubler(count=1)", "Doubler(num=)"),
    ],
)
def test_the_warning_points_to_the_line_of_the_user(line, new):
    names = {"__name__": "user", "double": double, "old_double": old_double, "Doubler": Doubler}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(f"1\n{line}\n", "user.py", "exec"), names)
    ours = [warning for warning in caught if warning.category is FutureWarning]
    assert ours
    for warning in ours:
        assert f"is now `{new}`" in str(warning.message)
        assert (warning.filename, warning.lineno) == ("user.py", 2)


@_deprecation.renamed(count="num")
def double(num):
    return 2 * num


old_double = _deprecation.moved("old_double", double, "double")


class Doubler:
    @_deprecation.renamed(count="num")
    def __init__(self, num):
        self.num = num


def test_both_names_of_an_argument_are_refused():
    with pytest.raises(TypeError, match="Expected `num` or its old name `count`"):
        double(count=1, num=2)


def test_new_names_do_not_warn():
    assert double(2) == double(num=2) == 4
    assert Doubler(3).num == 3


def test_an_alias_has_the_attributes_of_the_current_module():
    with pytest.warns(FutureWarning):
        alias = importlib.import_module("kgan.exporting")
    assert alias.export is kgan.export.export
    assert "export" in dir(alias)
    with pytest.raises(AttributeError):
        alias.nothing  # noqa: B018


def test_a_function_that_a_module_of_its_name_hides_can_be_called():
    with pytest.warns(FutureWarning):
        alias = importlib.import_module("kgan.metrics.luma")
    image = np.zeros((1, 4, 4, 3), "float32")
    np.testing.assert_array_equal(alias(image), alias.luma(image))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        kgan.nothing  # noqa: B018
