package com.sipfacade.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Gives a call its deadline if it has none, and the metadata of the client. */
record Defaults(Duration timeout, Metadata metadata, Supplier<String> token) implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, withDeadline(options))) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        headers.merge(metadata);
        if (token != null) {
          headers.put(AUTHORIZATION, "Bearer " + token.get());
        }
        super.start(listener, headers);
      }
    };
  }

  private CallOptions withDeadline(CallOptions options) {
    boolean unlimited = timeout.isZero() || timeout.isNegative();
    return unlimited || options.getDeadline() != null
        ? options
        : options.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
