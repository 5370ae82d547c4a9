package dev.memsvc.client;

import dev.memsvc.v1.AdminServiceGrpc;
import dev.memsvc.v1.ApiKeyServiceGrpc;
import dev.memsvc.v1.AuthServiceGrpc;
import dev.memsvc.v1.ConversationServiceGrpc;
import dev.memsvc.v1.PersonaServiceGrpc;
import dev.memsvc.v1.ProfileServiceGrpc;
import dev.memsvc.v1.ProjectServiceGrpc;
import dev.memsvc.v1.ProviderServiceGrpc;
import dev.memsvc.v1.RetentionServiceGrpc;
import dev.memsvc.v1.TrustServiceGrpc;
import io.grpc.Channel;

/**
 * The services that the client has no methods for, as the blocking stubs that are generated of the
 * contract:
 *
 * <pre>{@code
 * client.services().apiKeys().listApiKeys(ListApiKeysRequest.getDefaultInstance());
 * }</pre>
 *
 * <p>A call of theirs is one of the client's: with its credential, its headers and deadline,
 * retried as the service config says, with a request_id where the contract knows one, and throwing
 * a {@link MemsvcException}. A list gives a page; ask for the next one by its token.
 */
public final class Services {
  private final Channel channel;

  Services(Channel channel) {
    this.channel = channel;
  }

  /**
   * Gives the audit log, limits, quota, and what the server is.
   *
   * @return the stub
   */
  public AdminServiceGrpc.AdminServiceBlockingStub admin() {
    return AdminServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives the keys for applications.
   *
   * @return the stub
   */
  public ApiKeyServiceGrpc.ApiKeyServiceBlockingStub apiKeys() {
    return ApiKeyServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives what is for people who log in.
   *
   * @return the stub
   */
  public AuthServiceGrpc.AuthServiceBlockingStub auth() {
    return AuthServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives who answers in a chat.
   *
   * @return the stub
   */
  public PersonaServiceGrpc.PersonaServiceBlockingStub personas() {
    return PersonaServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives how users want to be answered, and who they are.
   *
   * @return the stub
   */
  public ProfileServiceGrpc.ProfileServiceBlockingStub profiles() {
    return ProfileServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives conversations and their messages.
   *
   * @return the stub
   */
  public ConversationServiceGrpc.ConversationServiceBlockingStub conversations() {
    return ConversationServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives what conversations belong to.
   *
   * @return the stub
   */
  public ProjectServiceGrpc.ProjectServiceBlockingStub projects() {
    return ProjectServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives whom a chat can ask.
   *
   * @return the stub
   */
  public ProviderServiceGrpc.ProviderServiceBlockingStub providers() {
    return ProviderServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives what is kept for how long.
   *
   * @return the stub
   */
  public RetentionServiceGrpc.RetentionServiceBlockingStub retention() {
    return RetentionServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Gives what the write guard has put aside.
   *
   * @return the stub
   */
  public TrustServiceGrpc.TrustServiceBlockingStub trust() {
    return TrustServiceGrpc.newBlockingStub(channel);
  }
}
