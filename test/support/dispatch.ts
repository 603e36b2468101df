// The dispatcher with everything it works with, on a journal of the test's choice; what it publishes is kept.

import type { JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { alone } from "../../src/cluster/alone.ts";
import { compileCreationRules } from "../../src/dispatch/creation/creation-rules.ts";
import { type Dispatch, dispatcher } from "../../src/dispatch/dispatcher.ts";
import { Entities, type Untold } from "../../src/dispatch/entities.ts";
import { PolicyAccess } from "../../src/dispatch/policy-access.ts";
import { type PolicySettings, policyRules } from "../../src/dispatch/policy-rules.ts";
import type { Parts } from "../../src/dispatch/ready.ts";
import type { PolicyWatch } from "../../src/dispatch/record.ts";
import { Snapshots } from "../../src/dispatch/snapshots.ts";
import { tellingOfRows } from "../../src/dispatch/tell-of-rows.ts";
import { thingRules } from "../../src/dispatch/thing-rules.ts";
import { Turns } from "../../src/dispatch/turns.ts";
import { unconfirmed } from "../../src/dispatch/unconfirmed.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { entityCreation } from "../../src/ops/entity-creation.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type {
  AuthContext,
  Command,
  CommandAction,
  EntityEvent,
  EntityKind,
} from "../../src/signals/signal.ts";

export const ditto: AuthContext = { subjects: ["nginx:ditto"] };

export interface World extends Pick<Parts, "things" | "policies" | "access" | "snapshots"> {
  /** What the dispatcher works with. */
  readonly parts: Parts;
  readonly turns: Turns;
  readonly dispatch: Dispatch;
  readonly published: EntityEvent[];
  /** What went wrong behind the scenes. */
  readonly snapshotErrors: unknown[];
  /** Sends a command; refusals become their error codes, so that outcomes can be compared. */
  ask(action: CommandAction, path: string, value?: JsonValue, how?: How): Promise<Reply | string>;
}

interface How {
  readonly kind?: EntityKind;
  readonly id?: string;
  readonly headers?: Command["headers"];
  readonly auth?: AuthContext;
}

export const thingId = "org.acme:lamp";

interface Options {
  readonly capacity?: number;
  readonly maxSize?: number;
  readonly removeEmptyObjects?: boolean;
  readonly policySettings?: PolicySettings;
  /** Makes what looks after the subjects of policies. */
  readonly watchOf?: (policies: Entities) => PolicyWatch;
  /** Headers that the history of policies keeps. */
  readonly policyHeaders?: readonly string[];
}

export function worldOn(
  journal: Journal,
  {
    capacity = 10_000_000,
    maxSize = 102_400,
    removeEmptyObjects = false,
    policySettings = {},
    watchOf,
    policyHeaders = [],
  }: Options = {},
): World {
  const untold: Untold = (...asked) => doubts.told(...asked);
  const things = new Entities(thingRules(maxSize, removeEmptyObjects), journal, capacity, { untold });
  const policies: Entities = new Entities(
    policyRules(maxSize, (id) => policies.peek(id)?.committed?.value, policySettings),
    journal,
    capacity,
    { untold },
  );
  const doubts = unconfirmed({
    ...{ journal, cluster: alone("test") },
    entities: (kind) => (kind === "thing" ? things : policies),
    tell: (...asked) => tellingOfRows(parts)(...asked),
    onFault: (error) => snapshotErrors.push(error),
  });
  const snapshotErrors: unknown[] = [];
  const fail = (error: unknown) => snapshotErrors.push(error);
  const snapshots = {
    thing: new Snapshots(journal, "thing", fail),
    policy: new Snapshots(journal, "policy", fail),
  };
  const published: EntityEvent[] = [];
  const parts: Parts = {
    things,
    policies,
    access: new PolicyAccess(policies, policySettings),
    snapshots,
    journal,
    creation: compileCreationRules(entityCreation.parse("{}")),
    historicalHeaders: { thing: [], policy: policyHeaders },
    unconfirmed: doubts.note,
    confirmed: doubts.confirmed,
    publish: (event) => published.push(event),
    ...(watchOf && { watch: watchOf(policies) }),
  };
  const turns = new Turns();
  const dispatch = dispatcher(parts, turns);
  return {
    ...parts,
    parts,
    turns,
    dispatch,
    published,
    snapshotErrors,
    async ask(action, path, value, { kind = "thing", id = thingId, headers = {}, auth = ditto } = {}) {
      const command: Command = { kind, id, action, path: readPath(path), headers, auth };
      try {
        return await dispatch(value === undefined ? command : { ...command, value });
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === undefined) throw error;
        return code;
      }
    },
  };
}

/** What a promise has come to by now: its value, or "pending". */
export async function soFar<T>(promise: Promise<T>): Promise<T | "pending"> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}
