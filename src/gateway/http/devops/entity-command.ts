// One of Ditto's commands on a thing or policy in its internal JSON ⇄ our command and its reply.

import { randomUUID } from "node:crypto";
import { defineError } from "../../../base/errors.ts";
import { isNamespacedId } from "../../../base/ids.ts";
import { invalidJson, invalidJsonPointer, missingJsonField } from "../../../base/json/errors.ts";
import { parseFields } from "../../../base/json/fields.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { type Path, printPath, readPath } from "../../../base/json/pointer.ts";
import type { EntityRules } from "../../../dispatch/rules.ts";
import { SUDO_SUBJECTS } from "../../../policies/sudo.ts";
import { knownHeaders, parseHeader } from "../../../protocol/headers.ts";
import type { Reply } from "../../../signals/reply.ts";
import type {
  AuthContext,
  Command,
  CommandAction,
  DittoHeaders,
  EntityKind,
} from "../../../signals/signal.ts";
import { type EntityPart, entityParts } from "./entity-parts.ts";

/** A type such as `things.commands:modifyFeatureProperty`. */
const TYPE = /^(things|policies)\.commands:(create|modify|merge|delete|retrieve)([A-Z]\w*)$/;

/** What a type stands for. */
export interface KnownType {
  readonly kind: EntityKind;
  readonly action: CommandAction;
  /** As in Ditto, without what stands before the colon. */
  readonly name: string;
  readonly part: EntityPart;
}

const kinds = { things: "thing", policies: "policy" } as const;
const groups = { thing: "things", policy: "policies" } as const;

/** What a type of command stands for; `undefined` where it is none of an entity. */
export function knownType(type: string): KnownType | undefined {
  const [, group, verb, about = ""] = TYPE.exec(type) ?? [];
  if (group === undefined) return undefined;
  const kind = kinds[group as keyof typeof kinds];
  const part = Object.hasOwn(entityParts[kind], about) ? entityParts[kind][about] : undefined;
  const isWhole = part?.path.length === 0;
  if (!part || ((verb === "create" || verb === "merge") && !isWhole)) return undefined;
  return { kind, action: verb as CommandAction, name: `${verb}${about}`, part };
}

/** Refused where nobody is there whom an own policy could be for. */
export const policyMissing = defineError("things:thing.notcreatable", 400, (id: string) => ({
  message: `The thing '${id}' cannot be created by an operator without a policy.`,
  description: "Name its policy in 'policyId', or bring one in 'initialPolicy'.",
}));

/** Reads a command of a known type; `headers` are those of the piggyback. Refuses what the doors for clients refuse as well. */
export function entityCommand(
  known: KnownType,
  json: JsonObject,
  headers: JsonObject,
  rules: EntityRules,
): Command {
  const command = readCommand(known, json, headers);
  if (!isNamespacedId(command.id)) throw rules.idInvalid(command.id);
  rules.checkPath(command.path);
  return command;
}

function readCommand({ kind, action, part }: KnownType, json: JsonObject, headers: JsonObject): Command {
  const whole = action === "create" || action === "modify" ? getKey(json, part.value) : undefined;
  const idField = `${kind}Id`;
  const holder = part.path.length === 0 && isObject(whole) ? whole : undefined;
  const id = textIn(json, idField, holder && getKey(holder, idField));
  const base = { kind, id, action, headers: headersOf(headers), auth: speakerOf(headers) };
  if (action === "merge")
    return { ...base, path: pointerIn(textIn(json, "path")), value: valueIn(json, "value") };
  const path = pathOf(part, json);
  if (action === "retrieve") {
    const fields = getKey(json, "selectedFields");
    return { ...base, path, ...(typeof fields === "string" && { fields: parseFields(fields) }) };
  }
  if (action === "delete") return { ...base, path };
  const value = valueIn(json, part.value);
  return {
    ...base,
    path,
    value: kind === "thing" && path.length === 0 ? withPolicy(value, json) : value,
  };
}

