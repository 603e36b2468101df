// Policies with a few words each, for tests of what one makes of another.

import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import type { PolicySettings } from "../../src/dispatch/policy-rules.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type { DittoHeaders } from "../../src/signals/signal.ts";
import { type World, worldOn } from "./dispatch.ts";
import { HeldJournal } from "./journal.ts";

/** Subjects with what they are granted: `{ "nginx:user": { "thing:/": ["READ"] } }`. */
interface Granted {
  readonly [subject: string]: { readonly [resource: string]: readonly string[] };
}

/** An entry that grants one subject something. */
export const entry = (granted: Granted, more: JsonObject = {}): JsonObject => {
  const [subject = "nginx:nobody", resources = {}] = Object.entries(granted)[0] ?? [];
  return {
    subjects: { [subject]: { type: "t" } },
    resources: Object.fromEntries(
      Object.entries(resources).map(([key, grant]) => [key, { grant: [...grant], revoke: [] }]),
    ),
    ...more,
  };
};

const all = ["READ", "WRITE"];
export const owner = entry({ "nginx:ditto": { "thing:/": all, "policy:/": all, "message:/": all } });

export interface PolicyWorld extends World {
  readonly journal: HeldJournal;
  /** Puts a policy, or a part of it, and gives the status or the code of the refusal. */
  put(id: string, path: string, value: JsonValue, as?: string): Promise<number | string>;
  /** Puts a policy with these entries beside its owner's. */
  policy(id: string, entries?: JsonObject, imports?: JsonObject): Promise<number | string>;
  get(id: string, headers?: DittoHeaders, as?: string): Promise<Reply | string>;
}

export function policyWorld(policySettings: PolicySettings = {}): PolicyWorld {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal, { policySettings });
  const put = async (id: string, path: string, value: JsonValue, as = "nginx:ditto") => {
    const reply = await world.ask("modify", path, value, { kind: "policy", id, auth: { subjects: [as] } });
    return typeof reply === "string" ? reply : reply.status;
  };
  return {
    ...world,
    journal,
    put,
    policy: (id, entries = {}, imports = {}) => put(id, "/", { imports, entries: { owner, ...entries } }),
    get: (id, headers = {}, as = "nginx:ditto") =>
      world.ask("retrieve", "/", undefined, { kind: "policy", id, headers, auth: { subjects: [as] } }),
  };
}
