// A nats-server with JetStream, which is killed.

import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { startNats } from "../../support/brokers/nats.ts";
import type { Ground } from "./ground.ts";

const SAID = "SAID";
const TOLD = "TOLD";

export async function natsGround(): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startNats());
  const client = await connect({
    servers: `127.0.0.1:${server.port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  stack.defer(() => client.close());
  const manager = await jetstreamManager(client);
  for (const name of [SAID, TOLD]) await manager.streams.add({ name, subjects: [name.toLowerCase()] });
  const stream = jetstream(client, { timeout: 2_000 });
  return {
    name: "nats",
    link: { connectionType: "nats", uri: server.uri, specificConfig: { ackWait: "1s" } },
    source: { addresses: [`stream:${SAID}`], qos: 1 },
    address: TOLD.toLowerCase(),
    keepsConfirmed: true,
    say: async (_, text) => void (await stream.publish(SAID.toLowerCase(), text)),
    settled: () => settledIn(stream, manager),
    told: () => storedIn(stream, TOLD),
    kill: () => server.stop("SIGKILL"),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What is in a stream, in its order. */
async function storedIn(stream: JetStreamClient, name: string): Promise<readonly string[]> {
  const reader = await stream.consumers.get(name);
  const { num_pending: count } = await reader.info();
  const texts: string[] = [];
  if (count === 0) return texts;
  for await (const message of await reader.consume()) {
    texts.push(message.string());
    if (texts.length === count) break;
  }
  return texts;
}

/** Nothing up to the floor of the durable consumer will come again. */
async function settledIn(stream: JetStreamClient, manager: JetStreamManager): Promise<readonly string[]> {
  const all = await storedIn(stream, SAID);
  const floors = [];
  for await (const { name, ack_floor: floor } of manager.consumers.list(SAID))
    if (name.startsWith("pollux-")) floors.push(floor.stream_seq);
  return all.slice(0, Math.max(0, ...floors));
}
