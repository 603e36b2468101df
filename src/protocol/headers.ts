// Ditto headers, by HTTP or in a protocol message: names in lower case, values of their types; which of them a command
// keeps, and which its answers and events tell.

import { defineError } from "../base/errors.ts";
import { headerInvalid } from "../base/header-invalid.ts";
import { isObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { DittoHeaders } from "../signals/signal.ts";
import type { HeaderType } from "./header-types.ts";
import * as types from "./header-types.ts";

/** The refusal of a value that is not of its header's type. */
const invalidHeader = (name: string, value: string, { says, href }: Pick<HeaderType, "says" | "href">) =>
  headerInvalid(name, {
    message: `The value '${value}' of the header '${name}' is not valid.`,
    description: `It must be ${says}.`,
    ...(href && { href }),
  });

export const unsupportedHeader = defineError("header.notsupported", 400, (name: string, value: string) => ({
  message: `This server does not support the header '${name}' with the value '${value}'.`,
  description: "It is not ignored, lest something happens that the header should have prevented or shaped.",
}));

export const headersTooLarge = defineError("headers.too.large", 431, (reason: string) => ({
  message: "The headers of the request are too large.",
  description: reason,
}));

interface Rule {
  readonly type: HeaderType;
  /** Whether answers and events tell it. */
  readonly told: boolean;
}
const told = (type: HeaderType): Rule => ({ type, told: true });
const kept = (type: HeaderType): Rule => ({ type, told: false });

/** The headers of Ditto that a client may send; others pass as they are. */
const known: Readonly<Record<string, Rule>> = {
  "correlation-id": told(types.correlationId),
  "response-required": told(types.flag),
  timeout: told(types.timeout),
  "content-type": told(types.text),
  channel: told(types.channel),
  "dry-run": told(types.onlyFlag(false)),
  "reply-to": told(types.text),
  traceparent: told(types.text),
  tracestate: told(types.text),
  "diverted-response-from-connection": told(types.text),
  "requested-acks": kept(types.labels),
  accept: kept(types.text),
  "declared-acks": kept(types.labels),
  "allow-policy-lockout": kept(types.flag),
  "if-match": kept(types.tags),
  "if-none-match": kept(types.tags),
  "if-equal": kept(types.wordOr("update", "skip", "skip-minimizing-merge")),
  condition: kept(types.text),
  "merge-thing-patch-conditions": kept(types.patchConditions),
  "live-channel-condition": kept(types.text),
  "live-channel-timeout-strategy": kept(types.text),
  "put-metadata": kept(types.metadataPuts),
  "get-metadata": kept(types.metadataKeys("get-metadata")),
  "delete-metadata": kept(types.metadataKeys("delete-metadata")),
  "at-historical-revision": kept(types.revision),
  "at-historical-timestamp": kept(types.instant),
  "policy-view": kept(types.text),
  "divert-response-to-connection": kept(types.text),
  "divert-expected-response-types": kept(types.text),
};

/** Names that a client cannot set: Ditto's own, and what speaks of the connection or the credentials of a request. */
const dropped: ReadonlySet<string> = new Set([
  ...[
    "ditto-auth-context",
    "ditto-dry-run",
    "ditto-read-subjects",
    "ditto-read-revoked-subjects",
    "ditto-origin",
  ],
  ...[
    "ditto-reply-target",
    "ditto-expected-response-types",
    "ditto-inbound-payload-mapper",
    "ditto-originator",
  ],
  ...[
    "ditto-entity-id",
    "ditto-connection-id",
    "ditto-metadata",
    "ditto-weak-ack",
    "ditto-event-journal-tags",
  ],
  ...["ditto-sudo", "ditto-retrieve-deleted", "ditto-ackgregator-address", "ditto-pre-defined-extra-fields"],
  ...["ditto-pre-defined-extra-fields-read-grant", "ditto-pre-defined-extra-fields-object"],
  ...["ditto-partial-access-paths", "ditto-policy-view-fields-selector", "ditto-message-direction"],
  ...["ditto-message-subject", "ditto-message-thing-id", "ditto-message-feature-id"],
  ...["etag", "entity-revision", "historical-headers", "live-channel-condition-matched", "www-authenticate"],
  ...[
    "raw-request-uri",
    "cache-control",
    "connection",
    "timeout-access",
    "accept-encoding",
    "x-forwarded-scheme",
  ],
  ...["content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect"],
  ...["authorization", "proxy-authorization", "cookie"],
]);

/** The names of the headers that the server reads. */
export const knownHeaders: readonly string[] = Object.keys(known);

const ruleOf = (name: string): Rule | undefined => (Object.hasOwn(known, name) ? known[name] : undefined);

/** Whether a header that the server does not read goes along with a command, and into its event. */
export const goesAlong = (name: string): boolean => !Object.hasOwn(known, name) && !dropped.has(name);

/**
 * Reads the value of a header of a protocol message; a value that is not of the header's type is refused with
 * `header.invalid` (`timeout` with `timeout.invalid`), one that is not supported with `header.notsupported`. Flags become
 * booleans, the headers of history numbers, `requested-acks` a list of labels. `timeout`, the metadata headers and
 * `merge-thing-patch-conditions` stay as they came: whoever uses them reads them. Everything else is text.
 */
export function parseHeader(name: string, value: JsonValue): JsonValue {
  const type = ruleOf(name)?.type;
  return type ? checked(name, value, type, type.parse(value)) : value;
}

/** The same of the text of an HTTP header or query parameter. */
export function parseTextHeader(name: string, text: string): JsonValue {
  const type = ruleOf(name)?.type;
  return type ? checked(name, text, type, type.parseText ? type.parseText(text) : type.parse(text)) : text;
}

function checked(name: string, given: JsonValue, type: HeaderType, parsed: JsonValue | undefined): JsonValue {
  if (parsed === undefined) {
    const shown = typeof given === "string" ? given : JSON.stringify(given);
    throw invalidHeader(name, shown.slice(0, 200), type);
  }
  if (type.supports && !type.supports.has(String(parsed))) throw unsupportedHeader(name, String(parsed));
  return parsed;
}

/** The headers of a protocol message as they came, by lower-case name; one that is null counts as absent. */
export function readHeaders(value: JsonValue | undefined): DittoHeaders {
  const headers: { [name: string]: JsonValue } = {};
  if (!isObject(value)) return headers;
  for (const name of Object.keys(value)) {
    const given = value[name] as JsonValue;
    if (given !== null) putKey(headers, name.toLowerCase(), given);
  }
  return headers;
}

/**
 * The same with values of their types; refuses as {@link parseHeader} does, and more than `maxLength` characters with
 * `headers.too.large`. What a client cannot set is left out, and does not count.
 */
export function parseHeaders(read: DittoHeaders, maxLength: number): DittoHeaders {
  const headers: { [name: string]: JsonValue } = {};
  let length = 0;
  for (const name of Object.keys(read)) {
    if (dropped.has(name)) continue;
    const value = read[name] as JsonValue;
    length += name.length + (typeof value === "string" ? value : JSON.stringify(value)).length;
    if (length > maxLength)
      throw headersTooLarge(`They are longer than the ${maxLength} characters allowed.`);
    putKey(headers, name, parseHeader(name, value));
  }
  return headers;
}

/**
 * The headers of a command that its answers tell, but for `requested-acks`; with `all` also those that the server does
 * not read, which events and protocol responses tell as well.
 */
export function toldHeaders(headers: DittoHeaders, others: "known" | "all"): { [name: string]: JsonValue } {
  const result: { [name: string]: JsonValue } = {};
  for (const name of Object.keys(headers)) {
    const rule = ruleOf(name);
    if (rule ? rule.told : others === "all" && !dropped.has(name))
      putKey(result, name, headers[name] as JsonValue);
  }
  return result;
}

/** The headers that what is told in portions has, as JSON: those of the message that asked for it. */
export const printToldHeaders = (headers: DittoHeaders): string =>
  JSON.stringify({ ...toldHeaders(headers, "all"), "content-type": "application/json" });
