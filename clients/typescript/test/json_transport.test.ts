import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, exactlyOnce, failureOf, type Clients } from "../src/index.js";
import { clientsOf, failed } from "./answers.js";

test("a list is a GET with what is set in the query", async () => {
  const { clients, seen } = clientsOf([{ body: { sipUserInvites: [{ uuid: "i" }], nextPageToken: "", later: 1 } }]);
  const page = await clients.sipConnections.listSipUserInvites({ sipConnectionUuid: "a/b", filter: 'name:"x y"', pageSize: 2 });
  assert.equal(page.sipUserInvites[0]?.uuid, "i");
  assert.equal(seen[0]?.method, "GET");
  assert.equal(seen[0]?.path, "/v1/sip-connections/a%2Fb/invites?pageSize=2&filter=name%3A%22x+y%22");
  assert.equal(seen[0]?.headers.get("grpc-timeout"), "60000m");
});

test("a create sends the resource bare, and the request id as header", async () => {
  const { clients, seen } = clientsOf([{ body: { uuid: "u", name: "Desk" } }]);
  const { sipApp } = await clients.sipApps.createSipApp({ sipApp: { name: "Desk" }, requestId: "key-12345", validateOnly: true });
  assert.equal(sipApp?.uuid, "u");
  assert.deepEqual(seen[0]?.body, { name: "Desk" });
  assert.equal(seen[0]?.path, "/v1/sip-apps?validateOnly=true");
  assert.equal(seen[0]?.headers.get("idempotency-key"), "key-12345");
  assert.equal(seen[0]?.headers.get("content-type"), "application/json");
});

test("an update names the resource in the path and the mask in the query", async () => {
  const { clients, seen } = clientsOf([{ body: { userId: 3, displayName: "Zoë" } }]);
  await clients.pbxConfig.updatePbxUser({ domainId: 1, pbxUser: { userId: 3, displayName: "Zoë" }, updateMask: { paths: ["display_name"] } });
  assert.equal(seen[0]?.method, "PATCH");
  assert.equal(seen[0]?.path, "/v1/pbx/domains/1/users/3?updateMask=displayName");
  assert.deepEqual(seen[0]?.body, { userId: 3, displayName: "Zoë" });
});

test("a custom method sends the rest of the request as body", async () => {
  const { clients, seen } = clientsOf([{ body: {} }]);
  await clients.pbxConfig.addPbxGroupUsers({ domainId: 1, groupId: 2, userIds: [3, 4], requestId: "key-12345" });
  assert.equal(seen[0]?.path, "/v1/pbx/domains/1/groups/2/users:add");
  assert.deepEqual(seen[0]?.body, { userIds: [3, 4], requestId: "key-12345" });
});

const refusals = {
  "an id that is missing": {
    call: ({ sipApps }: Clients) => sipApps.deleteSipApp({}),
    violation: { field: "uuid", description: "value is required", reason: "REQUIRED" },
  },
  "an id in the resource that is missing": {
    call: ({ pbxConfig }: Clients) => pbxConfig.updatePbxUser({ domainId: 1, pbxUser: { displayName: "Zoë" } }),
    violation: { field: "userId", description: "value is required", reason: "REQUIRED" },
  },
  "a time that JSON does not have": {
    call: ({ sipConnections }: Clients) =>
      exactlyOnce(sipConnections.createSipUserInvite, {
        sipConnectionUuid: "c",
        sipUserInvite: { name: "Desk", expireTime: { seconds: 253402300800n, nanos: 0 } },
      }),
    violation: { field: "body", description: /Timestamp/, reason: "INVALID_JSON" },
  },
};

