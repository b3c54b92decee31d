import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type Interceptor } from "@connectrpc/connect";
import { failureOf } from "./failure.js";
import { serviceConfig } from "./service_config.js";
import { pause, wait } from "./wait.js";

const [{ retryPolicy }] = serviceConfig.methodConfig;
const firstPauseMs = parseFloat(retryPolicy.initialBackoff) * 1000;
const longestPauseMs = parseFloat(retryPolicy.maxBackoff) * 1000;

/**
 * Repeats a call by the same policy as the gRPC service config of the other languages:
 * RESOURCE_EXHAUSTED after the time that the service states, UNAVAILABLE of idempotent
 * methods after that time or a growing pause. A call whose outcome is not known is not
 * repeated, and no call is if the wait would end after its deadline.
 */
export const retries: Interceptor = (next) => async (req) => {
  const end = deadline(req.header);
  for (let attempt = 1; ; attempt++) {
    try {
      return await next(req);
    } catch (error) {
      const ms = attempt < retryPolicy.maxAttempts ? waitBeforeRepeat(req.method, error, attempt) : undefined;
      if (req.stream || ms === undefined || Date.now() + ms >= end) {
        throw error;
      }
      await wait(ms, req.signal);
      shorten(req.header, end);
    }
  }
};

function waitBeforeRepeat(method: DescMethod, error: unknown, attempt: number): number | undefined {
  const { code, retryAfterMs } = failureOf(error);
  if (code === Code.ResourceExhausted) {
    return retryAfterMs;
  }
  const creates = method.idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  return code === Code.Unavailable && !creates ? (retryAfterMs ?? pause(attempt, firstPauseMs, longestPauseMs)) : undefined;
}

/** When the call must end, in the time of Date.now. */
function deadline(header: Headers): number {
  const timeout = /^(\d+)m$/.exec(header.get("grpc-timeout") ?? "");
  return timeout === null ? Infinity : Date.now() + Number(timeout[1]);
}

/** Tells the service what is left of the time. */
function shorten(header: Headers, end: number): void {
  if (end !== Infinity) {
    header.set("grpc-timeout", `${Math.max(1, end - Date.now())}m`);
  }
}
