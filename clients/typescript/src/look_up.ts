import { fromJsonString, type DescMethodUnary, type Message } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { services } from "./clients.js";
import type { Failure } from "./failure.js";

/**
 * Makes the call that shows whether a write happened, and returns its answer: a page with
 * what was created, the resource that was updated, or the members of a relation. Undefined
 * if the failure names no such call. A resource that a delete removed is RESOURCE_NOT_FOUND.
 */
export async function lookUp(transport: Transport, failure: Failure): Promise<Message | undefined> {
  if (failure.lookup === undefined) {
    return undefined;
  }
  const [serviceName, methodName] = failure.lookup.method.split("/");
  const service = Object.values(services).find((candidate) => candidate.typeName === serviceName);
  const method = service?.methods.find((candidate) => candidate.name === methodName);
  if (method === undefined || method.methodKind !== "unary") {
    throw new Error(`this client does not know ${failure.lookup.method}`);
  }
  const request = fromJsonString(method.input, failure.lookup.request);
  const answer = await transport.unary(method as DescMethodUnary, undefined, undefined, undefined, request);
  return answer.message;
}
