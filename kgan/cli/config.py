"""Options of a command in a TOML file."""

import pathlib
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tomli_w
import typer

from kgan import _registry
from kgan.cli.console import CommandError

# What says where the others come from, or what to do this time, has no place in a file.
NOT_IN_A_FILE = (
    *("config", "config_file", "overwrite", "dry_run"),
    *("help", "quiet", "as_json", "json", "debug"),
)


ENCODING_ERRORS = "surrogateescape"  # names of files need not be UTF-8


class Option(NamedTuple):
    """An option as a file has it.

    Attributes:
        name: of the argument in Python.
        key: what the file calls it: `learning-rate` for `--learning-rate`.
        help: what it does, and what happens without it.
        multiple: whether it can be given several times.
        flag: whether it is switched on or off.
    """

    name: str
    key: str
    help: str
    multiple: bool
    flag: bool


def options_of(command: Any) -> list[Option]:
    """Return what a file can set.

    Args:
        command: a command of the application.
    """
    return [
        Option(
            parameter.name,
            max(parameter.opts, key=len).removeprefix("--") if parameter.opts[0].startswith("-") else parameter.name,
            " ".join(_sentences(parameter)),
            bool(getattr(parameter, "multiple", False)),
            bool(getattr(parameter, "is_flag", False)),
        )
        for parameter in command.params
        if parameter.name not in NOT_IN_A_FILE
    ]


def _sentences(parameter: Any) -> Iterator[str]:
    yield getattr(parameter, "help", None) or ""
    default = getattr(parameter, "show_default", None)
    if isinstance(default, str):
        yield f"Default: {default}."


def use(ctx: typer.Context, path: pathlib.Path | None) -> pathlib.Path | None:
    """Take the options of a file where the command line does not give them: the callback of `--config`.

    Raises:
        typer.BadParameter: as `read` raises a `CommandError`.
    """
    if path is not None:
        try:
            ctx.default_map = read(path, options_of(ctx.command))
        except CommandError as error:
            raise typer.BadParameter(str(error)) from error
    return path


def read(path: pathlib.Path, options: Sequence[Option]) -> dict[str, Any]:
    """Return the options in a file by the names of the arguments.

    Args:
        path: the file.
        options: what it can set.

    Raises:
        CommandError: it cannot be read, an option is unknown, or has a value of another kind.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8", errors=ENCODING_ERRORS))
    except (OSError, ValueError) as error:
        raise CommandError(f"The configuration file {path} cannot be read: {error}") from error
    by_key = {option.key: option for option in options} | {option.name: option for option in options}
    found = {}
    for key, value in content.items():
        option = by_key.get(key) or by_key.get(key.replace("_", "-"))
        if option is None and key.replace("-", "_") in NOT_IN_A_FILE:
            raise CommandError(
                f"Expected --{key.replace('_', '-')} on the command line only. Received: {key} in {path}."
            )
        if option is None:
            keys = [known.key for known in options]
            raise CommandError(f"{_registry.unknown('option', key, keys)} It is in the configuration file {path}.")
        found[option.name] = _value(option, value, path)
    return found


def _value(option: Option, value: Any, path: pathlib.Path) -> Any:
    """Return a value of the kind that the option takes."""
    if option.multiple and not isinstance(value, list):
        value = [value]
    values = value if option.multiple else [value]
    kinds = bool if option.flag else int | float | str
    if not all(isinstance(single, kinds) and isinstance(single, bool) == option.flag for single in values):
        expected = "true or false" if option.flag else "a list of texts" if option.multiple else "a text or a number"
        raise CommandError(f"Expected {expected} for {option.key} in {path}. Received: {value!r}.")
    return value


def written(values: Mapping[str, Any], options: Sequence[Option], header: str) -> str:
    """Return the text of a file that sets every option, each with a comment that says what it does.

    Args:
        values: by the names of the arguments. Those that are None are commented out.
        options: what the file can set.
        header: the first lines.

    Example:
    >>> print(written({"seed": 7, "loss": None}, [
    ...     Option("seed", "seed", "Seed.", False, False), Option("loss", "loss", "Loss.", False, False)
    ... ], "Options."))
    # Options.
    <BLANKLINE>
    # Seed.
    seed = 7
    <BLANKLINE>
    # Loss.
    # loss =
    <BLANKLINE>
    """
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    for option in options:
        if option.name not in values:
            continue
        value = values[option.name]
        lines += ["", *textwrap.wrap(option.help, 100, initial_indent="# ", subsequent_indent="# ")]
        value = str(value) if isinstance(value, pathlib.Path) else value
        lines.append(f"# {option.key} =" if value is None else tomli_w.dumps({option.key: value}).rstrip())
    return "\n".join(lines) + "\n"
