"""Users as a whole, and what a tenant may use: methods of the client for threads."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import cached_property
from typing import Unpack

from memsvc_client._pb.admin_service_pb2 import (
    GetLimitsRequest,
    GetLimitsResponse,
    GetQuotaRequest,
    GetQuotaResponse,
)
from memsvc_client._pb.user_service_pb2 import (
    EraseUserRequest,
    EraseUserResponse,
    ExportUserRequest,
    ImportUserResponse,
    ReopenUserRequest,
    ReopenUserResponse,
)
from memsvc_client.calls import Metadata, build
from memsvc_client.connection import Connection
from memsvc_client.lines import checked, lines_of, pieces_of
from memsvc_client.requests import EraseUserFields, ExportUserFields, ReopenUserFields
from memsvc_client.services import Services


class UserMethods(Connection):
    """What MemoryClient does with users; see there for what all methods have in common."""

    @cached_property
    def services(self) -> Services:
        """The services of keys, accounts, conversations, projects, retention, trust, audit: generated stubs."""
        return Services(self._channel, self._defaults)

    def erase_user(
        self,
        request: EraseUserRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[EraseUserFields],
    ) -> EraseUserResponse:
        """Forget a user for good; `report` tells what was removed. Calling it again is harmless.

        Raises FailedPrecondition while the user's memories are held.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(
            self._user_stub.EraseUser, build(EraseUserRequest, request, fields), terms
        )

    def reopen_user(
        self,
        request: ReopenUserRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ReopenUserFields],
    ) -> ReopenUserResponse:
        """Let an erased user be remembered anew. It is not retried.

        Raises FailedPrecondition while rows are still being removed, and NotFound if the user was
        not erased.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(
            self._user_stub.ReopenUser, build(ReopenUserRequest, request, fields), terms
        )

    def export_user(
        self,
        request: ExportUserRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ExportUserFields],
    ) -> Generator[str, None, None]:
        """Yield all that is remembered of a user as lines of JSON, without their ends.

        *timeout* is 300 s by default and covers the whole export. The request is sent when the
        first line is asked for, and is not retried. An export is whole if its last line is of the
        type "end".
        """
        terms = self._defaults.stream_terms(timeout, call_metadata)
        built = build(ExportUserRequest, request, fields)
        return lines_of(self._stream(self._user_stub.ExportUser, built, terms))

    def import_user(
        self,
        lines: Iterable[str],
        /,
        *,
        user_id: str = "",
        timeout: float | None = None,
        call_metadata: Metadata = (),
    ) -> ImportUserResponse:
        """Take in what `export_user` yielded, into the user *user_id*, else the one it was of.

        *lines* may end with a line feed each, as those of an open file do. *timeout* is 300 s by
        default. An import is not retried: what *lines* raises is raised here, and one that broke
        off can be sent again, for what is there already is left as it is.
        """
        checked(lines)
        terms = self._defaults.stream_terms(timeout, call_metadata)
        pieces = pieces_of(lines, user_id)
        return self._upload(self._user_stub.ImportUser, "ImportUser", pieces, terms)

    def get_limits(
        self,
        request: GetLimitsRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
    ) -> GetLimitsResponse:
        """Return how large requests may be, how fast they may come, and what each method costs."""
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(self._admin_stub.GetLimits, build(GetLimitsRequest, request, {}), terms)

    def get_quota(
        self,
        request: GetQuotaRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
    ) -> GetQuotaResponse:
        """Return how much of its quotas the tenant has used."""
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(self._admin_stub.GetQuota, build(GetQuotaRequest, request, {}), terms)
