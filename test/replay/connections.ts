// Replays the recorded life of a connection to an MQTT broker: the requests of its operator, and the messages that went through it
// meanwhile, of which the recorder kept what came out.

import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { isArray, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { type Mosquitto, startMosquitto } from "../support/brokers/mosquitto.ts";
import { Bindings } from "./bindings.ts";
import { differences, jsonDifferences, type OurResponse } from "./compare.ts";
import { setUp } from "./found.ts";
import type { Outcome } from "./http.ts";
import {
  type Header,
  type RecordedBody,
  type RecordedResponse,
  readLines,
  type WireRequest,
} from "./recording.ts";
import { send } from "./send.ts";

interface Line {
  readonly request: { readonly line: string; readonly body: JsonValue };
  readonly response: {
    readonly status: string;
    readonly headers: readonly string[];
    readonly body: JsonValue;
  };
}

/** The port of the recorded broker, which stands for that of ours. */
const RECORDED_PORT = "18883";
const OPERATOR = { authorization: `Basic ${Buffer.from("devops:foobar").toString("base64")}` };
/** A state is asked for again until it is as recorded: how long a connection takes to be made differs. */
const PATIENCE_MS = 5_000;
/** What is published is on its way for some milliseconds before it is counted. */
const SETTLING_MS = 300;

/** The outcomes are those of the requests, and of the messages that came out. */
export async function replayConnections(file: string, url: string): Promise<Outcome[]> {
  await using broker = await startMosquitto();
  await setUp(file, url);
  const listener = await connectAsync(broker.uri.replace("tcp:", "mqtt:"));
  try {
    return await replayed(file, url, broker, listener);
  } finally {
    await listener.endAsync(true);
  }
}

async function replayed(
  file: string,
  url: string,
  broker: Mosquitto,
  listener: MqttClient,
): Promise<Outcome[]> {
  const told: string[] = [];
  listener.on("message", (topic, payload) => told.push(`${topic} ${payload}`));
  await listener.subscribeAsync(["out/#", "reply/#"], { qos: 1 });
  const bindings = new Bindings(new URL(url).host);
  const outcomes: Outcome[] = [];
  for (const [i, line] of (readLines(file) as Line[]).entries()) {
    const asked = withPort(line.request.line, broker.port);
    const note = (differencesFound: readonly string[]) =>
      outcomes.push({ n: i + 1, name: asked.split("\n")[0] ?? "", asked, differences: differencesFound });
    // The recorded connection took longer to be made than it was looked at.
    if (line.response.status.includes("201")) await broker.freeze();
    if (isOpen(line.response.body)) broker.thaw();
    if (asked.startsWith("MQTT")) {
      const [then = ""] = /GET \S+$/.exec(String(line.request.body)) ?? [];
      const found = await messages(line, url, listener, told, bindings);
      note([...found, ...(await exchange(line, then, url, broker.port, bindings))]);
    } else note(await exchange(line, asked, url, broker.port, bindings));
  }
  return outcomes;
}

const isOpen = (body: JsonValue): boolean => isObject(body) && body.liveStatus === "open";

/** Asks as recorded; once more for a while where the answer is another. */
async function exchange(
  { request, response }: Line,
  asked: string,
  url: string,
  port: number,
  bindings: Bindings,
): Promise<readonly string[]> {
  const [method = "", path = ""] = asked.split(" ");
  const body =
    request.body === null || method === "GET" ? undefined : withPort(JSON.stringify(request.body), port);
  const recorded = recordedOf(response, port);
  const deadline = performance.now() + (method === "GET" ? PATIENCE_MS : 0);
  for (;;) {
    const ours = inOrder(await send(url, requestOf(method, bindings.translate(path), body)));
    const known = bindings.copy();
    const found = differences(recorded, ours, known);
    if (found.length === 0 || performance.now() >= deadline) {
      differences(recorded, ours, bindings);
      return found;
    }
    await sleep(50);
  }
}

const requestOf = (method: string, path: string, body: string | undefined): WireRequest => ({
  method,
  path,
  headers: body === undefined ? OPERATOR : { ...OPERATOR, "content-type": "application/json" },
  ...(body !== undefined && { body }),
});

/** What happened between the requests: an attribute changed over HTTP, and another over MQTT. */
async function messages(
  { request }: Line,
  url: string,
  listener: MqttClient,
  told: string[],
  bindings: Bindings,
): Promise<readonly string[]> {
  const [, outLine = "", replyLine = ""] = /^(out\/.*)\n(reply\/.*)\nGET /s.exec(String(request.body)) ?? [];
  const changed = await send(url, {
    method: "PUT",
    path: "/api/2/things/org.golden.mq:m1/attributes/a",
    headers: {
      "x-ditto-pre-authenticated": "nginx:ditto",
      "content-type": "application/json",
      "user-agent": "python-requests/2.34.2",
    },
    body: "2",
  });
  await listener.publishAsync("in/x", commandOfDevice, { qos: 1 });
  await sleep(SETTLING_MS);
  return [
    ...(changed.status === 201 || changed.status === 204
      ? []
      : [`the change over HTTP: ${(changed as OurResponse).body}`]),
    ...messageDifferences(outLine, told[0], bindings),
    ...messageDifferences(replyLine, told[1], bindings),
    ...(told.length > 2 ? [`${told.length} messages, 2 recorded`] : []),
  ];
}

const commandOfDevice = JSON.stringify({
  topic: "org.golden.mq/m1/things/twin/commands/modify",
  headers: { "correlation-id": "mq1", "response-required": true },
  path: "/attributes/b",
  value: 7,
});

function messageDifferences(recorded: string, ours: string | undefined, bindings: Bindings): string[] {
  const [topic, json] = parted(recorded);
  const [ourTopic, ourJson] = parted(ours ?? "nothing null");
  return [
    ...(topic === ourTopic ? [] : [`topic: ${topic} recorded, ours ${ourTopic}`]),
    ...jsonDifferences(json, ourJson, bindings, "message"),
  ];
}

function parted(text: string): [topic: string, json: JsonValue] {
  const at = text.indexOf(" ");
  return [text.slice(0, at), JSON.parse(text.slice(at + 1)) as JsonValue];
}

const withPort = (text: string, port: number): string => text.replaceAll(RECORDED_PORT, String(port));

function recordedOf({ status, headers, body }: Line["response"], port: number): RecordedResponse {
  return {
    status: Number(status.split(" ")[1]),
    headers: headers.map(
      (header): Header => [header.slice(0, header.indexOf(": ")), header.slice(header.indexOf(": ") + 2)],
    ),
    body: bodyOf(body, port),
  };
}

const bodyOf = (body: JsonValue, port: number): RecordedBody =>
  typeof body === "string"
    ? { kind: "text", text: body }
    : { kind: "json", json: sortedLogs(JSON.parse(withPort(JSON.stringify(body), port)) as JsonValue) };

/** What is noted of an event on its way out and of a message on its way in is noted at once: each has its order, both together none. */
function inOrder(response: OurResponse): OurResponse {
  if (!response.body.includes('"connectionLogs"')) return response;
  return { ...response, body: JSON.stringify(sortedLogs(JSON.parse(response.body) as JsonValue)) };
}

function sortedLogs(body: JsonValue): JsonValue {
  if (!isObject(body) || !isArray(body.connectionLogs)) return body;
  const byCategory = (a: JsonValue, b: JsonValue): number =>
    String((a as JsonObject).category).localeCompare(String((b as JsonObject).category));
  return { ...body, connectionLogs: [...body.connectionLogs].sort(byCategory) };
}
