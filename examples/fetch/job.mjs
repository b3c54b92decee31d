// One job with nothing but fetch, as a browser, Deno, Bun or Node.js has it: find a
// connection, read a list to its end, invite a user once, change one field, wait out a rate
// limit, and find out what became of a write.
const api = globalThis.process?.env.SIPFACADE_JSON ?? "http://127.0.0.1:8080";

/** An error that the service answered: a google.rpc.Status. */
class CallError extends Error {
  constructor({ code, message, details }, headers) {
    super(message);
    const info = details.find((detail) => detail["@type"].endsWith("/google.rpc.ErrorInfo"));
    const bad = details.find((detail) => detail["@type"].endsWith("/google.rpc.BadRequest"));
    this.code = code;
    this.reason = info.reason;
    this.metadata = info.metadata;
    this.violations = bad?.fieldViolations ?? [];
    this.retry = headers.get("x-should-retry") === "true";
    this.retryAfterMs = 1000 * Number(headers.get("retry-after") ?? 1);
    this.callId = headers.get("x-request-id");
  }
}

/** A call with a deadline. It repeats what the service says can be repeated, but not what may have happened. */
async function call(method, path, { query, body, headers, attempts = 4 } = {}) {
  const url = `${api}${path}${query ? `?${new URLSearchParams(query)}` : ""}`;
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
  const response = await fetch(url, { method, signal: AbortSignal.timeout(60_000), ...content });
  const answer = await response.json();
  if (response.ok) {
    return { answer, headers: response.headers };
  }
  const error = new CallError(answer, response.headers);
  if (!error.retry || error.reason === "OUTCOME_UNKNOWN" || attempts === 1) {
    throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
  return call(method, path, { query, body, headers, attempts: attempts - 1 });
}

/** The items of a list, page after page. */
async function* list(path, name, query) {
  let pageToken = "";
  do {
    const { answer } = await call("GET", path, { query: { ...query, pageToken } });
    yield* answer[name];
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
}

async function collect(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

const filter = 'name = "Patient Contact Centre"';
const [connection] = await collect(list("/v1/sip-connections", "sipConnections", { filter }));
console.log(`connection: ${connection.name}`);

const invites = `/v1/sip-connections/${connection.uuid}/invites`;
const wanted = { filter: 'name:"team" OR name:"shift"', orderBy: "name", pageSize: 2 };
const found = await collect(list(invites, "sipUserInvites", wanted));
console.log(`invites: ${found.map(({ name }) => name).join("; ")}`);

const body = { name: "Contact centre, team C", expireTime: new Date(Date.now() + 7 * 24 * 3600 * 1000).toISOString() };
const once = { body, headers: { "idempotency-key": crypto.randomUUID() } };
const { answer: created } = await call("POST", invites, once);
console.log(`invited: ${created.name}`);
const again = await call("POST", invites, once);
const same = again.answer.uuid === created.uuid ? "the same invite" : "another invite";
console.log(`repeated: ${same}, replayed ${again.headers.get("idempotent-replayed")}`);

const change = { body: { name: "Contact centre, team D" }, headers: { "if-match": `"${created.etag}"` } };
const { answer: changed } = await call("PATCH", `${invites}/${created.uuid}`, change);
console.log(`changed: ${changed.name}`);
try {
  await call("PATCH", `${invites}/${created.uuid}`, change);
} catch ({ reason, metadata }) {
  console.log(`old etag: ${reason}, ${metadata.delivery}`);
}

try {
  await call("POST", "/v1/sip-apps", { body: { name: "" } });
} catch ({ reason, violations }) {
  const fields = violations.map(({ field, description }) => `${field} ${description}`).join(", ");
  console.log(`refused: ${reason}, ${fields}; outcome unknown: ${reason === "OUTCOME_UNKNOWN"}`);
}

const start = Date.now();
const profiles = await collect(list("/v1/messaging-profiles", "messagingProfiles"));
console.log(`profiles: ${profiles.length}${Date.now() - start >= 1000 ? ", after the wait that the vendor asked for" : ""}`);

try {
  const { answer } = await call("POST", "/v1/sip-apps", { body: { name: "Night desk" } });
  console.log(`created: ${answer.name}`);
} catch (error) {
  if (error.reason !== "OUTCOME_UNKNOWN") throw error;
  const { delivery, lookupMethod, lookupRequest } = error.metadata;
  console.log(`not known: ${error.reason}, delivery ${delivery}; look with ${lookupMethod}`);
  const apps = await collect(list("/v1/sip-apps", "sipApps", JSON.parse(lookupRequest)));
  console.log(`found: ${apps.map(({ name }) => name).join("; ")}`);
}
