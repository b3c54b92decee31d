package com.sipfacade.client;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** Writes that happen once. */
public final class ExactlyOnce {
  /** Codes of calls whose answer was lost on the way. */
  private static final Set<Status.Code> LOST =
      EnumSet.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.ABORTED,
          Status.Code.INTERNAL,
          Status.Code.UNKNOWN);

  /** Reasons of calls that ended before anything was sent to the vendor. */
  private static final Set<String> EARLY = Set.of("CALLER_DEADLINE", "UPSTREAM_TIMEOUT");

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private ExactlyOnce() {}

  /** A new request id, for writes that must not happen twice. Keep it with the work, and repeat with the same. */
  public static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  /** The same with two minutes for all attempts. */
  public static <Q extends Message, R> R call(Function<Q, R> method, Q request) throws InterruptedException {
    return call(method, request, PATIENCE);
  }

  /**
   * Makes a write with a request id, and repeats it with the same id until its outcome is known.
   * Set request_id if the work must survive a restart of your process; otherwise a new one is made.
   * The service must have a ledger. If the time is over, or a repeat cannot find out, the last error
   * is thrown.
   */
  public static <Q extends Message, R> R call(Function<Q, R> method, Q request, Duration patience)
      throws InterruptedException {
    Q once = withRequestId(request);
    long end = System.nanoTime() + patience.toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        return method.apply(once);
      } catch (StatusRuntimeException error) {
        Optional<Duration> wait = waitBeforeRepeat(Failure.of(error), attempt);
        if (wait.isEmpty() || System.nanoTime() + wait.get().toNanos() - end >= 0) {
          throw error;
        }
        Thread.sleep(wait.get().toMillis());
      }
    }
  }

  private static <Q extends Message> Q withRequestId(Q request) {
    Object given = request.getField(Lists.field(request, "request_id"));
    return given.equals("") ? Lists.with(request, "request_id", newRequestId()) : request;
  }

  private static Optional<Duration> waitBeforeRepeat(Failure failure, int attempt) {
    if (failure.retryAfter().isPresent()) {
      return failure.retryAfter();
    }
    boolean noAnswer = failure.reason().isEmpty() && LOST.contains(failure.code());
    boolean repeat = noAnswer || failure.code() == Status.Code.UNAVAILABLE || EARLY.contains(failure.reason());
    return repeat ? Optional.of(pause(attempt)) : Optional.empty();
  }

  /** A pause that doubles with each attempt, spread so that clients do not repeat in step. */
  private static Duration pause(int attempt) {
    double seconds = Math.min(10, 0.5 * Math.pow(2, attempt - 1));
    return Duration.ofMillis((long) (1000 * seconds * ThreadLocalRandom.current().nextDouble(0.5, 1)));
  }
}
