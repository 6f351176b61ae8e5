"""Keep the messages of TensorFlow and other libraries away from the user: a command prints only what kgan says."""

import contextlib
import inspect
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator

# Read by TensorFlow, absl and gRPC once, when they are imported. 3: only fatal errors are printed.
LEVELS = {"TF_CPP_MIN_LOG_LEVEL": "3", "ABSL_MIN_LOG_LEVEL": "3", "GRPC_VERBOSITY": "NONE"}


def import_keras() -> None:
    """Import Keras and its backend without their messages.

    TensorFlow's libraries write some before they read any setting. So what is written to standard error during the
    import is held back, and shown only if the import fails.
    """
    for name, value in LEVELS.items():
        os.environ.setdefault(name, value)
    with held_back():
        import keras  # noqa: F401
    for name in ("absl", "tensorflow", "tf2onnx"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def held_back(show_on_error: bool = True) -> Iterator[None]:
    """Hold back what is written to standard error, by Python and by libraries in C++.

    Args:
        show_on_error: whether to show it if the block fails.
    """
    try:
        stderr = os.dup(2)
    except OSError:  # closed: nothing can be written there
        yield
        return
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            if show_on_error:
                file.seek(0)
                os.write(stderr, file.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextlib.contextmanager
def own_warnings(show: Callable[[str], None]) -> Iterator[None]:
    """Show the warnings of kgan without the place in the code, and those of other libraries not at all.

    Args:
        show: a function that prints a message.
    """

    def show_own(message: Warning | str, *place: object, **more: object) -> None:
        if _warned_by_kgan():
            show(str(message))

    with warnings.catch_warnings():
        warnings.filterwarnings("default", category=UserWarning)
        warnings.showwarning = show_own
        yield


def _warned_by_kgan() -> bool:
    """Return whether the code that calls `warnings.warn` now is kgan's."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "warnings", "_py_warnings"):
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "kgan"
