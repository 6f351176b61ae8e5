"""Exported generators run in processes and runtimes without kgan and Keras, with equal images."""

import errno
import subprocess
import sys

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan
from kgan.export import exporting
from kgan.models.open_model import open_model

STRANGER = """
import sys

for name in ("kgan", "keras", "tf_keras"):
    sys.modules[name] = None  # importing it raises ModuleNotFoundError
import numpy as np
import tensorflow as tf
results = {}
for kind in ("plain", "conditional"):
    model = tf.saved_model.load(kind)
    labels = {"labels": tf.constant([0, 1, 2], tf.int32)} if kind == "conditional" else {}
    serve, generate, cut = (model.signatures[n] for n in ("serving_default", "generate", "generate_truncated"))
    ask = {"num": tf.constant(3), "seed": tf.constant(7), **labels}
    answers = {
        "served": serve(latents=tf.constant(np.load("latents.npy")), **labels)["output"],
        "generated": generate(**ask)["output"],
        "bytes": generate(**ask)["output_uint8"],
        "truncated": cut(truncation=tf.constant(0.5), **ask)["output"],
        "called": model.generate(**ask)["output"],
    }
    results.update({f"{kind}_{name}": value.numpy() for name, value in answers.items()})
    if kind == "conditional":
        results["num_classes"] = model.num_classes[0].numpy()
assert sys.modules["keras"] is None and sys.modules["kgan"] is None
np.savez("results.npz", **results)
"""


def convolutional(num_classes=None, policy="float32"):
    """A generator with the usual layers, whose weights and running statistics are not the initial ones."""
    noise = keras.Input((6,))
    inputs, x = noise, noise
    if num_classes:
        labels = keras.Input((), dtype="int32")
        inputs = [noise, labels]
        x = layers.Concatenate(dtype=policy)([x, layers.Embedding(num_classes, 3, dtype=policy)(labels)])
    x = layers.Dense(2 * 2 * 8, use_bias=False, dtype=policy)(x)
    x = layers.Reshape((2, 2, 8), dtype=policy)(x)
    x = layers.ReLU(dtype=policy)(layers.BatchNormalization(dtype=policy)(x))
    x = layers.Conv2DTranspose(6, 4, 2, "same", dtype=policy)(x)
    x = layers.LeakyReLU(0.2, dtype=policy)(layers.BatchNormalization(dtype=policy)(x))
    x = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh", dtype=policy)(x)
    model = keras.Model(inputs, x)
    random = np.random.default_rng(1)
    for weight in model.weights:
        value = random.normal(size=weight.shape) / 2
        weight.assign(np.abs(value) + 0.1 if "variance" in weight.path else value)
    return model


@pytest.fixture(scope="module")
def generators():
    return {"plain": convolutional(), "conditional": convolutional(3)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory, generators):
    """A folder with the SavedModels of both generators."""
    folder = tmp_path_factory.mktemp("exported")
    for kind, generator in generators.items():
        exporting.export(generator, folder / kind)
    return folder


