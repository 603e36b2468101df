// Placeholders of what goes out: events and live signals, and whatever else is told as a protocol message.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, readPath } from "../../base/json/pointer.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { headerPlaceholder } from "../../base/placeholders/header.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import { timePlaceholder } from "../../base/placeholders/time.ts";
import { contentTypeOf } from "../../protocol/envelope.ts";
import type { Delivery } from "../../pubsub/delivery.ts";
import { featureIdsOf, type Signal, saidBy } from "../../pubsub/said.ts";
import { thingOf } from "../../things/thing-of-event.ts";
import { protocolValues } from "./protocol.ts";
import { byPrefix, lazily } from "./scope.ts";

/** The values that a signal has for a target. Nothing is printed or parsed for them. */
export const signalValues = (connectionId: string, delivery: Delivery): Values =>
  lazily(() => {
    const { signal, value, extra } = delivery;
    const said: Values = (name) => one(saidBy(signal, name.replace(/^thing:/, "entity:")));
    return byPrefix({
      ...{ topic: said, entity: said, thing: said, resource: said },
      feature: () => featureIdsOf(signal),
      "thing-json": (name) => jsonValues(thingOf(signal, value, extra), name),
      header: (name) => headerPlaceholder(headersOf(signal))(name),
      connection: () => [connectionId],
      request: () => one("says" in signal ? signal.auth.subjects[0] : signal.originator),
      time: timePlaceholder(Date.now()),
    });
  });

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

/** The headers of the protocol message that a signal is told as. */
function headersOf(signal: Signal): { readonly [name: string]: JsonValue } {
  const own: { [name: string]: JsonValue } = {};
  if ("says" in signal) {
    own.channel = "live";
    own["ditto-originator"] = signal.auth.subjects[0] as string;
  } else {
    own["response-required"] = false;
    own["entity-revision"] = signal.revision;
    if (signal.originator !== undefined) own["ditto-originator"] = signal.originator;
  }
  if (!("subject" in signal)) own["content-type"] = contentTypeOf(signal.action);
  return { ...signal.headers, ...own };
}

/** The values of a protocol message that is made JSON when it is asked for, as an announcement. */
export const messageValues = (connectionId: string, message: () => JsonObject): Values =>
  lazily(() => {
    const json = message();
    return byPrefix({
      ...saidIn(protocolValues(json)),
      header: headerPlaceholder(headersIn(json)),
      connection: () => [connectionId],
      time: timePlaceholder(Date.now()),
    });
  });

const saidIn = (said: Values) => ({
  ...{ topic: said, entity: said, thing: said, policy: said, resource: said, feature: said },
});

function headersIn(message: JsonObject): JsonObject {
  const headers = getKey(message, "headers");
  return isObject(headers) ? headers : nothing;
}

const nothing: JsonObject = {};

/** What an answer answers. */
export interface Asked {
  readonly headers: JsonObject;
  readonly subjects: readonly string[];
  /** The thing that it is about, if it is one. */
  readonly thingId?: string | undefined;
  /** Whether the server answers, and not a device. */
  readonly isServers?: boolean;
}

/** Headers that an answer says of itself; in all others it repeats what it answers. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...["content-type", "ditto-originator", "entity-revision", "etag", "location", "status"],
  ...["ditto-metadata", "requested-acks", "response-required"],
]);

/** Headers that answers of the server have only where what they answer has them. */
const repeatedOnly: ReadonlySet<string> = new Set(["reply-to"]);

/** The values of an answer; it is printed and parsed only for what the message that it answers does not tell. */
export const answerValues = (
  connectionId: string,
  answer: () => JsonObject,
  { headers, subjects, thingId, isServers = false }: Asked,
): Values =>
  lazily(() => {
    let parsed: JsonObject | undefined;
    const json = (): JsonObject => {
      parsed ??= answer();
      return parsed;
    };
    const said: Values = (name) => protocolValues(json())(name);
    const asked = headerPlaceholder(headers);
    const header: Values = (name) => {
      const key = name.slice("header:".length).toLowerCase();
      const repeated = ownHeaders.has(key) ? [] : asked(name);
      if (repeated.length > 0 || (isServers && repeatedOnly.has(key))) return repeated;
      const own = headerPlaceholder(headersIn(json()))(name);
      return own.length > 0 ? own : asked(name);
    };
    return byPrefix({
      ...saidIn(said),
      thing: (name) => (name === "thing:id" && thingId !== undefined ? [thingId] : said(name)),
      header,
      connection: () => [connectionId],
      request: () => subjects,
      time: timePlaceholder(Date.now()),
    });
  });

const PREFIX = "thing-json:";

/** What is at a pointer of a thing; the elements of an array are a value each. */
function jsonValues(thing: JsonObject, name: string): readonly string[] {
  const value = getAt(thing, readPath(name.slice(PREFIX.length)));
  if (value === undefined) return [];
  return isArray(value) ? value.map(jsonText) : [jsonText(value)];
}
