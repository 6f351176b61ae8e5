"""Progress of long work, in a terminal, in a notebook, and in a log."""

import io
import sys
import types

import pytest

from kgan import _progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the test moves."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(_progress.time, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    # pytest replaces sys.stderr between the fixtures and the test.
    monkeypatch.setattr(_progress, "sys", types.SimpleNamespace(stderr=Terminal(), modules=sys.modules))
    return _progress.sys.stderr


@pytest.fixture
def notebook(monkeypatch):
    """The outputs that a notebook shows: one for each id."""
    shown = {}

    def display(data, raw, display_id):
        assert raw
        assert display_id not in shown
        shown[display_id] = data

    def update_display(data, raw, display_id):
        assert raw
        assert display_id in shown
        shown[display_id] = data

    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    module = types.SimpleNamespace(display=display, update_display=update_display)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return shown


def work(clock, seconds, num, **options):
    with _progress.bar("working", **{"total": num, "unit": "items", **options}) as advance:
        for _ in range(num):
            clock.now += seconds
            advance()


class TestLines:
    def test_one_after_ten_seconds_then_every_thirty_and_the_last(self, clock, capsys):
        work(clock, 5.0, 10)
        assert capsys.readouterr().err.splitlines() == [
            "working: 20 %, 2/10 items, 0.2 items/s, 0:10 elapsed, 0:40 left",
            "working: 80 %, 8/10 items, 0.2 items/s, 0:40 elapsed, 0:10 left",
            "working: 100 %, 10/10 items, 0.2 items/s, 0:50 elapsed, 0:00 left",
        ]

    def test_none_for_short_work(self, clock, capsys):
        work(clock, 0.9, 10)
        assert capsys.readouterr() == ("", "")

    def test_the_first_item_does_not_spoil_the_rate(self, clock, capsys):
        with _progress.bar("working", 101) as advance:
            clock.now += 100
            advance()
            clock.now += 31
            advance(31)
            assert capsys.readouterr().err.splitlines() == [
                "working: 1 %, 1/101, 1:40 elapsed",
                "working: 32 %, 32/101, 1 per second, 2:11 elapsed, 1:09 left",
            ]

    def test_without_a_total(self, clock, capsys):
        work(clock, 20.0, 2, total=None)
        assert capsys.readouterr().err.splitlines() == [
            "working: 1 items, 0:20 elapsed",
            "working: 2 items, 0.05 items/s, 0:40 elapsed",
        ]

    def test_a_total_that_is_known_later(self, clock, capsys):
        with _progress.bar("working", None) as advance:
            clock.now += 10
            advance.to(3, 4)
        assert capsys.readouterr().err.startswith("working: 75 %, 3/4, 0:10 elapsed\n")

    def test_the_rate_of_another_thing_and_a_note(self, clock, capsys):
        shown = _progress.Bar("epoch 1/2", 10, "steps", rate_of=(32, "images"))
        shown.note = "D 0.5"
        for _ in range(3):
            clock.now += 6
            shown()
        expected = "epoch 1/2: 20 %, 2/10 steps, 5.33 images/s, 0:12 elapsed, 0:48 left, D 0.5\n"
        assert capsys.readouterr().err == expected
        shown.close()

    @pytest.mark.parametrize("error", [OSError, ValueError])
    def test_the_work_goes_on_where_nothing_can_be_written(self, clock, monkeypatch, error):
        class Full(io.StringIO):
            def write(self, text):
                raise error

        monkeypatch.setattr(sys, "stderr", Full())
        work(clock, 60.0, 3)
        monkeypatch.setattr(sys, "stderr", None)
        work(clock, 60.0, 3)


