package dev.memsvc.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.function.Function;

/** How one call of each shape is made over a connection. */
abstract class Calls {
  final Connection connection;
  final CallRules rules;
  final Channel rulesChannel;

  Calls(Connection connection, CallRules rules) {
    this.connection = connection;
    this.rules = rules;
    rulesChannel = ClientInterceptors.intercept(connection.channel(), rules);
  }

  final <Q, A> A unary(MethodDescriptor<Q, A> method, Q request) {
    try {
      return ClientCalls.blockingUnaryCall(rulesChannel, method, CallOptions.DEFAULT, request);
    } catch (StatusRuntimeException e) {
      throw connection.failure(method, e);
    }
  }

  final <Q, A> ServerStream<A> serverStream(MethodDescriptor<Q, A> method, Q request) {
    return serverStream(method, request, answers -> answers);
  }

  /** Makes a call that is answered by a stream, of which the caller gets what it makes of it. */
  final <Q, A, T> ServerStream<T> serverStream(
      MethodDescriptor<Q, A> method, Q request, Function<Iterator<A>, Iterator<T>> made) {
    return new ServerStream<>(
        () ->
            made.apply(
                ClientCalls.blockingServerStreamingCall(
                    rulesChannel, method, CallOptions.DEFAULT, request)),
        e -> connection.failure(method, e));
  }

  final <Q, A> A clientStream(MethodDescriptor<Q, A> method, Iterator<Q> requests) {
    return new Upload<>(rulesChannel.newCall(method, CallOptions.DEFAULT))
        .send(requests, e -> connection.failure(method, e));
  }
}
