// `/devops/piggyback`: commands of operators to the parts of the server, in Ditto's envelope (operating-devops page, "Piggyback
// commands"). Connectivity and search have files of their own.

import type { IncomingMessage } from "node:http";
import { parseDuration } from "../../../base/duration.ts";
import { defineError, TwinError } from "../../../base/errors.ts";
import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import {
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from "../../../base/json/json.ts";
import { jsonAnswer, methodNotAllowed, notFoundAnswer } from "../answers.ts";
import { readJson } from "../body.ts";
import { readTarget } from "../uri.ts";
import { type Addressee, addresseeOf } from "./services.ts";

/** Carries out some of the commands. */
export interface PiggybackHandler {
  /** The services in whose paths its commands may be sent; without a service they always may. */
  readonly services: readonly string[];
  /** Whether it carries out commands of a type, sent to an actor of Ditto's (`targetActorSelection`). */
  takes(type: string, target: string | undefined): boolean;
  /**
   * Gives the answer, or a list of them where several parts answer, or nothing where no part ever does. What it rejects with, if it
   * is Ditto's error, is the answer.
   */
  run(command: JsonObject, headers: JsonObject, timeoutMs: number): Promise<JsonValue | undefined>;
}

const unknownType = defineError("json.type.notparsable", 400, (type: string) => ({
  message: `The command of the type '${type}' is not known here.`,
  description: "Send one of the commands of Ditto's page about DevOps commands.",
}));

const BASE = "/devops/piggyback";
const MAX_TOLD = 100;
const ANSWER_MS = 10_000;
const MAX_ANSWER_MS = 600_000;

export const isPiggybackPath = (path: string): boolean => path === BASE || path.startsWith(`${BASE}/`);

/** Makes the answers; a body may have so many bytes. Ditto's page says PUT where its server takes POST, so both are taken. */
export function piggybackAnswers(handlers: readonly PiggybackHandler[], maxBytes: number) {
  const services = new Set(handlers.flatMap((handler) => handler.services));
  return async (path: string, incoming: IncomingMessage): Promise<Response> => {
    const addressee = addresseeOf(path, BASE);
    if (!addressee || (addressee.service !== undefined && !services.has(addressee.service)))
      return notFoundAnswer();
    if (incoming.method !== "POST" && incoming.method !== "PUT") return methodNotAllowed(["POST", "PUT"]);
    const body = await readJson(incoming, maxBytes, () => invalidJson(`It has more than ${maxBytes} bytes.`));
    const command = isObject(body) ? getKey(body, "piggybackCommand") : undefined;
    if (!isObject(body) || !isObject(command)) throw missingJsonField("piggybackCommand");
    const timeoutMs = timeoutOf(incoming);
    const outcome = outcomeOf(handlers, addressee, body, command, timeoutMs);
    if (timeoutMs === 0) {
      outcome.catch(() => undefined); // nobody is there to be told
      return new Response(null, { status: 202 });
    }
    const answer = await inTime(outcome, timeoutMs);
    if (answer === undefined) return new Response(null, { status: 408 });
    return jsonAnswer(isAggregated(body) ? aggregated(answer, addressee) : firstOf(answer));
  };
}

function timeoutOf(incoming: IncomingMessage): number {
  const asked = parseDuration(readTarget(incoming.url as string).query?.get("timeout") ?? "");
  return Math.min(asked ?? ANSWER_MS, MAX_ANSWER_MS);
}

async function outcomeOf(
  handlers: readonly PiggybackHandler[],
  { service }: Addressee,
  body: JsonObject,
  command: JsonObject,
  timeoutMs: number,
): Promise<JsonValue | undefined> {
  const type = String(getKey(command, "type"));
  const target = getKey(body, "targetActorSelection");
  const headers = getKey(body, "headers");
  const handler = handlers.find(
    ({ services, takes }) =>
      (service === undefined || services.includes(service)) &&
      takes(type, typeof target === "string" ? target : undefined),
  );
  try {
    if (!handler) throw unknownType(type.slice(0, MAX_TOLD));
    return await handler.run(command, isObject(headers) ? headers : {}, timeoutMs);
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return JSON.parse(JSON.stringify(error)) as JsonObject;
  }
}

async function inTime<T>(outcome: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([outcome, late.promise]);
  } finally {
    clearTimeout(timer);
    outcome.catch(() => undefined); // what fails later is for nobody
  }
}

function isAggregated(body: JsonObject): boolean {
  const headers = getKey(body, "headers");
  const aggregate = isObject(headers) ? getKey(headers, "aggregate") : undefined;
  return aggregate === undefined || String(aggregate).toLowerCase() === "true";
}

/** By service and instance; as in Ditto, answers of who is not known by name are told with `?`, and numbered. */
function aggregated(answer: JsonValue, { service = "?", instance = "?" }: Addressee): JsonObject {
  const answers: JsonArray = isArray(answer) ? answer : [answer];
  const numbered = answers.map((one, i): [string, JsonValue] => [
    i === 0 ? instance : `${instance}${i}`,
    one,
  ]);
  return { [service]: Object.fromEntries(numbered) };
}

const firstOf = (answer: JsonValue): JsonValue => (isArray(answer) ? (answer[0] ?? {}) : answer);
