"""How commands fail."""

import pytest
import typer

from kgan.cli.console import Failure, bar, failing_plainly


@pytest.mark.parametrize(
    ("error", "message"), [(ValueError("Expected this."), "Expected this."), (KeyboardInterrupt(), "Run the same")]
)
def test_errors_that_are_raised_on_purpose_become_a_line(capsys, error, message):
    with pytest.raises(Failure) as caught, failing_plainly():
        raise error
    assert isinstance(caught.value, typer.Exit)
    assert caught.value.exit_code == 1
    assert f"Error: {message}" in capsys.readouterr().err.replace("stopped. ", "")


def test_all_others_show_where_they_come_from():
    with pytest.raises(ZeroDivisionError), failing_plainly():
        raise ZeroDivisionError


def test_a_bar_is_for_terminals_only(capsys):
    with bar("Working") as progress:
        progress(1, 2)
    assert capsys.readouterr().out == ""
