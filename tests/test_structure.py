"""The layout of the code base: each rule holds for kgan, and each rule can fail."""

import importlib
import inspect
import pathlib
import pkgutil

import keras
import pytest
import structure

import kgan

PACKAGE = pathlib.Path(kgan.__file__).parent
TESTS = pathlib.Path(__file__).parent

# Modules whose tests are in another file, and which.
ELSEWHERE = {
    "architectures/resnet.py": "architectures/test_architectures.py",
    "evaluation/row.py": "evaluation/test_report.py",
    "cli/options.py": "cli/test_app.py",  # aliases of annotations, which each command uses
}

# Test files that belong to no one module, and why.
MORE = {
    "applications/test_old_names.py": "the old names of all applications",
    "architectures/test_architectures.py": "the contract that every architecture keeps",
    "test_docs.py": "the documentation as a whole",
    "test_first_hour.py": "the path of a new user through all commands",
    "test_notebooks.py": "the notebooks as a whole",
    "test_version_0_1.py": "files of version 0.1.0, of many kinds, open",
    "test_package.py": "the package as a whole: what is installed, and what importing it costs",
    "test_saved_models.py": "the models that come with kgan",
    "test_structure.py": "the layout of all modules",
    "test_typing.py": "the annotations of all public names",
}

RULES = [
    structure.upward_imports,
    structure.circles,
    structure.private_imports,
    structure.private_attributes,
    structure.framework_imports,
    structure.early_imports,
    structure.long_files,
    structure.long_functions,
    structure.deep_functions,
]


def report(violations):
    return "\n" + "\n".join(violations)


def sources(**files):
    """Return a made-up package: `models__gan="..."` is the file models/gan.py."""
    return [structure.parse(f"{name.replace('__', '/')}.py", text) for name, text in files.items()]


@pytest.fixture(scope="module")
def package():
    return structure.read(PACKAGE)


@pytest.fixture(scope="module")
def classes(package):
    """All classes of kgan."""
    names = [source.module for source in package if not source.module.endswith("__main__")]
    modules = [importlib.import_module(name) for name in names]
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
    ]


