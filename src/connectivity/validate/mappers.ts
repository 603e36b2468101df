// The payload mapping of a connection: whether its mappers are there and can be made (connectivity-mapping page).

import { connectionInvalid } from "../errors.ts";
import { below } from "../fields.ts";
import type { MappingEngine } from "../mapping/mapper.ts";
import type { Connection, MappingDefinition } from "../model.ts";
import { inConnections } from "../placeholders/scope.ts";
import { conditionsOf } from "../placeholders/texts.ts";
import { checkMapperOptions } from "./mapper-options.ts";
import { configuring } from "./named.ts";
import type { ValidationParts } from "./parts.ts";

type MapperParts = Pick<ValidationParts, "engines" | "mappingLimits">;

/** Each costs its engine something to make. */
const MOST_DEFINITIONS = 100;
/** Milliseconds for making the mappers of all definitions of one connection: nothing else is done meanwhile. */
const TIME_OF_ALL = 2000;

/** Refuses definitions that no mapper can be made of, too many mappers, and mappers that are not there. */
export function checkMappers(connection: Connection, parts: ValidationParts): void {
  const { sources, targets } = connection;
  const { sourceMappers, targetMappers } = parts.mappingLimits;
  sources.forEach((source, i) => {
    checkUses(source.payloadMapping, sourceMappers, `/sources/${i}/payloadMapping`, connection, parts);
  });
  targets.forEach((target, i) => {
    checkUses(target.payloadMapping, targetMappers, `/targets/${i}/payloadMapping`, connection, parts);
  });
  checkDefinitions(connection, parts);
}

/** Refuses definitions that no mapper can be made of. */
export function checkDefinitions(
  { id: connectionId, mappingDefinitions }: Pick<Connection, "id" | "mappingDefinitions">,
  parts: MapperParts,
): void {
  const definitions = Object.entries(mappingDefinitions);
  if (definitions.length > MOST_DEFINITIONS)
    throw connectionInvalid(
      "/mappingDefinitions",
      `There are ${definitions.length}, and may be at most ${MOST_DEFINITIONS}.`,
    );
  const until = performance.now() + TIME_OF_ALL;
  for (const [id, definition] of definitions)
    checkDefinition(connectionId, definition, below("/mappingDefinitions", id), parts, until);
}

/** Refuses too many mappers in the order of a message, and those that are not there. */
export function checkUses(
  mappers: readonly string[],
  limit: number,
  field: string,
  { mappingDefinitions }: Pick<Connection, "mappingDefinitions">,
  { engines }: MapperParts,
): void {
  if (mappers.length > limit)
    throw connectionInvalid(field, `There are ${mappers.length} mappers, and may be at most ${limit}.`);
  const ready = engines.filter(({ needsDefinition }) => !needsDefinition);
  mappers.forEach((mapper, i) => {
    if (Object.hasOwn(mappingDefinitions, mapper) || ready.some(({ names }) => names.includes(mapper)))
      return;
    throw connectionInvalid(`${field}/${i}`, noMapper(mapper, Object.keys(mappingDefinitions), ready));
  });
}

function noMapper(mapper: string, definitions: readonly string[], ready: readonly MappingEngine[]): string {
  const known = [...definitions, ...ready.map(({ names: [name] }) => name)];
  return (
    `There is no mapper '${mapper}'; there are ${known.join(", ")}. ` +
    "Others need a definition in /mappingDefinitions, whose ID is used here."
  );
}

function checkDefinition(
  connectionId: string,
  definition: MappingDefinition,
  field: string,
  { engines, mappingLimits }: MapperParts,
  until: number,
): void {
  const { mappingEngine, options, incomingConditions, outgoingConditions } = definition;
  const engine = engines.find(({ names }) => names.includes(mappingEngine));
  if (!engine) {
    const known = engines.map(({ names: [name] }) => name).join(", ");
    throw connectionInvalid(
      `${field}/mappingEngine`,
      `There is no mapping engine '${mappingEngine}'; there are ${known}.`,
    );
  }
  checkConditions(incomingConditions, `${field}/incomingConditions`);
  checkConditions(outgoingConditions, `${field}/outgoingConditions`);
  checkMapperOptions(definition, `${field}/options`);
  const left = until - performance.now();
  if (left <= 0) throw connectionInvalid(field, TOO_LONG);
  const limits = { ...mappingLimits, scriptTimeMs: Math.min(mappingLimits.scriptTimeMs, left) };
  try {
    configuring(`${field}/options`, () => engine.create({ options }, { connectionId, limits })).close();
  } catch (error) {
    const isCutShort = limits.scriptTimeMs < mappingLimits.scriptTimeMs && performance.now() >= until;
    throw isCutShort ? connectionInvalid(field, TOO_LONG) : error;
  }
}

const TOO_LONG =
  `The scripts of all definitions up to this one took longer to load than the ${TIME_OF_ALL / 1000} s that they have together. ` +
  "Let them do less before the first message, or make several connections of this one.";

const checkConditions = (conditions: Readonly<Record<string, string>>, field: string): void =>
  Object.entries(conditions).forEach(([name, pipeline]) => {
    configuring(below(field, name), () => conditionsOf({ [name]: pipeline }), inConnections);
  });
