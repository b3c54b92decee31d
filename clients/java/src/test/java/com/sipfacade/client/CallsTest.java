package com.sipfacade.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sipfacade.v1.CreateSipAppRequest;
import com.sipfacade.v1.CreateSipAppResponse;
import com.sipfacade.v1.ListSipAppsRequest;
import com.sipfacade.v1.ListSipAppsResponse;
import com.sipfacade.v1.SipApp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CallsTest {
  private final List<String> ids = new ArrayList<>();

  /** A create that gives these answers in turn, and notes the request ids. */
  private Function<CreateSipAppRequest, CreateSipAppResponse> create(Object... answers) {
    var left = new ArrayList<>(Arrays.asList(answers));
    return request -> {
      ids.add(request.getRequestId());
      Object answer = left.remove(0);
      if (answer instanceof StatusRuntimeException error) {
        throw error;
      }
      return (CreateSipAppResponse) answer;
    };
  }

  private static final CreateSipAppResponse CREATED =
      CreateSipAppResponse.newBuilder().setSipApp(SipApp.newBuilder().setUuid("u")).build();

  @Test
  void aListIsReadPageAfterPageAndNoFurtherThanItIsUsed() {
    var pages = Map.of("", "t1", "t1", "t2", "t2", "");
    List<String> asked = new ArrayList<>();
    Function<ListSipAppsRequest, ListSipAppsResponse> method =
        request -> {
          asked.add(request.getPageSize() + request.getPageToken());
          return ListSipAppsResponse.newBuilder()
              .addSipApps(SipApp.newBuilder().setName("after " + request.getPageToken()))
              .setNextPageToken(pages.get(request.getPageToken()))
              .build();
        };
    var request = ListSipAppsRequest.newBuilder().setPageSize(1).build();
    assertEquals(
        "after ",
        Lists.all(method, request, ListSipAppsResponse::getSipAppsList).findFirst().orElseThrow().getName());
    assertEquals(List.of("1"), asked);
    asked.clear();
    assertEquals(
        List.of("after ", "after t1", "after t2"),
        Lists.all(method, request, ListSipAppsResponse::getSipAppsList).map(SipApp::getName).toList());
    assertEquals(List.of("1", "1t1", "1t2"), asked);
  }

  @Test
  void aWriteIsRepeatedWithOneRequestIdUntilItsOutcomeIsKnown() throws InterruptedException {
    var late = Errors.failed(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN", Map.of(), Errors.retryAfter(1_000_000));
    var running = Errors.failed(Status.Code.ABORTED, "REQUEST_IN_PROGRESS", Map.of(), Errors.retryAfter(1_000_000));
    var lost = Status.UNAVAILABLE.asRuntimeException();
    var answer = ExactlyOnce.call(create(late, running, lost, CREATED), CreateSipAppRequest.getDefaultInstance());
    assertEquals("u", answer.getSipApp().getUuid());
    assertEquals(4, ids.size());
    assertEquals(1, new HashSet<>(ids).size());
    assertEquals(36, ids.get(0).length());
  }

  @Test
  void aRequestIdThatIsGivenIsKept() throws InterruptedException {
    ExactlyOnce.call(create(CREATED), CreateSipAppRequest.newBuilder().setRequestId("key-12345").build());
    assertEquals(List.of("key-12345"), ids);
  }

  @Test
  void anErrorThatARepeatDoesNotChangeIsThrown() {
    for (var error :
        List.of(
            Errors.failed(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN", Map.of()),
            Errors.failed(Status.Code.INVALID_ARGUMENT, "REQUEST_INVALID", Map.of()),
            Status.CANCELLED.asRuntimeException())) {
      ids.clear();
      assertThrows(
          StatusRuntimeException.class,
          () -> ExactlyOnce.call(create(error), CreateSipAppRequest.getDefaultInstance()));
      assertEquals(1, ids.size());
    }
  }

  @Test
  void patienceEnds() {
    var late = Errors.failed(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN", Map.of(), Errors.retryAfter(900_000_000));
    assertThrows(
        StatusRuntimeException.class,
        () -> ExactlyOnce.call(create(late), CreateSipAppRequest.getDefaultInstance(), Duration.ofMillis(500)));
    assertEquals(1, ids.size());
  }
}
