import { bytesPayload } from "../../src/connectivity/external-message.ts";
import { loadMappingEngines } from "../../src/connectivity/mapping/engines.ts";
import type { Mapper } from "../../src/connectivity/mapping/mapper.ts";
import { median } from "../interleave.ts";
import type { BenchRow } from "../row.ts";

/** The example of Ditto's page: telemetry in JSON becomes the features of a thing. */
const incomingScript = `
function mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType) {
  if (contentType !== 'application/json') return null;
  let data = JSON.parse(textPayload);
  let value = {
    temperature: { properties: { value: parseFloat(data.temp.split(' ')[0]) } },
    pressure: { properties: { value: data.pres.value } },
    humidity: { properties: { value: data.hum } }
  };
  return Ditto.buildDittoProtocolMsg('bench', headers['device_id'], 'things', 'twin', 'commands', 'modify', '/features',
    headers, value);
}`;
const headers = {
  device_id: "sensor-1",
  "content-type": "application/json",
  "mqtt.topic": "telemetry/sensor-1",
};
const telemetry = Buffer.from('{"temp":"23.42 °C","hum":78,"pres":{"value":760,"unit":"mmHg"}}');
const context = { connectionId: "bench", address: "telemetry", subjects: [] };
const limits = {
  ...{ scriptBytes: 50_000, scriptTimeMs: 500, scriptStackDepth: 25 },
  ...{ incomingMessages: 10, outgoingMessages: 10, sourceMappers: 10, targetMappers: 10 },
};
/** Messages between two looks at the clock. */
const batch = 500;

/** What a script costs for each message beyond the Ditto mapper, which is given the same protocol message at once. */
export async function javaScriptMapping({
  rounds,
  roundSeconds,
}: {
  readonly rounds: number;
  readonly roundSeconds: number;
}): Promise<BenchRow[]> {
  const engines = await loadMappingEngines(64 * 1024 * 1024);
  const mapperOf = (name: string, options = {}): Mapper => {
    const engine = engines.get(name);
    if (!engine) throw new Error(`There is no mapper ${name}.`);
    return engine.create({ options }, { connectionId: "bench", limits });
  };
  const [script, ditto] = [mapperOf("JavaScript", { incomingScript }), mapperOf("Ditto")];
  const [message] = script.incoming({ headers, payload: bytesPayload(telemetry) }, context);
  const protocolMessage = Buffer.from(JSON.stringify(message));
  const [ours, limit]: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    ours.push(microseconds(script, telemetry, roundSeconds));
    limit.push(microseconds(ditto, protocolMessage, roundSeconds));
  }
  script.close();
  const beyond = median(ours) - median(limit);
  return [
    {
      name: "JavaScript mapping, a message",
      value: median(ours),
      unit: "µs",
      limit: median(limit),
      rounds: { value: ours, limit },
    },
    { name: "JavaScript mapping beyond Ditto mapping", value: beyond, unit: "µs", target: 15 },
  ];
}

/** For one message, over so many seconds. */
function microseconds(mapper: Mapper, payload: Buffer, seconds: number): number {
  const started = performance.now();
  let messages = 0;
  while (performance.now() - started < 1000 * seconds) {
    for (let i = 0; i < batch; i++) mapper.incoming({ headers, payload: bytesPayload(payload) }, context);
    messages += batch;
  }
  return (1000 * (performance.now() - started)) / messages;
}
