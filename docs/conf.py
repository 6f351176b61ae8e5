"""Sphinx configuration: `make -C docs html` builds the documentation with warnings as errors."""

import inspect
import os
import pathlib
import re
import sys
from typing import Any, NewType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import keras  # noqa: E402
import numpy.typing  # noqa: E402
import outside_pages  # noqa: E402
from sphinx.util.inspect import stringify_signature  # noqa: E402

# NumPy's `ArrayLike` is a union of eight types, which every signature would write out.
numpy.typing.ArrayLike = NewType("ArrayLike", object)
numpy.typing.ArrayLike.__module__ = "numpy.typing"

import kgan  # noqa: E402

KERAS_CLASSES = (keras.Layer, keras.Metric, keras.optimizers.Optimizer, keras.callbacks.Callback)

project = "kgan"
author = "The kgan authors"
copyright = "The kgan authors, Apache License 2.0"  # noqa: A001
version = release = kgan.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]

# Pages are Markdown (MyST); the notebooks are shown with the outputs that are stored in them.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_merge_streams = True
suppress_warnings = ["mystnb.unknown_mime_type"]

# Every reference to a name of kgan must lead somewhere. Those of other packages are not looked up, since that needs a
# network. Types of internal modules occur as bases and annotations only.
nitpicky = True
INTERNAL = (
    r"kgan\.(_fit_progress|datasets\.sources|evaluation\.evaluate|metrics\.feature_metric|models\.(pair|sampler)|"
    r"training\.fit)\."
)
nitpick_ignore_regex = [("py:.*", r"(?!kgan\.).*"), ("py:class", INTERNAL + r"\w+")]

# The API reference comes from the docstrings, which have single backticks around code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
add_module_names = False

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_title = f"kgan {release}"
html_static_path = ["_static"]
html_css_files = ["kgan.css"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def adapt_docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Make reStructuredText of what kgan's docstrings have beyond Google's style: examples that are not indented."""
    adapted: list[str] = []
    for line in lines:
        if adapted and adapted[-1].strip() in ("Example:", "Examples:") and line.startswith(">>>"):
            adapted[-1:] = ["**Example**", ""]
        if not line.lstrip().startswith((">>>", "...")):
            line = line.replace("**kwargs", r"\*\*kwargs")
            line = re.sub(r"^(References?):(?= )", r"**\1:**", line)
        adapted.append(line)
    lines[:] = adapted


def rejoin_description(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Undo what napoleon makes of an attribute's "Text: more text.": a type and a description."""
    fields = [line for line in lines if line.startswith(":type: ")]
    if what in ("attribute", "data", "property") and fields:
        text = [line for line in lines if line not in fields]
        lines[:] = [f"{fields[0].removeprefix(':type: ')}: {text[0]}", *text[1:]]


def adapt_signature(
    app: Any, what: str, name: str, obj: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Give Keras's classes the signature of their `__init__`, which `__new__` hides; shorten names of types."""
    if what == "class" and issubclass(obj, KERAS_CLASSES):
        parameters = list(inspect.signature(obj.__init__).parameters.values())[1:]
        signature = stringify_signature(inspect.Signature(parameters), unqualified_typehints=True)
    data_set = "~tensorflow.python.data.ops.dataset_ops.DatasetV2"  # not the name by which it is known
    signature, returned = (text and text.replace(data_set, "tf.data.Dataset") for text in (signature, returned))
    return signature, returned


def skip_what_is_of_keras(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what models inherit from Keras and TensorFlow, which have documentation of their own."""
    module = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if module.split(".")[0] in ("keras", "tensorflow") else None


def adapt_links(app: Any, name: str, source: list[str]) -> None:
    """Lead the links to pages that live elsewhere, which are right for readers of the repository, to their copies."""
    page = pathlib.Path(app.env.doc2path(name))
    if page.suffix == ".md":
        source[0] = outside_pages.adjusted(source[0], page, page)


def setup(app: Any) -> None:
    """Copy the pages that live elsewhere, and connect the filters: of docstrings before and after napoleon's."""
    outside_pages.copy_pages()
    app.connect("source-read", adapt_links)
    app.connect("autodoc-process-signature", adapt_signature)
    app.connect("autodoc-skip-member", skip_what_is_of_keras)
    app.connect("autodoc-process-docstring", adapt_docstring, priority=400)
    app.connect("autodoc-process-docstring", rejoin_description, priority=600)
