// Applying a JSON Patch (RFC 6902), all or nothing. Ours, since libraries take `__proto__` for more than data, open raw
// numbers as if they were objects, or let operations pass that have no target.

import { isDeeperThan } from "./depth.ts";
import {
  equals,
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  putKey,
} from "./json.ts";
import type { Operation } from "./json-patch.ts";
import { MAX_DEPTH } from "./parse.ts";
import { type Path, printPath } from "./pointer.ts";

/** The patched value; or what did not hold: a `test` failed, or an operation has no target or is too much. */
export type Applied =
  | { readonly value: JsonValue }
  | { readonly failed: "test" | "operation"; readonly reason: string };

/** Members, elements and characters that a patch may copy: copies of copies grow without bound. */
const MAX_COPIED = 500_000;

/** Applies operations in order, each to the outcome of the one before; the value itself stays as it is. */
export function applyJsonPatch(value: JsonValue, patch: readonly Operation[]): Applied {
  const draft: Draft = { left: MAX_COPIED, own: new WeakSet() };
  try {
    const outcome = patch.reduce((so, operation) => applyOne(so, operation, draft), value);
    return isDeeperThan(outcome, DEEPEST) ? tooDeep : { value: outcome };
  } catch (error) {
    if (error instanceof Failure) return { failed: error.failed, reason: error.message };
    throw error;
  }
}

/** As deep as a value can get by ordinary writes: a value of the deepest kind at a path of the deepest kind. */
const DEEPEST = 2 * MAX_DEPTH;
const tooDeep: Applied = { failed: "operation", reason: `it nests deeper than ${DEEPEST} levels.` };

class Failure extends Error {
  readonly failed: "test" | "operation";
  constructor(failed: "test" | "operation", reason: string) {
    super(reason);
    this.failed = failed;
  }
}

interface Draft {
  /** What may still be copied. */
  left: number;
  /** The containers that this patch has made, stand in one place only, and may be changed where they are. */
  own: WeakSet<object>;
}

function applyOne(value: JsonValue, operation: Operation, draft: Draft): JsonValue {
  switch (operation.op) {
    case "add":
      return put(value, operation.path, operation.value, draft, false);
    case "replace":
      valueAt(value, operation.path);
      return put(value, operation.path, operation.value, draft, true);
    case "remove":
      valueAt(value, operation.path);
      return removed(value, operation.path, draft);
    case "test":
      if (equals(valueAt(value, operation.path), operation.value)) return value;
      throw new Failure("test", `the test of '${printPath(operation.path)}' failed.`);
    case "copy":
      return put(value, operation.path, shared(valueAt(value, operation.from), draft), draft, false);
    case "move":
      return moved(value, operation.from, operation.path, draft);
  }
}

/** A value that is going to stand in two places: nothing in it may be changed where it is any more. */
function shared(value: JsonValue, draft: Draft): JsonValue {
  if (isDeeperThan(value, DEEPEST)) throw new Failure("operation", `it nests deeper than ${DEEPEST} levels.`);
  weigh(value, draft);
  draft.own = new WeakSet();
  return value;
}

function moved(value: JsonValue, from: Path, to: Path, draft: Draft): JsonValue {
  const taken = valueAt(value, from);
  if (from.every((key, i) => key === to[i])) {
    if (from.length === to.length) return value;
    throw new Failure("operation", `'${printPath(from)}' cannot be moved into itself.`);
  }
  if (isDeeperThan(taken, DEEPEST)) throw new Failure("operation", `it nests deeper than ${DEEPEST} levels.`);
  return put(removed(value, from, draft), to, taken, draft, false);
}

/** The value at a path, which must be there. */
function valueAt(value: JsonValue, path: Path): JsonValue {
  let here: JsonValue | undefined = value;
  for (const key of path) {
    here = childOf(here, key);
    if (here === undefined) throw new Failure("operation", `there is nothing at '${printPath(path)}'.`);
  }
  return here;
}

function childOf(value: JsonValue, key: string): JsonValue | undefined {
  if (isArray(value)) return value[indexOf(key)];
  return isObject(value) ? getKey(value, key) : undefined;
}

/** An index as RFC 6901 has it: digits without a leading zero. Other keys are no element of any array. */
const indexOf = (key: string): number => (/^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : -1);

function put(value: JsonValue, path: Path, added: JsonValue, draft: Draft, replaces: boolean): JsonValue {
  if (path.length === 0) return added;
  return edited(value, path, 0, draft, (container, key) => {
    if (!Array.isArray(container)) return putKey(container, key, added);
    const index = key === "-" && !replaces ? container.length : indexOf(key);
    if (index < 0 || index > container.length)
      throw new Failure("operation", `'${printPath(path)}' is no place in its array.`);
    container.splice(index, replaces ? 1 : 0, added);
  });
}

/** The value without what is at a path and is known to be there. */
function removed(value: JsonValue, path: Path, draft: Draft): JsonValue {
  if (path.length === 0) throw new Failure("operation", "the whole value cannot be removed.");
  return edited(value, path, 0, draft, (container, key) => {
    if (Array.isArray(container)) container.splice(indexOf(key), 1);
    else delete container[key];
  });
}

type Container = JsonValue[] | { [key: string]: JsonValue };

/** Makes the containers along a path the patch's own, and edits the last of them. */
function edited(
  value: JsonValue,
  path: Path,
  from: number,
  draft: Draft,
  edit: (container: Container, key: string) => void,
): JsonValue {
  if (!isArray(value) && !isObject(value))
    throw new Failure("operation", `nothing can lie at '${printPath(path)}'.`);
  const own = ownOf(value, draft);
  const key = path[from] as string;
  if (from === path.length - 1) edit(own, key);
  else {
    const child = childOf(own, key);
    if (child === undefined) throw new Failure("operation", `there is nothing above '${printPath(path)}'.`);
    const changed = edited(child, path, from + 1, draft, edit);
    if (Array.isArray(own)) own[indexOf(key)] = changed;
    else putKey(own, key, changed);
  }
  return own;
}

function ownOf(value: JsonArray | JsonObject, draft: Draft): Container {
  if (draft.own.has(value)) return value as Container;
  const own: Container = isArray(value) ? [...value] : { ...value };
  spend(isArray(value) ? value.length : Object.keys(value).length, draft);
  draft.own.add(own);
  return own;
}

function spend(amount: number, draft: Draft): void {
  draft.left -= amount + 1;
  if (draft.left < 0) throw new Failure("operation", "it copies more than it may.");
}

function weigh(value: JsonValue, draft: Draft): void {
  spend(typeof value === "string" ? value.length : 0, draft);
  if (isArray(value)) for (const element of value) weigh(element, draft);
  else if (isObject(value))
    for (const key of Object.keys(value)) {
      spend(key.length, draft);
      weigh(value[key] as JsonValue, draft);
    }
}
