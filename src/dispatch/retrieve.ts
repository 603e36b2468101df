// Reading: what is committed, cut to what the caller may READ and asked for.

import { namespaceOf } from "../base/ids.ts";
import { selectFields, selects } from "../base/json/fields.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Reply } from "../signals/reply.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import type { Held } from "./entities.ts";
import { etagOf } from "./etag.ts";
import { checkPreconditions } from "./preconditions.ts";
import type { EntityRules } from "./rules.ts";

/** Answers a retrieve of an existing entity whose policy gives `access`; `policy` is its policy as JSON. */
export function retrieve(
  command: Command,
  resource: Resource,
  rules: EntityRules,
  held: Held,
  access: Access,
  policy: JsonObject,
): Reply {
  const { kind, id, path, fields } = command;
  const state = held.committed as EntityState;
  if (!access.hasPartial(kind, path, "READ")) throw resource.notFound(id, path);
  const whole = rules.retrieve(state, id, path);
  const etag = etagOf(resource, state, whole);
  if (checkPreconditions(command.headers, etag, true, rules.preconditionFailed)) {
    return { status: 304, ...(etag && { etag }) };
  }
  const reply = { status: 200, revision: state.revision, ...(etag && { etag }) };
  const value = visible(access, kind, whole, path, id);
  if (value === undefined) throw resource.notFound(id, path);
  if (fields && isObject(value)) {
    return { ...reply, value: select(value, fields, path, { id, state, access, policy }) };
  }
  return path.length === 0 && value === whole ? { ...reply, value, text: held.text() } : { ...reply, value };
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

interface Surroundings {
  readonly id: string;
  readonly state: EntityState;
  readonly access: Access;
  readonly policy: JsonObject;
}

/** Selects fields; of a whole entity also the special ones, which appear only when asked for by name. */
function select(value: JsonObject, fields: readonly Path[], path: Path, around: Surroundings): JsonObject {
  if (path.length > 0) return selectFields(value, fields);
  const { id, state, access, policy } = around;
  const all: { [key: string]: JsonValue } = {
    ...value,
    _namespace: namespaceOf(id),
    _revision: state.revision,
    _created: new Date(state.created).toISOString(),
    _modified: new Date(state.modified).toISOString(),
  };
  if (selects(fields, "_policy")) {
    const readable = access.view("policy", policy, []);
    if (readable !== undefined) all._policy = readable;
  }
  return selectFields(all, fields);
}
