"""Programs run as if they were processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
Argument = TypeVar("Argument")


def apart(program: Callable[[Argument], Result], argument: Argument) -> Result:
    """Return what *program* returns, run in a thread whose event loop is its own.

    A program that ends its loop would take the one that all tests share with it.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(program, argument).result()
