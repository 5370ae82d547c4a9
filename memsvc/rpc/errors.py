"""The one table from the domain's errors to a status and a reason, and how a status is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from memsvc.core import errors
from memsvc.core.errors import InvalidFields, MemsvcError
from memsvc.v1.error_reason_pb2 import ErrorReason

DOMAIN: Final = "memsvc.dev"
_PREFIX: Final = "ERROR_REASON_"
#: gRPC keeps metadata below 8 KiB; a list of violations is cut before it gets there.
_VIOLATIONS_MAX: Final = 20
#: Who is to come back later than this is not to wait for it within a call, whose time would be over.
_PUSHBACK_MS_MAX: Final = 10_000
_DESCRIPTION_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error is on the wire."""

    code: grpc.StatusCode
    reason: ErrorReason
    #: When to come back, in milliseconds; 0 if coming back does not help.
    retry_ms: int = 0

    @property
    def reason_name(self) -> str:
        """The reason as callers and the log read it."""
        return ErrorReason.Name(self.reason).removeprefix(_PREFIX)


_Code = grpc.StatusCode
_INTERNAL: Final = Meaning(_Code.INTERNAL, ErrorReason.ERROR_REASON_INTERNAL)
MEANINGS: Final[dict[type[MemsvcError], Meaning]] = {
    errors.InvalidFields: Meaning(_Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_FIELD_INVALID),
    errors.InvalidText: Meaning(_Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_FIELD_INVALID),
    errors.MalformedMessage: Meaning(
        _Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_MALFORMED_MESSAGE
    ),
    errors.NulByte: Meaning(_Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_NUL_BYTE),
    errors.SecretFound: Meaning(_Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_SECRET_FOUND),
    errors.TextRejected: Meaning(_Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_TEXT_REJECTED),
    errors.InvalidPageToken: Meaning(
        _Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_PAGE_TOKEN_INVALID
    ),
    errors.QueryTooComplex: Meaning(
        _Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_QUERY_TOO_COMPLEX
    ),
    errors.MemoryNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_MEMORY_NOT_FOUND),
    errors.ConversationNotFound: Meaning(
        _Code.NOT_FOUND, ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND
    ),
    errors.MessageNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_MESSAGE_NOT_FOUND),
    errors.ProjectNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_PROJECT_NOT_FOUND),
    errors.ProjectRoleMissing: Meaning(
        _Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_PROJECT_ROLE_MISSING
    ),
    errors.JobNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_JOB_NOT_FOUND),
    errors.JobNotDead: Meaning(_Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_JOB_NOT_DEAD),
    errors.UserErased: Meaning(_Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_USER_ERASED),
    errors.ErasureUnderWay: Meaning(
        _Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_ERASURE_UNDER_WAY
    ),
    errors.UserHeld: Meaning(_Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_USER_HELD),
    errors.RuleNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_RULE_NOT_FOUND),
    errors.PersonaNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_PERSONA_NOT_FOUND),
    errors.PersonaBuiltIn: Meaning(
        _Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_PERSONA_BUILT_IN
    ),
    errors.PersonaIdTaken: Meaning(_Code.ALREADY_EXISTS, ErrorReason.ERROR_REASON_PERSONA_ID_TAKEN),
    errors.ModelBusy: Meaning(_Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_MODEL_BUSY, 5_000),
    errors.ModelUnavailable: Meaning(
        _Code.UNAVAILABLE, ErrorReason.ERROR_REASON_MODEL_UNAVAILABLE, 5_000
    ),
    errors.ModelRefused: Meaning(_Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_MODEL_REFUSED),
    errors.ProviderNotConfigured: Meaning(
        _Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_PROVIDER_NOT_CONFIGURED
    ),
    errors.ProviderNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_PROVIDER_NOT_FOUND),
    errors.ModelNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_MODEL_NOT_FOUND),
    errors.AnswerTruncated: Meaning(
        _Code.UNAVAILABLE, ErrorReason.ERROR_REASON_LLM_STREAM_TRUNCATED, 1_000
    ),
    errors.ChatTakenOver: Meaning(_Code.ABORTED, ErrorReason.ERROR_REASON_CHAT_TAKEN_OVER),
    errors.RequestIdReused: Meaning(
        _Code.ALREADY_EXISTS, ErrorReason.ERROR_REASON_IDEMPOTENCY_KEY_REUSED
    ),
    errors.EtagMismatch: Meaning(_Code.ABORTED, ErrorReason.ERROR_REASON_ETAG_MISMATCH),
    errors.WriteConflict: Meaning(_Code.ABORTED, ErrorReason.ERROR_REASON_WRITE_CONFLICT, 50),
    errors.RevisionNotReached: Meaning(
        _Code.UNAVAILABLE, ErrorReason.ERROR_REASON_REVISION_NOT_REACHED, 200
    ),
    errors.CredentialInvalid: Meaning(
        _Code.UNAUTHENTICATED, ErrorReason.ERROR_REASON_CREDENTIAL_INVALID
    ),
    errors.ScopeMissing: Meaning(_Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_SCOPE_MISSING),
    errors.AccountRequired: Meaning(
        _Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_ACCOUNT_REQUIRED
    ),
    errors.RegistrationClosed: Meaning(
        _Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_REGISTRATION_CLOSED
    ),
    errors.TooManyFailures: Meaning(
        _Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_RATE_LIMITED, 1_000
    ),
    errors.UserNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_USER_NOT_FOUND),
    errors.ApiKeyNotFound: Meaning(_Code.NOT_FOUND, ErrorReason.ERROR_REASON_API_KEY_NOT_FOUND),
    errors.LoginTaken: Meaning(_Code.ALREADY_EXISTS, ErrorReason.ERROR_REASON_LOGIN_TAKEN),
    errors.NotImplementedYet: Meaning(
        _Code.UNIMPLEMENTED, ErrorReason.ERROR_REASON_NOT_IMPLEMENTED
    ),
    errors.DeadlineExceeded: Meaning(
        _Code.DEADLINE_EXCEEDED, ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED
    ),
    errors.Overloaded: Meaning(_Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_OVERLOADED, 500),
    errors.RateLimited: Meaning(
        _Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_RATE_LIMITED, 500
    ),
    errors.QuotaExceeded: Meaning(
        _Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_QUOTA_EXCEEDED
    ),
    errors.StorageUnavailable: Meaning(
        _Code.UNAVAILABLE, ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, 500
    ),
    errors.StorageFull: Meaning(
        _Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_STORAGE_FULL, 60_000
    ),
    errors.StorageDamaged: Meaning(_Code.DATA_LOSS, ErrorReason.ERROR_REASON_STORAGE_DAMAGED),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A call's end on the wire."""

    code: grpc.StatusCode
    reason: str
    message: str
    #: Goes into the trailer `grpc-status-details-bin`.
    details: bytes
    retry_ms: int

    @property
    def trailers(self) -> tuple[tuple[str, str | bytes], ...]:
        """What tells it to the caller's program, and when gRPC is to repeat the call by itself."""
        details = ("grpc-status-details-bin", self.details)
        if not self.retry_ms:
            return (details,)
        # Below 0 for not at all.
        pushback_ms = self.retry_ms if self.retry_ms <= _PUSHBACK_MS_MAX else -1
        return details, ("grpc-retry-pushback-ms", str(pushback_ms))


