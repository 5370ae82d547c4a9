"""Accounts: how one is had, what a session is good for, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import psycopg
import pytest
from argon2 import PasswordHasher

from memsvc.core.access import AccountRole, scopes_of
from memsvc.core.audit import AuditAction
from memsvc.core.errors import (
    AccountRequired,
    CredentialInvalid,
    InvalidFields,
    LoginTaken,
    RegistrationClosed,
    ScopeMissing,
)
from memsvc.core.model import Caller
from memsvc.providers.passwords import THREADS, Passwords
from memsvc.store import accounts, audit
from memsvc.store.database import Database
from memsvc.usecases.access.accounts import InviteAsk, LoggedIn, RegisterAsk
from memsvc.usecases.access.own_tokens import OwnToken, OwnTokens, TokenKind
from tests.access.conftest import Door

PASSWORD = "correct horse battery"  # ruff: ignore[hardcoded-password-string] - of nobody
WEEK = timedelta(days=7)


def asked(login: str, token: str = "") -> RegisterAsk:
    """Return who wants an account."""
    return RegisterAsk(login, PASSWORD, token, "")


async def invited(
    door: Door, admin: Caller, role: AccountRole = AccountRole.USER, user_id: str = ""
) -> str:
    """Return an invitation."""
    return (await door.accounts.invite(admin, InviteAsk(role, user_id, WEEK))).token


async def joined(door: Door, admin: Caller, login: str = "ana", **more: Any) -> LoggedIn:
    """Return somebody who was invited and came."""
    token = await invited(door, admin, **more)
    return await door.accounts.register(stranger(admin), asked(login, token))


def stranger(admin: Caller) -> Caller:
    """Return a caller of whom nothing is known, not even the tenant."""
    return Caller("", admin.deadline)


def app(admin: Caller) -> Caller:
    """Return an application of the tenant that lets people log in."""
    return replace(admin, principal="key:APP", scopes=frozenset({"auth"}))


async def as_caller(door: Door, admin: Caller, access_token: str) -> Caller:
    """Return whom a token stands for, as the pipeline would."""
    who = await door.who(access_token)
    return Caller(
        who.tenant_id, admin.deadline, who.user_id, who.principal, who.scopes, who.session_id
    )


async def refused(attempt: Awaitable[object]) -> None:
    """Check that a credential is not taken."""
    with pytest.raises(CredentialInvalid):
        await attempt


async def test_an_invitation_makes_one_account(door: Door, admin: Caller) -> None:
    """Of the tenant that invited, in the role that it promised; a second one cannot be had with it."""
    token = await invited(door, admin)
    done = await door.accounts.register(stranger(admin), asked("Ana@Example.org", token))

    who = await door.who(done.tokens.access)
    assert done.account.login == done.account.display_name == "ana@example.org"
    assert who.tenant_id == admin.tenant_id
    assert who.principal == f"account:{done.account.account_id}"
    assert who.user_id == str(done.account.account_id)
    assert who.scopes == scopes_of(AccountRole.USER)
    await refused(door.accounts.register(stranger(admin), asked("bob", token)))


@pytest.mark.parametrize(
    ("role", "user_id", "bound_to"),
    [
        (AccountRole.ADMIN, "", ""),
        (AccountRole.READ_ONLY, "ana", "ana"),
        (AccountRole.USER, "ana", "ana"),
    ],
)
async def test_a_role_says_what_and_whose(
    door: Door, admin: Caller, role: AccountRole, user_id: str, bound_to: str
) -> None:
    """Administrators are bound to nobody, others to the user whom the invitation names."""
    done = await joined(door, admin, role=role, user_id=user_id)

    who = await door.who(done.tokens.access)
    assert (who.scopes, who.user_id) == (scopes_of(role), bound_to)


async def test_nobody_invites_beyond_themselves(door: Door, admin: Caller) -> None:
    """An invitation is a way to give rights, so it takes all of them; an administrator has no user."""
    weak = replace(admin, scopes=scopes_of(AccountRole.USER) | {"key.admin"})
    assert await invited(door, weak)

    with pytest.raises(ScopeMissing):
        await invited(door, weak, role=AccountRole.ADMIN)
    with pytest.raises(InvalidFields):
        await invited(door, admin, role=AccountRole.ADMIN, user_id="ana")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await invited(door, replace(weak, user_id="ana"), user_id="bob")


async def test_without_an_invitation_only_if_all_are_welcome(door: Door, admin: Caller) -> None:
    """The server's settings say so, and from where the tenant comes: it never stands in a request."""
    with pytest.raises(RegistrationClosed):
        await door.accounts.register(app(admin), asked("ana"))
    opened = replace(door.accounts, is_open=True)
    done = await opened.register(app(admin), asked("ana"))
    await refused(opened.register(stranger(admin), asked("bob")))
    at_home = replace(opened, default_tenant=admin.tenant_id)

    assert done.account.role is AccountRole.USER
    assert await at_home.register(stranger(admin), asked("bob"))
    with pytest.raises(LoginTaken):
        await opened.register(app(admin), asked("ANA"))
    with pytest.raises(InvalidFields):
        await opened.register(app(admin), asked("  a  "))


