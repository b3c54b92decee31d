import { createClient, type Client, type Transport } from "@connectrpc/connect";
import { PbxConfigService, ProfileService, SipAppService, SipConnectionService } from "./v1.js";

/** The services of the contract. */
export const services = {
  sipConnections: SipConnectionService,
  sipApps: SipAppService,
  profiles: ProfileService,
  pbxConfig: PbxConfigService,
} as const;

/** A client of each service. */
export type Clients = { [Name in keyof typeof services]: Client<(typeof services)[Name]> };

/** Makes the clients of all services over one transport. */
export function createClients(transport: Transport): Clients {
  const entries = Object.entries(services).map(([name, service]) => [name, createClient(service, transport)]);
  return Object.fromEntries(entries) as Clients;
}
