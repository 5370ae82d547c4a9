"""Accounts: the people of a tenant who log in with a password."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core.access import AccountRole


@dataclass(frozen=True, slots=True)
class Account:
    """An account, without its password."""

    account_id: UUID
    #: A name or an e-mail address, as `normal_login` writes it.
    login: str
    display_name: str
    role: AccountRole
    #: The one user whose data it may touch; "" for any.
    user_id: str
    create_time: datetime
    update_time: datetime


def normal_login(text: str) -> str:
    """Return a login in the one way that it is kept: spelt otherwise it is still the same."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
