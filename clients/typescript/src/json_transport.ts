import {
  fromJson,
  type DescMessage,
  type DescMethodUnary,
  type JsonValue,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, type Transport, type UnaryRequest, type UnaryResponse } from "@connectrpc/connect";
import { runUnaryCall } from "@connectrpc/connect/protocol";
import { httpRequest, responseJson } from "./http_rule.js";
import { errorOf } from "./json_error.js";
import { defaultTimeoutMs, interceptorsOf, type ClientOptions } from "./options.js";

/** Options of the transport for the JSON API. */
export interface JsonTransportOptions extends ClientOptions {
  /** What sends the requests; the global `fetch` by default. */
  fetch?: typeof globalThis.fetch;
}

/**
 * Makes a transport that speaks the JSON API with `fetch`, for browsers and for networks
 * without HTTP/2. Errors have the same details as over gRPC.
 */
export function createJsonTransport(options: JsonTransportOptions): Transport {
  const interceptors = interceptorsOf(options);
  return {
    unary<I extends DescMessage, O extends DescMessage>(
      method: DescMethodUnary<I, O>,
      signal: AbortSignal | undefined,
      timeoutMs: number | undefined,
      header: HeadersInit | undefined,
      input: MessageInitShape<I>,
      contextValues?: ContextValues,
    ): Promise<UnaryResponse<I, O>> {
      const timeout = timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
      return runUnaryCall<I, O>({
        interceptors,
        ...(signal === undefined ? {} : { signal }),
        ...(timeout > 0 ? { timeoutMs: timeout } : {}),
        req: {
          stream: false,
          service: method.parent,
          method,
          requestMethod: "POST",
          url: options.baseUrl,
          header: requestHeader(header, timeout),
          contextValues: contextValues ?? noContext,
          message: input,
        },
        next: (req) => send(options, req),
      });
    },
    stream() {
      return Promise.reject(new ConnectError("the JSON API has no streams", Code.Unimplemented));
    },
  };
}

/** The values of a call that has none. */
const noContext: ContextValues = {
  get: (key) => key.defaultValue,
  set: () => noContext,
  delete: () => noContext,
};

/** The longest time that `grpc-timeout` can state in milliseconds: eight digits. */
const longestTimeoutMs = 99_999_999;

function requestHeader(init: HeadersInit | undefined, timeoutMs: number): Headers {
  const header = new Headers(init);
  if (timeoutMs > 0) {
    header.set("grpc-timeout", `${Math.min(Math.ceil(timeoutMs), longestTimeoutMs)}m`);
  }
  return header;
}

async function send<I extends DescMessage, O extends DescMessage>(
  options: JsonTransportOptions,
  req: UnaryRequest<I, O>,
): Promise<UnaryResponse<I, O>> {
  const { verb, path, body, headers } = httpRequest(req.method, req.message as Message);
  for (const [name, value] of Object.entries(headers)) {
    req.header.set(name, value);
  }
  if (body !== undefined) {
    req.header.set("content-type", "application/json");
  }
  const url = options.baseUrl.replace(/\/+$/, "") + path;
  const init: RequestInit = { method: verb, headers: req.header, body: body ?? null, signal: req.signal, redirect: "manual" };
  const answer = await exchange(options, url, init);
  if (answer.redirects) {
    throw redirected(url, answer.headers);
  }
  if (!answer.ok) {
    throw errorOf(answer.status, answer.headers, answer.text);
  }
  return {
    stream: false,
    service: req.service,
    method: req.method,
    header: answer.headers,
    trailer: new Headers(),
    message: messageOf(req.method, answer.text),
  };
}

/** Sends a request and reads the whole answer. */
async function exchange(options: JsonTransportOptions, url: string, init: RequestInit) {
  try {
    const response = await (options.fetch ?? globalThis.fetch)(url, init);
    const { ok, status, headers, type } = response;
    const redirects = type === "opaqueredirect" || (status >= 300 && status < 400);
    return { ok, status, headers, redirects, text: await response.text() };
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new ConnectError(`no answer of ${new URL(url).origin}`, Code.Unavailable, undefined, undefined, error);
  }
}

/**
 * The error of a redirect. The service never redirects, so the redirect is from a proxy;
 * fetch would follow it with a GET, and read the list in place of the create.
 */
function redirected(url: string, headers: Headers): ConnectError {
  const target = headers.get("location") ?? "another address";
  return new ConnectError(`${new URL(url).origin} redirects to ${target}: baseUrl must be the address of the service`, Code.FailedPrecondition, headers);
}

function messageOf<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, text: string): MessageShape<O> {
  try {
    return fromJson(method.output, responseJson(method, JSON.parse(text) as JsonValue), { ignoreUnknownFields: true });
  } catch (error) {
    throw new ConnectError("the answer is not one of the service", Code.Internal, undefined, undefined, error);
  }
}
