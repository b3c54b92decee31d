// A whole job with the client that openapi-typescript and openapi-fetch make of the document:
// find a connection, page a list with a filter, invite a user twice with one key, change one
// field if nobody else has, clear one, and read errors. It prints what it found, for the test.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Status = components["schemas"]["Status"];
type Connection = components["schemas"]["SipConnection"];

const client = createClient<paths>({ baseUrl: process.argv[2]! });

/** The answer of a call that has to succeed. */
function done<T>(call: { data?: T; error?: Status }): T {
  assert.ok(call.data !== undefined, JSON.stringify(call.error));
  return call.data;
}

/** The reason of an error, from the details that the document describes. */
function reasonOf(error: Status | undefined): string {
  for (const detail of error?.details ?? []) {
    if (detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo") return detail.reason;
  }
  throw new Error(`no ErrorInfo in ${JSON.stringify(error)}`);
}

async function findConnection(name: string): Promise<Connection> {
  const list = done(await client.GET("/v1/sip-connections", { params: { query: { filter: `name = "${name}"` } } }));
  assert.equal(list.sipConnections.length, 1);
  return list.sipConnections[0]!;
}

async function freeNumbers(): Promise<string[]> {
  const numbers: string[] = [];
  let pageToken = "";
  do {
    const query = { filter: 'sipConnectionUuid = "" AND sipAppUuid = ""', orderBy: "tn.phoneNumber", pageSize: 2, pageToken };
    const page = done(await client.GET("/v1/tn-leases", { params: { query } }));
    numbers.push(...page.tnLeases.map((lease) => lease.tn?.phoneNumber ?? "?"));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return numbers;
}

async function inviteTwice(sipConnectionUuid: string): Promise<string> {
  const invite = () =>
    client.POST("/v1/sip-connections/{sipConnectionUuid}/invites", {
      params: { path: { sipConnectionUuid }, header: { "Idempotency-Key": "3f0c5a52-7a58-4a0e-9b36-0b6f3f1c9a10" } },
      body: { name: "Front desk", expireTime: "2031-01-01T00:00:00Z" },
    });
  const [first, again] = [await invite(), await invite()];
  assert.equal(done(first).uuid, done(again).uuid);
  assert.equal(first.response.headers.get("Idempotent-Replayed"), null);
  assert.equal(again.response.headers.get("Idempotent-Replayed"), "true");
  const uuid = done(first).uuid;
  const cleared = await client.PATCH("/v1/sip-connections/{sipConnectionUuid}/invites/{uuid}", {
    params: { path: { sipConnectionUuid, uuid } },
    body: { expireTime: null },
  });
  assert.equal(done(cleared).expireTime, undefined);
  return uuid;
}

async function changePort(uuid: string): Promise<void> {
  const path = { uuid };
  const read = await client.GET("/v1/sip-connections/{uuid}", { params: { path } });
  const etag = read.response.headers.get("ETag");
  assert.ok(etag);
  const change = (port: number) =>
    client.PATCH("/v1/sip-connections/{uuid}", { params: { path, header: { "If-Match": etag } }, body: { port } });
  assert.equal(done(await change(5090)).port, 5090);
  const late = await change(5091);
  assert.equal(late.response.status, 412);
  assert.equal(reasonOf(late.error), "ETAG_MISMATCH");
  // The whole resource as it was read is a body, too.
  const { etag: _, ...fresh } = done(await client.GET("/v1/sip-connections/{uuid}", { params: { path } }));
  const renamed = await client.PATCH("/v1/sip-connections/{uuid}", { params: { path }, body: { ...fresh, name: "Ballard (new)" } });
  assert.equal(done(renamed).name, "Ballard (new)");
}

async function readErrors(): Promise<string[]> {
  const missing = await client.GET("/v1/sip-apps/{uuid}", { params: { path: { uuid: "00000000-0000-4000-8000-000000000000" } } });
  const wrong = await client.POST("/v1/sip-apps", { body: { name: "" } });
  const violations = wrong.error?.details.flatMap((detail) =>
    detail["@type"] === "type.googleapis.com/google.rpc.BadRequest" ? detail.fieldViolations.map((one) => one.field) : [],
  );
  return [reasonOf(missing.error), reasonOf(wrong.error), ...(violations ?? [])];
}

const connection = await findConnection("Ballard Clinic");
const numbers = await freeNumbers();
const invite = await inviteTwice(connection.uuid);
await changePort(connection.uuid);
console.log(JSON.stringify({ connection: connection.uuid, numbers, invited: invite !== "", errors: await readErrors() }));
