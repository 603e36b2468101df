// The mappers of one connection, and what comes of a message that several of them see.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import type { ExternalMessage } from "../external-message.ts";
import type { Connection, MappingDefinition } from "../model.ts";
import { conditionsOf } from "../placeholders/texts.ts";
import type { MappingEngines } from "./engines.ts";
import { mappingFailed } from "./errors.ts";
import type { IncomingContext, Mapper, MappingLimits, ProtocolMessage } from "./mapper.ts";
import { contentTypeOf } from "./reading.ts";

/** What a mapper made of a message. */
export type Outcome<T> = { readonly mapper: string } & (
  | { readonly is: "mapped"; readonly messages: readonly T[] }
  /** Its conditions or its content types let the message pass by, or it made nothing of it. */
  | { readonly is: "dropped" }
  | { readonly is: "failed"; readonly error: TwinError }
);

export interface Mappings {
  /**
   * What each of the mappers, in their order, makes of an incoming message. An ID is that of a definition, or the name of a mapper that
   * needs none; any other stands for the mapper of Ditto's own messages.
   */
  incoming(
    ids: readonly string[],
    message: ExternalMessage,
    context: IncomingContext,
    values: Values,
  ): Outcome<JsonObject>[];
  /** The same of a protocol message on its way out. */
  outgoing(ids: readonly string[], message: ProtocolMessage, values: Values): Outcome<ExternalMessage>[];
  /** Frees all mappers. What still comes is dropped: a mapper that is used again would hold what nobody frees. */
  close(): void;
}

const DEFAULT = "Ditto";

interface Entry {
  readonly mapper: Mapper;
  readonly letsIn: (values: Values) => boolean;
  readonly letsOut: (values: Values) => boolean;
}

/**
 * Makes the mappers of a connection whose definitions were found good when it was stored; what takes them time they do with the first
 * message. Throws what the first of them refuses its options with.
 */
export function mappingsOf(
  connection: Pick<Connection, "id" | "mappingDefinitions">,
  engines: MappingEngines,
  limits: MappingLimits,
): Mappings {
  const entries = entriesOf(connection, engines, limits);
  const entryOf = (id: string): Entry => (entries.get(id) ?? entries.get(DEFAULT)) as Entry;
  let isOpen = true;
  const each = <T>(ids: readonly string[], map: (entry: Entry) => readonly T[]): Outcome<T>[] =>
    (ids.length === 0 ? [DEFAULT] : ids).map((id) => outcomeOf(id, () => (isOpen ? map(entryOf(id)) : [])));
  return {
    incoming: (ids, message, context, values) =>
      each(ids, ({ mapper, letsIn }) =>
        isBlocked(mapper, message) || !letsIn(values) ? [] : mapper.incoming(message, context),
      ),
    outgoing: (ids, message, values) =>
      each(ids, ({ mapper, letsOut }) => (letsOut(values) ? mapper.outgoing(message) : [])),
    close() {
      isOpen = false;
      closeAll(entries);
    },
  };
}

function closeAll(entries: ReadonlyMap<string, Entry>): void {
  for (const { mapper } of entries.values()) mapper.close();
}

/** The definitions go before mappers that need none, and may have their names. */
function entriesOf(
  { id: connectionId, mappingDefinitions }: Pick<Connection, "id" | "mappingDefinitions">,
  engines: MappingEngines,
  limits: MappingLimits,
): Map<string, Entry> {
  const undefinedOnes = [...new Set(engines.values())].filter((engine) => !engine.needsDefinition);
  const plain = undefinedOnes.map(
    ({ names: [name] }) => [name, { mappingEngine: name, ...nothing }] as const,
  );
  const entries = new Map<string, Entry>();
  try {
    for (const [id, definition] of Object.entries({ ...Object.fromEntries(plain), ...mappingDefinitions })) {
      const mapper = engines.get(definition.mappingEngine)?.create(definition, {
        ...{ connectionId, limits },
        isChecked: true,
      });
      if (mapper) entries.set(id, { mapper: limited(id, mapper, limits), ...conditions(definition) });
    }
  } catch (error) {
    closeAll(entries);
    throw error;
  }
  return entries;
}

const conditions = ({ incomingConditions, outgoingConditions }: MappingDefinition) => ({
  letsIn: conditionsOf(incomingConditions),
  letsOut: conditionsOf(outgoingConditions),
});

const nothing = { options: {}, incomingConditions: {}, outgoingConditions: {} };

/** Whether a mapper passes messages of this content type over. */
const isBlocked = ({ blocked }: Mapper, message: ExternalMessage): boolean =>
  blocked.size > 0 && blocked.has((contentTypeOf(message) ?? "").toLowerCase());

function outcomeOf<T>(mapper: string, map: () => readonly T[]): Outcome<T> {
  try {
    const messages = map();
    return messages.length === 0 ? { mapper, is: "dropped" } : { mapper, is: "mapped", messages };
  } catch (error) {
    if (error instanceof TwinError) return { mapper, is: "failed", error };
    throw error;
  }
}

/** The mapper, refusing to make more of one message than it may. */
function limited(id: string, mapper: Mapper, limits: MappingLimits): Mapper {
  const checked = <T>(messages: readonly T[], most: number): readonly T[] => {
    if (messages.length <= most) return messages;
    const reason = `The mapper '${id}' made ${messages.length} messages of one, of which ${most} are allowed.`;
    throw mappingFailed(undefined, reason);
  };
  return {
    blocked: mapper.blocked,
    incoming: (message, context) => checked(mapper.incoming(message, context), limits.incomingMessages),
    outgoing: (message) => checked(mapper.outgoing(message), limits.outgoingMessages),
    close: mapper.close,
  };
}
