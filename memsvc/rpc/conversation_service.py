"""ConversationService: each RPC is decode, use case, encode."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.rpc import decode_conversations as decode
from memsvc.rpc import encode_conversations as encode
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.conversations.managing import ManageConversations
from memsvc.usecases.conversations.messages import Messages
from memsvc.usecases.conversations.rendering import Rendering
from memsvc.usecases.conversations.truncating import Truncating
from memsvc.v1 import conversation_service_pb2 as pb
from memsvc.v1.conversation_service_pb2_grpc import ConversationServiceServicer


@dataclass(frozen=True, slots=True)
class ConversationUseCases:
    """What the service does."""

    manage: ManageConversations
    messages: Messages
    truncate: Truncating
    render: Rendering


class ConversationService(ConversationServiceServicer):
    """The wire's side of conversations and their messages."""

    def __init__(self, usecases: ConversationUseCases) -> None:
        """Answer calls with *usecases*."""
        self._do = usecases

    async def CreateConversation(
        self, request: pb.CreateConversationRequest, _: ServicerContext
    ) -> pb.CreateConversationResponse:
        """Begin a conversation."""
        ask = decode.create(request, encode.created)
        done = await self._do.manage.create(current_call().caller, ask)
        return reply(done, encode.created, pb.CreateConversationResponse)

    async def GetConversation(
        self, request: pb.GetConversationRequest, _: ServicerContext
    ) -> pb.GetConversationResponse:
        """Return one conversation."""
        found = await self._do.manage.get(
            current_call().caller, request.user_id, request.conversation_id
        )
        return pb.GetConversationResponse(conversation=encode.conversation(found))

    async def ListConversations(
        self, request: pb.ListConversationsRequest, _: ServicerContext
    ) -> pb.ListConversationsResponse:
        """List the conversations of a user."""
        call = current_call()
        page = await self._do.manage.page(call.caller, decode.list_conversations(request))
        call.facts["results"] = len(page.conversations)
        return encode.conversation_page(page)

    async def UpdateConversation(
        self, request: pb.UpdateConversationRequest, _: ServicerContext
    ) -> pb.UpdateConversationResponse:
        """Change a conversation."""
        ask = decode.update(request, encode.updated)
        done = await self._do.manage.update(current_call().caller, ask)
        return reply(done, encode.updated, pb.UpdateConversationResponse)

    async def DeleteConversation(
        self, request: pb.DeleteConversationRequest, _: ServicerContext
    ) -> pb.DeleteConversationResponse:
        """Delete a conversation."""
        ask = decode.delete(request, encode.deleted)
        done = await self._do.manage.delete(current_call().caller, ask)
        return reply(done, encode.deleted, pb.DeleteConversationResponse)

    async def BatchArchiveConversations(
        self, request: pb.BatchArchiveConversationsRequest, _: ServicerContext
    ) -> pb.BatchArchiveConversationsResponse:
        """Archive conversations, each for itself."""
        asks = decode.archive_each(request, encode.conversation_result)
        batch = await self._do.manage.update_each(current_call().caller, asks)
        return encode.archived_conversations(batch, request.conversation_ids)

    async def BatchDeleteConversations(
        self, request: pb.BatchDeleteConversationsRequest, _: ServicerContext
    ) -> pb.BatchDeleteConversationsResponse:
        """Delete conversations, each for itself."""
        asks = decode.delete_each(request, encode.conversation_gone)
        batch = await self._do.manage.delete_each(current_call().caller, asks)
        return encode.deleted_conversations(batch, request.conversation_ids)

    async def TruncateConversation(
        self, request: pb.TruncateConversationRequest, _: ServicerContext
    ) -> pb.TruncateConversationResponse:
        """Cut a conversation."""
        ask = decode.truncate(request, encode.truncated)
        done = await self._do.truncate(current_call().caller, ask)
        return reply(done, encode.truncated, pb.TruncateConversationResponse)

    async def GetConversationStats(
        self, request: pb.GetConversationStatsRequest, _: ServicerContext
    ) -> pb.GetConversationStatsResponse:
        """Tell how much was said."""
        stats = await self._do.manage.stats(
            current_call().caller, request.user_id, request.conversation_id
        )
        return encode.stats(stats)

    async def RenderConversation(
        self, request: pb.RenderConversationRequest, _: ServicerContext
    ) -> pb.RenderConversationResponse:
        """Return a piece of the record."""
        piece = await self._do.render(current_call().caller, decode.render(request))
        return encode.record(piece)

    async def ListMessages(
        self, request: pb.ListMessagesRequest, _: ServicerContext
    ) -> pb.ListMessagesResponse:
        """List the messages of a conversation."""
        call = current_call()
        page = await self._do.messages.page(call.caller, decode.list_messages(request))
        call.facts["results"] = len(page.messages)
        return encode.message_page(page)

    async def GetMessage(
        self, request: pb.GetMessageRequest, _: ServicerContext
    ) -> pb.GetMessageResponse:
        """Return one message."""
        found = await self._do.messages.get(
            current_call().caller, request.user_id, request.message_id
        )
        return encode.message(found)

    async def GetMessageThread(
        self, request: pb.GetMessageThreadRequest, _: ServicerContext
    ) -> pb.GetMessageThreadResponse:
        """Return a message with what it answers and what answers it."""
        call = current_call()
        thread = await self._do.messages.thread(call.caller, decode.thread(request))
        call.facts["results"] = 1 + len(thread.ancestors) + len(thread.descendants)
        return encode.thread(thread)

    async def UpdateMessage(
        self, request: pb.UpdateMessageRequest, _: ServicerContext
    ) -> pb.UpdateMessageResponse:
        """Change a message."""
        ask = decode.update_message(request, encode.message_updated)
        done = await self._do.messages.write.update(current_call().caller, ask)
        return reply(done, encode.message_updated, pb.UpdateMessageResponse)

    async def DeleteMessage(
        self, request: pb.DeleteMessageRequest, _: ServicerContext
    ) -> pb.DeleteMessageResponse:
        """Delete a message."""
        ask = decode.delete_message(request, encode.message_deleted)
        done = await self._do.messages.write.delete(current_call().caller, ask)
        return reply(done, encode.message_deleted, pb.DeleteMessageResponse)

    async def BatchUpdateMessages(
        self, request: pb.BatchUpdateMessagesRequest, _: ServicerContext
    ) -> pb.BatchUpdateMessagesResponse:
        """Change messages, each for itself."""
        call = current_call()
        call.facts["messages"] = len(request.changes)
        asks = decode.update_messages(request, encode.message_result)
        batch = await self._do.messages.update_each(call.caller, asks)
        return encode.updated_messages(batch, [one.message_id for one in request.changes])

    async def BatchDeleteMessages(
        self, request: pb.BatchDeleteMessagesRequest, _: ServicerContext
    ) -> pb.BatchDeleteMessagesResponse:
        """Delete messages, each for itself."""
        call = current_call()
        call.facts["messages"] = len(request.message_ids)
        asks = decode.delete_messages(request, encode.message_gone)
        batch = await self._do.messages.delete_each(call.caller, asks)
        return encode.deleted_messages(batch, request.message_ids)
