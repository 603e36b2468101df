// What was: a thing, or a part of it, at an earlier revision or time.

import { resources } from "../resources.ts";
import { command, get, put, type Row, row } from "../row.ts";
import { wholeLamp } from "../scene.ts";

const colour = "{thing}/attributes/colour";
const gone = "things:thing.history.notfound";

export const historyRows: readonly Row[] = [
  row(
    "at-historical-revision",
    "the newest revision is answered as if it were not asked for by its number",
    put("{thing}", { attributes: { colour: "blue" } }).gives(204),
    get("{thing}", { "at-historical-revision": "2" }).gives(200, {
      body: { thingId: "{id}", policyId: "org.acme:policy", attributes: { colour: "blue" } },
      headers: { etag: '"rev:2"', "entity-revision": "2", "historical-headers": null },
    }),
  ),
  row(
    "at-historical-revision",
    "reads any resource as it was; tells the headers that were kept",
    put("{thing}", { attributes: { colour: "blue" } }).gives(204),
    ...resources.map(({ path, value }) =>
      get(`{thing}${path}`, { "at-historical-revision": "1" }).gives(200, {
        body: value,
        headers: { "historical-headers": '{"entity-revision":1}' },
      }),
    ),
  ),
  row(
    "at-historical-revision",
    "a revision that is not there is not found; what is no number is refused",
    get("{thing}", { "at-historical-revision": "2" }).fails(404, gone),
    get("{thing}", { "at-historical-revision": "first" }).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "at-historical-revision" },
    }),
    get("{thing}/attributes/none", { "at-historical-revision": "1" }).fails(404, "things:attribute.notfound"),
  ),
  row(
    "at-historical-revision",
    "does not concern a write",
    put(colour, "blue", { "at-historical-revision": "1" }).gives(204, {
      headers: { "entity-revision": "2" },
    }),
  ),
  row(
    "at-historical-revision",
    "the selected fields are those of then",
    put(colour, "blue").gives(204),
    get("{thing}?fields=attributes/colour,_revision", { "at-historical-revision": "1" }).gives(200, {
      body: { attributes: { colour: "red" }, _revision: 1 },
    }),
  ),
  row(
    "at-historical-revision",
    "over WebSocket as over HTTP",
    put(colour, "blue").gives(204),
    command("retrieve", "/", { headers: { "at-historical-revision": 1 } }).answers({
      status: 200,
      value: wholeLamp,
      headers: { "historical-headers": { "entity-revision": 1 } },
    }),
    command("retrieve", "/", { headers: { "at-historical-revision": 9 } }).fails(404, gone),
  ),
  row(
    "at-historical-timestamp",
    "reads what was there at that time; before the first revision, and in future, there is nothing",
    get("{thing}", { "at-historical-timestamp": "2999-01-01T00:00:00Z" }).fails(404, gone),
    get("{thing}", { "at-historical-timestamp": "2020-01-01T00:00:00Z" }).fails(404, gone),
    get("{thing}", { "at-historical-timestamp": "{now}" }).gives(200, { body: wholeLamp }),
    command("retrieve", "/", { headers: { "at-historical-timestamp": "{now}" } }).answers({
      status: 200,
      value: wholeLamp,
    }),
    command("retrieve", "/", { headers: { "at-historical-timestamp": "2020-01-01T00:00:00Z" } }).fails(
      404,
      gone,
    ),
  ),
];
