// The Ditto mapper: payloads that are Ditto Protocol messages already.

import type { ExternalMessage } from "../external-message.ts";
import { printedPayload } from "../external-message.ts";
import { engineNames } from "./class-names.ts";
import { DITTO_PROTOCOL } from "./content-type.ts";
import type { Mapper, MappingEngine, ProtocolMessage } from "./mapper.ts";
import { blockedTypes } from "./options.ts";
import { contentTypeOf, correlationIdOf, payloadText, protocolMessage } from "./reading.ts";

export const ditto: MappingEngine = {
  names: engineNames("Ditto", "DittoMessageMapper"),
  needsDefinition: false,
  create: ({ options }) => ({ ...dittoMapping, blocked: blockedTypes(options, "hono"), close() {} }),
};

/** What it does to messages; other mappers do the same with those that are none of theirs. */
export const dittoMapping: Pick<Mapper, "incoming" | "outgoing"> = {
  incoming: (message) => [protocolMessage(payloadText(message), contentTypeOf(message))],
  outgoing: (message) => [
    {
      headers: { "content-type": DITTO_PROTOCOL, ...correlation(message) },
      payload: printedPayload(() => message.text()),
    },
  ],
};

function correlation(message: ProtocolMessage): ExternalMessage["headers"] {
  const id = message.correlationId ? message.correlationId() : correlationIdOf(message.json());
  return id === undefined ? {} : { "correlation-id": id };
}
