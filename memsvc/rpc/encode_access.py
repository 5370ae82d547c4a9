"""From keys and accounts to messages."""

from __future__ import annotations

from typing import Final

from memsvc.core.accounts import Account
from memsvc.core.api_keys import ApiKey
from memsvc.rpc.decode_access import ROLES
from memsvc.rpc.encode import timestamp
from memsvc.usecases.access.accounts import SessionTokens
from memsvc.usecases.access.manage_keys import KeyPage
from memsvc.v1 import api_key_service_pb2, auth_service_pb2

_ROLES: Final = {role: number for number, role in ROLES.items()}


def api_key(key: ApiKey) -> api_key_service_pb2.ApiKey:
    """Return a key; its secret is not in it."""
    return api_key_service_pb2.ApiKey(
        key_id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        user_id=key.user_id,
        create_time=timestamp(key.create_time),
        created_by=key.created_by,
        expire_time=timestamp(key.expire_time),
        last_used_time=timestamp(key.last_used_time),
        revoke_time=timestamp(key.revoke_time),
        replaces=key.replaces,
    )


def key_page(page: KeyPage) -> api_key_service_pb2.ListApiKeysResponse:
    """Return a page of keys."""
    return api_key_service_pb2.ListApiKeysResponse(
        api_keys=[api_key(key) for key in page.keys], next_page_token=page.next_page_token
    )


def account(who: Account) -> auth_service_pb2.Account:
    """Return an account."""
    return auth_service_pb2.Account(
        account_id=str(who.account_id),
        login=who.login,
        display_name=who.display_name,
        role=_ROLES[who.role],
        user_id=who.user_id,
        create_time=timestamp(who.create_time),
        update_time=timestamp(who.update_time),
    )


def tokens(session: SessionTokens) -> auth_service_pb2.SessionTokens:
    """Return the tokens of a session."""
    return auth_service_pb2.SessionTokens(
        access_token=session.access,
        access_expire_time=timestamp(session.access_expire_time),
        refresh_token=session.refresh,
        refresh_expire_time=timestamp(session.refresh_expire_time),
    )
