import { createGrpcTransport as createNodeTransport, type GrpcTransportOptions } from "@connectrpc/connect-node";
import type { Transport } from "@connectrpc/connect";
import { defaultTimeoutMs, interceptorsOf, type ClientOptions } from "./options.js";

/** Options of the transport for gRPC. */
export interface GrpcOptions extends ClientOptions {
  /** TLS: `ca`, `cert`, `key` and others as `tls.connect` of Node.js takes them. */
  nodeOptions?: GrpcTransportOptions["nodeOptions"];
}

/** Makes a transport that speaks gRPC over HTTP/2. It needs Node.js. */
export function createGrpcTransport(options: GrpcOptions): Transport {
  const { baseUrl, nodeOptions, timeoutMs = defaultTimeoutMs } = options;
  return createNodeTransport({
    baseUrl,
    ...(nodeOptions === undefined ? {} : { nodeOptions }),
    ...(timeoutMs > 0 ? { defaultTimeoutMs: timeoutMs } : {}),
    interceptors: interceptorsOf(options),
  });
}
