import type { Interceptor } from "@connectrpc/connect";
import { retries } from "./retries.js";

/** The time that a call has with its retries, unless the call states its own `timeoutMs`. */
export const defaultTimeoutMs = 60_000;

/** Options of both transports. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:9090` for gRPC, `http://127.0.0.1:8080` for the JSON API. */
  baseUrl: string;
  /** The bearer token of the caller, or a function that returns it for each call. */
  token?: string | (() => string | Promise<string>);
  /** Metadata of every call, for example `x-opentact-token`. */
  headers?: Record<string, string>;
  /** The time of a call that states none. The default is a minute; 0 is no limit. */
  timeoutMs?: number;
  /** Interceptors of your own. They see a call once, also if it is repeated. */
  interceptors?: Interceptor[];
}

/** The interceptors of a transport, outermost first. */
export function interceptorsOf(options: ClientOptions): Interceptor[] {
  return [...(options.interceptors ?? []), retries, credentials(options)];
}

function credentials({ token, headers }: ClientOptions): Interceptor {
  return (next) => async (req) => {
    for (const [name, value] of Object.entries(headers ?? {})) {
      req.header.set(name, value);
    }
    if (token !== undefined) {
      req.header.set("authorization", `Bearer ${typeof token === "string" ? token : await token()}`);
    }
    return next(req);
  };
}
