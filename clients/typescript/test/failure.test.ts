import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, failureOf } from "../src/index.js";
import { BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";

test("everything that an error says can be read", () => {
  const metadata = {
    delivery: "UNKNOWN", upstream: "opentact", upstreamStatus: "503",
    lookupMethod: "sipfacade.v1.SipAppService/ListSipApps", lookupRequest: "{}",
  };
  const error = new ConnectError("not known", Code.Unknown, { "x-request-id": "c1" }, [
    { desc: ErrorInfoSchema, value: { reason: "OUTCOME_UNKNOWN", domain: "sipfacade", metadata } },
    { desc: BadRequestSchema, value: { fieldViolations: [{ field: "name", description: "is empty", reason: "REQUIRED" }] } },
    { desc: ResourceInfoSchema, value: { resourceType: "t", resourceName: "n", description: "d" } },
    { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n, nanos: 500_000_000 } } },
  ]);
  assert.deepEqual(failureOf(error), {
    code: Code.Unknown, message: "not known", reason: "OUTCOME_UNKNOWN",
    violations: [{ field: "name", description: "is empty", reason: "REQUIRED" }],
    resources: [{ type: "t", name: "n", description: "d" }],
    delivery: "UNKNOWN", outcomeUnknown: true,
    lookup: { method: "sipfacade.v1.SipAppService/ListSipApps", request: "{}" },
    retryAfterMs: 1500, upstream: "opentact", upstreamStatus: 503, callId: "c1",
  });
});

test("a refusal is known not to have happened", () => {
  const error = new ConnectError("no", Code.InvalidArgument, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "REQUEST_INVALID", domain: "sipfacade" } },
  ]);
  assert.equal(failureOf(error).outcomeUnknown, false);
  assert.equal(failureOf(error).lookup, undefined);
});

test("without an answer of the service a write may have happened", () => {
  for (const error of [new Error("socket"), new ConnectError("late", Code.DeadlineExceeded), "text"]) {
    assert.equal(failureOf(error).reason, "");
    assert.equal(failureOf(error).outcomeUnknown, true);
  }
});
