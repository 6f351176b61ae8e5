"""Resuming a killed run."""

import pathlib
import random
import signal
import subprocess
import sys
import time

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan.callbacks import Resume, resume

IMAGES = networks.images()


SCRIPT = """
import sys
sys.path.insert(0, {helpers!r})
import keras, networks, numpy as np, tensorflow as tf, kgan
gan = networks.gan(dropout=0.3)
gan.compile(penalties=["r1", "lecam", "wgan_gp"])
data = {data}
gan.fit(data, epochs=3, verbose=0, validation_data=networks.images(8, seed=9), callbacks=[
    kgan.callbacks.Resume({folder!r}, save_freq=5),
    keras.callbacks.ReduceLROnPlateau(monitor="val_generator_loss", mode="max", min_delta=1e9, factor=0.5, patience=1),
])
state = networks.state(gan)
history = {{"history/" + name: np.asarray(values) for name, values in gan.history.history.items()}}
np.savez({result!r}, **state, **history)
"""

DATA = {
    "arrays": "kgan.datasets.from_arrays(networks.images(256), batch_size=8)",
    "load": 'kgan.datasets.load("digits", batch_size=64)',
    "foreign": "tf.data.Dataset.from_tensor_slices(networks.images(256)).shuffle(99, seed=4).batch(8)",
}


# Put before the script: the third save is the process's last act.
DIE = """
import os, pathlib, signal, zipfile
saves, moment = [], {moment!r}
def die_at(now):
    if now == moment and len(saves) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
replace, writestr = pathlib.Path.replace, zipfile.ZipFile.writestr
def dying_replace(self, target):
    saves.append(target)
    die_at("before")
    result = replace(self, target)
    die_at("after")
    return result
def dying_writestr(self, *arguments, **options):
    result = writestr(self, *arguments, **options)
    if len(saves) == 2 and moment == "writing":
        saves.append(None)
        die_at("writing")
    return result
pathlib.Path.replace, zipfile.ZipFile.writestr = dying_replace, dying_writestr
"""


def run(folder, result, data, kill_after=None, die=None):
    """Run the script in a process of its own.

    With `kill_after` it is killed that long after its first save, with `die` it kills itself in its third.
    """
    root = pathlib.Path(__file__).parents[2]
    code = SCRIPT.format(
        helpers=str(root / "tests" / "helpers"), folder=str(folder), result=str(result), data=DATA[data]
    )
    if die:
        code = DIE.format(moment=die) + code
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, cwd=root)
    if kill_after is not None:
        deadline = time.monotonic() + 120
        while process.poll() is None and not list(folder.glob("*.keras")) and time.monotonic() < deadline:
            time.sleep(0.002)
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
    error = process.communicate()[1].decode()
    if die:
        assert process.returncode == -signal.SIGKILL, error
    elif kill_after is None:
        assert process.returncode == 0, error
    return process.returncode == -signal.SIGKILL


def arrays(path):
    with np.load(path) as archive:
        return dict(archive)


