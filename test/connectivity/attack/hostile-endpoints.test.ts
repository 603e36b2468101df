import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Connector } from "../../../src/connectivity/connectors/connector.ts";
import { transportsOf } from "../../../src/connectivity/connectors/transports.ts";
import type { Connection, ConnectionType } from "../../../src/connectivity/model.ts";
import { openTunnel } from "../../../src/connectivity/net/ssh-tunnel.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import { readConfig } from "../../../src/ops/config.ts";
import { anyHost, tunnelBy, tunnelSettings } from "../net/connections.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

const transports = transportsOf(readConfig({ DATABASE_URL: "postgres://localhost/none" }, []), anyHost);
const schemes: Partial<Record<ConnectionType, string>> = {
  ...{ mqtt: "tcp", "mqtt-5": "tcp", kafka: "tcp", nats: "nats", "http-push": "http" },
};
const addresses: Partial<Record<ConnectionType, string>> = { "http-push": "POST:/x", nats: "out" };

const manners: Readonly<Record<string, (socket: Socket) => void>> = {
  "ends at once": (socket) => socket.end(),
  "resets at once": (socket) => socket.resetAndDestroy(),
  "resets when it is spoken to": (socket) => socket.once("data", () => socket.resetAndDestroy()),
  "answers with nonsense and resets": (socket) =>
    socket.once("data", () => socket.write(Buffer.alloc(64, 0xff), () => socket.resetAndDestroy())),
  "answers with zeros": (socket) => socket.once("data", () => socket.end(Buffer.alloc(64))),
  "greets with nonsense": (socket) => void socket.write("INFO {]}\r\n", () => socket.end()),
};

let server: Server | undefined;
afterEach(() => void server?.close());

async function endpointWith(manner: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => manner(socket.on("error", () => undefined)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as { port: number }).port;
}

function connectorTo(
  port: number,
  connectionType: ConnectionType,
  login: string,
  tls?: TlsOptions,
): Connector {
  const uri = `${schemes[connectionType]}://${login}127.0.0.1:${port}`;
  const specificConfig: Record<string, string> =
    connectionType === "kafka" ? { bootstrapServers: `127.0.0.1:${port}`, saslMechanism: "plain" } : {};
  const connection: Connection = connectionOf({
    ...{ connectionType, uri, specificConfig },
    sources: connectionType === "http-push" ? [] : [sourceOf({ addresses: ["in"] })],
    targets: [targetOf({ address: addresses[connectionType] ?? "out" })],
  });
  const transport = transports.find(({ types }) => types.includes(connectionType));
  if (!transport) throw new Error("no transport");
  return transport.connector({
    ...{ connection, clientIndex: 0, isTest: false, endpoint: { host: "127.0.0.1", port }, tls },
    events: {
      received: () => true,
      lost: () => undefined,
      addressStatus: () => undefined,
      throttled: () => undefined,
      log: () => undefined,
    },
  });
}

const allTypes = ["mqtt", "mqtt-5", "kafka", "nats"] as const;
/** With NATS the server speaks first: one that waits to be spoken to is given up after ten seconds, which need not be shown. */
const waiting = new Set([
  "resets when it is spoken to",
  "answers with nonsense and resets",
  "answers with zeros",
]);

// An exception that nobody catches fails the run.
describe.each(Object.entries(manners))("an endpoint that %s", (name, manner) => {
  const types = allTypes.filter((type) => type !== "nats" || !waiting.has(name));

  test.each(types.flatMap((type) => [[type, ""] as const, [type, "user:password@"] as const]))(
    "is no %s broker (%s), and ends nothing else",
    async (type, login) => {
      const connector = connectorTo(await endpointWith(manner), type, login);
      await expect(connector.open()).rejects.toThrow();
      await connector.close();
    },
    20_000,
  );

  test.each([...types, "http-push"] as const)(
    "cannot be spoken to over TLS by %s, and ends nothing else",
    async (type) => {
      const tls = { servername: "localhost", rejectUnauthorized: true };
      const connector = connectorTo(await endpointWith(manner), type, "", tls);
      await expect(connector.open()).rejects.toThrow();
      await connector.close();
    },
    20_000,
  );

  test("is no SSH server, and ends nothing else", async () => {
    const tunnel = tunnelBy(`ssh://127.0.0.1:${await endpointWith(manner)}`);
    const opened = openTunnel(tunnel, { host: "127.0.0.1", port: 1 }, anyHost, tunnelSettings);
    await expect(opened).rejects.toThrow(/SSH server/);
  }, 20_000);

  test("is of no use for http-push, and ends nothing else", async () => {
    const connector = connectorTo(await endpointWith(manner), "http-push", "");
    await connector.open().catch(() => undefined);
    const message = { headers: {}, payload: undefined };
    await expect(connector.publish({ address: "POST:/x", qos: undefined, message })).rejects.toThrow();
    await connector.close();
  }, 20_000);
});
