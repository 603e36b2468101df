// Placeholders of what comes in: of the message as the broker had it, and of the protocol message it became.

import type { JsonObject } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { headerPlaceholder } from "../../base/placeholders/header.ts";
import { timePlaceholder } from "../../base/placeholders/time.ts";
import type { ExternalHeaders } from "../external-message.ts";
import { protocolValues } from "./protocol.ts";
import { byPrefix, lazily } from "./scope.ts";

/** A message and whom it came by. */
export interface Incoming {
  readonly connectionId: string;
  /** The topic, queue or subject that it was sent to. */
  readonly address: string;
  readonly headers: ExternalHeaders;
  /** Whom it speaks for, once that is known. */
  readonly subjects: readonly string[];
}

/** The values before the message is mapped; with the protocol message that it became, those of that as well. */
export const incomingValues = (
  { connectionId, address, headers, subjects }: Incoming,
  message?: JsonObject,
): Values =>
  lazily(() =>
    byPrefix({
      ...(message && ofMessage(message)),
      header: headerPlaceholder(headers),
      source: (name) => (name === "source:address" ? [address] : []),
      connection: () => [connectionId],
      request: () => subjects,
      time: timePlaceholder(Date.now()),
    }),
  );

function ofMessage(message: JsonObject): Readonly<Record<string, Values>> {
  const values = protocolValues(message);
  return { topic: values, entity: values, thing: values, policy: values, feature: values, resource: values };
}
