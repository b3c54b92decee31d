package com.sipfacade.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import com.google.rpc.ResourceInfo;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void everythingThatAnErrorSaysCanBeRead() {
    var violation =
        BadRequest.FieldViolation.newBuilder().setField("name").setDescription("is empty").setReason("REQUIRED");
    var resource =
        ResourceInfo.newBuilder().setResourceType("t").setResourceName("n").setDescription("d").build();
    var metadata =
        Map.of(
            "delivery", "UNKNOWN",
            "upstream", "opentact",
            "upstreamStatus", "503",
            "lookupMethod", "sipfacade.v1.SipAppService/ListSipApps",
            "lookupRequest", "{}");
    var error =
        Errors.failed(
            Status.Code.UNKNOWN,
            "OUTCOME_UNKNOWN",
            metadata,
            BadRequest.newBuilder().addFieldViolations(violation).build(),
            resource,
            Errors.retryAfter(500_000_000));
    assertEquals(
        new Failure(
            Status.Code.UNKNOWN,
            "it failed",
            "OUTCOME_UNKNOWN",
            List.of(new Failure.Violation("name", "is empty", "REQUIRED")),
            List.of(new Failure.Resource("t", "n", "d")),
            Optional.of("UNKNOWN"),
            true,
            Optional.of(new Failure.Lookup("sipfacade.v1.SipAppService/ListSipApps", "{}")),
            Optional.of(Duration.ofMillis(500)),
            Optional.of("opentact"),
            Optional.of(503),
            Optional.of("c1")),
        Failure.of(error));
  }

  @Test
  void aRefusalIsKnownNotToHaveHappened() {
    Failure failure = Failure.of(Errors.failed(Status.Code.INVALID_ARGUMENT, "REQUEST_INVALID", Map.of()));
    assertFalse(failure.outcomeUnknown());
    assertTrue(failure.lookup().isEmpty());
  }

  @Test
  void withoutAnAnswerOfTheServiceAWriteMayHaveHappened() {
    for (Throwable error :
        List.of(Status.DEADLINE_EXCEEDED.asRuntimeException(), new IllegalStateException("socket"))) {
      assertEquals("", Failure.of(error).reason());
      assertTrue(Failure.of(error).outcomeUnknown());
    }
  }
}
