"""The progress of a run."""

import networks
import pytest

from kgan.callbacks import Progress


def test_it_ends_with_a_line_with_the_last_losses(gan, capsys):
    history = gan.fit(networks.images(), batch_size=8, epochs=2, verbose=0, callbacks=[Progress(8)]).history
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("epoch 2/2: 100 %, ")
    assert "images/s" in line
    assert line.endswith(f"G {history['generator_loss'][-1]:.3f}")


def test_it_is_closed_after_an_error(gan, capsys):
    with pytest.raises(KeyboardInterrupt):
        gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[Progress(8), networks.Stop(2)])
    assert "epoch 1/1: " in capsys.readouterr().err
