// Stands between an MQTT client and its broker, and notes which messages the client has acknowledged.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { parser } from "mqtt-packet";

export interface MqttTap extends AsyncDisposable {
  readonly port: number;
  /** The payloads of messages of QoS 1 that were acknowledged, in the order of that. */
  readonly acknowledged: readonly string[];
}

/** Opens one before the broker at a port of loopback, for clients of MQTT 3.1.1. */
export async function tapMqtt(broker: number): Promise<MqttTap> {
  const acknowledged: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(broker, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined); // it is closed then
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    listenIn(client, upstream, acknowledged);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    acknowledged,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Packet IDs are of one connection; the same one comes again after it was acknowledged. */
function listenIn(client: Socket, upstream: Socket, acknowledged: string[]): void {
  const delivered = new Map<number, string>();
  const [ofClient, ofBroker] = [parser({ protocolVersion: 4 }), parser({ protocolVersion: 4 })];
  ofBroker.on("packet", (packet) => {
    if (packet.cmd === "publish" && packet.qos === 1)
      delivered.set(packet.messageId as number, packet.payload.toString());
  });
  ofClient.on("packet", (packet) => {
    if (packet.cmd !== "puback") return;
    const text = delivered.get(packet.messageId as number);
    if (text !== undefined) acknowledged.push(text);
  });
  upstream.on("data", (chunk: Buffer) => void ofBroker.parse(chunk));
  client.on("data", (chunk: Buffer) => void ofClient.parse(chunk));
}
