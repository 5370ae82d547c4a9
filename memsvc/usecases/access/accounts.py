"""Accounts: registering, logging in and out, and what an account changes about itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from memsvc.core.access import AccountRole, scopes_of
from memsvc.core.accounts import Account, normal_login
from memsvc.core.audit import AuditAction
from memsvc.core.errors import (
    AccountRequired,
    CredentialInvalid,
    InvalidFields,
    LoginTaken,
    RegistrationClosed,
)
from memsvc.core.model import Caller
from memsvc.providers.passwords import Passwords
from memsvc.store import accounts
from memsvc.store.accounts import Invited, NewAccount, NewInvitation
from memsvc.store.database import Transaction
from memsvc.usecases.access.manage_keys import require_all
from memsvc.usecases.access.own_tokens import OwnToken, OwnTokens, TokenKind
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context

ACCESS_LIFETIME: Final = timedelta(minutes=30)
REFRESH_LIFETIME: Final = timedelta(days=7)
#: The shortest login, without spaces around it.
LOGIN_CHARACTERS_MIN: Final = 3
_PREFIX: Final = "account:"


@dataclass(frozen=True, slots=True)
class RegisterAsk:
    """Who wants an account."""

    login: str
    password: str
    #: "" for none.
    invitation_token: str
    display_name: str


@dataclass(frozen=True, slots=True)
class InviteAsk:
    """Whom to invite as what."""

    role: AccountRole
    #: "" for a user of its own.
    user_id: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it is handed out."""

    token: str
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a session calls and goes on with."""

    access: str
    access_expire_time: datetime
    refresh: str
    refresh_expire_time: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An account and its new session."""

    account: Account
    tokens: SessionTokens


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the people of a tenant do about their accounts.

    The tenant is the one of the application that calls, which stands in the caller; else that of the
    token in the request; else *default_tenant*.
    """

    context: Context
    tokens: OwnTokens
    passwords: Passwords
    #: "" for none.
    default_tenant: str
    #: Whether an account can be had without an invitation.
    is_open: bool

    async def register(self, caller: Caller, ask: RegisterAsk) -> LoggedIn:
        """Make an account and log it in.

        Raises CredentialInvalid for an invitation that is none, RegistrationClosed, LoginTaken, and
        InvalidFields for a login of little but spaces.
        """
        if len(normal_login(ask.login)) < LOGIN_CHARACTERS_MIN:
            message = f"must have at least {LOGIN_CHARACTERS_MIN} characters"
            raise InvalidFields([("login", message)])
        invitation = None
        if ask.invitation_token:
            invitation = self._shown(caller, ask.invitation_token, TokenKind.INVITATION)
        elif not self.is_open:
            raise RegistrationClosed(field="invitation_token")
        tenant_id = invitation.tenant_id if invitation else self._tenant(caller)
        kept = await self.passwords.hashed(ask.password)
        now, account_id = self.context.clock(), self.context.new_id()
        somebody = _account_caller(caller, tenant_id, account_id)
        async with self.context.database.transaction(somebody) as tx:
            promised: Invited | None = Invited(AccountRole.USER, "")
            if invitation:
                promised = await accounts.accept(tx, invitation.subject, now=now)
            if promised is None:
                raise CredentialInvalid(field="invitation_token")
            account = await accounts.insert(tx, _new(ask, kept, account_id, promised), now=now)
            if account is None:
                raise LoginTaken(field="login")
            tokens = await self._begun(tx, account_id, now)
            await record(
                tx, somebody, AuditAction.ACCOUNT_REGISTERED, target=str(account_id), now=now
            )
        return LoggedIn(account, tokens)

    async def login(self, caller: Caller, login: str, password: str) -> LoggedIn:
        """Begin a session; raise CredentialInvalid, which takes as long for a login that is not there."""
        tenant_id = self._tenant(caller)
        async with self.context.database.transaction(replace(caller, tenant_id=tenant_id)) as tx:
            found = await accounts.find(tx, normal_login(login))
        is_right = await self.passwords.is_right(password, found.password_hash if found else None)
        if found is None or not is_right:
            raise CredentialInvalid
        await self._strengthened(caller, tenant_id, found, password)
        now = self.context.clock()
        somebody = _account_caller(caller, tenant_id, found.account_id)
        async with self.context.database.transaction(somebody) as tx:
            account = await accounts.get(tx, found.account_id)
            if account is None:
                raise CredentialInvalid
            tokens = await self._begun(tx, found.account_id, now)
            await record(
                tx, somebody, AuditAction.SESSION_BEGUN, target=str(found.account_id), now=now
            )
        return LoggedIn(account, tokens)

    async def refresh(self, caller: Caller, refresh_token: str) -> SessionTokens:
        """Return the next tokens of a session; raise CredentialInvalid.

        A token that had its turn ends the session: somebody else may have it.
        """
        shown = self._shown(caller, refresh_token, TokenKind.REFRESH)
        session_id = shown.session_id
        if session_id is None:
            raise CredentialInvalid
        now = self.context.clock()
        somebody = _account_caller(caller, shown.tenant_id, shown.subject)
        expire_time = now + REFRESH_LIFETIME
        async with self.context.database.transaction(somebody) as tx:
            account_id = await accounts.refresh_session(
                tx, session_id, shown.number, now=now, expire_time=expire_time
            )
            reused = account_id is None and await accounts.end_session(tx, session_id, now=now)
            if reused:
                await record(
                    tx, somebody, AuditAction.SESSION_REUSED, target=str(shown.subject), now=now
                )
        # After the commit, so that the end of the session stands.
        if account_id is None or account_id != shown.subject:
            raise CredentialInvalid
        return self._signed(shown.tenant_id, account_id, session_id, shown.number + 1, now)

    async def invite(self, caller: Caller, ask: InviteAsk) -> Invitation:
        """Make an invitation; raise ScopeMissing if it promised more than the caller may do."""
        require_all(caller, scopes_of(ask.role))
        if ask.role is AccountRole.ADMIN and ask.user_id:
            raise InvalidFields([("user_id", "must be empty for an administrator")])
        now, invitation_id = self.context.clock(), self.context.new_id()
        expire_time = now + ask.lifetime
        promised = Invited(ask.role, ask.user_id)
        new = NewInvitation(invitation_id, promised, caller.principal, expire_time)
        async with self.context.database.transaction(caller) as tx:
            await accounts.invite(tx, new, now=now)
            await record(
                tx, caller, AuditAction.ACCOUNT_INVITED, target=str(invitation_id), now=now
            )
        token = OwnToken(TokenKind.INVITATION, caller.tenant_id, invitation_id, expire_time)
        return Invitation(self.tokens.sign(token, self.context.new_id(), now=now), expire_time)

    async def logout(self, caller: Caller) -> None:
        """End the session that calls; raise AccountRequired."""
        account_id, session_id = _own(caller)
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if await accounts.end_session(tx, session_id, now=now):
                await record(tx, caller, AuditAction.SESSION_ENDED, target=str(account_id), now=now)

    async def me(self, caller: Caller) -> Account:
        """Return the account that calls; raise AccountRequired."""
        account_id, _ = _own(caller)
        async with self.context.database.transaction(caller) as tx:
            account = await accounts.get(tx, account_id)
        return _there(account)

    async def rename(self, caller: Caller, display_name: str) -> Account:
        """Give the account that calls another name to be shown by; raise AccountRequired."""
        account_id, _ = _own(caller)
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            account = await accounts.rename(tx, account_id, display_name, now=now)
        return _there(account)

    async def change_password(self, caller: Caller, current: str, new: str) -> None:
        """Change the password and end all other sessions; raise AccountRequired and CredentialInvalid."""
        account_id, session_id = _own(caller)
        async with self.context.database.transaction(caller) as tx:
            former = await accounts.password_hash(tx, account_id)
        if former is None or not await self.passwords.is_right(current, former):
            raise CredentialInvalid(field="current_password")
        kept = await self.passwords.hashed(new)
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            changed = await accounts.set_password(
                tx, account_id, former_hash=former, new_hash=kept, now=now
            )
            if not changed:
                raise CredentialInvalid(field="current_password")
            await accounts.end_other_sessions(tx, account_id, session_id, now=now)
            await record(tx, caller, AuditAction.ACCOUNT_SECURED, target=str(account_id), now=now)

    def _tenant(self, caller: Caller) -> str:
        tenant_id = caller.tenant_id or self.default_tenant
        if not tenant_id:
            raise CredentialInvalid
        return tenant_id

    def _shown(self, caller: Caller, text: str, kind: TokenKind) -> OwnToken:
        token = self.tokens.read(text, kind)
        if token is None or caller.tenant_id not in {"", token.tenant_id}:
            raise CredentialInvalid
        return token

    async def _strengthened(
        self, caller: Caller, tenant_id: str, found: accounts.KeptPassword, password: str
    ) -> None:
        """Keep the password in today's way, now that it is at hand."""
        if not self.passwords.is_outdated(found.password_hash):
            return
        kept = await self.passwords.hashed(password)
        async with self.context.database.transaction(replace(caller, tenant_id=tenant_id)) as tx:
            await accounts.set_password(
                tx,
                found.account_id,
                former_hash=found.password_hash,
                new_hash=kept,
                now=self.context.clock(),
            )

    async def _begun(self, tx: Transaction, account_id: UUID, now: datetime) -> SessionTokens:
        session_id = self.context.new_id()
        await accounts.begin_session(
            tx, account_id, session_id, now=now, expire_time=now + REFRESH_LIFETIME
        )
        return self._signed(tx.tenant_id, account_id, session_id, 0, now)

    def _signed(
        self, tenant_id: str, account_id: UUID, session_id: UUID, number: int, now: datetime
    ) -> SessionTokens:
        access = OwnToken(
            TokenKind.ACCESS, tenant_id, account_id, now + ACCESS_LIFETIME, session_id
        )
        refresh = OwnToken(
            TokenKind.REFRESH, tenant_id, account_id, now + REFRESH_LIFETIME, session_id, number
        )
        return SessionTokens(
            self.tokens.sign(access, self.context.new_id(), now=now),
            access.expire_time,
            self.tokens.sign(refresh, self.context.new_id(), now=now),
            refresh.expire_time,
        )


def _account_caller(caller: Caller, tenant_id: str, account_id: UUID) -> Caller:
    """Return the account as a caller. It acts for itself, so no application's binding counts."""
    return replace(caller, tenant_id=tenant_id, user_id="", principal=f"{_PREFIX}{account_id}")


def _new(ask: RegisterAsk, kept: str, account_id: UUID, promised: Invited) -> NewAccount:
    own_user = "" if promised.role is AccountRole.ADMIN else promised.user_id or str(account_id)
    login = normal_login(ask.login)
    return NewAccount(account_id, login, ask.display_name or login, kept, promised.role, own_user)


def _own(caller: Caller) -> tuple[UUID, UUID]:
    """Return the account and the session that call; raise AccountRequired if the caller is none."""
    if not caller.session_id or not caller.principal.startswith(_PREFIX):
        raise AccountRequired
    return UUID(caller.principal.removeprefix(_PREFIX)), UUID(caller.session_id)


def _there(account: Account | None) -> Account:
    if account is None:
        raise AccountRequired
    return account
