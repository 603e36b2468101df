// Trying the mappers of a connection on a sample message: an addition to Ditto. Nothing is sent, and nothing stays of it.

import { setImmediate as anotherTurn } from "node:timers/promises";
import type { JsonObject } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { authorizationOf } from "../inbound/authorization.ts";
import type { MappingEngines } from "../mapping/engines.ts";
import type { MappingLimits } from "../mapping/mapper.ts";
import { type Mappings, mappingsOf } from "../mapping/mappings.ts";
import type { Connection, MappingDefinition } from "../model.ts";
import { printedMessage } from "../outbound/outgoing.ts";
import { incomingValues } from "../placeholders/incoming.ts";
import { messageValues } from "../placeholders/outgoing.ts";
import { checkDefinitions, checkUses } from "../validate/mappers.ts";
import { incomingJson, outgoingJson } from "./outcome-json.ts";
import type { Incoming, MappingTest, Outgoing } from "./read-mapping-test.ts";

export interface MappingTestParts {
  readonly engines: MappingEngines;
  readonly limits: MappingLimits;
}

/**
 * Maps the message of a test by the mappers that it names, or else those of the source or target of the connection. Gives, in their
 * order, what each of them made of it. Refuses mappers that are not there or cannot be made, naming the field.
 * Between any two of them others have a turn, since a script may take its time.
 */
export async function runMappingTest(
  test: MappingTest,
  connection: Connection | undefined,
  parts: MappingTestParts,
): Promise<JsonObject> {
  const ids = test.payloadMapping ?? mappersOf(test, connection);
  const { sourceMappers, targetMappers } = parts.limits;
  const most = test.direction === "inbound" ? sourceMappers : targetMappers;
  const mappingDefinitions = { ...connection?.mappingDefinitions, ...test.mappingDefinitions };
  checkUses(ids, most, "/payloadMapping", { mappingDefinitions }, checksBy(parts));
  const results: JsonObject[] = [];
  for (const id of ids.length > 0 ? ids : [USUAL]) {
    results.push(resultOf(id, mappingDefinitions[id], test, connection, parts));
    await anotherTurn();
  }
  return { direction: test.direction, results };
}

/** The mapper of whoever names none. */
const USUAL = "Ditto";

const checksBy = ({ engines, limits }: MappingTestParts) => ({
  engines: [...new Set(engines.values())],
  mappingLimits: limits,
});

/** What one mapper makes of the message; `definition` is absent where it needs none. */
function resultOf(
  mapper: string,
  definition: MappingDefinition | undefined,
  test: MappingTest,
  connection: Connection | undefined,
  parts: MappingTestParts,
): JsonObject {
  const id = connection?.id ?? "mapping-test";
  const used = { id, mappingDefinitions: definition ? { [mapper]: definition } : {} };
  checkDefinitions(used, checksBy(parts));
  const mappings = mappingsOf(used, parts.engines, parts.limits);
  try {
    const results =
      test.direction === "inbound"
        ? mapIn(test, [mapper], id, connection, mappings)
        : mapOut(test, [mapper], id, mappings);
    return results[0] as JsonObject;
  } finally {
    mappings.close();
  }
}

/** Those of the source or target that is meant, the first where none is. */
const mappersOf = (test: MappingTest, connection: Connection | undefined): readonly string[] =>
  (test.direction === "inbound" ? connection?.sources : connection?.targets)?.[test.end ?? 0]
    ?.payloadMapping ?? [];

function mapIn(
  { message, address: given, end = 0 }: Incoming,
  ids: readonly string[],
  connectionId: string,
  connection: Connection | undefined,
  mappings: Mappings,
): readonly JsonObject[] {
  const source = connection?.sources[end];
  const address = given ?? source?.addresses[0] ?? connectionId;
  const { subjects } = authorizationOf(source?.authorizationContext ?? [])(message.headers);
  const context = { connectionId, address, subjects };
  const values: Values = incomingValues({ ...context, headers: message.headers });
  return mappings.incoming(ids, message, context, values).map(incomingJson);
}

const mapOut = (
  { message }: Outgoing,
  ids: readonly string[],
  connectionId: string,
  mappings: Mappings,
): readonly JsonObject[] => {
  const printed = { ...printedMessage(() => JSON.stringify(message)), json: () => message };
  return mappings
    .outgoing(
      ids,
      printed,
      messageValues(connectionId, () => message),
    )
    .map(outgoingJson);
};
