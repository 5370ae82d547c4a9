"""The gRPC server: our service, health, reflection, limits, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from memsvc.rpc.admin_service import AdminService, AdminUseCases
from memsvc.rpc.admission import Admission
from memsvc.rpc.api_key_service import ApiKeyService
from memsvc.rpc.auth_service import AuthService
from memsvc.rpc.conversation_service import ConversationService, ConversationUseCases
from memsvc.rpc.event_loop import MeasuredLoop
from memsvc.rpc.job_service import JobService
from memsvc.rpc.limits import Bound, BoundsOf, bounds
from memsvc.rpc.memory_service import NOT_YET, MemoryService, UseCases
from memsvc.rpc.pacing import Pacing, PacingLimits, Rate
from memsvc.rpc.persona_service import PersonaService
from memsvc.rpc.pipeline import STREAM_LIMITS, Pipeline
from memsvc.rpc.profile_service import ProfileService
from memsvc.rpc.project_service import ProjectService
from memsvc.rpc.provider_service import ProviderService
from memsvc.rpc.retention_service import RetentionService, RetentionUseCases
from memsvc.rpc.tls import Certificates, TlsFiles
from memsvc.rpc.trust_service import TrustService
from memsvc.rpc.user_service import UserService, UserUseCases
from memsvc.rpc.validation import RequestValidator
from memsvc.telemetry import log
from memsvc.usecases.access.accounts import Accounts
from memsvc.usecases.access.manage_keys import ManageKeys
from memsvc.usecases.chats.providers import ChatProviders
from memsvc.usecases.personas.keeping import Personas
from memsvc.usecases.profiles.preferring import Preferring
from memsvc.usecases.projects.managing import ManageProjects
from memsvc.v1 import (
    admin_service_pb2,
    api_key_service_pb2,
    auth_service_pb2,
    conversation_service_pb2,
    job_service_pb2,
    memory_service_pb2,
    persona_service_pb2,
    profile_service_pb2,
    project_service_pb2,
    provider_service_pb2,
    retention_service_pb2,
    trust_service_pb2,
    user_service_pb2,
)
from memsvc.v1.admin_service_pb2_grpc import add_AdminServiceServicer_to_server
from memsvc.v1.api_key_service_pb2_grpc import add_ApiKeyServiceServicer_to_server
from memsvc.v1.auth_service_pb2_grpc import add_AuthServiceServicer_to_server
from memsvc.v1.conversation_service_pb2_grpc import add_ConversationServiceServicer_to_server
from memsvc.v1.job_service_pb2_grpc import add_JobServiceServicer_to_server
from memsvc.v1.memory_service_pb2_grpc import add_MemoryServiceServicer_to_server
from memsvc.v1.persona_service_pb2_grpc import add_PersonaServiceServicer_to_server
from memsvc.v1.profile_service_pb2_grpc import add_ProfileServiceServicer_to_server
from memsvc.v1.project_service_pb2_grpc import add_ProjectServiceServicer_to_server
from memsvc.v1.provider_service_pb2_grpc import add_ProviderServiceServicer_to_server
from memsvc.v1.retention_service_pb2_grpc import add_RetentionServiceServicer_to_server
from memsvc.v1.trust_service_pb2_grpc import add_TrustServiceServicer_to_server
from memsvc.v1.user_service_pb2_grpc import add_UserServiceServicer_to_server

SERVICES: Final = {
    service.full_name: service
    for file in (
        memory_service_pb2.DESCRIPTOR,
        conversation_service_pb2.DESCRIPTOR,
        project_service_pb2.DESCRIPTOR,
        job_service_pb2.DESCRIPTOR,
        user_service_pb2.DESCRIPTOR,
        retention_service_pb2.DESCRIPTOR,
        persona_service_pb2.DESCRIPTOR,
        profile_service_pb2.DESCRIPTOR,
        provider_service_pb2.DESCRIPTOR,
        admin_service_pb2.DESCRIPTOR,
        api_key_service_pb2.DESCRIPTOR,
        auth_service_pb2.DESCRIPTOR,
        trust_service_pb2.DESCRIPTOR,
    )
    for service in file.services_by_name.values()
}
#: What of the contract this server answers, in order.
METHODS: Final = sorted(
    f"{name}/{method.name}"
    for name, service in SERVICES.items()
    for method in service.methods
    if method.name not in NOT_YET
)
REFLECTION_V1: Final = "grpc.reflection.v1.ServerReflection"
#: How often the server asks its database whether it is ready, in seconds, and how many answers in
#: a row turn readiness over.
READINESS_SECONDS: Final = 1.0
READINESS_ANSWERS: Final = 2
#: How often it looks how idle it was, in seconds.
LOAD_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Services:
    """What the services of the contract do."""

    memory: UseCases
    conversations: ConversationUseCases
    projects: ManageProjects
    admin: AdminUseCases
    users: UserUseCases
    retention: RetentionUseCases
    api_keys: ManageKeys
    accounts: Accounts
    personas: Personas
    preferring: Preferring
    providers: ChatProviders


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server listens, what it takes in, and how it ends."""

    host: str = "127.0.0.1"
    #: 0 for any free one.
    port: int = 50051
    #: Several processes listen on the same port; the kernel spreads connections over them.
    share_port: bool = False
    #: None for plaintext.
    tls: TlsFiles | None = None
    reflection: bool = True
    #: The largest request and response, in bytes.
    message_bytes_max: int = 4 * 1024 * 1024
    #: The most metadata of a call, in bytes. gRPC rejects at random between a soft and a hard limit,
    #: so both are this.
    metadata_bytes_max: int = 8 * 1024
    #: Calls that are taken in at all, streams and those that wait included; one more is turned away.
    calls_max: int = 512
    pacing: PacingLimits = field(default_factory=PacingLimits)
    #: How fast a tenant's calls may come.
    rate: Callable[[str], Rate] = lambda _: Rate(0.0, 0.0)
    #: After this time a connection is asked to move on, so that new servers get their share of calls
    #: from clients that balance by themselves. Calls under way go on.
    connection_age_seconds: int = 300
    #: After SIGTERM: how long health says NOT_SERVING before the listener closes, so that balancers
    #: look elsewhere; and how long running calls may then take. In seconds.
    drain_seconds: float = 2.0
    grace_seconds: float = 10.0

    def bounds(self, tenant_id: str) -> list[Bound]:
        """Return the bounds that hold for a tenant."""
        return bounds(
            self.rate(tenant_id),
            self.pacing,
            message_bytes=self.message_bytes_max,
            metadata_bytes=self.metadata_bytes_max,
            calls=self.calls_max,
        )

    def options(self) -> list[tuple[str, int]]:
        """Return the channel arguments of the server."""
        return [
            ("grpc.so_reuseport", int(self.share_port)),
            ("grpc.max_receive_message_length", self.message_bytes_max),
            ("grpc.max_send_message_length", self.message_bytes_max),
            ("grpc.max_metadata_size", self.metadata_bytes_max),
            ("grpc.absolute_max_metadata_size", self.metadata_bytes_max),
            ("grpc.max_concurrent_streams", 1000),
            # Calls that gRPC has taken in and we have not. Beyond, it ends some of them CANCELLED, whosesoever
            # they are: a flood of streams that are reset at once would hit others too.
            ("grpc.server.max_pending_requests", 20_000),
            ("grpc.server.max_pending_requests_hard_limit", 50_000),
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
            ("grpc.max_connection_age_ms", self.connection_age_seconds * 1000),
            # The longest that a call may take: an old connection ends no stream.
            ("grpc.max_connection_age_grace_ms", int(STREAM_LIMITS.most * 1000)),
            ("grpc.max_connection_idle_ms", 15 * 60_000),
        ]


