package dev.memsvc.client;

import dev.memsvc.v1.AdminServiceGrpc;
import dev.memsvc.v1.EraseUserRequest;
import dev.memsvc.v1.EraseUserResponse;
import dev.memsvc.v1.ExportUserRequest;
import dev.memsvc.v1.GetLimitsRequest;
import dev.memsvc.v1.GetLimitsResponse;
import dev.memsvc.v1.GetQuotaRequest;
import dev.memsvc.v1.GetQuotaResponse;
import dev.memsvc.v1.ImportUserResponse;
import dev.memsvc.v1.ReopenUserRequest;
import dev.memsvc.v1.ReopenUserResponse;
import dev.memsvc.v1.UserServiceGrpc;
import java.util.Iterator;

/** What a {@link MemoryClient} does with users as a whole, and what a tenant may use. */
abstract class UserMethods extends Calls {
  UserMethods(Connection connection, CallRules rules) {
    super(connection, rules);
  }

  /**
   * Gives the services that the client has no methods for.
   *
   * @return generated stubs, on the terms of this client
   */
  public Services services() {
    return new Services(new ClientChannel(rulesChannel, connection));
  }

  /**
   * Forgets a user for good. Calling it again is harmless. It fails with USER_HELD while the user's
   * memories are held.
   *
   * @param request the request
   * @return the report, which tells what was removed
   */
  public EraseUserResponse eraseUser(EraseUserRequest request) {
    return unary(UserServiceGrpc.getEraseUserMethod(), request);
  }

  /**
   * Lets an erased user be remembered anew. It is not retried. It fails with ERASURE_UNDER_WAY
   * while rows are still being removed, and with USER_NOT_FOUND if the user was not erased.
   *
   * @param request the request
   * @return nothing in particular
   */
  public ReopenUserResponse reopenUser(ReopenUserRequest request) {
    return unary(UserServiceGrpc.getReopenUserMethod(), request);
  }

  /**
   * Hands over all that is remembered of a user. The request is sent at once and is not retried.
   * The timeout covers the whole export.
   *
   * @param request the request
   * @return lines of JSON, without their ends, the last one of the type "end" if the export is
   *     whole; close it to cancel the export
   */
  public ServerStream<String> exportUser(ExportUserRequest request) {
    return serverStream(UserServiceGrpc.getExportUserMethod(), request, Lines::of);
  }

  /**
   * Takes in a collection of lines; see {@link MemoryClient#importUser(String, Iterator)}.
   *
   * @param userId into which user; empty for the one that was exported
   * @param lines the lines
   * @return what was taken in
   */
  public ImportUserResponse importUser(String userId, Iterable<String> lines) {
    return importUser(userId, lines.iterator());
  }

  /**
   * Takes in what {@link MemoryClient#exportUser} handed over.
   *
   * <p>Lines are taken from the iterator in the thread of the caller and may end with a line feed.
   * An exception of the iterator cancels the call and is thrown as it is. An import is not retried;
   * one that broke off can be sent again, for what is there already is left as it is. The timeout
   * covers the whole import.
   *
   * @param userId into which user; empty for the one that was exported
   * @param lines the lines
   * @return what was taken in
   */
  public ImportUserResponse importUser(String userId, Iterator<String> lines) {
    return clientStream(UserServiceGrpc.getImportUserMethod(), new Lines.Pieces(userId, lines));
  }

  /**
   * Tells how large requests may be, how fast they may come, and what each method costs.
   *
   * @param request the request
   * @return the limits
   */
  public GetLimitsResponse getLimits(GetLimitsRequest request) {
    return unary(AdminServiceGrpc.getGetLimitsMethod(), request);
  }

  /**
   * Tells how much of its quotas the tenant has used.
   *
   * @param request the request
   * @return the quotas
   */
  public GetQuotaResponse getQuota(GetQuotaRequest request) {
    return unary(AdminServiceGrpc.getGetQuotaMethod(), request);
  }
}
