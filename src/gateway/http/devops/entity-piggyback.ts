// Piggyback commands on things and policies (operating-devops page, "Managing policies" and "Managing things").

import { isNamespacedId } from "../../../base/ids.ts";
import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import { parseFields, selectFields } from "../../../base/json/fields.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { Dispatch } from "../../../dispatch/dispatcher.ts";
import type { EntityRules } from "../../../dispatch/rules.ts";
import type { ThingList } from "../../../dispatch/thing-list.ts";
import { policyNotFound } from "../../../policies/errors.ts";
import { SUDO_SUBJECTS } from "../../../policies/sudo.ts";
import type { EntityKind, EntityState } from "../../../signals/signal.ts";
import { thingNotFound } from "../../../things/errors.ts";
import {
  entityAnswer,
  entityCommand,
  knownType,
  lacksPolicy,
  policyMissing,
  textIn,
} from "./entity-command.ts";
import type { PiggybackHandler } from "./piggyback.ts";

export interface EntityPiggybackParts {
  readonly dispatch: Dispatch;
  readonly rules: Readonly<Record<EntityKind, EntityRules>>;
  readonly list: ThingList;
  /** The newest committed state, whoever may see it; `undefined` where there never was one. */
  readonly read: (kind: EntityKind, id: string) => Promise<EntityState | undefined>;
}

/** Carries out a command whose type is no entity command of the ordinary form. */
type Run = (command: JsonObject, headers: JsonObject, parts: EntityPiggybackParts) => Promise<JsonObject>;

/** As Ditto limits an answer's list of things by what a client may ask for at once. */
const MAX_SUDO = 200;

const others: Readonly<Record<string, Run>> = {
  "things.commands:retrieveThings": async (command, headers, { list }) => {
    const isSudo = String(getKey(headers, "ditto-sudo")) === "true";
    const auth = { subjects: isSudo ? SUDO_SUBJECTS : [] };
    const texts = await list.several(idsIn(command), auth, {}, fieldsIn(command));
    const thingsPlainJson = `[${texts.join()}]`;
    return { type: "things.responses:retrieveThings", status: 200, thingsPlainJson };
  },
  "things.sudo.commands:sudoRetrieveThing": async (command, _, parts) => {
    const asked = payloadOf(command);
    const thing = await presentValue(parts, "thing", textIn(asked, "thingId"), fieldsIn(asked));
    const name = "sudoRetrieveThingResponse";
    return { type: `things.sudo.responses:${name}`, status: 200, payload: { thing } };
  },
  "things.sudo.commands:sudoRetrieveThings": async (command, _, parts) => {
    const asked = payloadOf(command);
    const ids = idsIn(asked);
    if (ids.length > MAX_SUDO) throw invalidJson(`More than ${MAX_SUDO} things are asked for.`);
    const states = await Promise.all(ids.map((id) => stateOf(parts, "thing", id)));
    const things = states.flatMap((state) => (state?.value ? [shown(state, fieldsIn(asked))] : []));
    const payload = { thingsPlainJson: JSON.stringify(things), things };
    return { type: "things.sudo.responses:sudoRetrieveThingsResponse", status: 200, payload };
  },
  "policies.sudo.commands:sudoRetrievePolicy": async (command, _, parts) => {
    const policyId = textIn(payloadOf(command), "policyId");
    const policy = await presentValue(parts, "policy", policyId);
    return { type: "policies.sudo.responses:sudoRetrievePolicy", status: 200, payload: { policyId, policy } };
  },
  "policies.sudo.commands:sudoRetrievePolicyRevision": async (command, _, parts) => {
    const policyId = textIn(payloadOf(command), "policyId");
    const state = await stateOf(parts, "policy", policyId);
    if (!state?.value) throw policyNotFound(policyId);
    const payload = { policyId, revision: state.revision };
    return { type: "policies.sudo.responses:sudoRetrievePolicyRevision", status: 200, payload };
  },
};

/** Makes the handler: commands by Ditto's names and in its internal JSON; with the header `ditto-sudo` no policy is asked. */
export const entityPiggyback = (parts: EntityPiggybackParts): PiggybackHandler => ({
  services: ["things", "policies"],
  takes: (type) => Object.hasOwn(others, type) || knownType(type) !== undefined,
  async run(json, headers) {
    const type = textIn(json, "type");
    const other = Object.hasOwn(others, type) ? others[type] : undefined;
    if (other) return other(json, headers, parts);
    const known = knownType(type);
    if (!known) throw missingJsonField("type");
    const command = entityCommand(known, json, headers, parts.rules[known.kind]);
    if (lacksPolicy(command) && !(command.action !== "create" && (await isThere(parts, command.id))))
      throw policyMissing(command.id);
    return entityAnswer(known, command, json, await parts.dispatch(command));
  },
});

const isThere = async ({ read }: EntityPiggybackParts, thingId: string): Promise<boolean> =>
  Boolean((await read("thing", thingId))?.value);

/** Ditto has the fields of these commands in `payload`. */
function payloadOf(command: JsonObject): JsonObject {
  const payload = getKey(command, "payload");
  return isObject(payload) ? payload : command;
}

function idsIn(command: JsonObject): readonly string[] {
  const ids = getKey(command, "thingIds");
  if (!isArray(ids)) throw missingJsonField("thingIds");
  return ids.filter((id) => typeof id === "string");
}

function fieldsIn(command: JsonObject) {
  const fields = getKey(command, "selectedFields");
  return typeof fields === "string" ? parseFields(fields) : undefined;
}

/** Refuses what is no ID before anything is asked of the database. */
async function stateOf(
  { read, rules }: EntityPiggybackParts,
  kind: EntityKind,
  id: string,
): Promise<EntityState | undefined> {
  if (!isNamespacedId(id)) throw rules[kind].idInvalid(id);
  return read(kind, id);
}

async function presentValue(
  parts: EntityPiggybackParts,
  kind: EntityKind,
  id: string,
  fields?: ReturnType<typeof fieldsIn>,
): Promise<JsonValue> {
  const state = await stateOf(parts, kind, id);
  if (!state?.value) throw kind === "thing" ? thingNotFound(id) : policyNotFound(id);
  return shown(state, fields);
}

/** With what Ditto calls special fields of it, as far as operators need them. */
function shown({ value, revision, modified }: EntityState, fields: ReturnType<typeof fieldsIn>): JsonObject {
  const whole: JsonObject = { ...value, _revision: revision, _modified: new Date(modified).toISOString() };
  return fields ? selectFields(whole, fields) : whole;
}
