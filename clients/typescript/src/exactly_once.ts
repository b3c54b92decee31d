import { Code } from "@connectrpc/connect";
import { failureOf, type Failure } from "./failure.js";
import { pause, wait } from "./wait.js";

/** A new request id, for writes that must not happen twice. Keep it with the work, and repeat with the same. */
export function newRequestId(): string {
  return crypto.randomUUID();
}

/** How long `exactlyOnce` tries. */
export interface OnceOptions {
  /** The time for all attempts; two minutes by default. */
  patienceMs?: number;
  signal?: AbortSignal;
}

/**
 * Makes a write with a request id, and repeats it with the same id until its outcome is
 * known, so that it happens once. Give `requestId` if the work must survive a restart of
 * your process; otherwise a new one is made. The service must have a ledger. If the time is
 * over, or a repeat cannot find out, the last error is thrown.
 */
export async function exactlyOnce<Request extends { requestId?: string }, Response>(
  write: (request: Request) => Promise<Response>,
  request: Request,
  { patienceMs = 120_000, signal }: OnceOptions = {},
): Promise<Response> {
  const once = { ...request, requestId: request.requestId || newRequestId() };
  const end = Date.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(once);
    } catch (error) {
      const ms = waitBeforeRepeat(failureOf(error), attempt);
      if (ms === undefined || Date.now() + ms >= end) {
        throw error;
      }
      await wait(ms, signal);
    }
  }
}

/** Codes of calls whose answer was lost on the way. */
const lost = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Aborted, Code.Internal, Code.Unknown]);
/** Reasons of calls that ended before anything was sent to the vendor. */
const early = new Set(["CALLER_DEADLINE", "UPSTREAM_TIMEOUT"]);

function waitBeforeRepeat(failure: Failure, attempt: number): number | undefined {
  if (failure.retryAfterMs !== undefined) {
    return failure.retryAfterMs;
  }
  const noAnswer = failure.reason === "" && lost.has(failure.code);
  const repeat = noAnswer || failure.code === Code.Unavailable || early.has(failure.reason);
  return repeat ? pause(attempt, 500, 10_000) : undefined;
}
