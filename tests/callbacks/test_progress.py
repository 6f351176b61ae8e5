"""The progress bar of a run."""

import networks
import pytest

from kgan.callbacks import Progress


def test_it_ends_full_with_the_last_losses(gan, capsys):
    history = gan.fit(networks.images(), batch_size=8, epochs=2, verbose=0, callbacks=[Progress(8)]).history
    output = capsys.readouterr().out
    assert "epoch 2/2" in output
    assert "100 %" in output
    assert f"G {history['generator_loss'][-1]:.3f}" in output


def test_it_can_be_closed_after_an_error(gan, capsys):
    progress = Progress(8)
    progress.close()
    with pytest.raises(KeyboardInterrupt):
        gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[progress, networks.Stop(2)])
    progress.close()
    assert "epoch 1/1" in capsys.readouterr().out
