// Mosquitto. Stopped, it keeps what it has confirmed; killed, it forgets all, and what was settled is what counts.

import { connectAsync, type MqttClient } from "mqtt";
import { startMosquitto } from "../../support/brokers/mosquitto.ts";
import type { Ground } from "./ground.ts";
import { tapMqtt } from "./mqtt-tap.ts";

const IN = "kills/in";
const OUT = "kills/out";

/**
 * One that is stopped has two clients: it sends all that waits for a session at once, however much that is, and what it confirms of
 * events would come behind.
 */
export async function mqttGround(how: "SIGTERM" | "SIGKILL"): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  const kept = how === "SIGTERM" ? ({ persistence: "stopped" } as const) : {};
  const broker = stack.use(await startMosquitto({ ...kept, maxInFlight: 200 }));
  const tap = stack.use(await tapMqtt(broker.port));
  const said = await stranger(broker.port, "says", stack);
  // One that is killed keeps nothing for who listens: that it has acknowledged an event is all that can be known.
  const told = how === "SIGTERM" ? await listen(broker.port, stack) : tap.confirmed;
  return {
    name: how === "SIGTERM" ? "mqtt (stopped)" : "mqtt (killed)",
    link: {
      connectionType: "mqtt",
      uri: `tcp://127.0.0.1:${tap.port}`,
      specificConfig: { cleanSession: "false", separatePublisherClient: `${how === "SIGTERM"}` },
    },
    source: { addresses: [IN], qos: 1 },
    address: OUT,
    keepsConfirmed: how === "SIGTERM",
    say: async (_, text) => void (await said.publishAsync(IN, text, { qos: 1 })),
    settled: async () => tap.acknowledged,
    told: async () => told,
    kill: () => broker.stop(how),
    start: () => broker.start(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** One that comes back, and goes on where it was. */
async function stranger(port: number, clientId: string, stack: AsyncDisposableStack): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId,
    clean: false,
    reconnectPeriod: 50,
  });
  client.on("error", () => undefined); // it tries again
  stack.defer(() => client.endAsync(true));
  return client;
}

async function listen(port: number, stack: AsyncDisposableStack): Promise<readonly string[]> {
  const heard: string[] = [];
  const client = await stranger(port, "hears", stack);
  client.on("message", (_, payload) => void heard.push(payload.toString()));
  await client.subscribeAsync(OUT, { qos: 1 });
  return heard;
}
