"""The services that the client has no methods for, as the stubs that are generated of the contract.

A call of theirs is one of the client's: with its credential, its headers and deadline, retried as the
service config says, with a request_id where the contract knows one, and failing with a MemsvcError.
"""

# ruff: file-ignore[async-function-with-timeout] - the timeout is the deadline that the server is told, not a local timer.

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import grpc
import grpc.aio

from memsvc_client import errors
from memsvc_client._pb.admin_service_pb2_grpc import AdminServiceStub
from memsvc_client._pb.api_key_service_pb2_grpc import ApiKeyServiceStub
from memsvc_client._pb.auth_service_pb2_grpc import AuthServiceStub
from memsvc_client._pb.conversation_service_pb2_grpc import ConversationServiceStub
from memsvc_client._pb.persona_service_pb2_grpc import PersonaServiceStub
from memsvc_client._pb.profile_service_pb2_grpc import ProfileServiceStub
from memsvc_client._pb.project_service_pb2_grpc import ProjectServiceStub
from memsvc_client._pb.provider_service_pb2_grpc import ProviderServiceStub
from memsvc_client._pb.retention_service_pb2_grpc import RetentionServiceStub
from memsvc_client._pb.trust_service_pb2_grpc import TrustServiceStub
from memsvc_client.calls import Defaults, identified, method_of


class Services:
    """Stubs for threads: `client.services.api_keys.ListApiKeys(ListApiKeysRequest())`.

    Each method takes its request as a message, and further *timeout*, in seconds, and *metadata*,
    headers of this call alone. A list gives a page; ask for the next one by its token.

    Attributes:
        admin: The audit log, limits, quota, and what the server is.
        api_keys: Keys for applications.
        auth: People who log in.
        personas: Who answers in a chat.
        profiles: How users want to be answered, and who they are.
        conversations: Conversations and their messages.
        projects: What conversations belong to.
        providers: Whom a chat can ask.
        retention: What is kept for how long.
        trust: What the write guard has put aside.

    """

    def __init__(self, channel: grpc.Channel, defaults: Defaults) -> None:
        """Call over *channel*, on the terms of *defaults*."""
        ours = grpc.intercept_channel(channel, _ClientTerms(defaults))
        self.admin = AdminServiceStub(ours)
        self.api_keys = ApiKeyServiceStub(ours)
        self.auth = AuthServiceStub(ours)
        self.personas = PersonaServiceStub(ours)
        self.profiles = ProfileServiceStub(ours)
        self.conversations = ConversationServiceStub(ours)
        self.projects = ProjectServiceStub(ours)
        self.providers = ProviderServiceStub(ours)
        self.retention = RetentionServiceStub(ours)
        self.trust = TrustServiceStub(ours)


class AsyncServices:
    """Stubs for asyncio: `await client.services.api_keys.ListApiKeys(ListApiKeysRequest())`.

    Each method takes its request as a message, and further *timeout*, in seconds, and *metadata*,
    headers of this call alone. A list gives a page; ask for the next one by its token.

    Attributes:
        admin: The audit log, limits, quota, and what the server is.
        api_keys: Keys for applications.
        auth: People who log in.
        personas: Who answers in a chat.
        profiles: How users want to be answered, and who they are.
        conversations: Conversations and their messages.
        projects: What conversations belong to.
        providers: Whom a chat can ask.
        retention: What is kept for how long.
        trust: What the write guard has put aside.

    """

    def __init__(self, channel: grpc.aio.Channel, defaults: Defaults) -> None:
        """Call over *channel*, on the terms of *defaults*."""
        ours = cast("grpc.aio.Channel", _TermsChannel(channel, defaults))
        self.admin = AdminServiceStub(ours)
        self.api_keys = ApiKeyServiceStub(ours)
        self.auth = AuthServiceStub(ours)
        self.personas = PersonaServiceStub(ours)
        self.profiles = ProfileServiceStub(ours)
        self.conversations = ConversationServiceStub(ours)
        self.projects = ProjectServiceStub(ours)
        self.providers = ProviderServiceStub(ours)
        self.retention = RetentionServiceStub(ours)
        self.trust = TrustServiceStub(ours)


@dataclass(frozen=True)
class _Details(grpc.ClientCallDetails):
    """How gRPC is told the terms of a call."""

    method: str
    timeout: float
    metadata: Any
    credentials: Any
    wait_for_ready: Any
    compression: Any


class _ClientTerms(grpc.UnaryUnaryClientInterceptor):
    """Gives calls the client's terms, and raises its errors."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Make the call and wait for its end."""
        terms = self._defaults.terms(details.timeout, details.metadata or ())
        ours = _Details(
            details.method,
            terms.timeout,
            terms.metadata,
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )
        call = continuation(ours, identified(request))
        if (error := call.exception()) is not None:
            raise errors.error_of(error, method_of(request)) from error
        return call


class _TermsChannel:
    """A channel of grpc.aio, which takes interceptors only when it is made, for unary calls."""

    def __init__(self, channel: grpc.aio.Channel, defaults: Defaults) -> None:
        self._channel = channel
        self._defaults = defaults

    def unary_unary(self, *arguments: Any, **options: Any) -> Callable[..., Awaitable[Any]]:
        """Return what makes calls of a method."""
        method: Any = self._channel.unary_unary(*arguments, **options)

        async def call(
            request: Any, *, timeout: float | None = None, metadata: Any = None, **rest: Any
        ) -> Any:
            terms = self._defaults.terms(timeout, metadata or ())
            with errors.translated(method_of(request)):
                return await method(
                    identified(request), timeout=terms.timeout, metadata=terms.metadata, **rest
                )

        return call
