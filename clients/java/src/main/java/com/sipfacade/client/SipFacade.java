package com.sipfacade.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.sipfacade.v1.PbxConfigServiceGrpc;
import com.sipfacade.v1.PbxConfigServiceGrpc.PbxConfigServiceBlockingStub;
import com.sipfacade.v1.ProfileServiceGrpc;
import com.sipfacade.v1.ProfileServiceGrpc.ProfileServiceBlockingStub;
import com.sipfacade.v1.SipAppServiceGrpc;
import com.sipfacade.v1.SipAppServiceGrpc.SipAppServiceBlockingStub;
import com.sipfacade.v1.SipConnectionServiceGrpc;
import com.sipfacade.v1.SipConnectionServiceGrpc.SipConnectionServiceBlockingStub;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The services of sipfacade over one channel. */
public final class SipFacade implements AutoCloseable {
  /** The time that a call has with its retries, unless the call states its own deadline. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          SipConnectionServiceGrpc.getServiceDescriptor(),
          SipAppServiceGrpc.getServiceDescriptor(),
          ProfileServiceGrpc.getServiceDescriptor(),
          PbxConfigServiceGrpc.getServiceDescriptor());

  private final ManagedChannel base;
  private final Channel channel;

  private SipFacade(ManagedChannel base, Defaults defaults) {
    this.base = base;
    this.channel = ClientInterceptors.intercept(base, defaults);
  }

  /** Starts to describe a client of the service at an address, for example 127.0.0.1:9090. */
  public static Builder at(String address) {
    return new Builder(address);
  }

  /** SIP connections, invites and their telephone numbers. */
  public SipConnectionServiceBlockingStub sipConnections() {
    return SipConnectionServiceGrpc.newBlockingStub(channel);
  }

  /** Call-control apps and call flows. */
  public SipAppServiceBlockingStub sipApps() {
    return SipAppServiceGrpc.newBlockingStub(channel);
  }

  /** Messaging and outbound voice profiles. */
  public ProfileServiceBlockingStub profiles() {
    return ProfileServiceGrpc.newBlockingStub(channel);
  }

  /** Hosted PBXs. */
  public PbxConfigServiceBlockingStub pbxConfig() {
    return PbxConfigServiceGrpc.newBlockingStub(channel);
  }

  /** The channel, for stubs of another style: {@code SipAppServiceGrpc.newFutureStub(client.channel())}. */
  public Channel channel() {
    return channel;
  }

  /**
   * Makes the call that shows whether a write happened, and returns its answer: a page with what was
   * created, the resource that was updated, or the members of a relation. Empty if the failure names
   * no such call. A resource that a delete removed is RESOURCE_NOT_FOUND.
   */
  public Optional<Message> lookUp(Failure failure) {
    return failure.lookup().map(lookup -> lookUp(lookup.method(), lookup.request()));
  }

  private Message lookUp(String name, String json) {
    MethodDescriptor<Message, Message> method = methodOf(name);
    Message prototype = ((PrototypeMarshaller<Message>) method.getRequestMarshaller()).getMessagePrototype();
    Message.Builder request = prototype.newBuilderForType();
    try {
      JsonFormat.parser().merge(json, request);
    } catch (InvalidProtocolBufferException unreadable) {
      throw new IllegalArgumentException("this client cannot read the request of " + name, unreadable);
    }
    return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request.build());
  }

  @SuppressWarnings("unchecked") // all messages of the contract are protobuf messages
  private static MethodDescriptor<Message, Message> methodOf(String name) {
    return SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .filter(method -> method.getFullMethodName().equals(name))
        .map(method -> (MethodDescriptor<Message, Message>) method)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("this client does not know " + name));
  }

  /** The services that have a stub here. */
  static Set<String> serviceNames() {
    return SERVICES.stream().map(ServiceDescriptor::getName).collect(Collectors.toSet());
  }

  /** Closes the channel after the calls that still run. */
  @Override
  public void close() {
    base.shutdown();
    try {
      if (!base.awaitTermination(5, TimeUnit.SECONDS)) {
        base.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      base.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Describes a client. */
  public static final class Builder {
    private final String address;
    private final Metadata metadata = new Metadata();
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private Supplier<String> token;
    private Duration timeout = DEFAULT_TIMEOUT;

    private Builder(String address) {
      this.address = address;
    }

    /**
     * How the connection is encrypted, for example {@code TlsChannelCredentials.create()}. Without it
     * the connection is not encrypted: use that only on loopback.
     */
    public Builder credentials(ChannelCredentials value) {
      credentials = value;
      return this;
    }

    /** The bearer token of the caller. */
    public Builder token(String value) {
      return token(() -> value);
    }

    /** A supplier of the bearer token, which is asked for each call. */
    public Builder token(Supplier<String> value) {
      token = value;
      return this;
    }

    /** Metadata of every call, for example x-opentact-token. */
    public Builder header(String name, String value) {
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
      return this;
    }

    /** The time of a call that states no deadline; zero is no limit. */
    public Builder timeout(Duration value) {
      timeout = value;
      return this;
    }

    /** Makes the client. It connects with the first call. */
    public SipFacade build() {
      return build(Grpc.newChannelBuilder(address, credentials));
    }

    SipFacade build(ManagedChannelBuilder<?> channel) {
      ManagedChannel made =
          channel
              .defaultServiceConfig(RetryPolicy.serviceConfig())
              .enableRetry()
              .maxInboundMessageSize(Integer.MAX_VALUE) // 4 MiB unless stated; a page can be larger
              .build();
      return new SipFacade(made, new Defaults(timeout, metadata, token));
    }
  }
}