class TestSavedModel:
    def test_in_a_process_that_can_import_neither_kgan_nor_keras(self, exported, generators):
        noise = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
        np.save(exported / "latents.npy", noise)
        done = subprocess.run([sys.executable, "-c", STRANGER], capture_output=True, cwd=exported)
        assert done.returncode == 0, done.stderr.decode()
        with np.load(exported / "results.npz") as archive:
            results = dict(archive)
        drawn = keras.random.normal((3, 6), seed=7)
        cut = kgan.latents.draw(3, 6, seed=7, truncation=0.5)
        for kind, labels in (("plain", None), ("conditional", np.int32([0, 1, 2]))):
            generated = networks.images_of(generators[kind], drawn, labels)
            assert generated.std() > 0.1  # images that could be told apart
            truncated = networks.images_of(generators[kind], cut, labels)
            served = networks.images_of(generators[kind], noise, labels)
            np.testing.assert_allclose(results[f"{kind}_served"], served, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_generated"], generated, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_called"], generated, rtol=0, atol=1e-6)
            np.testing.assert_allclose(results[f"{kind}_truncated"], truncated, rtol=0, atol=1e-6)
            expected = kgan.images.to_uint8(results[f"{kind}_generated"])
            np.testing.assert_array_equal(results[f"{kind}_bytes"], expected)
        assert results["num_classes"] == 3

    def test_signatures_have_the_documented_names_and_types(self, exported):
        model = tf.saved_model.load(exported / "conditional")
        signatures = model.signatures
        received = {
            name: {
                key: (spec.dtype.name, spec.shape.as_list()) for key, spec in f.structured_input_signature[1].items()
            }
            for name, f in signatures.items()
        }
        served = {"latents": ("float32", [None, 6]), "labels": ("int32", [None])}
        generated = {"num": ("int32", []), "seed": ("int32", []), "labels": ("int32", [None])}
        assert received == {
            "serving_default": served,
            "serve": served,
            "generate": generated,
            "generate_truncated": {**generated, "truncation": ("float32", [])},
        }
        for function in signatures.values():
            outputs = {name: spec.dtype.name for name, spec in function.structured_outputs.items()}
            assert outputs == {"output": "float32", "output_uint8": "uint8"}

    @pytest.mark.parametrize("seed", [-5, 0, 2**31 - 2, 2**31 - 1])
    def test_any_seed_gives_the_images_of_keras_s_latents(self, exported, generators, seed):
        model = tf.saved_model.load(exported / "plain")
        received = model.generate(num=tf.constant(2), seed=tf.constant(seed))
        expected = networks.images_of(generators["plain"], keras.random.normal((2, 6), seed=seed))
        np.testing.assert_allclose(received["output"], expected, rtol=0, atol=1e-6)

    def test_bad_arguments_are_refused_without_kgan_too(self, exported):
        model = tf.saved_model.load(exported / "conditional")
        good = {"num": tf.constant(2), "seed": tf.constant(0), "labels": tf.constant([0, 1])}
        with pytest.raises(tf.errors.InvalidArgumentError, match="`num` must be positive"):
            model.generate(**{**good, "num": tf.constant(0), "labels": tf.zeros([0], tf.int32)})
        with pytest.raises(tf.errors.InvalidArgumentError, match="Expected `num` labels"):
            model.generate(**{**good, "labels": tf.constant([0])})
        for truncation in (0.0, -1.0):
            with pytest.raises(tf.errors.InvalidArgumentError, match="`truncation` must be positive"):
                model.generate_truncated(**good, truncation=tf.constant(truncation))

    def test_a_gan_exports_its_averaged_generator(self, tmp_path):
        gan = networks.gan(3)
        gan.generator.set_weights([weight + 1 for weight in gan.generator.get_weights()])
        gan.export(tmp_path / "model")
        opened = open_model(tmp_path / "model")
        np.testing.assert_allclose(opened.generate(5, 7), gan.generate(5, 7), rtol=0, atol=1e-6)
        assert (
            np.abs(
                opened.generate(5, 7) - networks.images_of(gan.generator, kgan.latents.draw(5, 4, 7), np.arange(5) % 3)
            ).max()
            > 0.1
        )