for (const [what, { call, violation }] of Object.entries(refusals)) {
  test(`${what} is refused as the service does, before anything is sent`, async () => {
    const { clients, seen } = clientsOf([]);
    const failure = failureOf(await call(clients).catch((caught: unknown) => caught));
    assert.equal(failure.code, Code.InvalidArgument);
    assert.equal(failure.reason, "REQUEST_INVALID");
    assert.equal(failure.delivery, "NOT_SENT");
    assert.equal(failure.outcomeUnknown, false);
    assert.equal(failure.violations[0]?.field, violation.field);
    assert.match(failure.violations[0]?.description ?? "", new RegExp(violation.description));
    assert.equal(failure.violations[0]?.reason, violation.reason);
    assert.equal(seen.length, 0);
  });
}

test("a request id that a header would change goes into the query, for the service to judge", async () => {
  const { clients, seen } = clientsOf([{ body: {} }, { body: {} }]);
  for (const requestId of [" key-12345", "clé-日本"]) {
    await clients.sipApps.createSipApp({ sipApp: { name: "Desk" }, requestId });
  }
  assert.deepEqual(
    seen.map(({ path, headers }) => [new URLSearchParams(path.split("?")[1]).get("requestId"), headers.get("idempotency-key")]),
    [
      [" key-12345", null],
      ["clé-日本", null],
    ],
  );
});

test("a redirect is not followed: the create would be a read of the list", async () => {
  const { clients, seen } = clientsOf([{ status: 301, headers: { location: "https://other.test/v1/sip-apps" }, body: "" }]);
  const create = exactlyOnce(clients.sipApps.createSipApp, { sipApp: { name: "Desk" } });
  await assert.rejects(create, { code: Code.FailedPrecondition, rawMessage: /redirects to https:\/\/other\.test/ });
  assert.equal(seen[0]?.redirect, "manual");
  assert.equal(seen.length, 1);
});

test("the token and the headers of the client go with each call", async () => {
  const answers = [{ body: { sipApps: [] } }];
  const { clients, seen } = clientsOf(answers, { token: async () => "secret", headers: { "x-opentact-token": "jwt" }, timeoutMs: 0 });
  await clients.sipApps.listSipApps({});
  assert.equal(seen[0]?.headers.get("authorization"), "Bearer secret");
  assert.equal(seen[0]?.headers.get("x-opentact-token"), "jwt");
  assert.equal(seen[0]?.headers.get("grpc-timeout"), null);
});

test("a time of more than a day is stated as the longest that can be", async () => {
  const { clients, seen } = clientsOf([{ body: { sipApps: [] } }], { timeoutMs: 30 * 3_600_000 });
  await clients.sipApps.listSipApps({});
  assert.equal(seen[0]?.headers.get("grpc-timeout"), "99999999m");
});

test("a call ends with its deadline", async () => {
  const fetch = (_: unknown, init: RequestInit) =>
    new Promise<Response>((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const { clients } = clientsOf([], { fetch, timeoutMs: 20 } as object);
  const socket = setInterval(() => undefined, 1000); // an open socket keeps Node.js running, this does too
  await assert.rejects(clients.sipApps.listSipApps({}), { code: Code.DeadlineExceeded });
  clearInterval(socket);
});

test("an answer that is not of the service is no answer of the service", async () => {
  const { clients } = clientsOf([{ status: 404, body: "<html>" }, { status: 200, body: "<html>" }]);
  for (const code of [Code.Unimplemented, Code.Internal]) {
    const error = await clients.sipApps.createSipApp({ sipApp: { name: "Desk" } }).catch((caught: unknown) => caught);
    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, code);
    assert.equal(failureOf(error).outcomeUnknown, true);
  }
});

test("an error has the code and the details of gRPC", async () => {
  const { clients } = clientsOf([failed(404, 5, "RESOURCE_NOT_FOUND")]);
  const error = await clients.sipApps.getSipApp({ uuid: "u" }).catch((caught: unknown) => caught);
  assert.equal(failureOf(error).code, Code.NotFound);
  assert.equal(failureOf(error).reason, "RESOURCE_NOT_FOUND");
  assert.equal(failureOf(error).callId, "call-1");
});