class TestKgan:
    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
    def test_keeps(self, rule, package):
        violations = rule(package)
        assert not violations, report(violations)

    def test_uses_no_inherited_private_name(self, classes):
        violations = structure.inherited_private_names(classes)
        assert not violations, report(violations)

    def test_is_mirrored_by_the_tests(self, package):
        tests = [path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")]
        violations = structure.unmirrored([source.path for source in package], sorted(tests), ELSEWHERE, MORE)
        assert not violations, report(violations)

    def test_every_module_is_read(self, package):
        walked = {module.name for module in pkgutil.walk_packages([str(PACKAGE)], "kgan.")}
        assert {source.module for source in package} == walked | {"kgan"}


class TestRulesCanFail:
    def test_upward_imports(self):
        files = sources(models__gan="from kgan.losses import get", losses__adversarial="import kgan.models.gan")
        assert structure.upward_imports(files) == [
            "losses/adversarial.py:1: imports kgan.models.gan, which is in a higher layer"
        ]

    def test_upward_imports_inside_functions_and_relative_ones(self):
        files = sources(losses__adversarial="def get():\n    from ..models import gan", models__gan="")
        assert len(structure.upward_imports(files)) == 1

    def test_upward_import_of_the_package_itself(self):
        assert len(structure.upward_imports(sources(__init__="", models__gan="import kgan"))) == 1

    def test_a_module_without_a_layer(self):
        assert structure.upward_imports(sources(unheard_of="")) == ["unheard_of.py:1: is in no layer"]

    def test_imports_for_annotations_only_are_no_imports(self):
        text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from kgan.models import gan"
        assert structure.upward_imports(sources(losses__adversarial=text, models__gan="")) == []

    def test_circles(self):
        files = sources(
            metrics__a="from kgan.metrics import b",
            metrics__b="def late():\n    from kgan.metrics.c import name",
            metrics__c="import kgan.metrics.a",
            metrics__d="import kgan.metrics.a",
        )
        assert structure.circles(files) == ["a circle of imports: kgan.metrics.a, kgan.metrics.b, kgan.metrics.c"]

    @pytest.mark.parametrize(
        "text",
        [
            "from kgan.losses import _check",
            "from kgan.losses.adversarial import _check",
            "from kgan.applications._seeding import seeded",
            "from keras.src.trainers import trainer",
            "from somewhere import _private",
        ],
    )
    def test_private_imports(self, text):
        files = sources(models__gan=text, applications___seeding="", losses__adversarial="")
        assert len(structure.private_imports(files)) == 1

    def test_private_modules_are_of_their_package(self):
        text = "from kgan import _files\nfrom kgan.applications import _seeding\nfrom kgan._checks import check"
        files = sources(applications__edit=text, applications___seeding="", _files="", _checks="")
        assert structure.private_imports(files) == []

    @pytest.mark.parametrize(
        "text",
        [
            "def f(model):\n    return model._data",
            "def f(model):\n    model._data = 1",
            "def f(self):\n    return self.model._data",
            "def f(model):\n    return getattr(model, '_data', None)",
            "def f(make):\n    return make()._data",
        ],
    )
    def test_private_attributes(self, text):
        assert len(structure.private_attributes(sources(models__gan=text))) == 1

    def test_own_private_attributes(self):
        text = "def f(self, cls, row):\n    return self._a, cls._b, super()._c, type(self)._d, row._asdict(), row.__e__"
        assert structure.private_attributes(sources(models__gan=text)) == []

    def test_inherited_private_names(self):
        class Reader(keras.Model):
            def fit(self):
                return self._compile_metrics, self._initial_epoch, self._own

        class Definer(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                self._model = None

        violations = structure.inherited_private_names([Reader, Definer])
        assert [text.split(": ")[1] for text in violations] == [
            "_compile_metrics belongs to Trainer",
            "_initial_epoch belongs to TensorFlowTrainer",
            "_model belongs to Callback",
        ]

    @pytest.mark.parametrize("text", ["import tensorflow", "def f():\n    from jax import numpy", "import torch.nn"])
    def test_framework_imports(self, text):
        assert len(structure.framework_imports(sources(models__gan=text))) == 1
        assert structure.framework_imports(sources(backend__tensorflow=text)) == []

    def test_early_imports(self):
        assert len(structure.early_imports(sources(metrics__kernel="import sklearn.metrics"))) == 1
        assert len(structure.early_imports(sources(cli__app="import keras\nimport numpy as np"))) == 2
        assert structure.early_imports(sources(metrics__kernel="import keras\ndef f():\n    import scipy")) == []

    def test_long_files(self):
        assert structure.long_files(sources(models__gan="\n" * 401)) == ["models/gan.py: 401 lines"]

    def test_long_functions(self):
        text = "def f():\n" + '    """Do.\n\n    More.\n    """\n' + "    x = 1\n" * 50
        assert structure.long_functions(sources(models__gan=text)) == ["models/gan.py:1: f has 51 lines"]

    def test_deep_functions(self):
        text = "class A:\n    def f(self):\n        def g():\n            def h():\n                pass"
        assert structure.deep_functions(sources(models__gan=text)) == [
            "models/gan.py:4: h is nested in a nested function"
        ]

    def test_unmirrored(self):
        violations = structure.unmirrored(
            ["_files.py", "models/gan.py", "models/__init__.py", "models/clusters.py"],
            ["test_files.py", "models/test_clusters.py", "models/test_other.py"],
            {"models/clusters.py": "models/test_gone.py"},
            {},
        )
        assert sorted(violations) == [
            "models/clusters.py is tested by its own file: no exception is needed",
            "models/gan.py has no tests/models/test_gan.py",
            "tests/models/test_gone.py: no such file",
            "tests/models/test_other.py belongs to no module",
        ]
