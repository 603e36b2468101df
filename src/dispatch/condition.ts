// RQL conditions on things (basic-conditional-requests page): who may pose them, and whether they hold.

import { namespaceOf } from "../base/ids.ts";
import type { JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { recent } from "../base/recent.ts";
import type { Access } from "../policies/enforcer.ts";
import { addressedPaths, type Criterion, countOperators } from "../rql/criterion.ts";
import { compileCriterion, type Matcher } from "../rql/evaluate.ts";
import { thingVocabulary } from "../rql/field.ts";
import { MAX_RQL_LENGTH, MAX_RQL_OPERATORS, parseRql } from "../rql/parse.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import {
  liveChannelConditionNotAllowed,
  thingConditionFailed,
  thingConditionInvalid,
  thingConditionUnreadable,
} from "../things/errors.ts";

/** Whether a condition holds for the thing in a state. */
type Holds = (state: EntityState, spent: Spent) => boolean;

/** What the conditions of one command have looked at so far, in characters. */
interface Spent {
  characters: number;
}
/** A hundred patterns on a thing of the default size, which take about a tenth of a second. */
const MAX_LOOKED_AT = 10_000_000;

interface Parsed {
  readonly criterion: Criterion;
  readonly paths: readonly Path[];
  matches?: Matcher;
}

/** Characters of the conditions that are kept parsed: devices pose the same ones again and again. */
const MAX_REMEMBERED = 200_000;
const remembered = recent<Parsed>(MAX_REMEMBERED);

/** Refuses what is no RQL with 400. */
function parse(condition: string): Parsed {
  const known = remembered.get(condition);
  if (known) return known;
  const criterion = parseRql(condition, (reason) => thingConditionInvalid(condition, reason));
  return remembered.put(condition, { criterion, paths: addressedPaths(criterion) }, condition.length);
}

/**
 * Several conditions of one command: refused with 400 where one is no RQL, or all of them together are longer than one may
 * be, and with 412 where one asks about what the sender may not read. Each is evaluated once on a state, however often it
 * is asked for.
 */
export function readableConditions(
  conditions: Iterable<string>,
  id: string,
  access: Access,
): (state: EntityState) => (condition: string) => boolean {
  const readable = new Map<string, Holds>();
  const said = { operators: 0, characters: 0 };
  for (const condition of new Set(conditions)) {
    const parsed = parse(condition);
    said.operators += countOperators(parsed.criterion);
    said.characters += condition.length;
    if (said.operators > MAX_RQL_OPERATORS || said.characters > MAX_RQL_LENGTH)
      throw thingConditionInvalid(condition, TOO_MANY);
    readable.set(condition, holdsOf(condition, parsed, id, access));
  }
  return (state) => {
    const known = new Map<string, boolean>();
    const spent = { characters: 0 };
    return (condition) => {
      const held = known.get(condition) ?? (readable.get(condition) as Holds)(state, spent);
      known.set(condition, held);
      return held;
    };
  };
}

const TOO_MUCH = "It compares too much text of this thing.";
const TOO_MANY = `The conditions have over ${MAX_RQL_OPERATORS} operators or ${MAX_RQL_LENGTH} characters together.`;

/**
 * A condition as a function; refuses whoever may not read all that it asks about with 412, so that nobody learns by
 * conditions what he may not read. Whether there are such fields is judged, as in Ditto, when the function is called; so
 * is how much it looks at, which may be refused with 400.
 */
function holdsOf(condition: string, parsed: Parsed, id: string, access: Access): Holds {
  if (!parsed.paths.every((path) => access.hasUnrestricted("thing", path, "READ")))
    throw thingConditionUnreadable();
  return (state, spent) => {
    const spend = (characters: number) => {
      spent.characters += characters;
      if (spent.characters > MAX_LOOKED_AT) throw thingConditionInvalid(condition, TOO_MUCH);
    };
    parsed.matches ??= compileCriterion(parsed.criterion, thingVocabulary);
    return parsed.matches({ field: (name) => fieldOf(id, state, name), now: Date.now(), spend });
  };
}

function fieldOf(id: string, state: EntityState, name: string): JsonValue | undefined {
  switch (name) {
    case "_namespace":
      return namespaceOf(id);
    case "_revision":
      return state.revision;
    case "_created":
      return new Date(state.created).toISOString();
    case "_modified":
      return new Date(state.modified).toISOString();
    case "_metadata":
      return state.metadata;
    default:
      return state.value?.[name];
  }
}

/** What a condition is posed with. */
type Conditioned = Pick<Command, "kind" | "id" | "action" | "headers">;

/** The condition of a command on an existing thing; creations have none, as in Ditto. */
export function conditionOf(
  { kind, id, action, headers }: Conditioned,
  access: Access,
): ((state: EntityState) => void) | undefined {
  const { condition } = headers;
  if (typeof condition !== "string" || kind !== "thing" || action === "create") return undefined;
  const holds = holdsOf(condition, parse(condition), id, access);
  return (state) => {
    if (!holds(state, { characters: 0 })) throw thingConditionFailed();
  };
}

/** Whether the device is to be asked in place of its twin; absent where no condition says so. Refuses as {@link conditionOf}. */
export function liveChannelConditionOf(
  { id, headers }: Conditioned,
  access: Access,
): ((state: EntityState) => boolean) | undefined {
  const condition = headers["live-channel-condition"];
  if (typeof condition !== "string") return undefined;
  const holds = holdsOf(condition, parse(condition), id, access);
  return (state) => holds(state, { characters: 0 });
}

/** Refuses a command that changes a twin where it says when to ask its device. */
export function refuseLiveChannelCondition({ kind, headers }: Conditioned): void {
  if (kind === "thing" && headers["live-channel-condition"] !== undefined)
    throw liveChannelConditionNotAllowed();
}
