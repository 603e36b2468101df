// Reading: what is committed, cut to what the caller may READ and asked for.

import { namespaceOf } from "../base/ids.ts";
import { selectFields } from "../base/json/fields.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Reply } from "../signals/reply.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { parseMetadataHeaders } from "../things/metadata/headers.ts";
import { metadataField, retrieveMetadata, type View } from "../things/metadata/retrieve.ts";
import { conditionOf } from "./condition.ts";
import { etagOf } from "./etag.ts";
import { checkPreconditions } from "./preconditions.ts";
import type { EntityRules } from "./rules.ts";

/** A state of an entity that is read, and its JSON text where that is printed once for all readers. */
export interface Seen {
  readonly state: EntityState;
  readonly text?: () => string;
}

/** By what a read is judged: what the caller may do, and the policy that says so as JSON. */
export interface Judged {
  readonly access: Access;
  readonly policy: JsonObject;
  /** What the caller may do about the policy itself, by all of its entries. */
  accessToPolicy(): Access | undefined;
}

/** Answers a retrieve of an existing entity. */
export function retrieve(
  command: Command,
  resource: Resource,
  rules: EntityRules,
  { state, text }: Seen,
  judged: Judged,
): Reply {
  const { access } = judged;
  const { kind, id, path, fields, headers } = command;
  const condition = conditionOf(command, access);
  if (!access.hasPartial(kind, path, "READ")) throw resource.notFound(id, path);
  const metadata = metadataFor(command, state, access);
  condition?.(state);
  const whole = rules.retrieve(state, id, path);
  const etag = resource.readEtag === "none" ? undefined : etagOf(resource, state, rules.valueAt(state, path));
  const isConditional = !fields || !selectsPolicy(fields);
  if (isConditional && checkPreconditions(headers, etag, true, rules.preconditionFailed)) {
    return { status: 304, ...(etag && { etag }) };
  }
  const reply = {
    status: 200,
    revision: state.revision,
    ...(etag && { etag }),
    ...(metadata && { headers: metadata }),
  };
  const value = visible(access, kind, whole, path, id);
  if (value === undefined) throw resource.notFound(id, path);
  if (fields && resource.selects && isObject(value)) {
    return { ...reply, value: select(value, fields, path, { ...judged, id, state }) };
  }
  return text && path.length === 0 && value === whole
    ? { ...reply, value, text: text() }
    : { ...reply, value };
}

/** A policy changes without its thing, whose entity tag therefore says nothing of it. */
const selectsPolicy = (fields: readonly Path[]): boolean =>
  fields.some((path) => path.length === 1 && path[0] === "_policy");

/** The answer to `get-metadata`, as a header beside the value. */
function metadataFor({ kind, path, headers }: Command, state: EntityState, access: Access) {
  const wanted = kind === "thing" ? parseMetadataHeaders(headers)?.get : undefined;
  if (!wanted || wanted.length === 0) return undefined;
  const view: View = (value, at) => access.view("thing", value, at);
  const metadata = retrieveMetadata(state.value as JsonObject, state.metadata, path, wanted, view);
  return { "ditto-metadata": metadata };
}

/** The readable part; of a whole thing that is read in part, the thing ID stays. */
export function visible(
  access: Access,
  kind: Command["kind"],
  whole: JsonValue,
  path: Path,
  id: string,
): JsonValue | undefined {
  const view = access.view(kind, whole, path);
  if (view === whole) return whole;
  if (path.length > 0) return view ?? (isObject(whole) ? {} : undefined);
  return { [`${kind}Id`]: id, ...(isObject(view) ? view : {}) };
}

interface Surroundings extends Judged {
  readonly id: string;
  readonly state: EntityState;
}

/** Selects fields; of a whole entity also the special ones, which appear only when asked for by name. */
function select(value: JsonObject, fields: readonly Path[], path: Path, around: Surroundings): JsonObject {
  if (path.length > 0) return selectFields(value, fields);
  let all: { [key: string]: JsonValue } | undefined;
  for (const [name] of fields) {
    const special = specials.get(name as string)?.(around);
    if (special === undefined) continue;
    all ??= { ...value };
    all[name as string] = special;
  }
  return selectFields(all ?? value, fields);
}

const specials: ReadonlyMap<string, (around: Surroundings) => JsonValue | undefined> = new Map([
  ["_namespace", ({ id }) => namespaceOf(id)],
  ["_revision", ({ state }) => state.revision],
  ["_created", ({ state }) => new Date(state.created).toISOString()],
  ["_modified", ({ state }) => new Date(state.modified).toISOString()],
  [
    "_metadata",
    ({ state, access }) => metadataField(state.metadata, (part, at) => access.view("thing", part, at)),
  ],
  ["_policy", policyBeside],
]);

/** The policy as the caller would read it by itself; left out where that would be refused. */
function policyBeside({ policy, accessToPolicy }: Surroundings): JsonValue | undefined {
  const access = accessToPolicy();
  if (!access?.hasPartial("policy", [], "READ")) return undefined;
  return visible(access, "policy", policy, [], policy.policyId as string);
}
