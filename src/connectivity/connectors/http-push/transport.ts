// HTTP push as a transport (connectivity-protocol-bindings-http page): out only, a request a message.

import type { Hosts } from "../../net/hosts.ts";
import type { Transport } from "../connector.ts";
import { HttpPushConnector } from "./connector.ts";
import type { HttpPushSettings } from "./settings.ts";
import { validateHttpPush } from "./validate.ts";

export const httpPushTransport = (settings: HttpPushSettings, hosts: Hosts): Transport => ({
  types: ["http-push"],
  schemes: { http: { isSecure: false, port: 80 }, https: { isSecure: true, port: 443 } },
  validate: (connection) => validateHttpPush(connection, settings),
  connector: (parts) => new HttpPushConnector(parts, hosts, settings),
});
