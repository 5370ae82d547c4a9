"""Accounts, their sessions, and invitations: one typed function a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from memsvc.core.access import AccountRole
from memsvc.core.accounts import Account
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be stored."""

    account_id: UUID
    login: str
    display_name: str
    password_hash: str
    role: AccountRole
    user_id: str


@dataclass(frozen=True, slots=True)
class KeptPassword:
    """What tells whether a password is the right one."""

    account_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation promises."""

    role: AccountRole
    #: "" for a user of its own.
    user_id: str


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation to be stored."""

    invitation_id: UUID
    invited: Invited
    created_by: str
    expire_time: datetime


def _account(values: dict[str, Any]) -> Account:
    values["role"] = AccountRole(values["role"])
    return Account(**values)


async def insert(tx: Transaction, account: NewAccount, *, now: datetime) -> Account | None:
    """Store an account; return None if its login is taken."""
    rows = await tx.mapped(
        "insert_account",
        _account,
        account_id=account.account_id,
        login=account.login,
        display_name=account.display_name,
        password_hash=account.password_hash,
        role=str(account.role),
        user_id=account.user_id,
        now=now,
    )
    return rows[0] if rows else None


async def find(tx: Transaction, login: str) -> KeptPassword | None:
    """Return whose login that is and what is kept of the password; None for nobody's."""
    rows = await tx.all("find_account", KeptPassword, login=login)
    return rows[0] if rows else None


async def get(tx: Transaction, account_id: UUID) -> Account | None:
    """Return an account, None if there is none."""
    rows = await tx.mapped("get_account", _account, account_id=account_id)
    return rows[0] if rows else None


async def password_hash(tx: Transaction, account_id: UUID) -> str | None:
    """Return what is kept of the password, None if there is no such account."""
    rows = await tx.mapped("get_password_hash", dict, account_id=account_id)
    return str(rows[0]["password_hash"]) if rows else None


async def set_password(
    tx: Transaction, account_id: UUID, *, former_hash: str, new_hash: str, now: datetime
) -> bool:
    """Return whether the password was still the former one, and is now the new one."""
    rows = await tx.mapped(
        "set_password_hash",
        dict,
        account_id=account_id,
        former_hash=former_hash,
        password_hash=new_hash,
        now=now,
    )
    return bool(rows)


async def rename(
    tx: Transaction, account_id: UUID, display_name: str, *, now: datetime
) -> Account | None:
    """Give an account another name to be shown by; return None if there is none."""
    rows = await tx.mapped(
        "rename_account", _account, account_id=account_id, display_name=display_name, now=now
    )
    return rows[0] if rows else None


async def begin_session(
    tx: Transaction, account_id: UUID, session_id: UUID, *, now: datetime, expire_time: datetime
) -> None:
    """Begin a session of an account."""
    await tx.execute(
        "insert_session",
        session_id=session_id,
        account_id=account_id,
        now=now,
        expire_time=expire_time,
    )


async def of_session(tx: Transaction, session_id: UUID, *, now: datetime) -> Account | None:
    """Return whose a session is, None if it does not go on."""
    rows = await tx.mapped("get_session_account", _account, session_id=session_id, now=now)
    return rows[0] if rows else None


async def refresh_session(
    tx: Transaction, session_id: UUID, refresh_count: int, *, now: datetime, expire_time: datetime
) -> UUID | None:
    """Return whose a session is, whose next refresh has the next number; None if this one had its turn."""
    rows = await tx.mapped(
        "refresh_session",
        dict,
        session_id=session_id,
        refresh_count=refresh_count,
        now=now,
        expire_time=expire_time,
    )
    return UUID(str(rows[0]["account_id"])) if rows else None


async def end_session(tx: Transaction, session_id: UUID, *, now: datetime) -> bool:
    """Return whether a session went on until now."""
    return bool(await tx.mapped("end_session", dict, session_id=session_id, now=now))


async def end_other_sessions(
    tx: Transaction, account_id: UUID, session_id: UUID, *, now: datetime
) -> int:
    """End all sessions of an account but one; return how many."""
    rows = await tx.mapped(
        "end_other_sessions", dict, account_id=account_id, session_id=session_id, now=now
    )
    return len(rows)


async def invite(tx: Transaction, invitation: NewInvitation, *, now: datetime) -> None:
    """Store an invitation."""
    await tx.execute(
        "insert_invitation",
        invitation_id=invitation.invitation_id,
        role=str(invitation.invited.role),
        user_id=invitation.invited.user_id,
        created_by=invitation.created_by,
        now=now,
        expire_time=invitation.expire_time,
    )


async def accept(tx: Transaction, invitation_id: UUID, *, now: datetime) -> Invited | None:
    """Use up an invitation and return what it promises; None if there is none any more."""
    rows = await tx.mapped("accept_invitation", dict, invitation_id=invitation_id, now=now)
    return Invited(AccountRole(rows[0]["role"]), rows[0]["user_id"]) if rows else None


async def sweep(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Delete sessions and invitations whose time is over; return how many; only in an overview."""
    swept = 0
    for name in ("sweep_sessions", "sweep_invitations"):
        swept += len(await tx.mapped(name, dict, now=now, limit=limit))
    return swept
