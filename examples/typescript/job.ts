// One job with the npm package: find a connection, read a list to its end, invite a user
// once, change one field, wait out a rate limit, and find out what became of a write.
//
//   npm run job            over gRPC
//   npm run job -- json    over the JSON API
import { isMessage } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { createClients, createJsonTransport, exactlyOnce, failureOf, listAll, lookUp, newRequestId } from "sipfacade";
import { createGrpcTransport } from "sipfacade/grpc";
import { ListSipAppsResponseSchema, type SipConnection, type SipUserInvite } from "sipfacade/v1";

const json = process.argv[2] === "json";
const grpc = process.env["SIPFACADE_GRPC"] ?? "127.0.0.1:9090";
const api = process.env["SIPFACADE_JSON"] ?? "http://127.0.0.1:8080";
const transport = json ? createJsonTransport({ baseUrl: api }) : createGrpcTransport({ baseUrl: `http://${grpc}` });
const clients = createClients(transport);

const connection = await findConnection("Patient Contact Centre");
await listInvites(connection);
const invite = await inviteOnce(connection);
await changeName(invite);
await beRefused();
await waitOutRateLimit();
await createWithLostAnswer();

async function findConnection(name: string): Promise<SipConnection> {
  const { sipConnections } = await clients.sipConnections.listSipConnections({ filter: `name = "${name}"` });
  const found = sipConnections[0];
  if (found === undefined) {
    throw new Error(`there is no connection ${name}`);
  }
  console.log(`connection: ${found.name}`);
  return found;
}

async function listInvites({ uuid }: SipConnection): Promise<void> {
  const request = { sipConnectionUuid: uuid, filter: 'name:"team" OR name:"shift"', orderBy: "name", pageSize: 2 };
  const names = [];
  for await (const found of listAll(clients.sipConnections.listSipUserInvites, request, (page) => page.sipUserInvites)) {
    names.push(found.name);
  }
  console.log(`invites: ${names.join("; ")}`);
}

async function inviteOnce({ uuid }: SipConnection): Promise<SipUserInvite> {
  const expireTime = timestampFromDate(new Date(Date.now() + 7 * 24 * 3600 * 1000));
  const request = {
    sipConnectionUuid: uuid,
    requestId: newRequestId(),
    sipUserInvite: { name: "Contact centre, team C", expireTime },
  };
  const { sipUserInvite: created } = await exactlyOnce(clients.sipConnections.createSipUserInvite, request);
  if (created?.expireTime === undefined || timestampDate(created.expireTime) < new Date()) {
    throw new Error("the invite has expired already");
  }
  console.log(`invited: ${created.name}`);

  let replayed: string | null = null;
  const again = await clients.sipConnections.createSipUserInvite(request, {
    onHeader: (header) => (replayed = header.get("idempotent-replayed")),
  });
  const same = again.sipUserInvite?.uuid === created.uuid ? "the same invite" : "another invite";
  console.log(`repeated: ${same}, replayed ${replayed}`);
  return created;
}

async function changeName({ sipConnectionUuid, uuid, etag }: SipUserInvite): Promise<void> {
  const request = {
    sipConnectionUuid,
    sipUserInvite: { uuid, etag, name: "Contact centre, team D" },
    updateMask: { paths: ["name"] },
  };
  const { sipUserInvite: changed } = await clients.sipConnections.updateSipUserInvite(request);
  console.log(`changed: ${changed?.name}`);
  try {
    await clients.sipConnections.updateSipUserInvite(request);
  } catch (error) {
    const { reason, delivery } = failureOf(error);
    console.log(`old etag: ${reason}, ${delivery}`);
  }
}

async function beRefused(): Promise<void> {
  try {
    await clients.sipApps.createSipApp({ sipApp: { name: "" } });
  } catch (error) {
    const { reason, violations, outcomeUnknown } = failureOf(error);
    const fields = violations.map(({ field, description }) => `${field} ${description}`);
    console.log(`refused: ${reason}, ${fields.join(", ")}; outcome unknown: ${outcomeUnknown}`);
  }
}

async function waitOutRateLimit(): Promise<void> {
  const start = Date.now();
  const { messagingProfiles } = await clients.profiles.listMessagingProfiles({});
  console.log(`profiles: ${messagingProfiles.length}${Date.now() - start >= 1000 ? ", after the wait that the vendor asked for" : ""}`);
}

async function createWithLostAnswer(): Promise<void> {
  try {
    const { sipApp } = await clients.sipApps.createSipApp({ sipApp: { name: "Night desk" } });
    console.log(`created: ${sipApp?.name}`);
  } catch (error) {
    const failure = failureOf(error);
    if (!failure.outcomeUnknown) {
      throw error;
    }
    console.log(`not known: ${failure.reason}, delivery ${failure.delivery}; look with ${failure.lookup?.method}`);
    const found = await lookUp(transport, failure);
    if (isMessage(found, ListSipAppsResponseSchema)) {
      console.log(`found: ${found.sipApps.map(({ name }) => name).join("; ")}`);
    }
  }
}
