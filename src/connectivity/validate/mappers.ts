// The payload mapping of a connection: whether its mappers are there and can be made (connectivity-mapping page).

import { connectionInvalid } from "../errors.ts";
import { below } from "../fields.ts";
import type { Connection, MappingDefinition } from "../model.ts";
import { conditionsOf } from "../placeholders/texts.ts";
import { configuring } from "./named.ts";
import type { ValidationParts } from "./parts.ts";

type MapperParts = Pick<ValidationParts, "engines" | "mappingLimits">;

/** Each costs its engine something to make. */
const MOST_DEFINITIONS = 100;

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
    throw connectionInvalid("/mappingDefinitions", `There are more than ${MOST_DEFINITIONS}.`);
  for (const [id, definition] of definitions)
    checkDefinition(connectionId, definition, below("/mappingDefinitions", id), parts);
}

/** Refuses too many mappers in the order of a message, and those that are not there. */
export function checkUses(
  mappers: readonly string[],
  limit: number,
  field: string,
  { mappingDefinitions }: Pick<Connection, "mappingDefinitions">,
  { engines }: MapperParts,
): void {
  if (mappers.length > limit) throw connectionInvalid(field, `There are more than ${limit} mappers.`);
  mappers.forEach((mapper, i) => {
    const isDefined = Object.hasOwn(mappingDefinitions, mapper);
    const isAlias = engines.some(({ names, needsDefinition }) => !needsDefinition && names.includes(mapper));
    if (!isDefined && !isAlias) throw connectionInvalid(`${field}/${i}`, `There is no mapper '${mapper}'.`);
  });
}

function checkDefinition(
  connectionId: string,
  definition: MappingDefinition,
  field: string,
  { engines, mappingLimits }: MapperParts,
): void {
  const { mappingEngine, options, incomingConditions, outgoingConditions } = definition;
  const engine = engines.find(({ names }) => names.includes(mappingEngine));
  if (!engine)
    throw connectionInvalid(`${field}/mappingEngine`, `There is no mapping engine '${mappingEngine}'.`);
  checkConditions(incomingConditions, `${field}/incomingConditions`);
  checkConditions(outgoingConditions, `${field}/outgoingConditions`);
  const mapper = configuring(`${field}/options`, () =>
    engine.create({ options }, { connectionId, limits: mappingLimits }),
  );
  mapper.close();
}

const checkConditions = (conditions: Readonly<Record<string, string>>, field: string): void =>
  Object.entries(conditions).forEach(([name, pipeline]) => {
    configuring(below(field, name), () => conditionsOf({ [name]: pipeline }));
  });