class Server:
    """A listening server; `start` once its parts are ready, `drain` to end."""

    def __init__(
        self,
        settings: ServerSettings,
        services: Services,
        admission: Admission,
        ready: Callable[[], Awaitable[bool]],
    ) -> None:
        """Prepare the server; *ready* tells whether calls can be answered right now.

        Raises CertificatesUnusable.
        """
        self._settings = settings
        self._ready = ready
        self._certificates = Certificates(settings.tls) if settings.tls else None
        self._pacing = Pacing(settings.pacing, settings.rate)
        pipeline = Pipeline(
            admission, RequestValidator(), self._pacing, calls_max=settings.calls_max
        )
        self._server = grpc.aio.server(interceptors=[pipeline], options=settings.options())
        _add_services(self._server, services, settings.bounds)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.reflection:
            _add_reflection(self._server)

    async def start(self) -> int:
        """Listen, say SERVING, and return the port; raise OSError if it cannot be had."""
        address = f"{self._settings.host}:{self._settings.port}"
        try:
            port = self._opened(address)
        except RuntimeError as error:
            message = f"cannot listen on {address}"
            raise OSError(message) from error
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)
        await self._say(ready=True)
        return port

    def _opened(self, address: str) -> int:
        if self._certificates is None:
            return self._server.add_insecure_port(address)
        return self._server.add_secure_port(address, self._certificates.credentials())

    async def _say(self, *, ready: bool) -> None:
        status = health_pb2.HealthCheckResponse
        for service in SERVICES:
            await self._health.set(service, status.SERVING if ready else status.NOT_SERVING)

    async def watch_readiness(self) -> None:
        """Keep the readiness that health tells true, until cancelled."""
        said, doubts = True, 0
        while True:
            await asyncio.sleep(READINESS_SECONDS)
            doubts = doubts + 1 if await self._ready() != said else 0
            if doubts >= READINESS_ANSWERS:
                said, doubts = not said, 0
                log.warning("readiness_changed", ready=said)
                await self._say(ready=said)

    async def watch_load(self) -> None:
        """Keep told how idle the process is, until cancelled; at once where the loop does not know."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, MeasuredLoop):
            return
        while True:
            began, idle = loop.time(), loop.idle_seconds
            await asyncio.sleep(LOAD_SECONDS)
            self._pacing.note_idle((loop.idle_seconds - idle) / (loop.time() - began))

    async def drain(self, *, patient: bool = True) -> None:
        """End in order: say NOT_SERVING, let balancers notice, refuse new calls, finish the rest.

        Without *patient* balancers are not waited for. What runs past the grace ends UNAVAILABLE.
        """
        await self._health.enter_graceful_shutdown()
        if patient:
            await asyncio.sleep(self._settings.drain_seconds)
        await self._server.stop(self._settings.grace_seconds)

    async def stop_now(self) -> None:
        """End at once; running calls end UNAVAILABLE."""
        await self._server.stop(None)


def _add_services(server: grpc.aio.Server, services: Services, bounds_of: BoundsOf) -> None:
    add_MemoryServiceServicer_to_server(MemoryService(services.memory), server)
    add_ConversationServiceServicer_to_server(ConversationService(services.conversations), server)
    add_ProjectServiceServicer_to_server(ProjectService(services.projects), server)
    add_AdminServiceServicer_to_server(AdminService(services.admin, METHODS, bounds_of), server)
    add_JobServiceServicer_to_server(JobService(services.memory.job_board), server)
    add_TrustServiceServicer_to_server(TrustService(services.memory.quarantine), server)
    add_UserServiceServicer_to_server(UserService(services.users), server)
    add_RetentionServiceServicer_to_server(RetentionService(services.retention), server)
    add_ApiKeyServiceServicer_to_server(ApiKeyService(services.api_keys), server)
    add_AuthServiceServicer_to_server(AuthService(services.accounts), server)
    add_PersonaServiceServicer_to_server(PersonaService(services.personas), server)
    add_ProfileServiceServicer_to_server(ProfileService(services.preferring), server)
    add_ProviderServiceServicer_to_server(ProviderService(services.providers), server)


def _add_reflection(server: grpc.aio.Server) -> None:
    """Serve reflection v1alpha, and v1, which has the same messages under another name."""
    names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME, REFLECTION_V1)
    reflection.enable_server_reflection(names, server)
    servicer = reflection.aio.ReflectionServicer(names)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers((
        grpc.method_handlers_generic_handler(REFLECTION_V1, {"ServerReflectionInfo": handler}),
    ))
