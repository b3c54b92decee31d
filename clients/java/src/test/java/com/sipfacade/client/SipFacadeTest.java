package com.sipfacade.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sipfacade.v1.CreateSipAppRequest;
import com.sipfacade.v1.CreateSipAppResponse;
import com.sipfacade.v1.ListSipAppsRequest;
import com.sipfacade.v1.ListSipAppsResponse;
import com.sipfacade.v1.SipApp;
import com.sipfacade.v1.SipAppServiceGrpc.SipAppServiceImplBase;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client against a server in the same process. */
class SipFacadeTest extends SipAppServiceImplBase implements ServerInterceptor {
  private final List<StatusRuntimeException> errors = new ArrayList<>();
  private int calls;
  private Metadata seen;
  private long secondsLeft;
  private Server server;
  private SipFacade client;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).addService(this).intercept(this).build().start();
    client =
        SipFacade.at("not used")
            .token("secret")
            .header("x-opentact-token", "jwt")
            .build(InProcessChannelBuilder.forName(name));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    calls++;
    seen = headers;
    secondsLeft = Context.current().getDeadline().timeRemaining(TimeUnit.SECONDS);
    return next.startCall(call, headers);
  }

  @Override
  public void listSipApps(ListSipAppsRequest request, StreamObserver<ListSipAppsResponse> answer) {
    var app = SipApp.newBuilder().setName(request.getFilter());
    end(answer, ListSipAppsResponse.newBuilder().addSipApps(app).build());
  }

  @Override
  public void createSipApp(CreateSipAppRequest request, StreamObserver<CreateSipAppResponse> answer) {
    end(answer, CreateSipAppResponse.getDefaultInstance());
  }

  private <R> void end(StreamObserver<R> answer, R value) {
    if (!errors.isEmpty()) {
      answer.onError(errors.remove(0));
      return;
    }
    answer.onNext(value);
    answer.onCompleted();
  }

  private static StatusRuntimeException limited() {
    return Errors.failed(Status.Code.RESOURCE_EXHAUSTED, "UPSTREAM_RATE_LIMITED", Map.of());
  }

  private static StatusRuntimeException unavailable() {
    return Errors.failed(Status.Code.UNAVAILABLE, "UPSTREAM_UNREACHABLE", Map.of());
  }

  @Test
  void aCallHasADeadlineAndTheMetadataOfTheClient() {
    client.sipApps().listSipApps(ListSipAppsRequest.getDefaultInstance());
    assertTrue(secondsLeft > 30 && secondsLeft <= SipFacade.DEFAULT_TIMEOUT.toSeconds());
    assertEquals("Bearer secret", seen.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
    assertEquals("jwt", seen.get(Metadata.Key.of("x-opentact-token", Metadata.ASCII_STRING_MARSHALLER)));
  }

  @Test
  void theDeadlineOfACallWins() {
    client.sipApps().withDeadlineAfter(10, TimeUnit.MINUTES).listSipApps(ListSipAppsRequest.getDefaultInstance());
    assertTrue(secondsLeft > SipFacade.DEFAULT_TIMEOUT.toSeconds());
  }

  @Test
  void aReadIsRepeated() {
    errors.addAll(List.of(limited(), unavailable()));
    client.sipApps().listSipApps(ListSipAppsRequest.getDefaultInstance());
    assertEquals(3, calls);
  }

  @Test
  void aCreateIsRepeatedAfterARateLimitAndAfterNothingElse() {
    errors.addAll(List.of(limited(), unavailable()));
    var request = CreateSipAppRequest.getDefaultInstance();
    assertThrows(StatusRuntimeException.class, () -> client.sipApps().createSipApp(request));
    assertEquals(2, calls);
  }

  @Test
  void theOutcomeOfAWriteIsLookedUpWithTheCallThatTheErrorNames() {
    var metadata =
        Map.of("lookupMethod", "sipfacade.v1.SipAppService/ListSipApps", "lookupRequest", "{\"filter\":\"x\"}");
    Failure failure = Failure.of(Errors.failed(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN", metadata));
    var found = (ListSipAppsResponse) client.lookUp(failure).orElseThrow();
    assertEquals("x", found.getSipApps(0).getName());
    assertTrue(client.lookUp(Failure.of(Status.UNKNOWN.asRuntimeException())).isEmpty());
  }

  @Test
  void anAnswerCanBeLargerThanGrpcTakesByDefault() throws IOException {
    Server listening =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .maxInboundMessageSize(8 << 20)
            .addService(this)
            .build()
            .start();
    try (SipFacade connected = SipFacade.at("127.0.0.1:" + listening.getPort()).build()) {
      String large = "x".repeat(5 << 20);
      var answer = connected.sipApps().listSipApps(ListSipAppsRequest.newBuilder().setFilter(large).build());
      assertEquals(large, answer.getSipApps(0).getName());
    } finally {
      listening.shutdownNow();
    }
  }

  @Test
  void everyServiceOfTheContractHasAStub() {
    List<?> policies = (List<?>) RetryPolicy.serviceConfig().get("methodConfig");
    Set<Object> named = new HashSet<>();
    ((List<?>) ((Map<?, ?>) policies.get(0)).get("name")).forEach(name -> named.add(((Map<?, ?>) name).get("service")));
    assertEquals(named, SipFacade.serviceNames());
  }
}
