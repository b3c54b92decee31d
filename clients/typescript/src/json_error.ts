import { createRegistry, fromJson, toBinary, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";

const details = createRegistry(BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema, RetryInfoSchema);

/** Codes of answers that are not of the service, for example of a proxy, by their HTTP status. */
const codes: Record<number, Code> = {
  400: Code.Internal,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.Unimplemented,
  429: Code.Unavailable,
  502: Code.Unavailable,
  503: Code.Unavailable,
  504: Code.Unavailable,
};

/** The error of an answer that is no success. */
export function errorOf(status: number, headers: Headers, text: string): ConnectError {
  const body = statusOf(text);
  if (body === undefined) {
    return new ConnectError(`HTTP status ${status}`, codes[status] ?? Code.Unknown, headers);
  }
  const error = new ConnectError(String(body["message"] ?? ""), body["code"] as Code, headers);
  error.details = (Array.isArray(body["details"]) ? body["details"] : []).flatMap(detail);
  return error;
}

/** The error of a request that is not sent, in the form in which the service refuses one. */
export function refused(field: string, description: string, reason: string): ConnectError {
  const info = { reason: "REQUEST_INVALID", domain: "sipfacade", metadata: { delivery: "NOT_SENT" } };
  return new ConnectError(`invalid request: ${field}: ${description}`, Code.InvalidArgument, undefined, [
    { desc: ErrorInfoSchema, value: info },
    { desc: BadRequestSchema, value: { fieldViolations: [{ field, description, reason }] } },
  ]);
}

/** The google.rpc.Status of the body, if it is one. */
function statusOf(text: string): JsonObject | undefined {
  try {
    const body = JSON.parse(text) as JsonValue;
    const isStatus = typeof body === "object" && body !== null && !Array.isArray(body) && typeof body["code"] === "number";
    return isStatus && Code[body["code"] as number] !== undefined ? body : undefined;
  } catch {
    return undefined;
  }
}

/** A detail as the transports of Connect keep it; none if its type is not known here. */
function detail(json: JsonValue): { type: string; value: Uint8Array }[] {
  const { "@type": url, ...content } = json as JsonObject;
  const type = String(url).slice(String(url).lastIndexOf("/") + 1);
  const schema = details.getMessage(type);
  if (schema === undefined) {
    return [];
  }
  const message = fromJson(schema, content, { ignoreUnknownFields: true });
  return [{ type, value: toBinary(schema, message) }];
}
