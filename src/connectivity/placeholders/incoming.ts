// Placeholders of what comes in: of the message as the broker had it, and of the protocol message it became.

import type { JsonObject } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { headerPlaceholder } from "../../base/placeholders/header.ts";
import { timePlaceholder } from "../../base/placeholders/time.ts";
import type { ExternalHeaders } from "../external-message.ts";
import { protocolValues } from "./protocol.ts";
import { lazily } from "./scope.ts";

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
export function incomingValues(
  { connectionId, address, headers, subjects }: Incoming,
  message?: JsonObject,
): Values {
  const header = headerPlaceholder(headers);
  const said = message && lazily(() => protocolValues(message));
  const time = lazily(() => timePlaceholder(Date.now()));
  return (name) => {
    switch (name.slice(0, name.indexOf(":"))) {
      case "header":
        return header(name);
      case "source":
        return name === "source:address" ? [address] : none;
      case "connection":
        return [connectionId];
      case "request":
        return subjects;
      case "time":
        return time(name);
      default:
        return said?.(name) ?? none;
    }
  };
}

const none: readonly string[] = [];
