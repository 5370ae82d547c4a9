"""From messages to what is asked about keys and accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from memsvc.core.access import AccountRole
from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, time_of
from memsvc.usecases.access.accounts import InviteAsk, RegisterAsk
from memsvc.usecases.access.manage_keys import KeysAsk, NewKeyAsk, RotateAsk
from memsvc.v1 import api_key_service_pb2, auth_service_pb2

OVERLAP_DEFAULT: Final = timedelta(days=1)
INVITATION_DEFAULT: Final = timedelta(days=7)
ROLES: Final = {
    auth_service_pb2.ACCOUNT_ROLE_ADMIN: AccountRole.ADMIN,
    auth_service_pb2.ACCOUNT_ROLE_USER: AccountRole.USER,
    auth_service_pb2.ACCOUNT_ROLE_READ_ONLY: AccountRole.READ_ONLY,
}


def create_api_key(request: api_key_service_pb2.CreateApiKeyRequest) -> NewKeyAsk:
    """Return what the new key is to be."""
    return NewKeyAsk(
        request.name,
        frozenset(request.scopes),
        request.user_id,
        time_of(request, "expire_time"),
    )


def list_api_keys(request: api_key_service_pb2.ListApiKeysRequest) -> KeysAsk:
    """Return which page of keys is asked for."""
    return KeysAsk(request.page_size or LIST_PAGE_DEFAULT, request.page_token, binding(request))


def rotate_api_key(request: api_key_service_pb2.RotateApiKeyRequest) -> RotateAsk:
    """Return which key is to be exchanged."""
    given = request.HasField("overlap")
    return RotateAsk(
        request.key_id,
        request.overlap.ToTimedelta() if given else OVERLAP_DEFAULT,
        time_of(request, "expire_time"),
    )


def register(request: auth_service_pb2.RegisterRequest) -> RegisterAsk:
    """Return who wants an account."""
    return RegisterAsk(
        request.login, request.password, request.invitation_token, request.display_name
    )


def invitation(request: auth_service_pb2.CreateInvitationRequest) -> InviteAsk:
    """Return whom to invite."""
    role = ROLES.get(request.role, AccountRole.USER)
    given = request.HasField("lifetime")
    return InviteAsk(
        role,
        request.user_id,
        request.lifetime.ToTimedelta() if given else INVITATION_DEFAULT,
    )
