"""Options of a verb as one frozen value, for verbs that have more of them than a function may."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

import typer

OptionsT = TypeVar("OptionsT")


def command(options: type[OptionsT], run: Callable[[OptionsT], int]) -> Callable[..., None]:
    """Return a function for Typer that gives *run* the *options* and exits with its status.

    *options* is a dataclass whose fields are annotated as Typer's parameters are.
    """

    def invoke(**given: Any) -> None:
        raise typer.Exit(run(options(**given)))

    hints = get_type_hints(options, include_extras=True)
    described: Any = invoke
    described.__doc__ = run.__doc__
    # Typer reads both: the hints from one, the defaults from the other.
    described.__annotations__ = hints
    described.__signature__ = inspect.Signature([
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(options)  # type: ignore[arg-type]  # a dataclass, as the docstring says
    ])
    return invoke
