import type { JsonObject } from "@bufbuild/protobuf";
import { createClients, createJsonTransport, type ClientOptions } from "../src/index.js";

/** A request that the fake service got. */
export interface Seen {
  method: string;
  path: string;
  headers: Headers;
  body: unknown;
  redirect: string | undefined;
}

/** One answer of the fake service: an error of the network, or a status with a body. */
export type Answer = Error | { status?: number; headers?: Record<string, string>; body: unknown };

/** Clients of a service that gives these answers in turn, and the requests that it got. */
export function clientsOf(answers: Answer[], options: Partial<ClientOptions> = {}) {
  const seen: Seen[] = [];
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(String(url));
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    seen.push({ method: init?.method ?? "", path: pathname + search, headers: new Headers(init?.headers), body, redirect: init?.redirect });
    const answer = answers[seen.length - 1];
    if (answer === undefined) {
      throw new Error(`no answer for ${pathname}`);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status ?? 200, headers: answer.headers ?? {} });
  };
  const transport = createJsonTransport({ baseUrl: "http://service.test", fetch, ...options });
  return { transport, clients: createClients(transport), seen };
}

/** An error as the service answers it. */
export function failed(status: number, code: number, reason: string, more: JsonObject[] = [], metadata: JsonObject = {}): Answer {
  const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "sipfacade", metadata };
  return { status, headers: { "x-request-id": "call-1" }, body: { code, message: `it is ${reason}`, details: [info, ...more] } };
}

/** The detail that says how long to wait. */
export function retryAfter(delay: string): JsonObject {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: delay };
}
