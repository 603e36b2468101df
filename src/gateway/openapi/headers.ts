// The headers of a request and of an answer, and the query parameters that count as headers.

import type { CommandAction, EntityKind } from "../../signals/signal.ts";
import type { Schema } from "./openapi.ts";

export interface HeaderRow {
  readonly says: string;
  readonly schema: Schema;
  /** Whether it can be given as a query parameter too. */
  readonly query?: true;
  /** Commands on which it means something; all when absent. */
  readonly on?: readonly CommandAction[];
  /** The entities for which it means something; both when absent. */
  readonly of?: EntityKind;
  /** The value is JSON. */
  readonly json?: true;
}

const writes = ["create", "modify", "merge", "delete"] as const;
const changes = ["modify", "merge"] as const;
const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };

const entityTags: Schema = {
  type: "string",
  pattern: '^(?:\\*|(?:W/)?"[^"]*"(?:, ?(?:W/)?"[^"]*")*)$',
  examples: ['"rev:7"', "*"],
};
/** Paths between commas; nested ones are in parentheses, which a pattern cannot pair. */
const selector: Schema = { type: "string", examples: ["attributes(location,owner),features/lamp"] };

/** What a request may say beside its path and body, by the names of the header table and `timeout`. */
export const requestHeaderRows: Readonly<Record<string, HeaderRow>> = {
  "correlation-id": {
    says: "Comes back with the answer, and with the events that the request causes; made up when absent.",
    schema: { type: "string", pattern: "^[ -~]+$" },
    query: true,
  },
  "if-match": {
    says: "Do it only if the entity tag is one of these, or anything is there for '*'.",
    schema: entityTags,
  },
  "if-none-match": {
    says: "Do it only if the entity tag is none of these, or nothing is there for '*'.",
    schema: entityTags,
  },
  "if-equal": {
    says: "What a value that is already there does: change the revision all the same, or be refused with 412; a merge can be reduced to what differs.",
    schema: { type: "string", enum: ["update", "skip", "skip-minimizing-merge"] },
    on: changes,
  },
  condition: {
    says: "Do it only if this RQL filter matches the thing.",
    schema: { type: "string", examples: ['eq(attributes/location,"hall 1")'] },
    query: true,
    of: "thing",
    on: ["modify", "merge", "delete", "retrieve"],
  },
  "merge-thing-patch-conditions": {
    says: "RQL filters by the path in the patch that each of them decides on.",
    schema: { type: "object", additionalProperties: { type: "string" } },
    of: "thing",
    on: ["merge"],
    json: true,
  },
  "put-metadata": {
    says: "Metadata to keep beside what is written, each with the key it is for.",
    schema: {
      type: "array",
      items: { type: "object", required: ["key", "value"], properties: { key: text, value: {} } },
    },
    of: "thing",
    on: ["create", ...changes],
    json: true,
  },
  "get-metadata": {
    says: "Metadata to tell in the header 'ditto-metadata' of the answer.",
    schema: selector,
    of: "thing",
    on: ["retrieve"],
  },
  "delete-metadata": {
    says: "Metadata to forget.",
    schema: selector,
    of: "thing",
    on: changes,
  },
  "requested-acks": {
    says: "Labels of the acknowledgements to wait for, between commas.",
    schema: { type: "string", examples: ["twin-persisted"] },
    query: true,
    of: "thing",
    on: writes,
  },
  "response-required": {
    says: "Whether to wait for the outcome; if not, the answer is 202 at once.",
    schema: flag,
    query: true,
    on: writes,
  },
  timeout: {
    says: "How long to wait at most: seconds, or a number with the unit ms, s or m, up to a minute. 0 waits for nothing.",
    schema: {
      type: "string",
      pattern: "^0*(?:[1-5]?[0-9]s?|60s?|(?:[1-5]?[0-9]{1,4}|60000)ms|[01]m)$",
      examples: ["10s"],
    },
    query: true,
  },
  channel: {
    says: "Who carries it out: the server, on the twin, or the device, whose answer is waited for.",
    schema: { type: "string", enum: ["twin", "live"] },
    query: true,
    of: "thing",
    on: ["modify", "merge", "delete", "retrieve"],
  },
  "live-channel-condition": {
    says: "Read from the device if this RQL filter matches the twin.",
    schema: { type: "string", examples: ["eq(attributes/online,true)"] },
    query: true,
    of: "thing",
    on: ["retrieve"],
  },
  "live-channel-timeout-strategy": {
    says: "What becomes of a read that the device does not answer: it fails with 408, or the twin answers.",
    schema: { type: "string", enum: ["fail", "use-twin"] },
    query: true,
    of: "thing",
    on: ["retrieve"],
  },
  "allow-policy-lockout": {
    says: "Whether a policy may leave its writer without WRITE on it.",
    schema: flag,
    query: true,
    on: ["create", ...changes],
  },
  "at-historical-revision": {
    says: "Read the state at this revision.",
    schema: { type: "integer", minimum: 1 },
    query: true,
    on: ["retrieve"],
  },
  "at-historical-timestamp": {
    says: "Read the state at this time.",
    schema: { type: "string", format: "date-time" },
    query: true,
    on: ["retrieve"],
  },
  "policy-view": {
    says: "A whole policy is read as it is written, or as it takes effect: with the entries that it imports.",
    schema: { type: "string", enum: ["original", "resolved"] },
    query: true,
    of: "policy",
    on: ["retrieve"],
  },
};

/** Headers that the server knows, and the document has nothing to tell of. */
export const untoldHeaders: Readonly<Record<string, string>> = {
  accept: "whatever it says, the answer is JSON; there are no Thing Descriptions yet",
  "content-type": "the bodies of the operations tell their media types",
  "dry-run": "only 'false', which is the default, but for connections, whose operation tells of it",
  "declared-acks": "acknowledgements are sent by protocol messages",
  "reply-to": "for connections",
  "divert-response-to-connection": "for connections",
  "divert-expected-response-types": "for connections",
  "diverted-response-from-connection": "for connections",
  traceparent: "passed on as it is",
  tracestate: "passed on as it is",
};

/** Headers of answers. */
export const answerHeaderRows: Readonly<Record<string, { readonly says: string; readonly schema: Schema }>> =
  {
    "correlation-id": { says: "That of the request, or one that was made up.", schema: text },
    "ditto-originator": { says: "The subject that asked.", schema: text },
    channel: { says: "Who answers, the twin or the device, where there was a choice.", schema: text },
    "live-channel-condition-matched": {
      says: "Whether the live channel condition matched the twin.",
      schema: flag,
    },
    "entity-revision": {
      says: "Revision of the entity; on a read of its history one less than that of what is told, as in Ditto.",
      schema: { type: "integer", minimum: 0 },
    },
    "historical-headers": { says: "JSON of what the journal kept of a change's headers.", schema: text },
    "ditto-metadata": { says: "JSON of the metadata that was asked for.", schema: text },
    "response-required": { says: "'false' but on a refusal that was waited for.", schema: flag },
    etag: {
      says: "The entity tag of the resource.",
      schema: { type: "string", pattern: '^(?:W/)?"[^"]*"$' },
    },
    location: { says: "Where to find what was created.", schema: text },
    link: { says: "This list, and the next page of it.", schema: text },
    "www-authenticate": { says: "How to authenticate.", schema: text },
    "retry-after": {
      says: "Seconds until the next try makes sense.",
      schema: { type: "integer", minimum: 1 },
    },
  };
