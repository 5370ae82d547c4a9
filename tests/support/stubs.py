"""The contract's services one by one, each called with its own requests."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.support.wire import Wire


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the contract, such as "UserService"."""

    wire: Wire
    name: str

    def call(self, method: str, request: Any) -> Any:
        """Return the reply, of a stream all of them; raise Refused."""
        return self.wire.call(f"{self.name}/{method}", request)


Services: TypeAlias = Callable[[str], Service]


@contextmanager
def services(target: str, key: str = "") -> Generator[Services]:
    """Yield a function from a service's name to it, called with *key*."""
    with Wire(target, key or None) as wire:
        yield lambda name: Service(wire, name)
