"""Options that the verbs which work on the database itself share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ConfigOption: TypeAlias = Annotated[
    Path | None, typer.Option("--config", envvar="MEMSVC_CONFIG", help="A TOML file of settings.")
]
DataDirOption: TypeAlias = Annotated[
    Path | None, typer.Option(help="Where the embedded Postgres and the model are kept.")
]
DatabaseOption: TypeAlias = Annotated[
    str | None, typer.Option(help="A Postgres 15 to 18 with pgvector instead of the embedded one.")
]
