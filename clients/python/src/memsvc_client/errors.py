"""What a call can fail with: one exception for each gRPC status that the server uses.

Decide by the class and by `reason`, never by the text.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, cast

import grpc

from memsvc_client.error_details import ErrorDetails, Trailers, read_details


class MemsvcError(Exception):
    """A call failed. `__cause__` is the error of gRPC.

    It is raised as it stands for the statuses that have no class of their own, which the server
    does not use: UNKNOWN and OUT_OF_RANGE.

    Attributes:
        code: The status.
        message: What went wrong, for a person.
        reason: The ErrorReason without its prefix, for example "MEMORY_NOT_FOUND"; empty if the
            error does not come from the server itself.
        metadata: Further facts by name.
        field_violations: Pairs of a field's path and what is wrong with it.
        retry_after: In how many seconds to come back; None if the server does not say.
        error_id: What the server's log knows the error by; empty if there is none.
        request_id: What the server's log knows the call by; empty if unknown.

    """

    def __init__(
        self, code: grpc.StatusCode, message: str, details: ErrorDetails | None = None
    ) -> None:
        """Say how the call ended; what *details* leave out is empty."""
        details = details or ErrorDetails()
        super().__init__(code, message, details)
        self.code = code
        self.message = message
        self.reason = details.reason
        self.metadata = details.metadata
        self.field_violations = details.field_violations
        self.retry_after = details.retry_after
        self.error_id = details.metadata.get("error_id", "")
        self.request_id = details.request_id

    def __str__(self) -> str:
        """Return status, reason, text and error_id in one line."""
        head = f"{self.code.name} {self.reason}".rstrip()
        tail = f" (error_id {self.error_id})" if self.error_id else ""
        return f"{head}: {self.message}{tail}"


class InvalidArgument(MemsvcError):
    """The request breaks a rule; `field_violations` says which."""


class NotFound(MemsvcError):
    """There is no such thing, or none that the caller may see."""


class AlreadyExists(MemsvcError):
    """The request_id was used before with another request."""


class Aborted(MemsvcError):
    """Somebody else was faster: read again and repeat."""


class Unauthenticated(MemsvcError):
    """No valid credential was sent."""


class PermissionDenied(MemsvcError):
    """The credential does not allow this."""


class ResourceExhausted(MemsvcError):
    """The server is busy or full, or a message is too large; see `retry_after`."""


class Unavailable(MemsvcError):
    """The server, or what it needs, cannot be reached; the client has retried already."""


class DeadlineExceeded(MemsvcError):
    """The call's time was over. A write may have happened all the same."""


class Unimplemented(MemsvcError):
    """The server does not do that."""


class FailedPrecondition(MemsvcError):
    """The state of things does not allow this."""


class Internal(MemsvcError):
    """A fault of the server's; its log tells more under the `error_id`."""


class Cancelled(MemsvcError):
    """The call was cancelled, for example because its client was closed."""


class DataLoss(MemsvcError):
    """The server's store is damaged."""


_CLASSES: Final[dict[grpc.StatusCode, type[MemsvcError]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.INTERNAL: Internal,
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.DATA_LOSS: DataLoss,
}


@contextmanager
def translated(method: str) -> Generator[None]:
    """Turn what gRPC raises within the block into a MemsvcError; *method* is named in its text."""
    try:
        yield
    except grpc.RpcError as error:
        raise error_of(error, method) from error


def error_of(error: grpc.RpcError, method: str) -> MemsvcError:
    """Return the exception for the *error* that a call of *method* ended with."""
    code, message = error.code(), error.details() or ""
    details = read_details(cast("Trailers", error.trailing_metadata() or ()))
    if code is grpc.StatusCode.UNIMPLEMENTED and not details.reason:
        message = f"the server does not know the method {method}; upgrade the server ({message})"
    return _CLASSES.get(code, MemsvcError)(code, message, details)


def not_ready(target: str, seconds: float) -> Unavailable:
    """Return the exception for a channel to *target* that was not ready in time."""
    message = f"no connection to {target} within {seconds:g} s"
    return Unavailable(grpc.StatusCode.UNAVAILABLE, message)


def closed() -> Cancelled:
    """Return the exception for a call that was under way when its client was closed."""
    return Cancelled(grpc.StatusCode.CANCELLED, "the client is closed")
