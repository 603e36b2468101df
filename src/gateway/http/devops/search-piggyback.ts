// `/devops/piggyback/search`: what operators tell the index of search, in the form of Ditto's piggyback commands
// (operating-devops page, "Managing background synchronization" and "Force search index update").

import type { IncomingMessage } from "node:http";
import { parseDuration } from "../../../base/duration.ts";
import { defineError } from "../../../base/errors.ts";
import { isNamespacedId } from "../../../base/ids.ts";
import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { thingIdInvalid } from "../../../things/errors.ts";
import { jsonAnswer, methodNotAllowed } from "../answers.ts";
import { readJson } from "../body.ts";
import { readTarget } from "../uri.ts";

/** What of the index is to be written anew. */
export type Rebuilt = { readonly id: string } | { readonly namespace: string } | "all";

/** How the index is looked after. */
export interface IndexCare {
  /** Resolves when it is done, with how many things were written. */
  rebuild(of: Rebuilt): Promise<{ readonly things: number }>;
  /** Compares the index with the journal and repairs what differs. */
  check(): Promise<unknown>;
  /** How the index is doing, as JSON. */
  health(): object;
  /** Told of work that failed after the answer was given. */
  onFault(error: unknown): void;
}

const MAX_BYTES = 65_536;
const ANSWER_MS = 10_000;
const MAX_ANSWER_MS = 60_000;
const MAX_TOLD = 100;

const unknownType = defineError("json.type.notparsable", 400, (type: string) => ({
  message: `The command of the type '${type}' is not known here.`,
  description:
    "Send thing-search.sudo.commands:sudoUpdateThing, common.commands:shutdown or status.commands:retrieveHealth.",
}));

/** Whether a path is that of the piggyback commands to search, whichever instance it names. */
export const isSearchPiggyback = (path: string): boolean =>
  /^\/devops\/piggyback\/search(\/\d*)?$/.test(path);

/** Carries out a piggyback command of an operator; `timeout` in the query is how long he waits for the outcome. */
export async function searchPiggyback(incoming: IncomingMessage, care: IndexCare): Promise<Response> {
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  const body = await readJson(incoming, MAX_BYTES, () => invalidJson(`It has more than ${MAX_BYTES} bytes.`));
  const command = memberOf(body, "piggybackCommand");
  const headers = memberOf(body, "headers");
  switch (command.type) {
    case "status.commands:retrieveHealth":
      return jsonAnswer({
        type: "status.responses:retrieveHealth",
        status: 200,
        statusInfo: { status: "UP", details: [{ INFO: care.health() }] },
      });
    case "common.commands:shutdown":
      run(getKey(headers, "force-update") === true ? rebuiltAll(headers, care) : care.check(), care);
      return jsonAnswer({
        type: "common.responses:shutdown",
        status: 200,
        message: "The index is being gone through from the beginning.",
      });
    case "thing-search.sudo.commands:sudoUpdateThing":
      return update(command.thingId, readTarget(incoming.url as string).query?.get("timeout"), care);
    default:
      throw unknownType(String(command.type).slice(0, MAX_TOLD));
  }
}

function memberOf(body: JsonValue, name: string): JsonObject {
  const member = isObject(body) ? getKey(body, name) : undefined;
  if (isObject(member)) return member;
  if (member === undefined && name === "headers") return {};
  throw missingJsonField(name);
}

async function rebuiltAll(headers: JsonObject, care: IndexCare): Promise<void> {
  const named = getKey(headers, "namespaces");
  const namespaces = isArray(named) ? named.filter((name) => typeof name === "string") : [];
  if (namespaces.length === 0) await care.rebuild("all");
  for (const namespace of namespaces) await care.rebuild({ namespace });
}

function run(work: Promise<unknown>, care: IndexCare): void {
  work.catch(care.onFault);
}

async function update(
  id: JsonValue | undefined,
  timeout: string | null | undefined,
  care: IndexCare,
): Promise<Response> {
  if (typeof id !== "string" || !isNamespacedId(id)) throw thingIdInvalid(String(id));
  const done = care.rebuild({ id });
  run(done, care);
  const ms = Math.min(parseDuration(timeout ?? "") ?? ANSWER_MS, MAX_ANSWER_MS);
  if (ms === 0) return new Response(null, { status: 202 });
  const isDone = await Promise.race([done.then(() => true), after(ms)]);
  return isDone
    ? jsonAnswer({ type: "thing-search.sudo.responses:sudoUpdateThing", status: 204, thingId: id })
    : new Response(null, { status: 408 });
}

const after = (ms: number) =>
  new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