@pytest.mark.parametrize("kind", ["plain", "conditional"])
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_other_formats_run_in_their_own_runtimes(tmp_path, capfd, generators, format, kind):
    packages, suffix = exporting.FORMATS[format]
    for package in packages:
        pytest.importorskip(package, reason=f"pip install 'kgan[export]' brings {package}")
    generator, path = generators[kind], tmp_path / f"generator{suffix}"
    before = generator.get_config()
    exporting.export(generator, path, format=format)
    assert generator.get_config() == before
    assert capfd.readouterr().out == ""
    if format == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        types = {entry.name: entry.type for entry in session.get_inputs()}
        integers, floats = "tensor(int32)", "tensor(float)"

        def run(inputs):
            return session.run(["output"], inputs)[0]

    else:
        from ai_edge_litert.interpreter import Interpreter

        runner = Interpreter(model_path=str(path)).get_signature_runner("serving_default")
        types = {name: details["dtype"] for name, details in runner.get_input_details().items()}
        integers, floats = np.int32, np.float32

        def run(inputs):
            return runner(**inputs)["output"]

    assert types == {"latents": floats} | ({"labels": integers} if kind == "conditional" else {})
    for batch in (1, 7):
        noise = np.random.default_rng(batch).normal(size=(batch, 6)).astype("float32")
        inputs = {"latents": noise} | ({"labels": networks.labels(batch)} if kind == "conditional" else {})
        expected = networks.images_of(generator, *inputs.values())
        np.testing.assert_allclose(run(inputs), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_styles_noise_and_no_class(tmp_path, format):
    """`export` runs what it wrote and compares."""
    generator = kgan.architectures.style.generator((12, 8, 3), latent_dim=6, width=4, num_classes=3)
    for weight in generator.weights:  # the noise counts, too
        weight.assign_add(0.1 * keras.random.normal(weight.shape, seed=1))
    path = tmp_path / f"generator{exporting.FORMATS[format][1]}"
    exporting.export(generator, path, format=format, label_dropout=0.1)
    assert path.exists()


@pytest.mark.parametrize(
    ("policy", "format"),
    [("mixed_bfloat16", "tf_saved_model"), ("mixed_float16", "onnx"), ("bfloat16", "litert"), ("float64", "litert")],
)
def test_other_precisions_are_exported_in_float32(tmp_path, generators, policy, format):
    packages, suffix = exporting.FORMATS[format]
    for package in packages:
        pytest.importorskip(package, reason=f"pip install 'kgan[export]' brings {package}")
    mixed = convolutional(3, policy)
    single = convolutional(3)
    single.set_weights(mixed.get_weights())  # a bfloat16 network has rounded ones
    exporting.export(mixed, tmp_path / f"model{suffix}", format=format)
    noise, labels = np.asarray(kgan.latents.draw(5, 6, seed=0)), networks.labels(5)
    run = {"tf_saved_model": exporting._run_saved_model, "onnx": exporting._run_onnx, "litert": exporting._run_litert}
    received = run[format](tmp_path / f"model{suffix}", noise, labels)
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, networks.images_of(single, noise, labels), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def generator():
    return networks.generator()


def contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


class TestPlaces:
    def test_a_new_export_replaces_the_old_one_and_keeps_the_user_s_files(self, tmp_path, generator):
        path = tmp_path / "model"
        path.mkdir()
        (path / "MODEL.md").write_text("mine")
        exporting.export(generator, path, overwrite=False)  # no export is there yet
        (path / "pictures").mkdir()
        (path / "pictures" / "grid.png").write_bytes(b"mine too")
        first = open_model(path).generate(2, 1)
        other = networks.generator()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            exporting.export(other, path, overwrite=False)
        exporting.export(other, path)
        assert (path / "MODEL.md").read_text() == "mine"
        assert (path / "pictures" / "grid.png").read_bytes() == b"mine too"
        assert (open_model(path).generate(2, 1) != first).any()
        assert [item.name for item in tmp_path.iterdir()] == ["model"]

    def test_what_is_no_earlier_export_is_not_replaced(self, tmp_path, generator):
        (tmp_path / "notes").mkdir()
        (tmp_path / "notes" / "notes.txt").write_text("precious")
        (tmp_path / "file").write_text("precious")
        (tmp_path / "torn").mkdir()
        (tmp_path / "torn" / "saved_model.pb").write_bytes(b"\xff precious")
        foreign = tf.Module()
        foreign.call = tf.function(lambda x: x, input_signature=[tf.TensorSpec([])])
        tf.saved_model.save(foreign, tmp_path / "foreign")
        before = contents(tmp_path)
        for name in ("notes", "file", "torn", "foreign"):
            with pytest.raises(FileExistsError, match="which is neither"):
                exporting.export(generator, tmp_path / name)
        assert contents(tmp_path) == before

    @pytest.mark.parametrize("format", ["onnx", "litert"])
    def test_files_of_other_formats(self, tmp_path, generator, format, monkeypatch):
        packages, suffix = exporting.FORMATS[format]
        for package in packages:
            pytest.importorskip(package, reason=f"pip install 'kgan[export]' brings {package}")
        path = tmp_path / f"model{suffix}"
        for precious in (b"precious notes", b""):
            path.write_bytes(precious)
            with pytest.raises(FileExistsError, match="which is neither"):
                exporting.export(generator, path, format=format)
            assert path.read_bytes() == precious
        path.unlink()
        exporting.export(generator, path, format=format)
        before = path.read_bytes()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            exporting.export(generator, path, format=format, overwrite=False)

        def full(model, path, format):
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(exporting, "convert", full)
            with pytest.raises(OSError, match="No space left"):
                exporting.export(generator, path, format=format)
        assert contents(tmp_path) == {path.relative_to(tmp_path): before}
        exporting.export(networks.generator(), path, format=format)
        assert path.read_bytes() != before

    def test_a_full_disk_leaves_the_old_export(self, tmp_path, generator, monkeypatch):
        path = tmp_path / "model"
        exporting.export(generator, path)
        before = contents(tmp_path)

        def full(model, path, num_classes, label_dropout):
            path.mkdir()
            (path / "saved_model.pb").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(exporting, "_write_saved_model", full)
        with pytest.raises(OSError, match="No space left"):
            exporting.export(generator, path)
        assert contents(tmp_path) == before

    @pytest.mark.parametrize("wrong", [0.0, float("nan")])
    def test_an_export_that_gives_other_images_is_not_kept(self, tmp_path, generator, monkeypatch, wrong):
        monkeypatch.setattr(exporting, "_run_saved_model", lambda path, noise, labels: np.full((5, 8, 8, 1), wrong))
        with pytest.raises(ValueError, match="Nothing was written"):
            exporting.export(generator, tmp_path / "model")
        assert not list(tmp_path.iterdir())

    def test_a_diverged_generator(self, tmp_path):
        diverged = networks.generator()
        diverged.set_weights([weight * np.nan for weight in diverged.get_weights()])
        with pytest.raises(ValueError, match="diverged to NaN"):
            exporting.export(diverged, tmp_path / "model")
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("format", "name", "message"),
        [
            ("onnx", "model", "ends in .onnx"),
            ("litert", "model.onnx", "ends in .tflite"),
            ("tf_saved_model", "model.onnx", "format='onnx'"),
            ("tf_saved_model", "model.keras", "use `save`"),
        ],
    )
    def test_suffixes_of_other_formats(self, tmp_path, generator, format, name, message, monkeypatch):
        monkeypatch.setattr(exporting.importlib.util, "find_spec", lambda name: name)  # packages do not matter
        with pytest.raises(ValueError, match=message):
            exporting.export(generator, tmp_path / name, format=format)


def test_bad_formats(tmp_path, generator, monkeypatch):
    with pytest.raises(ValueError, match="Unknown export format. Received: 'onx'. Did you mean 'onnx'"):
        exporting.export(generator, tmp_path / "x", format="onx")
    monkeypatch.setattr(exporting.importlib.util, "find_spec", lambda name: None)
    for format, package in (("onnx", "tf2onnx, onnx, onnxruntime"), ("litert", "ai_edge_litert")):
        with pytest.raises(ImportError, match=rf"needs {package}: pip install 'kgan\[export\]'"):
            exporting.export(None, tmp_path / "x", format=format)  # before anything is done with the generator
