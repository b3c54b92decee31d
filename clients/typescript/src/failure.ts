import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";

/** What became of a write: not sent to the vendor, refused by it, or not known. */
export type Delivery = "NOT_SENT" | "REJECTED" | "UNKNOWN";

/** One field of the request that breaks a rule. */
export interface Violation {
  field: string;
  description: string;
  /** The rule, for example `STRING_MIN_LEN`. */
  reason: string;
}

/** A resource that an error is about. */
export interface Resource {
  type: string;
  name: string;
  description: string;
}

/** The call that shows whether a write happened. */
export interface Lookup {
  /** For example `sipfacade.v1.SipAppService/ListSipApps`. */
  method: string;
  /** The JSON of the method's request. */
  request: string;
}

/** What the error of a call says. */
export interface Failure {
  code: Code;
  /** For people and logs. It can change; decide by `reason`. */
  message: string;
  /** The reason of the service, for example `RESOURCE_NOT_FOUND`; empty if no answer of the service arrived. */
  reason: string;
  violations: Violation[];
  resources: Resource[];
  /** On each failed write that the service answered. */
  delivery: Delivery | undefined;
  /**
   * A write may have happened: the service says so, or its answer did not arrive, for
   * example because the deadline ended first. It has no meaning for a read.
   */
  outcomeUnknown: boolean;
  /** How to find out, if the service can say so. */
  lookup: Lookup | undefined;
  /** How long to wait before the call is repeated, if that is known. */
  retryAfterMs: number | undefined;
  /** The vendor that was called, `opentact` or `infinity`. */
  upstream: string | undefined;
  /** The HTTP status that the vendor answered. */
  upstreamStatus: number | undefined;
  /** The `x-request-id` that finds the call in the log of the service. */
  callId: string | undefined;
}

/** Reads what an error of a call says. Every value is accepted, as `catch` gives it. */
export function failureOf(error: unknown): Failure {
  const connectError = ConnectError.from(error);
  const info = connectError.findDetails(ErrorInfoSchema).find((detail) => detail.domain === "sipfacade");
  const metadata: Record<string, string | undefined> = info?.metadata ?? {};
  const status = metadata["upstreamStatus"];
  return {
    code: connectError.code,
    message: connectError.rawMessage,
    reason: info?.reason ?? "",
    violations: connectError.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations.map(violation)),
    resources: connectError.findDetails(ResourceInfoSchema).map(resource),
    delivery: metadata["delivery"] as Delivery | undefined,
    outcomeUnknown: info === undefined || info.reason === "OUTCOME_UNKNOWN",
    lookup: lookup(metadata),
    retryAfterMs: retryAfterMs(connectError),
    upstream: metadata["upstream"],
    upstreamStatus: status === undefined ? undefined : Number(status),
    callId: connectError.metadata.get("x-request-id") ?? undefined,
  };
}

function violation(from: { field: string; description: string; reason: string }): Violation {
  return { field: from.field, description: from.description, reason: from.reason };
}

function resource(from: { resourceType: string; resourceName: string; description: string }): Resource {
  return { type: from.resourceType, name: from.resourceName, description: from.description };
}

function lookup(metadata: Record<string, string | undefined>): Lookup | undefined {
  const { lookupMethod, lookupRequest } = metadata;
  return lookupMethod && lookupRequest ? { method: lookupMethod, request: lookupRequest } : undefined;
}

function retryAfterMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay === undefined ? undefined : durationMs(delay);
}
