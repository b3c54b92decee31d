import assert from "node:assert/strict";
import { test } from "node:test";
import { exactlyOnce, failureOf, listAll, lookUp, newRequestId } from "../src/index.js";
import { clientsOf, failed, retryAfter } from "./answers.js";

const limited = failed(429, 8, "UPSTREAM_RATE_LIMITED", [retryAfter("0.010s")]);
const unavailable = failed(503, 14, "UPSTREAM_UNREACHABLE", [retryAfter("0.010s")]);
const unknown = failed(500, 2, "OUTCOME_UNKNOWN", [], {
  delivery: "UNKNOWN",
  lookupMethod: "sipfacade.v1.SipAppService/ListSipApps",
  lookupRequest: '{"filter":"name = \\"Desk\\""}',
});
const apps = { body: { sipApps: [{ name: "Desk" }], nextPageToken: "" } };
const app = { body: { uuid: "u" } };

test("a read is repeated after the time that the service states", async () => {
  const { clients, seen } = clientsOf([limited, unavailable, new TypeError("reset"), apps]);
  const page = await clients.sipApps.listSipApps({});
  assert.equal(page.sipApps.length, 1);
  assert.equal(seen.length, 4);
});

test("a call is made four times at most", async () => {
  const { clients, seen } = clientsOf([limited, limited, limited, limited, apps]);
  await assert.rejects(clients.sipApps.listSipApps({}));
  assert.equal(seen.length, 4);
});

test("a create is repeated after a rate limit, and after nothing else", async () => {
  const { clients, seen } = clientsOf([limited, app, unavailable, unknown, new TypeError("reset")]);
  const create = () => clients.sipApps.createSipApp({ sipApp: { name: "Desk" } });
  await create();
  for (let i = 0; i < 3; i++) {
    await assert.rejects(create());
  }
  assert.equal(seen.length, 5);
});

test("a wait that would end after the deadline is not waited for", async () => {
  const { clients, seen } = clientsOf([failed(429, 8, "UPSTREAM_RATE_LIMITED", [retryAfter("3600s")])]);
  const error = await clients.sipApps.listSipApps({}, { timeoutMs: 5000 }).catch((caught: unknown) => caught);
  assert.equal(failureOf(error).reason, "UPSTREAM_RATE_LIMITED");
  assert.equal(failureOf(error).retryAfterMs, 3_600_000);
  assert.equal(seen.length, 1);
});

test("a list is read page after page, and no further than it is used", async () => {
  const page = (name: string, nextPageToken: string) => ({ body: { sipApps: [{ name }], nextPageToken } });
  const { clients, seen } = clientsOf([page("a", "t1"), page("b", "t2"), page("c", "")]);
  const list = listAll(clients.sipApps.listSipApps, { pageSize: 1 }, (answer) => answer.sipApps);
  assert.equal((await list.next()).value?.name, "a");
  assert.equal(seen.length, 1);
  const rest = [];
  for await (const { name } of list) rest.push(name);
  assert.deepEqual(rest, ["b", "c"]);
  assert.deepEqual(seen.map(({ path }) => path), ["?pageSize=1", "?pageSize=1&pageToken=t1", "?pageSize=1&pageToken=t2"].map((query) => `/v1/sip-apps${query}`));
});

test("a write is repeated with one request id until its outcome is known", async () => {
  const late = failed(500, 2, "OUTCOME_UNKNOWN", [retryAfter("0.010s")], { delivery: "UNKNOWN" });
  const running = failed(409, 10, "REQUEST_IN_PROGRESS", [retryAfter("0.010s")]);
  const { clients, seen } = clientsOf([late, running, app]);
  const { sipApp } = await exactlyOnce(clients.sipApps.createSipApp, { sipApp: { name: "Desk" } });
  assert.equal(sipApp?.uuid, "u");
  const keys = new Set(seen.map(({ headers }) => headers.get("idempotency-key")));
  assert.equal(seen.length, 3);
  assert.equal(keys.size, 1);
  assert.match([...keys][0] ?? "", /^[0-9a-f-]{36}$/);
});

test("a request id that is given is kept, and an outcome that cannot be found out is thrown", async () => {
  const { clients, seen } = clientsOf([unknown]);
  const requestId = newRequestId();
  await assert.rejects(exactlyOnce(clients.sipApps.createSipApp, { requestId, sipApp: { name: "Desk" } }), /it is OUTCOME_UNKNOWN/);
  assert.deepEqual(seen.map(({ headers }) => headers.get("idempotency-key")), [requestId]);
});

test("patience ends", async () => {
  const { clients, seen } = clientsOf([failed(500, 2, "OUTCOME_UNKNOWN", [retryAfter("10s")])]);
  await assert.rejects(exactlyOnce(clients.sipApps.createSipApp, { sipApp: { name: "Desk" } }, { patienceMs: 1000 }));
  assert.equal(seen.length, 1);
});

test("the outcome of a write is looked up with the call that the error names", async () => {
  const { clients, transport, seen } = clientsOf([unknown, apps]);
  const error = await clients.sipApps.createSipApp({ sipApp: { name: "Desk" } }).catch((caught: unknown) => caught);
  const found = await lookUp(transport, failureOf(error));
  assert.equal(found?.$typeName, "sipfacade.v1.ListSipAppsResponse");
  assert.equal(seen[1]?.path, "/v1/sip-apps?filter=name+%3D+%22Desk%22");
  assert.equal(await lookUp(transport, failureOf(new Error("no answer"))), undefined);
});

test("every service of the contract has a client", async () => {
  const contract = await import("../src/v1.js");
  const kinds = Object.values(contract).filter((value) => typeof value === "object" && "kind" in value && value.kind === "service");
  const { services } = await import("../src/clients.js");
  assert.deepEqual(new Set(Object.values(services)), new Set(kinds));
});
