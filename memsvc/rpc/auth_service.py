"""AuthService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.rpc import decode_access, encode_access
from memsvc.rpc.encode import timestamp
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.usecases.access.accounts import Accounts
from memsvc.v1 import auth_service_pb2 as pb
from memsvc.v1.auth_service_pb2_grpc import AuthServiceServicer


class AuthService(AuthServiceServicer):
    """The wire's side of the accounts."""

    def __init__(self, accounts: Accounts) -> None:
        """Answer calls with *accounts*."""
        self._accounts = accounts

    async def Register(
        self, request: pb.RegisterRequest, _: ServicerContext
    ) -> pb.RegisterResponse:
        """Make an account and log it in."""
        ask = decode_access.register(request)
        done = await self._accounts.register(current_call().caller, ask)
        return pb.RegisterResponse(
            account=encode_access.account(done.account), tokens=encode_access.tokens(done.tokens)
        )

    async def Login(self, request: pb.LoginRequest, _: ServicerContext) -> pb.LoginResponse:
        """Begin a session."""
        caller = current_call().caller
        done = await self._accounts.login(caller, request.login, request.password)
        return pb.LoginResponse(
            account=encode_access.account(done.account), tokens=encode_access.tokens(done.tokens)
        )

    async def Refresh(self, request: pb.RefreshRequest, _: ServicerContext) -> pb.RefreshResponse:
        """Go on with a session."""
        tokens = await self._accounts.refresh(current_call().caller, request.refresh_token)
        return pb.RefreshResponse(tokens=encode_access.tokens(tokens))

    async def CreateInvitation(
        self, request: pb.CreateInvitationRequest, _: ServicerContext
    ) -> pb.CreateInvitationResponse:
        """Invite somebody."""
        ask = decode_access.invitation(request)
        invitation = await self._accounts.invite(current_call().caller, ask)
        return pb.CreateInvitationResponse(
            invitation_token=invitation.token,
            expire_time=timestamp(invitation.expire_time),
        )

    async def Logout(self, _: pb.LogoutRequest, _context: ServicerContext) -> pb.LogoutResponse:
        """End the session that calls."""
        await self._accounts.logout(current_call().caller)
        return pb.LogoutResponse()

    async def GetMe(self, _: pb.GetMeRequest, _context: ServicerContext) -> pb.GetMeResponse:
        """Return the account that calls."""
        me = await self._accounts.me(current_call().caller)
        return pb.GetMeResponse(account=encode_access.account(me))

    async def UpdateMe(
        self, request: pb.UpdateMeRequest, _: ServicerContext
    ) -> pb.UpdateMeResponse:
        """Change the account that calls."""
        me = await self._accounts.rename(current_call().caller, request.display_name)
        return pb.UpdateMeResponse(account=encode_access.account(me))

    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, _: ServicerContext
    ) -> pb.ChangePasswordResponse:
        """Give the account that calls another password."""
        await self._accounts.change_password(
            current_call().caller, request.current_password, request.new_password
        )
        return pb.ChangePasswordResponse()
