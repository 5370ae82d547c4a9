package dev.memsvc.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;

/**
 * A channel for blocking stubs whose unary calls fail as the client's methods do.
 *
 * <p>A stub would turn the end of a call into gRPC's own exception. So the whole call is made where
 * the stub ends its request, in the thread of the caller, and what is thrown there comes out of the
 * stub as it is.
 */
final class ClientChannel extends Channel {
  private final Channel channel;
  private final Connection connection;

  ClientChannel(Channel channel, Connection connection) {
    this.channel = channel;
    this.connection = connection;
  }

  @Override
  public String authority() {
    return channel.authority();
  }

  @Override
  public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
    return new WholeCall<>(method, options);
  }

  private final class WholeCall<Q, A> extends ClientCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final CallOptions options;
    private Listener<A> listener;
    private Metadata headers;
    private Q request;

    WholeCall(MethodDescriptor<Q, A> method, CallOptions options) {
      this.method = method;
      this.options = options;
    }

    @Override
    public void start(Listener<A> answers, Metadata ofTheCall) {
      listener = answers;
      headers = ofTheCall;
    }

    @Override
    public void sendMessage(Q message) {
      request = message;
    }

    @Override
    public void halfClose() {
      Channel withHeaders =
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
      A answer;
      try {
        answer = ClientCalls.blockingUnaryCall(withHeaders, method, options, request);
      } catch (StatusRuntimeException e) {
        throw connection.failure(method, e);
      }
      listener.onMessage(answer);
      listener.onClose(Status.OK, new Metadata());
    }

    @Override
    public void request(int messages) {
      // There is one answer, which comes by itself.
    }

    @Override
    public void cancel(String message, Throwable cause) {
      // The call has ended when the stub is back.
    }
  }
}