def meaning_of(error: MemsvcError | None) -> Meaning:
    """Return what *error* is on the wire; None stands for a fault that callers learn nothing of."""
    return _INTERNAL if error is None else MEANINGS.get(type(error), _INTERNAL)


def failure(error: MemsvcError | None, error_id: str, request_id: str) -> Failure:
    """Return what *error* is on the wire; None stands for a fault that callers learn nothing of."""
    meaning = meaning_of(error)
    message = "Something went wrong in the server."
    metadata = {"error_id": error_id}
    if error is not None and meaning is not _INTERNAL:
        message = error.message if not error.field else f"{error.field}: {error.message}"
        metadata |= {**error.details, **({"field": error.field} if error.field else {})}
    reason = meaning.reason_name
    details = [
        error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata),
        error_details_pb2.RequestInfo(request_id=request_id),
    ]
    if error is not None and error.field:
        details.append(_bad_request(error))
    retry_ms = meaning.retry_ms
    if error is not None and error.retry_seconds is not None:
        retry_ms = math.ceil(error.retry_seconds * 1000)
    if retry_ms:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(retry_ms)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=meaning.code.value[0], message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return Failure(meaning.code, reason, message, status.SerializeToString(), retry_ms)


def _bad_request(error: MemsvcError) -> error_details_pb2.BadRequest:
    violations = [(error.field, error.message)]
    if isinstance(error, InvalidFields):
        violations = error.violations[:_VIOLATIONS_MAX]
    return error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(
                field=field, description=description[:_DESCRIPTION_CHARACTERS_MAX]
            )
            for field, description in violations
        ]
    )