/** The policy that a thing is created with stands beside it in Ditto's command. */
function withPolicy(thing: JsonValue, json: JsonObject): JsonValue {
  if (!isObject(thing)) return thing;
  const inline = getKey(json, "initialPolicy") ?? getKey(json, "_policy");
  const copied = getKey(json, "policyIdOrPlaceholder") ?? getKey(json, "_copyPolicyFrom");
  if (inline !== undefined && inline !== null) return { ...thing, _policy: inline };
  if (typeof copied === "string") return { ...thing, _copyPolicyFrom: copied };
  return thing;
}

/** Whether a thing that the command makes would get a policy of its own, for whoever speaks. */
export const lacksPolicy = ({ kind, action, path, value }: Command): boolean =>
  kind === "thing" &&
  (action === "create" || action === "modify" || action === "merge") &&
  path.length === 0 &&
  isObject(value) &&
  ["policyId", "_policy", "_copyPolicyFrom"].every((name) => !getKey(value, name));

/** Without `ditto-sudo` nobody speaks, and policies give nobody anything. */
const speakerOf = (headers: JsonObject): AuthContext => ({
  subjects: String(getKey(headers, "ditto-sudo")) === "true" ? SUDO_SUBJECTS : [],
});

/** Of a piggyback's headers those that the server reads of a command; nobody waits for acknowledgements of it, or for devices. */
function headersOf(given: JsonObject): DittoHeaders {
  const headers: { [name: string]: JsonValue } = { "correlation-id": randomUUID() };
  for (const name of Object.keys(given)) {
    const value = getKey(given, name);
    if (knownHeaders.includes(name) && !ignored.has(name) && value !== undefined)
      headers[name] = parseHeader(name, value);
  }
  return headers;
}

const ignored: ReadonlySet<string> = new Set([
  "channel",
  "requested-acks",
  "declared-acks",
  "response-required",
  "timeout",
  "content-type",
]);

function pathOf({ path }: EntityPart, json: JsonObject): Path {
  return path.flatMap((key): Path => {
    const field = fieldOf(key);
    if (field === undefined) return [key];
    const text = textIn(json, field);
    return isPointer(key) ? pointerIn(text) : [text];
  });
}

/** With or without a slash at its beginning, as Ditto takes it. */
function pointerIn(text: string): Path {
  const path = readPath(text.startsWith("/") ? text : `/${text}`);
  if (text === "/" || text === "") return [];
  if (path.includes("")) throw invalidJsonPointer(text);
  return path;
}

const fieldOf = (key: string): string | undefined => /^\{\/?(\w+)\}$/.exec(key)?.[1];
const isPointer = (key: string): boolean => key.startsWith("{/");

/** A text of a command, or of what it brings. */
export function textIn(json: JsonObject, field: string, other?: JsonValue): string {
  const text = getKey(json, field) ?? other;
  if (text === undefined || text === null) throw missingJsonField(field);
  if (typeof text !== "string") throw invalidJson(`'${field}' is a text.`);
  return text;
}

function valueIn(json: JsonObject, field: string): JsonValue {
  const value = getKey(json, field);
  if (value === undefined) throw missingJsonField(field);
  return value;
}

/** The answer as Ditto's internal JSON has it: what the command named, and the value where there is one. */
export function entityAnswer(
  { kind, action, name, part }: KnownType,
  command: Command,
  json: JsonObject,
  reply: Reply,
): JsonObject {
  const named: { [field: string]: JsonValue } = {};
  for (const key of part.path) {
    const field = fieldOf(key);
    if (field !== undefined) named[field] = textIn(json, field);
  }
  if (action === "merge") named.path = printPath(command.path);
  const { value } = reply;
  return {
    type: `${groups[kind]}.responses:${name}`,
    status: reply.status,
    [`${kind}Id`]: command.id,
    ...named,
    ...(value !== undefined && { [part.value]: value }),
    // Ditto tells a retrieved thing as a text.
    ...(value !== undefined && name === "retrieveThing" && { thingPlainJson: JSON.stringify(value) }),
  };
}
