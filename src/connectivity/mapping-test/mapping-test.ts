// Trying the mappers of a connection on a sample message: an addition to Ditto. Nothing is sent, and nothing stays of it.

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
 */
export function runMappingTest(
  test: MappingTest,
  connection: Connection | undefined,
  { engines, limits }: MappingTestParts,
): JsonObject {
  const ids = test.payloadMapping ?? mappersOf(test, connection);
  const definitions = { ...connection?.mappingDefinitions, ...test.mappingDefinitions };
  const most = test.direction === "inbound" ? limits.sourceMappers : limits.targetMappers;
  const checks = { engines: [...new Set(engines.values())], mappingLimits: limits };
  checkUses(ids, most, "/payloadMapping", { mappingDefinitions: definitions }, checks);
  const used = {
    id: connection?.id ?? "mapping-test",
    mappingDefinitions: onlyUsed(definitions, ids),
  };
  checkDefinitions(used, checks);
  const mappings = mappingsOf(used, engines, limits);
  try {
    return {
      direction: test.direction,
      results:
        test.direction === "inbound"
          ? mapIn(test, ids, used.id, connection, mappings)
          : mapOut(test, ids, used.id, mappings),
    };
  } finally {
    mappings.close();
  }
}

/** Those of the source or target that is meant, the first where none is. */
const mappersOf = (test: MappingTest, connection: Connection | undefined): readonly string[] =>
  (test.direction === "inbound" ? connection?.sources : connection?.targets)?.[test.end ?? 0]
    ?.payloadMapping ?? [];

/** Others cost time to make, and say nothing. */
const onlyUsed = (
  definitions: Readonly<Record<string, MappingDefinition>>,
  ids: readonly string[],
): Readonly<Record<string, MappingDefinition>> =>
  Object.fromEntries(Object.entries(definitions).filter(([id]) => ids.includes(id)));

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
