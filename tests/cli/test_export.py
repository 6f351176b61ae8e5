"""The command that exports, as a user types it."""

from commands import run

import kgan


def test_export(trained, tmp_path):
    run("export", trained, tmp_path / "exported")
    assert kgan.open_model(tmp_path / "exported").image_shape == (8, 8, 1)
    assert "exists" in run("export", trained, tmp_path / "exported", code=1)
    assert "Unknown export format" in run("export", trained, tmp_path / "other", "--format", "onx", code=1)
    assert "which is not there" in run("export", tmp_path / "nothing", tmp_path / "other", code=1)