async def test_a_login_needs_name_and_password(door: Door, admin: Caller) -> None:
    """A wrong password, an unknown name, and the right ones in another tenant are all the same."""
    await joined(door, admin)
    login = door.accounts.login

    assert await login(app(admin), " ANA", PASSWORD)
    await refused(login(app(admin), "ana", PASSWORD + "x"))
    await refused(login(app(admin), "nobody", PASSWORD))
    await refused(login(replace(app(admin), tenant_id="else"), "ana", PASSWORD))
    await refused(login(stranger(admin), "ana", PASSWORD))


async def test_an_unknown_login_takes_as_long(
    door: Door, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one thing that takes time is done once for each, whether or not there is such an account."""
    await joined(door, admin)
    work: list[str] = []
    for name in ("hash", "verify"):
        original = getattr(PasswordHasher, name)

        def counted(*arguments: Any, original: Any = original) -> Any:
            work.append("x")
            return original(*arguments)

        monkeypatch.setattr(PasswordHasher, name, counted)
    for login in ("ana", "nobody"):
        work.clear()
        await refused(door.accounts.login(app(admin), login, "wrong password"))
        assert len(work) == 1


async def test_passwords_are_worked_on_two_at_a_time() -> None:
    """Each takes 64 MiB: however many come, no more than two are hashed at once."""
    running, most = 0, 0

    class Hasher(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            made = super().hash(password, salt=salt)
            running -= 1
            return made

    passwords = Passwords(Hasher(time_cost=2, memory_cost=1024))
    await asyncio.gather(*(passwords.hashed(PASSWORD) for _ in range(12)))
    await passwords.close()

    assert 1 <= most <= THREADS


async def test_a_password_is_kept_by_argon2id(door: Door, admin: Caller, conninfo: str) -> None:
    """With a salt of its own; one that was kept in a weaker way is kept anew at the next login."""
    done = await joined(door, admin)
    strong = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await replace(door.accounts, passwords=strong).login(app(admin), "ana", PASSWORD)
    await strong.close()
    with psycopg.connect(conninfo) as connection:
        connection.execute("select set_config('memsvc.tenant', %s, true)", (admin.tenant_id,))
        rows = connection.execute("select password_hash from account").fetchall()

    assert [row[0].startswith("$argon2id$v=19$m=16,t=2,p=1$") for row in rows] == [True]
    assert await door.who(done.tokens.access)


async def test_a_refresh_token_is_good_once(door: Door, admin: Caller) -> None:
    """It goes on with the session; if it comes again, the session ends for whoever has its tokens."""
    first = (await joined(door, admin)).tokens
    second = await door.accounts.refresh(stranger(admin), first.refresh)
    third = await door.accounts.refresh(stranger(admin), second.refresh)
    assert await door.who(third.access)

    await refused(door.accounts.refresh(stranger(admin), first.refresh))

    await refused(door.accounts.refresh(stranger(admin), third.refresh))
    for tokens in (first, second, third):
        await refused(door.who(tokens.access))


async def test_of_two_refreshes_at_once_one_wins(door: Door, admin: Caller) -> None:
    """A token that comes twice in the same moment was used twice: that ends the session."""
    tokens = (await joined(door, admin)).tokens
    ends = await asyncio.gather(
        *(door.accounts.refresh(stranger(admin), tokens.refresh) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["CredentialInvalid", "SessionTokens"]
    await refused(door.who(tokens.access))


async def test_a_token_is_good_for_one_thing(door: Door, admin: Caller) -> None:
    """An invitation, an access and a refresh token do not stand for each other, nor for other tenants."""
    invitation = await invited(door, admin)
    tokens = (await joined(door, admin)).tokens

    for text in (invitation, tokens.refresh):
        await refused(door.who(text))
    for text in (invitation, tokens.access):
        await refused(door.accounts.refresh(stranger(admin), text))
    for text in (tokens.access, tokens.refresh):
        await refused(door.accounts.register(stranger(admin), asked("bob", text)))
    elsewhere = replace(app(admin), tenant_id="else")
    await refused(door.accounts.refresh(elsewhere, tokens.refresh))
    await refused(door.accounts.register(elsewhere, asked("bob", invitation)))


async def test_a_token_of_another_installation_opens_nothing(door: Door, admin: Caller) -> None:
    """Nobody signs such a token without the secret, whatever it says, and by whichever algorithm."""
    done = await joined(door, admin)
    claims = jwt.decode(done.tokens.access, options={"verify_signature": False})
    session = UUID(claims["sid"])
    token = OwnToken(
        TokenKind.ACCESS,
        admin.tenant_id,
        done.account.account_id,
        door.context.clock() + WEEK,
        session,
    )
    forged = OwnTokens(bytes(32)).sign(token, session, now=door.context.clock())

    await refused(door.who(forged))
    await refused(door.who(jwt.encode(claims, "", "none")))
    stale = replace(token, expire_time=door.context.clock() - timedelta(seconds=1))
    await refused(door.who(door.tokens.sign(stale, session, now=door.context.clock())))
    other = replace(token, subject=session)
    await refused(door.who(door.tokens.sign(other, session, now=door.context.clock())))


async def test_logging_out_ends_the_session(door: Door, admin: Caller) -> None:
    """All of its tokens, and no other session of the account."""
    await joined(door, admin)
    one, other = [(await door.accounts.login(app(admin), "ana", PASSWORD)).tokens for _ in "12"]
    await door.accounts.logout(await as_caller(door, admin, one.access))

    await refused(door.who(one.access))
    await refused(door.accounts.refresh(stranger(admin), one.refresh))
    assert await door.who(other.access)


async def test_another_password_ends_all_other_sessions(door: Door, admin: Caller) -> None:
    """The one that changed it goes on; the former password opens nothing any more."""
    await joined(door, admin)
    one, other = [(await door.accounts.login(app(admin), "ana", PASSWORD)).tokens for _ in "12"]
    me = await as_caller(door, admin, one.access)
    await refused(door.accounts.change_password(me, "not it", "another password"))
    await door.accounts.change_password(me, PASSWORD, "another password")

    assert await door.who(one.access)
    await refused(door.who(other.access))
    await refused(door.accounts.refresh(stranger(admin), other.refresh))
    await refused(door.accounts.login(app(admin), "ana", PASSWORD))
    assert await door.accounts.login(app(admin), "ana", "another password")


async def test_an_account_sees_and_names_itself(door: Door, admin: Caller) -> None:
    """Also one that is bound to a user; what is no account has nothing to see."""
    me = await as_caller(door, admin, (await joined(door, admin)).tokens.access)
    named = await door.accounts.rename(me, "Ana")

    assert named.display_name == "Ana"
    assert await door.accounts.me(me) == named
    for attempt in (
        door.accounts.me(admin),
        door.accounts.logout(admin),
        door.accounts.rename(admin, "x"),
        door.accounts.change_password(admin, "x", "y"),
    ):
        with pytest.raises(AccountRequired):
            await attempt


async def test_what_accounts_do_is_in_the_audit_log(
    door: Door, admin: Caller, database: Database
) -> None:
    """Who was invited, came, went in and out, and when a token came twice; never what was typed."""
    done = await joined(door, admin)
    me = await as_caller(door, admin, done.tokens.access)
    await door.accounts.change_password(me, PASSWORD, "another password")
    await door.accounts.logout(me)
    tokens = (await door.accounts.login(app(admin), "ana", "another password")).tokens
    await door.accounts.refresh(stranger(admin), tokens.refresh)
    await refused(door.accounts.refresh(stranger(admin), tokens.refresh))
    async with database.transaction(admin) as tx:
        entries = await audit.page(tx, after=0, limit=100)

    assert [entry.action for entry in entries] == [
        AuditAction.ACCOUNT_INVITED,
        AuditAction.ACCOUNT_REGISTERED,
        AuditAction.ACCOUNT_SECURED,
        AuditAction.SESSION_ENDED,
        AuditAction.SESSION_BEGUN,
        AuditAction.SESSION_REUSED,
    ]
    assert {entry.principal for entry in entries[1:]} == {f"account:{done.account.account_id}"}


async def test_what_is_over_is_swept(door: Door, admin: Caller, database: Database) -> None:
    """Sessions and invitations go when their time is over, whosesoever they are; others stay."""
    # The policy looks at the database's clock, so this time has to be over for it too.
    short = InviteAsk(AccountRole.USER, "", timedelta(milliseconds=1))
    await door.accounts.invite(admin, short)
    done = await joined(door, admin)

    async def swept() -> int:
        async with database.overview() as tx:
            return await accounts.sweep(tx, now=door.context.clock(), limit=100)

    async with asyncio.timeout(5):
        while not await swept():
            pass
    assert await door.who(done.tokens.access)
