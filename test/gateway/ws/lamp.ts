// The thing that the tests of sessions speak of, on a server of their own.

import { startServer, type TestServer } from "../../support/server.ts";
import { commandMessage } from "../../support/socket.ts";

export const json = { "content-type": "application/json" };
export const lamp = "/api/2/things/org.acme:lamp";

/** Starts a server that has the lamp. */
export async function startWithLamp(): Promise<TestServer> {
  const server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  await putLamp(server, "", { attributes: { n: 0 } });
  return server;
}

export const putLamp = (server: TestServer, path: string, body: unknown): Promise<Response> =>
  server.fetch(lamp + path, { method: "PUT", headers: json, body: JSON.stringify(body) });

export const modify = (path: string, value?: unknown, headers = {}) =>
  commandMessage("lamp", "modify", path, value, headers);
