// The options of mapping engines, by name. Others are kept, and mean nothing (connectivity-mapping page).

import { getKey, isArray, isObject, isRawNumber, type JsonValue } from "../../base/json/json.ts";
import { butIs, connectionInvalid } from "../errors.ts";
import { below } from "../fields.ts";
import type { MappingDefinition } from "../model.ts";

const kinds = {
  /** Numbers and flags are taken for their text, as in Ditto. */
  text: {
    expected: "a text",
    fits: (value: JsonValue) => !isArray(value) && (!isObject(value) || isRawNumber(value)),
  },
  flag: {
    expected: "true or false",
    fits: (value: JsonValue) =>
      typeof value === "boolean" || (typeof value === "string" && /^(?:true|false)$/i.test(value)),
  },
  object: { expected: "an object", fits: (value: JsonValue) => isObject(value) },
  /** The mapper says itself what it can be. */
  any: { expected: "", fits: () => true },
} as const;

type Options = Readonly<Record<string, keyof typeof kinds>>;

const ofAll: Options = { "content-type-blocklist": "text" };

const byEngine: Readonly<Record<string, Options>> = {
  CloudEvents: ofAll,
  ConnectionStatus: { ...ofAll, thingId: "text", featureId: "text" },
  Ditto: ofAll,
  ImplicitThingCreation: { ...ofAll, thing: "any", commandHeaders: "object", allowPolicyLockout: "flag" },
  JavaScript: {
    ...ofAll,
    ...{ incomingScript: "text", outgoingScript: "text", loadBytebufferJS: "flag", loadLongJS: "flag" },
  },
  Normalized: { ...ofAll, fields: "text", includeDeletedFields: "flag" },
  RawMessage: { ...ofAll, outgoingContentType: "text", incomingMessageHeaders: "object" },
  UpdateTwinWithLiveResponse: { ...ofAll, dittoHeadersForMerge: "object" },
};

/** The options of an engine by its name, which may be that of Ditto's class; undefined where there is no such engine. */
function optionsOf(engine: string): Options | undefined {
  const name = engine.slice(engine.lastIndexOf(".") + 1);
  const alias = Object.keys(byEngine).find((known) => name.startsWith(known));
  return alias === undefined ? undefined : byEngine[alias];
}

/** The names of the options of an engine; undefined where there is no such engine. */
export function mapperOptionNames(engine: string): readonly string[] | undefined {
  const options = optionsOf(engine);
  return options && Object.keys(options);
}

/** Refuses options of another type than the engine takes, at the pointer of the options; null is as good as absent. */
export function checkMapperOptions({ mappingEngine, options }: MappingDefinition, field: string): void {
  for (const [name, kind] of Object.entries(optionsOf(mappingEngine) ?? {})) {
    const value = getKey(options, name) ?? null;
    const { expected, fits } = kinds[kind];
    if (value !== null && !fits(value))
      throw connectionInvalid(
        below(field, name),
        `It must be ${expected}${kind === "flag" ? butReads(value) : butIs(value)}.`,
      );
  }
}

/** No secret stands where a flag should. */
const butReads = (value: JsonValue): string =>
  typeof value === "string" ? `, but is '${value.slice(0, 50).toWellFormed()}'` : butIs(value);
