// Headers that do nothing for a command on the twin: the server's own, and those about something else.

import { as, command, event, get, put, type Row, row } from "../row.ts";

const colour = "{thing}/attributes/colour";
const write = (headers: Readonly<Record<string, string>>) => put(colour, "blue", headers);
const read = (headers: Readonly<Record<string, string>>) => get(colour, headers);

/** Headers that Ditto keeps to itself: sent from outside they are not read. */
const internal: readonly (readonly [string, string])[] = [
  ["ditto-auth-context", '{"type":"pre-authenticated-http","subjects":["nginx:ditto"]}'],
  ["ditto-dry-run", "true"],
  ["ditto-read-subjects", '["nginx:stranger"]'],
  ["ditto-read-revoked-subjects", '["nginx:ditto"]'],
  ["ditto-origin", "elsewhere"],
  ["ditto-reply-target", "1"],
  ["ditto-expected-response-types", '["error"]'],
  ["ditto-inbound-payload-mapper", "none"],
  ["ditto-entity-id", "thing:org.acme:other"],
  ["ditto-connection-id", "c"],
  ["ditto-weak-ack", "true"],
  ["ditto-event-journal-tags", '["a"]'],
  ["ditto-sudo", "true"],
  ["ditto-retrieve-deleted", "true"],
  ["ditto-ackgregator-address", "nowhere"],
  ["ditto-pre-defined-extra-fields", '["attributes"]'],
  ["ditto-pre-defined-extra-fields-read-grant", "{}"],
  ["ditto-pre-defined-extra-fields-object", "{}"],
  ["ditto-partial-access-paths", "{}"],
  ["ditto-policy-view-fields-selector", "policyId"],
  ["ditto-metadata", "{}"],
  ["historical-headers", "{}"],
  ["live-channel-condition-matched", "true"],
];

const internalRows: readonly Row[] = internal.map(([name, value]) =>
  row(
    name,
    "is the server's own: one that is sent changes nothing",
    write({ [name]: value }).gives(204, { headers: { [name]: null } }),
    event("modified", "/attributes/colour", { value: "blue" }),
    get("{thing}", { [name]: value }).gives(200, {
      has: { thingId: "{id}" },
      headers: { "entity-revision": "2", "ditto-originator": "nginx:ditto", [name]: null },
    }),
    get("{thing}", { [name]: value, ...as("nginx:stranger") }).fails(404, "things:thing.notfound"),
  ),
);

/** Headers that are about connections, tracing or answers of devices: a twin command takes no notice. */
const passing: readonly (readonly [string, string])[] = [
  ["reply-to", "here"],
  ["divert-response-to-connection", "c"],
  ["divert-expected-response-types", "error"],
  ["diverted-response-from-connection", "c"],
  ["declared-acks", '["my-ack"]'],
  ["live-channel-timeout-strategy", "use-twin"],
  ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
  ["tracestate", "a=b"],
  ["dry-run", "false"],
  ["version", "2"],
];

const passingRows: readonly Row[] = passing.map(([name, value]) =>
  row(
    name,
    "is taken, and changes nothing for a command on the twin",
    write({ [name]: value }).gives(204),
    event("modified", "/attributes/colour", { value: "blue" }),
    read({ [name]: value }).gives(200, { body: "blue" }),
    command("retrieve", "/attributes/colour", { headers: { [name]: value } }).answers({ status: 200 }),
  ),
);

export const idleHeaderRows: readonly Row[] = [...passingRows, ...internalRows];