class TestTerminal:
    def test_a_bar_that_goes_away(self, clock, terminal):
        work(clock, 1.0, 10)
        drawn = terminal.getvalue().split("\r")
        assert "working  50 % |" in terminal.getvalue()
        assert any(line.rstrip().endswith("| 5/10 items, 1 items/s, 0:05 elapsed, 0:05 left") for line in drawn)
        assert terminal.getvalue().endswith("\r")
        assert drawn[-2].strip() == ""

    def test_a_bar_that_stays_is_a_line(self, clock, terminal):
        shown = _progress.Bar("training", 3, keep=True)
        for _ in range(3):
            clock.now += 2
            shown()
        shown.close()
        shown.close()
        last = terminal.getvalue().split("\r")[-1]
        assert last.startswith("training 100 % |")
        assert last.endswith("\n")

    def test_nothing_for_work_under_two_seconds(self, clock, terminal):
        work(clock, 0.1, 19)
        assert terminal.getvalue() == ""

    def test_a_title_is_printed_as_it_is(self, clock, terminal):
        with _progress.bar("a {b} \x1b[2J", 2) as advance:
            clock.now += 3
            advance()
        assert "a {b}  [2J  50 %" in terminal.getvalue()
        assert "\x1b[2J" not in terminal.getvalue()

    def test_bars_are_paused_for_messages(self, clock, terminal):
        with _progress.bar("working", 4) as advance:
            clock.now += 3
            advance()
            with _progress.paused():
                print("message", file=terminal)
        before, after = terminal.getvalue().split("message\n")
        assert before.endswith("\r")
        assert "25 %" in after

    def test_a_terminal_that_does_not_say_its_width_has_80_columns(self, clock, terminal, monkeypatch):
        monkeypatch.delenv("COLUMNS")
        work(clock, 1.0, 3)
        assert max(map(len, terminal.getvalue().split("\r"))) == 80

    def test_a_dumb_terminal_gets_lines(self, clock, terminal, monkeypatch):
        monkeypatch.setenv("TERM", "dumb")
        work(clock, 10.0, 2)
        assert terminal.getvalue().startswith("working: 50 %, 1/2 items, 0:10 elapsed\n")


class TestNotebook:
    def test_one_output_that_changes(self, clock, notebook):
        with _progress.bar("working <b>", 4) as advance:
            clock.now += 1
            advance()
            assert notebook == {}
            clock.now += 1
            advance()
            (data,) = notebook.values()
            assert data["text/plain"] == "working <b>: 2/4, 1 per second, 0:02 elapsed, 0:02 left"
            assert '<progress max="1" value="0.5000"></progress> working &lt;b&gt;: 2/4' in data["text/html"]
            clock.now += 1
            advance()
            (data,) = notebook.values()
            assert data["text/plain"].startswith("working <b>: 3/4")
        (data,) = notebook.values()
        assert data["text/plain"] == ""

    def test_one_that_stays(self, clock, notebook):
        shown = _progress.Bar("training", 2, keep=True)
        for _ in range(2):
            clock.now += 3
            shown()
        shown.close()
        (data,) = notebook.values()
        assert data["text/plain"] == "training: 2/2, 0.333 per second, 0:06 elapsed, 0:00 left"


class TestTrack:
    def test_it_gives_the_items(self, clock, capsys):
        assert list(_progress.track("abc", "reading")) == ["a", "b", "c"]

    @pytest.mark.parametrize(("items", "shown"), [([1, 2], "50 %, 1/2 files"), (iter([1, 2]), "1 files")])
    def test_the_total_is_the_length_if_there_is_one(self, clock, capsys, items, shown):
        for _ in _progress.track(items, "reading", unit="files"):
            clock.now += 15
        assert capsys.readouterr().err.startswith(f"reading: {shown}, 0:15 elapsed\n")

    def test_close_all_ends_what_a_failed_loop_left(self, clock, terminal):
        def fail(items):
            for _ in items:
                clock.now += 3
                if clock.now > 5:
                    raise KeyboardInterrupt

        items = _progress.track(range(9), "reading")
        with pytest.raises(KeyboardInterrupt):
            fail(items)
        assert "reading  11 %" in terminal.getvalue().split("\r")[-1]
        _progress.close_all()
        assert terminal.getvalue().endswith(" \r")


class TestSilence:
    @pytest.mark.parametrize(("value", "quiet"), [("1", True), ("true", True), ("0", False), ("", False)])
    def test_by_the_environment(self, clock, capsys, monkeypatch, value, quiet):
        monkeypatch.setenv("KGAN_QUIET", value)
        work(clock, 60.0, 3)
        assert (capsys.readouterr().err == "") == quiet

    def test_for_a_block(self, clock, capsys):
        with _progress.silenced():
            work(clock, 60.0, 3)
        assert capsys.readouterr().err == ""
        work(clock, 60.0, 3)
        assert capsys.readouterr().err != ""


def test_a_python_without_ipython_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not _progress.in_notebook()
    shell = types.SimpleNamespace()  # IPython in a terminal
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert not _progress.in_notebook()