class TestResume:
    @pytest.mark.slow
    @pytest.mark.parametrize("data", DATA)
    def test_killed_at_random_moments_it_ends_with_the_same_numbers(self, tmp_path, data):
        """SIGKILL several times, wherever it hits (also inside an epoch and a save), then let it finish."""
        run(tmp_path / "whole", tmp_path / "whole.npz", data)
        chance = random.Random(data)
        kills = sum(
            run(tmp_path / "killed", tmp_path / "killed.npz", data, kill_after=chance.uniform(0, 0.6)) for _ in range(3)
        )
        assert kills >= 1
        run(tmp_path / "killed", tmp_path / "killed.npz", data)
        whole, killed = (arrays(tmp_path / name) for name in ("whole.npz", "killed.npz"))
        assert set(whole) == set(killed)
        different = [name for name in whole if not np.array_equal(whole[name], killed[name])]
        assert not different
        assert len(whole["history/generator_loss"]) == 3
        assert whole["history/learning_rate_generator"][-1] < whole["history/learning_rate_generator"][0]
        assert not list((tmp_path / "killed").glob(".*"))  # no left-overs of torn saves

    @pytest.mark.slow
    def test_killed_inside_a_save(self, tmp_path):
        """The process kills itself while it writes, and right before and after a finished file takes its place."""
        run(tmp_path / "whole", tmp_path / "whole.npz", "load")
        for moment in ("before", "after", "writing"):
            run(tmp_path / "killed", tmp_path / "killed.npz", "load", die=moment)
        run(tmp_path / "killed", tmp_path / "killed.npz", "load")
        whole, killed = (arrays(tmp_path / name) for name in ("whole.npz", "killed.npz"))
        assert not [name for name in whole if not np.array_equal(whole[name], killed[name])]

    @pytest.mark.slow
    def test_pydataset(self, tmp_path):
        class Pictures(keras.utils.PyDataset):
            def __len__(self):
                return 4

            def __getitem__(self, index):
                return networks.images(8, seed=index)

        def go(folder, epochs):
            gan = networks.gan()
            gan.compile()
            gan.fit(Pictures(), epochs=epochs, verbose=0, callbacks=[Resume(tmp_path / folder)])
            return networks.state(gan)

        whole = go("whole", 3)
        go("two", 1)
        random.seed("something else")  # as in another process
        again = go("two", 3)
        assert not [name for name in whole if not np.array_equal(whole[name], again[name])]

    @pytest.mark.slow
    @pytest.mark.parametrize("batch", [1, 4, 5, 7, 9, 11])
    def test_every_kind_of_moment_in_one_process(self, tmp_path, batch):
        """The same, with an exception in place of the kill, at chosen batches of 3 epochs of 4."""

        def go(folder, *callbacks):
            gan = networks.gan(dropout=0.3)
            gan.compile(loss="hinge", penalties=["lecam"])
            gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0, callbacks=[Resume(folder, save_freq=1), *callbacks])
            return networks.state(gan), gan.history

        whole, history = go(tmp_path / "whole")
        with pytest.raises(KeyboardInterrupt):
            go(tmp_path / "cut", networks.Stop(batch))
        again, resumed = go(tmp_path / "cut")
        assert not [name for name in whole if not np.array_equal(whole[name], again[name])]
        assert resumed.history == history.history
        assert resumed.epoch == history.epoch == [0, 1, 2]

    @pytest.mark.parametrize("batch", [6, *(pytest.param(batch, marks=pytest.mark.slow) for batch in (1, 4, 5, 12))])
    def test_ctrl_c_loses_nothing(self, tmp_path, batch):
        """A signal while batch 6 of 3 epochs of 4 is trained on: the state after that very update is saved."""

        def go(folder, *callbacks):
            gan = networks.gan(dropout=0.3)
            gan.compile(penalties=["lecam"])
            try:
                gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0, callbacks=[Resume(folder, save_freq=99), *callbacks])
            finally:
                assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
                assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
            return gan

        whole = go(tmp_path / "whole")
        with pytest.raises(KeyboardInterrupt):
            go(tmp_path / "cut", Signal(batch, signal.SIGINT))
        (path,) = (tmp_path / "cut").iterdir()
        epoch, rest = divmod(batch, 4)
        assert path.name == f"epoch-{epoch:05d}-batch-{rest:08d}.keras"
        assert int(kgan.open_model(path).generator_optimizer.iterations) == batch
        again = go(tmp_path / "cut")
        assert all(np.array_equal(value, networks.state(again)[name]) for name, value in networks.state(whole).items())
        assert again.history.history == whole.history.history

    @pytest.mark.slow
    def test_a_finished_run_stays_finished_and_can_be_extended(self, tmp_path):
        def go(epochs):
            gan = networks.gan()
            gan.compile()
            gan.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0, callbacks=[Resume(tmp_path)])
            return int(gan.generator_optimizer.iterations), len(gan.history.epoch)

        assert go(2) == (8, 2)
        assert go(2) == (8, 2)
        assert go(3) == (12, 3)

    @pytest.mark.slow
    def test_a_run_that_early_stopping_ended_stays_ended(self, tmp_path):
        def go():
            gan = networks.gan()
            gan.compile()
            stopping = keras.callbacks.EarlyStopping("generator_loss", mode="min", min_delta=1e9, patience=2)
            gan.fit(IMAGES, epochs=9, verbose=0, callbacks=[Resume(tmp_path), stopping])
            return len(gan.history.epoch)

        assert go() == go() == 3

    def test_a_second_fit_is_not_shortened(self, tmp_path, gan):
        gan.fit(IMAGES, epochs=2, verbose=0, callbacks=[Resume(tmp_path)])
        gan.fit(IMAGES, epochs=3, verbose=0)
        assert int(gan.generator_optimizer.iterations) == 5

    @pytest.mark.slow
    def test_a_torn_file_falls_back_and_says_so(self, tmp_path):
        def go(epochs):
            gan = networks.gan()
            gan.compile()
            gan.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0, callbacks=[Resume(tmp_path)])
            return networks.state(gan)

        whole = go(3)
        newest = sorted(tmp_path.glob("*.keras"))[-1]
        newest.write_bytes(newest.read_bytes()[:-2000])
        with pytest.warns(UserWarning, match="epoch-00003.*is damaged.*Resuming from the file before it"):
            again = go(3)
        assert all(np.array_equal(whole[name], again[name]) for name in whole)
        for path in tmp_path.glob("*.keras"):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 255
            path.write_bytes(content)
        with pytest.warns(UserWarning, match="is damaged"), pytest.raises(OSError, match="all damaged"):
            go(3)

    @pytest.mark.slow
    def test_endless_data_with_steps_per_epoch(self, tmp_path):
        def go(epochs):
            import tensorflow as tf

            gan = networks.gan()
            gan.compile()
            data = tf.data.Dataset.from_tensor_slices(IMAGES).shuffle(32, seed=1).repeat().batch(8)
            gan.fit(data, steps_per_epoch=3, epochs=epochs, verbose=0, callbacks=[Resume(folder)])
            return networks.state(gan)

        folder = tmp_path / "whole"
        whole = go(3)
        folder = tmp_path / "two"
        go(1)
        again = go(3)
        assert all(np.array_equal(whole[name], again[name]) for name in whole)

    def test_finite_data_with_steps_per_epoch_is_refused(self, tmp_path, gan):
        data = kgan.datasets.from_arrays(IMAGES, batch_size=8)
        with pytest.raises(ValueError, match=r"Leave `steps_per_epoch` out"):
            gan.fit(data, steps_per_epoch=2, verbose=0, callbacks=[Resume(tmp_path)])

    def test_another_model_s_folder_is_refused(self, tmp_path, gan):
        gan.fit(IMAGES, verbose=0, callbacks=[Resume(tmp_path)])
        other = kgan.GAN(networks.generator(latent_dim=7), networks.discriminator())
        other.compile()
        with pytest.raises(ValueError, match="Use another folder for each run"):
            other.fit(IMAGES, verbose=0, callbacks=[Resume(tmp_path)])

    @pytest.mark.parametrize("options", [{"save_freq": 0}, {"save_freq": "batch"}, {"keep": 1}])
    def test_bad_arguments(self, options):
        with pytest.raises(ValueError, match="must be"):
            Resume("backup", **options)


