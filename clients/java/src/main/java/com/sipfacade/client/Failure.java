package com.sipfacade.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the error of a call says.
 *
 * @param code the gRPC code
 * @param message for people and logs. It can change; decide by the reason
 * @param reason the reason of the service, for example RESOURCE_NOT_FOUND; empty if no answer of
 *     the service arrived
 * @param violations the fields of the request that break a rule
 * @param resources the resources that the error is about
 * @param delivery NOT_SENT, REJECTED or UNKNOWN, on each failed write that the service answered
 * @param outcomeUnknown a write may have happened: the service says so, or its answer did not
 *     arrive, for example because the deadline ended first. It has no meaning for a read
 * @param lookup the call that shows whether the write happened, if the service can name one
 * @param retryAfter how long to wait before the call is repeated, if that is known
 * @param upstream the vendor that was called, opentact or infinity
 * @param upstreamStatus the HTTP status that the vendor answered
 * @param callId the x-request-id that finds the call in the log of the service
 */
public record Failure(
    Status.Code code,
    String message,
    String reason,
    List<Violation> violations,
    List<Resource> resources,
    Optional<String> delivery,
    boolean outcomeUnknown,
    Optional<Lookup> lookup,
    Optional<Duration> retryAfter,
    Optional<String> upstream,
    Optional<Integer> upstreamStatus,
    Optional<String> callId) {

  private static final Metadata.Key<String> CALL_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * One field of the request that breaks a rule.
   *
   * @param field its name
   * @param description what is wrong
   * @param reason the rule, for example STRING_MIN_LEN
   */
  public record Violation(String field, String description, String reason) {}

  /**
   * A resource that an error is about.
   *
   * @param type for example sipfacade.v1.SipApp
   * @param name its id
   * @param description what is wrong with it
   */
  public record Resource(String type, String name, String description) {}

  /**
   * The call that shows whether a write happened.
   *
   * @param method for example sipfacade.v1.SipAppService/ListSipApps
   * @param request the JSON of the method's request
   */
  public record Lookup(String method, String request) {}

  /** Reads what an error of a call says. */
  public static Failure of(Throwable error) {
    Status status = Status.fromThrowable(error);
    List<Any> details = detailsOf(error);
    Optional<ErrorInfo> info =
        find(details, ErrorInfo.class).filter(one -> one.getDomain().equals("sipfacade")).findFirst();
    String reason = info.map(ErrorInfo::getReason).orElse("");
    Map<String, String> metadata = info.map(ErrorInfo::getMetadataMap).orElse(Map.of());
    return new Failure(
        status.getCode(),
        Optional.ofNullable(status.getDescription()).orElse(""),
        reason,
        violationsOf(details),
        resourcesOf(details),
        Optional.ofNullable(metadata.get("delivery")),
        reason.isEmpty() || reason.equals("OUTCOME_UNKNOWN"),
        lookupOf(metadata),
        retryAfterOf(details),
        Optional.ofNullable(metadata.get("upstream")),
        Optional.ofNullable(metadata.get("upstreamStatus")).map(Integer::valueOf),
        Optional.ofNullable(Status.trailersFromThrowable(error)).map(trailers -> trailers.get(CALL_ID)));
  }

  private static List<Any> detailsOf(Throwable error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    return status == null ? List.of() : status.getDetailsList();
  }

  private static <T extends Message> Stream<T> find(List<Any> details, Class<T> type) {
    return details.stream().filter(detail -> detail.is(type)).flatMap(detail -> unpack(detail, type));
  }

  private static <T extends Message> Stream<T> unpack(Any detail, Class<T> type) {
    try {
      return Stream.of(detail.unpack(type));
    } catch (InvalidProtocolBufferException unreadable) {
      return Stream.empty();
    }
  }

  private static List<Violation> violationsOf(List<Any> details) {
    return find(details, BadRequest.class)
        .flatMap(detail -> detail.getFieldViolationsList().stream())
        .map(one -> new Violation(one.getField(), one.getDescription(), one.getReason()))
        .toList();
  }

  private static List<Resource> resourcesOf(List<Any> details) {
    return find(details, ResourceInfo.class)
        .map(one -> new Resource(one.getResourceType(), one.getResourceName(), one.getDescription()))
        .toList();
  }

  private static Optional<Lookup> lookupOf(Map<String, String> metadata) {
    String method = metadata.get("lookupMethod");
    String request = metadata.get("lookupRequest");
    return method == null || request == null ? Optional.empty() : Optional.of(new Lookup(method, request));
  }

  private static Optional<Duration> retryAfterOf(List<Any> details) {
    return find(details, RetryInfo.class)
        .map(detail -> Duration.ofNanos(Durations.toNanos(detail.getRetryDelay())))
        .findFirst();
  }
}
