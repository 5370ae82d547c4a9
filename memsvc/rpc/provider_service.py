"""ProviderService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.rpc.pipeline import ServicerContext
from memsvc.usecases.chats.providers import ChatProviders
from memsvc.v1 import provider_service_pb2 as pb
from memsvc.v1.provider_service_pb2_grpc import ProviderServiceServicer


class ProviderService(ProviderServiceServicer):
    """The wire's side of the providers."""

    def __init__(self, providers: ChatProviders) -> None:
        """Show *providers*."""
        self._providers = providers

    async def ListProviders(
        self, _: pb.ListProvidersRequest, _context: ServicerContext
    ) -> pb.ListProvidersResponse:
        """List the providers."""
        return pb.ListProvidersResponse(
            providers=[
                pb.Provider(
                    name=one.offer.name,
                    kind=one.offer.kind,
                    default_model=one.offer.models[0].name,
                    state=pb.ProviderState.Name(one.state),
                    any_model=one.offer.any_model,
                )
                for one in self._providers.models
            ]
        )

    async def ListModels(
        self, request: pb.ListModelsRequest, _: ServicerContext
    ) -> pb.ListModelsResponse:
        """List their models."""
        return pb.ListModelsResponse(
            models=[
                pb.Model(
                    name=model.name,
                    provider=provider,
                    input_price=model.input_price,
                    output_price=model.output_price,
                )
                for provider, model in self._providers.offers(request.provider)
            ]
        )
