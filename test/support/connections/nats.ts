// A stranger at a nats-server.

import { setTimeout as sleep } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers as natsHeaders } from "@nats-io/transport-node";
import { type Heard, type Stranger, textOf } from "./stranger.ts";

export const STREAM = "PLANT";

export interface NatsStrangerOptions {
  /** Over a stream of all subjects below `plant`, or core NATS alone. */
  readonly isStream: boolean;
  /** What connections use. */
  readonly uri?: string;
}

export async function natsStranger(
  port: number,
  { isStream, uri = `nats://127.0.0.1:${port}` }: NatsStrangerOptions,
): Promise<Stranger> {
  const client = await connect({
    servers: `127.0.0.1:${port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  const manager = await jetstreamManager(client);
  if (isStream) await manager.streams.add({ name: STREAM, subjects: ["plant.>"] });
  const stream = jetstream(client);
  /** Once it is connected, again if need be. */
  const flush = async (): Promise<void> => {
    while (
      !(await client.flush().then(
        () => true,
        () => false,
      ))
    )
      await sleep(20);
  };
  const subject = (topic: string) => `${isStream ? "plant" : "core"}.${topic}`;
  return {
    // What is not settled when a connection ends comes again after so long.
    link: { connectionType: "nats", uri, specificConfig: { ackWait: "1s" } },
    source: (topic) =>
      isStream
        ? { addresses: [`stream:${STREAM}/${subject(topic)}`], qos: 1 }
        : { addresses: [subject(topic)], qos: 0 },
    address: subject,
    targetQos: isStream ? 1 : 0,
    async say(topic, said, given = {}) {
      await flush();
      const headers = natsHeaders();
      for (const [name, value] of Object.entries(given)) headers.set(name, value);
      if (isStream) await stream.publish(subject(topic), textOf(said), { headers });
      else client.publish(subject(topic), textOf(said), { headers });
      await flush();
    },
    async hear(topic) {
      const heard: Heard[] = [];
      client.subscribe(subject(topic), {
        callback: (_, message) => {
          const names = message.headers?.keys() ?? [];
          const headers = Object.fromEntries(names.map((name) => [name, message.headers?.get(name) ?? ""]));
          heard.push({ text: message.string(), headers });
        },
      });
      await flush();
      return heard;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
