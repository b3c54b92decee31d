import {
  getOption,
  hasOption,
  toJson,
  type DescMessage,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { http } from "./gen/google/api/annotations_pb.js";
import { refused } from "./json_error.js";

/** The request of the JSON API for a call. */
export interface HttpRequest {
  verb: string;
  /** The path with its query. */
  path: string;
  body: string | undefined;
  headers: Record<string, string>;
}

/** How a method is called over the JSON API. */
interface Rule {
  verb: string;
  path: string;
  body: string;
  responseBody: string;
}

function ruleOf(method: DescMethod): Rule {
  if (!hasOption(method, http)) {
    throw new ConnectError(`${method.name} is not in the JSON API`, Code.Unimplemented);
  }
  const { pattern, body, responseBody } = getOption(method, http);
  if (pattern.case === undefined || pattern.case === "custom") {
    throw new ConnectError(`${method.name} is not in the JSON API`, Code.Unimplemented);
  }
  return { verb: pattern.case.toUpperCase(), path: pattern.value, body, responseBody };
}

/** Writes a request message as the request of the JSON API. */
export function httpRequest(method: DescMethod, message: Message): HttpRequest {
  const rule = ruleOf(method);
  const rest = requestJson(method, message);
  const path = rule.path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(pathValue(method.input, rest, name)));
  const body = takeBody(method.input, rest, rule.body);
  const headers: Record<string, string> = {};
  const requestId = rest["requestId"];
  if (typeof requestId === "string" && fitsHeader.test(requestId)) {
    headers["idempotency-key"] = requestId;
    delete rest["requestId"];
  }
  const query = queryOf(rest);
  return { verb: rule.verb, path: query === "" ? path : `${path}?${query}`, body, headers };
}

/** What a header carries unchanged. The service gets another request id in the query, and says what is wrong with it. */
const fitsHeader = /^[!-~]+$/;

/** The JSON of a request. Some messages have none, for example one with a time after the year 9999. */
function requestJson(method: DescMethod, message: Message): JsonObject {
  try {
    return toJson(method.input, message) as JsonObject;
  } catch (error) {
    throw refused("body", error instanceof Error ? error.message : String(error), "INVALID_JSON");
  }
}

/** The message of an answer in the form of the JSON API, which has one resource bare. */
export function responseJson(method: DescMethod, answer: JsonValue): JsonValue {
  const { responseBody } = ruleOf(method);
  return responseBody === "" ? answer : { [jsonName(method.output, responseBody)]: answer };
}

/**
 * Takes a field out of the request for the path. A field of the resource, as
 * `sip_app.uuid`, stays in the body as well: the service compares the two.
 */
function pathValue(message: DescMessage, request: JsonObject, name: string): string {
  const [first = "", second] = name.split(".");
  const field = message.fields.find((candidate) => candidate.name === first);
  const value = request[field?.jsonName ?? first];
  if (second !== undefined && field?.message !== undefined) {
    return pathValue(field.message, { ...(value as JsonObject | undefined) }, second);
  }
  delete request[field?.jsonName ?? first];
  if (value === undefined || value === null || value === "") {
    throw refused(field?.jsonName ?? name, "value is required", "REQUIRED");
  }
  return String(value);
}

function takeBody(message: DescMessage, rest: JsonObject, body: string): string | undefined {
  if (body === "") {
    return undefined;
  }
  if (body === "*") {
    const all = JSON.stringify(rest);
    Object.keys(rest).forEach((key) => delete rest[key]);
    return all;
  }
  const name = jsonName(message, body);
  const resource = rest[name] ?? {};
  delete rest[name];
  return JSON.stringify(resource);
}

function jsonName(message: DescMessage, name: string): string {
  return message.fields.find((field) => field.name === name)?.jsonName ?? name;
}

function queryOf(rest: JsonObject): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      query.append(name, String(one));
    }
  }
  return query.toString();
}
