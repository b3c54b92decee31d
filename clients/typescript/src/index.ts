/**
 * Client of sipfacade. This module runs in browsers and in Node.js; the gRPC transport is
 * in `sipfacade/grpc`, the messages and services are in `sipfacade/v1`.
 */
export { Code, ConnectError, type CallOptions, type Interceptor, type Transport } from "@connectrpc/connect";
export { createClients, services, type Clients } from "./clients.js";
export { exactlyOnce, newRequestId, type OnceOptions } from "./exactly_once.js";
export { failureOf, type Delivery, type Failure, type Lookup, type Resource, type Violation } from "./failure.js";
export { createJsonTransport, type JsonTransportOptions } from "./json_transport.js";
export { lookUp } from "./look_up.js";
export { defaultTimeoutMs, type ClientOptions } from "./options.js";
export { listAll } from "./paging.js";
export { serviceConfig } from "./service_config.js";
