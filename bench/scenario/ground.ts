// A server with the machines of the scenario, their predictors, and its connections to Kafka and MQTT.

import { setTimeout as sleep } from "node:timers/promises";
import { newPlace, type StorageKind } from "../../test/campaigns/place.ts";
import { startKafka } from "../../test/support/brokers/kafka.ts";
import { startMosquitto } from "../../test/support/brokers/mosquitto.ts";
import { kafkaSource } from "../connections/kafka-source.ts";
import { indexed } from "../indexed.ts";
import { asOperator, startOurs, targetOf } from "../storage.ts";
import { ask, policyFor, put, subjectOf, type Target } from "../target.ts";
import {
  addressOf,
  FACTORIES,
  factoriesOf,
  machineId,
  machinesOf,
  machineText,
  namespaceOf,
  PREDICTION,
  policyOf,
  type Transport,
} from "./world.ts";

export interface Ground extends AsyncDisposable {
  readonly pid: number;
  readonly target: Target;
  readonly ports: Readonly<Record<Transport, number>>;
  /** What the server tells Prometheus. */
  metrics(): Promise<string>;
  /** Opens the connections of a transport; resolves when they consume. */
  connect(transport: Transport): Promise<void>;
}

const AT_ONCE = 64;
const OPEN_WITHIN_MS = 60_000;
const INDEXED_WITHIN_MS = 600_000;

export async function openGround(kind: StorageKind, sensors: number): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  try {
    const kafka = stack.use(await startKafka());
    const mosquitto = stack.use(await startMosquitto({ maxInFlight: 65_000 }));
    const server = stack.use(await startOurs(stack.use(await newPlace(kind))));
    const target = targetOf(server);
    const operator = asOperator(target);
    const subject = await subjectOf(target);
    const ports = { kafka: kafka.plainPort, mqtt: mosquitto.port };
    await createMachines(target, subject, sensors);
    for (let factory = 0; factory < FACTORIES; factory++) await putPredictor(operator, subject, factory);
    await indexed(operator, INDEXED_WITHIN_MS);
    return {
      ...{ pid: server.pid, target, ports },
      metrics: () => ask(operator, "GET", "/metrics"),
      async connect(transport) {
        for (const factory of factoriesOf(transport)) {
          const path = `/api/2/connections/${transport}-${factory}`;
          const connection = connectionOf(transport, ports[transport], factory, subject);
          await put(operator, path, JSON.stringify({ ...connection, connectionStatus: "open" }));
          await isOpen(operator, path);
        }
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function createMachines(target: Target, subject: string, sensors: number): Promise<void> {
  const machines = machinesOf(sensors);
  for (let factory = 0; factory < FACTORIES; factory++)
    await put(target, `/api/2/policies/${policyOf(factory)}`, policyFor(subject));
  const numbers = Array.from({ length: machines * FACTORIES }).keys();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const n of numbers) {
        const [factory, machine] = [n % FACTORIES, Math.floor(n / FACTORIES)];
        await put(target, `/api/2/things/${machineId(factory, machine)}`, machineText(factory, machine));
      }
    }),
  );
}

/** Looks at the first sensor of all machines of a factory. */
const putPredictor = (operator: Target, subject: string, factory: number): Promise<string> =>
  put(
    operator,
    `/api/2/predictors/factory-${factory}`,
    JSON.stringify({
      authorizationContext: [subject],
      bind: { namespaces: [namespaceOf(factory)] },
      inputs: [{ name: "v", path: "features/sensor-0/properties/reading/value" }],
      model: { type: "builtin", name: "anomaly" },
      output: { feature: PREDICTION, properties: { score: "score" } },
    }),
  );

function connectionOf(transport: Transport, port: number, factory: number, subject: string): object {
  const address = addressOf(transport, factory);
  const source = {
    authorizationContext: [subject],
    acknowledgementRequests: { includes: ["twin-persisted"] },
  };
  if (transport === "kafka") return kafkaSource(port, address, source);
  return {
    connectionType: "mqtt",
    uri: `tcp://127.0.0.1:${port}`,
    sources: [{ addresses: [address], qos: 1, ...source }],
    specificConfig: { clientId: `scenario-${factory}` },
  };
}

async function isOpen(operator: Target, path: string): Promise<void> {
  let status = "";
  for (const deadline = Date.now() + OPEN_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
    status = await ask(operator, "GET", `${path}/status`);
    if (JSON.parse(status).liveStatus === "open") return;
  }
  throw new Error(`${path} was not open in time: ${status}`);
}
