// Whether the mappings of a connection can be: told when the connection is created or modified, not when its first message comes.

import { connectionInvalid } from "../errors.ts";
import type { Connection } from "../model.ts";
import type { MappingEngines } from "./engines.ts";
import type { MappingLimits } from "./mapper.ts";
import { mappingsOf } from "./mappings.ts";

/**
 * Refuses a connection with a mapping engine or a mapper that there is none of, or with too many mappers, with
 * `connectivity:connection.configuration.invalid`; with options that are wrong, or scripts that do not run, as {@link mappingsOf} does.
 */
export function checkMappings(
  connection: Pick<Connection, "id" | "mappingDefinitions" | "sources" | "targets">,
  engines: MappingEngines,
  limits: MappingLimits,
): void {
  const { mappingDefinitions, sources, targets } = connection;
  for (const [id, { mappingEngine }] of Object.entries(mappingDefinitions))
    if (!engines.has(mappingEngine))
      throw connectionInvalid(
        `/mappingDefinitions/${id}/mappingEngine`,
        `There is no mapping engine '${mappingEngine.slice(0, 200)}'.`,
      );
  const isKnown = (id: string) =>
    Object.hasOwn(mappingDefinitions, id) || engines.get(id)?.needsDefinition === false;
  for (const [i, { payloadMapping }] of sources.entries())
    checkUsed(`/sources/${i}/payloadMapping`, payloadMapping, limits.sourceMappers, isKnown);
  for (const [i, { payloadMapping }] of targets.entries())
    checkUsed(`/targets/${i}/payloadMapping`, payloadMapping, limits.targetMappers, isKnown);
  mappingsOf(connection, engines, limits).close();
}

function checkUsed(
  field: string,
  ids: readonly string[],
  most: number,
  isKnown: (id: string) => boolean,
): void {
  if (ids.length > most)
    throw connectionInvalid(field, `There are ${ids.length} mappers, of which ${most} are allowed.`);
  const unknown = ids.find((id) => !isKnown(id));
  if (unknown !== undefined)
    throw connectionInvalid(
      field,
      `'${unknown.slice(0, 200)}' is neither a mapping definition nor a mapper that needs none.`,
    );
}
