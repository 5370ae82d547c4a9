"""The contract's services as generated code sees them, for what the client has no methods for."""

from __future__ import annotations

import importlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2


class Reason(Exception):
    """How a call ended: its code and the reason in its details."""

    def __init__(self, error: grpc.RpcError) -> None:
        """Read the details of *error*."""
        call: Any = error
        self.code: grpc.StatusCode = call.code()
        self.message = str(call.details())
        trailers = dict(call.trailing_metadata())
        self.pushback = trailers.get("grpc-retry-pushback-ms")
        status = status_pb2.Status.FromString(trailers.get("grpc-status-details-bin", b""))
        self.info = error_details_pb2.ErrorInfo()
        self.retry_seconds = 0.0
        #: What is wrong with which field.
        self.violations: dict[str, str] = {}
        for detail in status.details:
            detail.Unpack(self.info)
            retry = error_details_pb2.RetryInfo()
            if detail.Unpack(retry):
                self.retry_seconds = retry.retry_delay.ToTimedelta().total_seconds()
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(bad):
                self.violations = {v.field: v.description for v in bad.field_violations}
        super().__init__(f"{self.code.name} {self.info.reason}")

    @property
    def reason(self) -> str:
        """The reason, "" if there is none."""
        return str(self.info.reason)


class Service:
    """One service of the contract, called with a credential."""

    def __init__(self, channel: grpc.Channel, name: str, metadata: dict[str, str]) -> None:
        """Call `memsvc.v1.<name>` on *channel*."""
        self._channel = channel
        self._name = name
        self._metadata = tuple(metadata.items())
        self._stub: Any = None

    def call(self, method: str, request: Any, *, timeout: float = 30) -> Any:
        """Call a method that answers once, and return its reply; raise Reason."""
        try:
            return self._bound(method)(request, metadata=self._metadata, timeout=timeout)
        except grpc.RpcError as error:
            raise Reason(error) from None

    def stream(self, method: str, request: Any, *, timeout: float = 30) -> list[Any]:
        """Call a method that answers with a stream, and return all of it; raise Reason."""
        try:
            return list(self._bound(method)(request, metadata=self._metadata, timeout=timeout))
        except grpc.RpcError as error:
            raise Reason(error) from None

    def _bound(self, method: str) -> Any:
        if self._stub is None:
            self._stub = stub_class(self._name)(self._channel)
        return getattr(self._stub, method)


def stub_class(service: str) -> Any:
    """Return the generated stub of a service such as "UserService"."""
    file = re.sub(r"(?<!^)(?=[A-Z])", "_", service).lower()
    return getattr(importlib.import_module(f"memsvc.v1.{file}_pb2_grpc"), f"{service}Stub")


@contextmanager
def services(target: str, key: str = "", **metadata: str) -> Generator[Any]:
    """Yield a function from a service's name to it, called with *key* and *metadata*."""
    headers = {name.replace("_", "-"): value for name, value in metadata.items()}
    if key:
        headers["authorization"] = f"Bearer {key}"
    with grpc.insecure_channel(target) as channel:
        yield lambda name: Service(channel, name, headers)
