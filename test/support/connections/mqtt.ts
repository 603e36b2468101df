// A stranger at an MQTT broker, by mqtt.js.

import { connectAsync } from "mqtt";
import { type Heard, type Stranger, textOf } from "./stranger.ts";

/** `uri` is what connections use, with credentials if there are any. */
export async function mqttStranger(
  type: "mqtt" | "mqtt-5",
  port: number,
  uri = `tcp://127.0.0.1:${port}`,
): Promise<Stranger> {
  const protocolVersion = type === "mqtt-5" ? 5 : 4;
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion, reconnectPeriod: 50 });
  client.on("error", () => undefined); // it tries again
  const ears = new Map<string, Heard[]>();
  client.on("message", (topic, payload, { properties }) => {
    const headers = { ...properties?.userProperties } as Heard["headers"];
    ears.get(topic)?.push({ text: payload.toString(), headers });
  });
  return {
    link: { connectionType: type, uri },
    source: (topic) => ({ addresses: [topic], qos: 1 }),
    address: (topic) => topic,
    targetQos: 1,
    async say(topic, said, headers) {
      await client.publishAsync(topic, textOf(said), {
        qos: 1,
        ...(headers && protocolVersion === 5 && { properties: { userProperties: { ...headers } } }),
      });
    },
    async hear(topic) {
      const heard = ears.get(topic) ?? [];
      ears.set(topic, heard);
      await client.subscribeAsync(topic, { qos: 1 });
      return heard;
    },
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}
