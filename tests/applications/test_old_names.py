"""Names of version 0.1.0 that are now others, and work for one release more."""

import importlib
import warnings

import numpy as np
import pytest

from kgan.applications import data_augmentation, editing

RENAMED = {
    "kgan.applications.editing.turn": editing.set_angle,
    "kgan.applications.editing.edit.turn": editing.set_angle,
    "kgan.applications.editing.supervised.slope": editing.supervised.average_gradient,
    "kgan.applications.editing.supervised.slopes": editing.supervised.local_gradients,
    "kgan.applications.editing.supervised.circle": editing.supervised.angle_directions,
    "kgan.applications.editing.supervised.find": editing.find_direction,
    "kgan.applications.editing.directions.orthogonalized": editing.directions.orthogonalize,
    "kgan.applications.editing.spaces.space_of": editing.spaces.code_space,
    "kgan.applications.editing.spaces.SAME": editing.spaces.FINGERPRINT_TOLERANCE,
    "kgan.applications.editing.inversion.fitting": editing.inversion.prepare_images,
    "kgan.applications.editing.attributes.ink": editing.attributes.foreground,
    "kgan.applications.editing.attributes.hue_of": editing.attributes.rgb_to_hue,
    "kgan.applications.editing.attributes.classes": editing.attributes.class_scores,
    "kgan.applications.editing.attributes.CIRCULAR": editing.attributes.ANGLES,
    "kgan.applications.data_augmentation.train": data_augmentation.train_gan,
    "kgan.applications.data_augmentation.plan": data_augmentation.num_per_class,
    "kgan.applications.data_augmentation.standard": data_augmentation.standard_augmentation,
    "kgan.applications.data_augmentation.augment.train": data_augmentation.train_gan,
    "kgan.applications.data_augmentation.ensemble.train": data_augmentation.train_ensemble,
    "kgan.applications.data_augmentation.ensemble.belief": data_augmentation.ensemble_probability,
    "kgan.applications.supervised.slope": editing.supervised.average_gradient,
    "kgan.applications.judging.train": data_augmentation.train_ensemble,
    "kgan.applications.judging.belief": data_augmentation.ensemble_probability,
}


@pytest.mark.parametrize("old", RENAMED)
def test_renamed_functions_and_constants(old):
    module, _, name = old.rpartition(".")
    with warnings.catch_warnings():  # an old module warns when it is first imported
        warnings.simplefilter("ignore", FutureWarning)
        module = importlib.import_module(module)
    with pytest.warns(FutureWarning, match=f"{name}` is now `kgan"):
        found = getattr(module, name)
    assert found is RENAMED[old]


def test_names_that_never_were():
    for module in (editing, editing.supervised, data_augmentation):
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = module.nothing
        assert not hasattr(module, "nothing")


def test_modules_of_the_package():
    import kgan.applications

    assert {"data_augmentation", "editing", "restoration"} <= set(dir(kgan.applications))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from kgan.applications import judging, labelled, supervised

        assert kgan.applications.spaces.CodeSpace is editing.CodeSpace
    assert supervised.boundary is editing.supervised.boundary
    assert callable(labelled.save)
    assert judging.__doc__ == data_augmentation.ensemble.__doc__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = kgan.applications.nothing


def test_renamed_attributes_of_a_code_space(space):
    for old, new in {"root": "covariance_root", "inverse_root": "whitening_matrix"}.items():
        with pytest.warns(FutureWarning, match=f"`CodeSpace.{old}` is now `CodeSpace.{new}`"):
            found = getattr(space, old)
        assert found is getattr(space, new)
    with pytest.warns(FutureWarning, match="`CodeSpace.labels_of` is now"):
        assert space.labels_of(3) is None
    with pytest.raises(AttributeError, match="'CodeSpace' object has no attribute 'nothing'"):
        _ = space.nothing


def test_renamed_arguments(space):
    direction = along(space, [1.0, 0.0])
    with pytest.warns(FutureWarning, match=r"`edit\(given=\)` is now `edit\(images_or_codes=\)`"):
        edited = editing.edit(space, given=[[0.0, 1.0]], direction=direction, strengths=[1])
    np.testing.assert_array_equal(edited, editing.edit(space, [[0.0, 1.0]], direction, [1]))
    with pytest.warns(FutureWarning, match=r"`set_angle\(directions=\)`"):
        editing.set_angle(space, [[0.0, 1.0]], circle=(direction, along(space, [0.0, 1.0])), degrees=3)
    uniform = [lambda images: np.full((len(images), 2), 0.5)]
    with pytest.warns(FutureWarning, match=r"`ensemble_probability\(ensemble=\)`"):
        data_augmentation.ensemble_probability(judges=uniform, images=np.zeros((1, 4, 4, 1)), labels=[1])


def along(space, vector):
    return editing.Direction(vector, space=space.name, fingerprint=space.fingerprint)