class Signal(keras.callbacks.Callback):
    """Sends the process a signal in the middle of so many batches."""

    def __init__(self, batch, number):
        super().__init__()
        self.to_go, self.number = batch, number

    def on_train_batch_begin(self, batch, logs=None):
        self.to_go -= 1
        if self.to_go == 0:
            signal.raise_signal(self.number)


def test_files_are_ordered_by_number_not_as_text(tmp_path):
    for name in ("epoch-99999-batch-00000000", "epoch-100000-batch-00000000", "epoch-00009-batch-00000005"):
        (tmp_path / f"{name}.keras").touch()
    callback = Resume(tmp_path)
    assert [path.stem.split("-")[1] for path in callback.files()] == ["00009", "99999", "100000"]


def test_callbacks_are_found_by_their_classes_where_others_were_added():
    """A run of an earlier version of kgan, which had fewer callbacks."""
    before = [kgan.callbacks.LossCurves("a.png"), kgan.callbacks.LossCurves("b.png"), keras.callbacks.EarlyStopping()]
    before[0].rows, before[1].rows, before[2].best = [{"epoch": 1}], [{"epoch": 2}], 0.25
    states = [resume._state_of(callback) for callback in before]
    after = [
        keras.callbacks.EarlyStopping(),
        kgan.callbacks.RunReport("report.html"),
        kgan.callbacks.LossCurves("a.png"),
        kgan.callbacks.LossCurves("b.png"),
        kgan.callbacks.LossCurves("c.png"),
    ]
    resume._set_states(after, states)
    assert after[0].best == 0.25
    assert [curves.rows for curves in after[2:]] == [[{"epoch": 1}], [{"epoch": 2}], []]
