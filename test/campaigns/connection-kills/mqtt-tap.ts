// Stands between an MQTT client and its broker, and notes which messages the one has acknowledged to the other.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { parser } from "mqtt-packet";

export interface MqttTap extends AsyncDisposable {
  readonly port: number;
  /** The payloads of messages of QoS 1 that the client has acknowledged, in the order of that. */
  readonly acknowledged: readonly string[];
  /** The same of the client's own messages, which the broker has acknowledged. */
  readonly confirmed: readonly string[];
}

/** Opens one before the broker at a port of loopback, for clients of MQTT 3.1.1. */
export async function tapMqtt(broker: number): Promise<MqttTap> {
  const acknowledged: string[] = [];
  const confirmed: string[] = [];
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
    notePubacks({ publisher: upstream, receiver: client }, acknowledged);
    notePubacks({ publisher: client, receiver: upstream }, confirmed);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    acknowledged,
    confirmed,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * Packet IDs are of one connection. The same one comes again after it was acknowledged; of Mosquitto, which may send more ahead than
 * there are IDs, also before.
 */
function notePubacks(
  { publisher, receiver }: { readonly publisher: Socket; readonly receiver: Socket },
  noted: string[],
): void {
  const published = new Map<number | undefined, string[]>();
  const [ofPublisher, ofReceiver] = [parser({ protocolVersion: 4 }), parser({ protocolVersion: 4 })];
  ofPublisher.on("packet", (packet) => {
    if (packet.cmd !== "publish" || packet.qos !== 1) return;
    const texts = published.get(packet.messageId) ?? [];
    published.set(packet.messageId, texts);
    texts.push(packet.payload.toString());
  });
  ofReceiver.on("packet", (packet) => {
    if (packet.cmd !== "puback") return;
    const text = published.get(packet.messageId)?.shift();
    if (text !== undefined) noted.push(text);
  });
  publisher.on("data", (chunk: Buffer) => void ofPublisher.parse(chunk));
  receiver.on("data", (chunk: Buffer) => void ofReceiver.parse(chunk));
}
