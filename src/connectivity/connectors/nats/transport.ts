import type { Transport } from "../connector.ts";
import { NatsConnector } from "./connector.ts";
import type { LinkParts } from "./link.ts";
import type { NatsSettings } from "./settings.ts";
import { validate } from "./validate.ts";

/** NATS, core and JetStream: a transport that Ditto does not have. `hosts` judges the servers of `specificConfig.servers`. */
export const natsTransport = (settings: NatsSettings, hosts: LinkParts["hosts"]): Transport => ({
  types: ["nats"],
  schemes: { nats: { isSecure: false, port: 4222 }, tls: { isSecure: true, port: 4222 } },
  validate: (connection) => validate(connection, settings),
  connector: (parts) => new NatsConnector(parts, settings, hosts),
});
